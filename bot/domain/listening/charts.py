"""Lists of what was heard most: ranks that ties share, and how a chart moved since the week before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What is counted."""

    ARTIST = "artist"
    ALBUM = "album"
    TRACK = "track"


@dataclass(frozen=True, slots=True)
class Subject:
    """An artist, an album or a track that was heard."""

    kind: Kind
    id: UUID
    title: str
    artist: str = ""
    """Empty for an artist."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: what, how often, and on which place."""

    subject: Subject
    plays: int
    rank: int


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A line of a club's chart."""

    subject: Subject
    plays: int
    rank: int
    before: int | None = None
    """Its place in the week before; None where nobody in the club heard it then."""

    @property
    def moved(self) -> int | None:
        """How many places it rose, negative where it fell; None where it is new."""
        return None if self.before is None else self.before - self.rank


@dataclass(frozen=True, slots=True)
class Chart:
    """A page of what a club heard most in a week, of one kind."""

    kind: Kind
    monday: date
    lines: tuple[ChartLine, ...]
    plays: int
    """Of the whole week."""
    subjects: int
    """How many different ones."""
    page: int = 0


def ranked(plays: Sequence[int], *, offset: int = 0, ahead: int = 0) -> list[int]:
    """The places of a page's lines, most plays first: who is level shares a place, and the next one is counted on.

    `offset` lines stand before the page; `ahead` of them have more plays than its first one.
    """
    places: list[int] = []
    for index, count in enumerate(plays):
        if index == 0:
            places.append(ahead + 1)
        else:
            places.append(places[-1] if count == plays[index - 1] else offset + index + 1)
    return places


def places_of(histogram: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """Plays → place, from how many subjects had how many plays."""
    places: dict[int, int] = {}
    place = 1
    for plays, subjects in sorted(histogram, reverse=True):
        places[plays] = place
        place += subjects
    return places
