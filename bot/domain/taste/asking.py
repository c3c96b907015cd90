"""Who is asked what music is, about what, and when again: pure rules.

What is heard most is asked for first. An answer holds for half a year, and that there is none for a month; a source
that could not be asked is asked later, and what others told is kept meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.catalog.editions import name_to_search
from bot.domain.listening.names import GUESTS, artist_key
from bot.domain.listening.sync import back_off
from bot.domain.taste.facts import KNOWN_FOR, UNKNOWN_FOR, Subject, Teller

LEASE: Final = timedelta(minutes=10)
"""So long nobody else asks about what somebody has claimed."""
ONE_DAY: Final = timedelta(days=1)
LATER: Final = timedelta(minutes=15)
"""No source that did not serve us is asked about the same again sooner."""
FEWEST_ALBUM_PLAYS: Final = 3
"""An album is asked about from so many plays on; an artist always."""
NOBODIES: Final = frozenset(
    map(artist_key, ("Various Artists", "Various", "VA", "Unknown Artist", "Unknown", "[unknown]", "Soundtrack"))
)
"""Names that stand for no artist; of them nobody is asked."""


@dataclass(frozen=True, slots=True)
class ToldAt:
    """When a source told something, or that it knows nothing."""

    at: datetime
    found: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """An artist or album that somebody is about to ask about; `until` then it is theirs."""

    subject: Subject
    artist: str
    """Empty where only its key is known: it was rated, and never heard."""
    title: str
    until: datetime
    failures: int = 0
    told: Mapping[Teller, ToldAt] = field(default_factory=dict["Teller", "ToldAt"])

    @property
    def plain_names(self) -> tuple[str, str]:
        """Artist and title as they are asked for: without guests, and without what names an edition."""
        artist = GUESTS.sub("", self.artist) or self.artist
        return artist, name_to_search(self.title) or self.title

    @property
    def is_nobody(self) -> bool:
        """Whether the name stands for no artist in particular."""
        return artist_key(self.artist) in NOBODIES


def asked_again_at(told: ToldAt) -> datetime:
    """When a source is asked again for what it told, or did not know."""
    return told.at + (KNOWN_FOR if told.found else UNKNOWN_FOR)


def to_ask(told: Mapping[Teller, ToldAt], tellers: Iterable[Teller], now: datetime) -> list[Teller]:
    """Which of the sources are asked now: those that never told, and those that told long ago."""
    return [one for one in tellers if one not in told or asked_again_at(told[one]) <= now]


def next_ask(
    told: Mapping[Teller, ToldAt],
    tellers: Collection[Teller],
    now: datetime,
    *,
    failed: Mapping[Teller, datetime | None],
    failures: int,
    chance: float,
) -> datetime:
    """When somebody is asked next about an artist or album.

    `failed` are the sources that did not serve us, with the instant that each named; `failures` is how often in a row
    that has happened here. `chance` in [0, 1) spreads what was asked together.
    """
    pause = LATER * (1 + chance / 4)
    soonest = now + (max(pause, back_off(failures, chance)) if failures else pause)
    later = [max(until, soonest) if until is not None else soonest for until in failed.values()]
    known = [asked_again_at(told[one]) - now for one in tellers if one in told and one not in failed]
    spread = [now + max(wait, ONE_DAY) * (1 + chance / 10) for wait in known]
    return min([*later, *spread], default=now + UNKNOWN_FOR * (1 + chance / 10))
