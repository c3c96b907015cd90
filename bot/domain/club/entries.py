"""What members put into a week: nominations, ballots, ratings; with the pure checks a form makes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from bot.domain.catalog import LinkKind, Service, decade_of, parse_link
from bot.domain.errors import AlbumNeeded, BadScore, BadYear, EmptyBallot, SameChoiceTwice, TextTooLong, TooManyChoices

PITCH_LIMIT = 2_000
REVIEW_LIMIT = 2_000
TITLE_LIMIT = 500
SHORT_LIMIT = 100
"""Genre, decade, country, and a typed pitch track."""

SCORES = tuple(Decimal(half) / 2 for half in range(2, 11))
"""1.0, 1.5 … 5.0"""


class Standing(StrEnum):
    """Whether a nomination is in the race."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    """Removed by a host after nominations closed: it stays on record, ranks do not move up."""


@dataclass(frozen=True, slots=True)
class Album:
    """An album as the club knows it."""

    id: UUID
    title: str
    artist: str
    year: int | None = None
    url: str | None = None
    cover_url: str | None = None

    @property
    def shown(self) -> str:
        """`Title — Artist (year)`, raw: escape before showing."""
        name = f"{self.title} — {self.artist}" if self.artist else self.title
        return f"{name} ({self.year})" if self.year else name

    @property
    def is_song(self) -> bool:
        """A single song, by the link of its track: it has no track list."""
        try:
            link = parse_link(self.url or "")
        except AlbumNeeded:
            return False
        return link is not None and link.kind is LinkKind.TRACK and link.service is not Service.YOUTUBE


@dataclass(frozen=True, slots=True)
class Track:
    """A track of an album's list."""

    id: UUID
    position: int
    title: str
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Nomination:
    """An album put forward by a member; in a demo week a track of their own, which stands in the album's place."""

    id: UUID
    week_id: UUID
    user_id: UUID
    ordinal: int
    """Place in the order of nominating, from 1; stable."""
    album: Album
    nominator: str
    nominator_discord_id: int
    standing: Standing = Standing.STANDING
    pitch: str = ""
    pitch_track: str = ""
    genre: str = ""
    decade: str = ""
    country: str = ""
    host_pick: bool = False
    seconds: int = 0
    edits: int = 0
    of_track: bool = False
    """It is of a member's track; `album` then has that track's key and title, and its member where they are told."""
    track_id: UUID | None = None
    """That track; None once it is gone."""
    version_id: UUID | None = None
    """The version of it that the club hears."""


@dataclass(frozen=True, slots=True)
class Blurb:
    """The form's fields around an album."""

    pitch: str = ""
    pitch_track: str = ""
    genre: str = ""
    decade: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contender:
    """A nomination in the race, as far as a ballot names it."""

    id: UUID
    user_id: UUID
    album: Album


@dataclass(frozen=True, slots=True)
class CastBallot:
    """A stored ballot: chosen nominations, best first."""

    user_id: UUID
    discord_id: int
    choices: tuple[UUID, ...]
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class Rating:
    """A member's rating of a week's album."""

    user_id: UUID
    name: str
    score: Decimal
    favourite: str = ""
    favourite_id: UUID | None = None
    review: str = ""
    official: bool = True
    """False in the catch-up lane: given after the official ratings froze."""
    listened: bool | None = None
    """Whether the member has listened to it that week, or rates from memory; None where that is not to be said."""


def check_blurb(blurb: Blurb) -> Blurb:
    """The form's texts, stripped; raises `TextTooLong` with the field's name."""
    limits = {"pitch": PITCH_LIMIT, "pitch_track": TITLE_LIMIT, "genre": SHORT_LIMIT, "country": SHORT_LIMIT}
    for name, limit in limits.items():
        text = getattr(blurb, name).strip()
        if len(text) > limit:
            raise TextTooLong(name, limit, len(text))
    return Blurb(
        blurb.pitch.strip(),
        blurb.pitch_track.strip(),
        blurb.genre.strip(),
        check_decade(blurb.decade),
        blurb.country.strip(),
    )


def check_decade(text: str) -> str:
    """`1997`, `90s`, `1990s` become `1990s`; empty stays empty; anything else raises `BadYear`."""
    word = text.strip().lower().replace("'", "").replace("’", "")
    if not word:
        return ""
    digits = word.removesuffix("s")
    if digits.isdecimal() and len(digits) == 2:
        digits = ("20" if int(digits) < 30 else "19") + digits
    if not (digits.isdecimal() and len(digits) == 4 and 1600 <= int(digits) <= 2199):
        raise BadYear(text)
    return decade_of(int(digits))


def check_choices(choices: Sequence[UUID], *, ranks: int, names: dict[UUID, str]) -> tuple[UUID, ...]:
    """A ballot's choices, best first; raises when empty, too many, or one album stands twice."""
    if not choices:
        raise EmptyBallot
    if len(choices) > ranks:
        raise TooManyChoices(ranks)
    for place, choice in enumerate(choices):
        if choice in choices[:place]:
            raise SameChoiceTwice(names.get(choice, ""))
    return tuple(choices)


def choices_of(ranks: Sequence[Sequence[UUID]], before: Sequence[UUID], *, approval: bool) -> list[UUID]:
    """The choices of a form, best first, from what was chosen for each rank.

    A rank spread over several selects may come back with two: then the one that stood there before gives way to the
    new one. Two new ones raise `TooManyChoices`. Approval has one rank for any number.
    """
    if approval:
        return [choice for given in ranks for choice in given]
    chosen: list[UUID] = []
    for rank, given in enumerate(ranks):
        present = before[rank] if rank < len(before) else None
        kept = given if len(given) < 2 else [one for one in given if one != present]
        if len(kept) > 1:
            raise TooManyChoices(len(ranks))
        chosen += kept
    return chosen


def read_score(text: str | float | Decimal, allowed: Collection[Decimal] = SCORES) -> Decimal:
    """A score on the half-step grid, from what a member typed (`3,5`, `4`, `4.0`); raises `BadScore`."""
    try:
        score = Decimal(str(text).strip().replace(",", "."))
    except InvalidOperation:
        raise BadScore(str(text)) from None
    if not score.is_finite() or score not in allowed:
        raise BadScore(str(text))
    return score.quantize(Decimal("0.1"))
