"""The feed: what members whom somebody follows rated, won, heard for the first time, and reached.

Every entry follows from rows that are there for other reasons and is read from them at the moment of looking. So
nothing is told twice, and nothing that was hidden, taken back or deleted since is told at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.listening.periods import midnight
from bot.domain.listening.streaks import DAY, Run

LOOKS_BACK = timedelta(days=30)
"""How far a feed goes back."""
KNOWN_FOR = timedelta(days=30)
"""A first listen is one only where it is known what was heard in the days before it."""
NEW_ARTIST_PLAYS = 3
"""An artist counts as discovered from so many plays on: what a list once played in passing is no news."""
STREAKS = (7, 30, 100, 365)
"""Days in a row that are told."""
FIRST_MILESTONES = (100, 1_000, 10_000)
STEPS = ((100_000, 25_000), (1_000_000, 100_000))
"""Beyond the first ones, up to so many plays every so many."""
LATER_STEP = 500_000


class Event(StrEnum):
    """Kinds of entry."""

    RATED = "rated"
    WON = "won"
    HEARD = "heard"
    """An album of the club."""
    DISCOVERED = "discovered"
    """Artists, for the first time."""
    PLAYS = "plays"
    STREAK = "streak"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a feed."""

    event: Event
    user_id: UUID
    name: str
    """Whose doing it is."""
    at: datetime
    of: str
    """What it is about, so that it is told once: a week, a day, a number."""
    title: str = ""
    artist: str = ""
    label: str = ""
    """The week's."""
    score: Decimal | None = None
    number: int = 0
    """Plays or days reached, artists discovered."""
    names: tuple[str, ...] = ()
    """The artists discovered that were heard most."""

    @property
    def key(self) -> tuple[Event, UUID, str]:
        """Equal for two tellings of the same event."""
        return self.event, self.user_id, self.of


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of what somebody's feed tells, newest first."""

    entries: tuple[Entry, ...]
    until: datetime
    """Nothing later is told, so that pages do not move."""
    page: int = 0
    more: bool = False
    following: int = 0
    """How many members of the club the reader follows, and sees."""
    requests: int = 0
    """How many ask to follow the reader."""


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in the order of a feed: newest first, each event once, by its earliest telling."""
    once: dict[tuple[Event, UUID, str], Entry] = {}
    for entry in entries:
        held = once.get(entry.key)
        if held is None or entry.at < held.at:
            once[entry.key] = entry
    return sorted(once.values(), key=lambda entry: (-entry.at.timestamp(), entry.event, entry.user_id, entry.of))


def may_see_rating(*, blind: bool, closed: bool, reader_rated: bool) -> bool:
    """Whether a rating may be told to a member of the club: in a blind week, from their own rating or the close on."""
    return closed or not blind or reader_rated


def milestones_between(before: int, after: int) -> list[int]:
    """The round numbers that are reached when plays grow from `before` to `after`, smallest first."""
    found = [number for number in FIRST_MILESTONES if before < number <= after]
    begin = FIRST_MILESTONES[-1]
    for end, step in (*STEPS, (after, LATER_STEP)):
        low = max(before, begin)
        found += range((low // step + 1) * step, min(end, after) + 1, step)
        begin = max(begin, end)
    return found


def streaks_reached(runs: Iterable[Run], *, known_from: date) -> list[tuple[int, date]]:
    """Days in a row that were reached, with the day; a run that may have begun before what is known tells nothing."""
    return [
        (days, run.first + DAY * (days - 1))
        for run in runs
        for days in STREAKS
        if run.first > known_from and run.days >= days
    ]


@dataclass(frozen=True, slots=True)
class Discovery:
    """An artist heard for the first time."""

    user_id: UUID
    name: str
    at: datetime
    plays: int


def discoveries_by_day(
    found: Sequence[Discovery], *, person: UUID, name: str, zone: ZoneInfo, most: int = 3
) -> list[Entry]:
    """One entry for each day of a member on which they discovered artists, those heard most by name."""
    days: dict[date, list[Discovery]] = {}
    for one in found:
        if one.user_id == person:
            days.setdefault(one.at.astimezone(zone).date(), []).append(one)
    entries: list[Entry] = []
    for day, artists in days.items():
        artists.sort(key=lambda one: (-one.plays, one.name))
        entries.append(
            Entry(
                Event.DISCOVERED,
                person,
                name,
                max(one.at for one in artists),
                day.isoformat(),
                number=len(artists),
                names=tuple(one.name for one in artists[:most]),
            )
        )
    return entries


def streak_entry(person: UUID, name: str, days: int, day: date, zone: ZoneInfo) -> Entry:
    """A streak that was reached with a day."""
    return Entry(Event.STREAK, person, name, midnight(day, zone), f"{days}:{day.isoformat()}", number=days)
