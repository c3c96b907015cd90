"""What is hidden from whoever recommends, and a look that nothing of it is shown all the same."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.bench.histories import Heard
from bot.domain.listening.names import artist_id, heard_album_id, work_id

FIRST_SHOWN = timedelta(weeks=8)
"""Of each history at least so much is shown."""
HIDDEN = timedelta(weeks=4)
"""So much is hidden at a time, and no week twice."""
MINUTE = timedelta(minutes=1)
SAME_SHARE = 0.2
"""Somebody who heard so much of the hidden weeks at the same minutes is the same person."""


class Leak(Exception):  # noqa: N818 - what it is
    """Something of what is hidden can be seen by whoever recommends; the figures would be worth nothing."""


@dataclass(frozen=True, slots=True)
class Play:
    """One play, by keys."""

    at: datetime
    artist: UUID
    album: UUID | None
    work: UUID


@dataclass(frozen=True, slots=True)
class Case:
    """A person at a moment: what they had heard, and what they heard in the weeks after, which is hidden."""

    person: str
    cut: datetime
    shown: tuple[Play, ...]
    hidden: tuple[Play, ...]
    others: Mapping[str, Sequence[Play]]
    """Other people's whole histories: they are of other people, at other times."""
    late: bool = True
    """Of the later half of the person's cases: figures are told of these alone, weights were found on the others."""

    @property
    def known(self) -> frozenset[UUID]:
        """Albums that were heard before."""
        return frozenset(play.album for play in self.shown if play.album is not None)

    def wanted(self, catalogue: Iterable[UUID]) -> frozenset[UUID]:
        """Albums of the catalogue that were heard for the first time in the hidden weeks."""
        fresh = {play.album for play in self.hidden if play.album is not None} - self.known
        return frozenset(fresh & set(catalogue))


def plays_of(heard: Iterable[Heard]) -> tuple[Play, ...]:
    """Plays by keys, in order."""
    return tuple(
        Play(
            one.at,
            artist_id(one.artist),
            heard_album_id(one.artist, one.album) if one.album else None,
            work_id(one.artist, one.title),
        )
        for one in heard
    )


def cases_of(people: Mapping[str, Sequence[Play]]) -> Iterator[Case]:
    """Every person at every fourth week, from the eighth of their history on, each time with four weeks hidden.

    Who never told an album can be neither asked nor helped, and is left out.
    """
    told = {name: plays for name, plays in people.items() if any(play.album is not None for play in plays)}
    for name, plays in told.items():
        others = {other: told[other] for other in told if other != name}
        times = [play.at for play in plays]
        number = -(-(plays[-1].at - plays[0].at - FIRST_SHOWN) // HIDDEN)
        for place in range(number):
            cut = plays[0].at + FIRST_SHOWN + place * HIDDEN
            begin, end = bisect_left(times, cut), bisect_left(times, cut + HIDDEN)
            yield Case(name, cut, tuple(plays[:begin]), tuple(plays[begin:end]), others, late=2 * place >= number)


def demand_sealed(case: Case) -> None:
    """Raises `Leak` where a hidden play is among what is shown, or whoever asks stands among the others."""
    late = [play for play in case.shown if play.at >= case.cut]
    if late:
        raise Leak(f"{case.person}: {len(late)} plays of the hidden weeks are shown")
    begin, end = case.cut - MINUTE, case.cut + HIDDEN + MINUTE
    moments = {_moment(play) for play in case.hidden}
    for other, plays in case.others.items():
        if other == case.person:
            raise Leak(f"{case.person} stands among the others")
        same = sum(_moment(play) in moments for play in plays if begin <= play.at < end)
        if moments and same >= max(2, SAME_SHARE * len(moments)):
            raise Leak(f"{other} heard {same} of the {len(moments)} hidden plays of {case.person} at the same minutes")


def _moment(play: Play) -> tuple[datetime, UUID]:
    """By what the same play is known in another export: some tell minutes."""
    return play.at.replace(second=0, microsecond=0), play.work
