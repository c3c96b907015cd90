"""What members are recommended, as they see it, and what they can say to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.errors import Refusal
from bot.domain.taste.recommending import Why

LETTER_WEEKDAY, LETTER_TIME = 4, time(16, 0)
"""Letters are written on Fridays in the afternoon, in the member's own zone: there is a weekend to listen."""
LETTER_GRACE = timedelta(days=3)
"""A letter that is later is not written at all; the next one is."""


class Word(StrEnum):
    """What a member says to an album they are recommended."""

    MORE = "more"
    NOT = "not"
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that speaks for an album, as it is told."""

    why: Why
    names: tuple[str, ...] = ()
    """Members who are close, artists, or albums it is near to."""
    count: int = 0
    """Members who hear it, ratings, or plays of its artist; no plays where a service says that they like them."""
    score: float = 0.0
    """What the club rated it on average."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An album to hear next."""

    key: UUID
    """Of its names, as players tell them."""
    title: str
    artist: str
    spoken: tuple[Spoken, ...]
    """The strongest first."""


@dataclass(frozen=True, slots=True)
class Said:
    """A word that a member has just said, or taken back."""

    key: UUID
    title: str
    artist: str
    word: Word
    taken_back: bool = False


class Letters(StrEnum):
    """Whether a member gets a weekly letter."""

    ON = "on"
    OFF = "off"
    CLOSED = "closed"
    """They asked for it, and Discord did not let it through: it is off, and they are told so this once."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """A page of what a member is recommended."""

    club_id: UUID
    albums: tuple[Recommendation, ...]
    page: int
    more: bool
    letters: Letters
    cold: bool
    """Little is known of what they hear: the list is the club's more than theirs."""
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class ForClub:
    """An album that the club would likely love and that nobody has nominated."""

    key: UUID
    title: str
    artist: str
    lovers: int
    """Members who hear it much."""
    unheard: int
    """Members of the club, of those whose plays are known, who have not heard it."""
    keepers: int
    """Members who keep it on their shelves."""
    near_to: tuple[str, ...]
    """The club's favourites that the same people love."""
    artist_hearers: int
    """Members who hear much of its artist."""


@dataclass(frozen=True, slots=True)
class ForClubList:
    """What hosts are shown."""

    albums: tuple[ForClub, ...]
    listeners: int


class NothingToRecommend(Refusal):
    """Nothing is known that could be recommended: neither what members hear nor what the club rated."""


class RecommendationGone(Refusal):
    """The album of an old list, or the member's place in the club, is known no more."""


class NothingForClub(Refusal):
    """Nothing is known that two members love and nobody has nominated."""


@dataclass(eq=False)
class LetterRefused(Refusal):
    """The weekly letter is so already; `on` tells how."""

    on: bool


def next_letter(after: datetime, zone: ZoneInfo) -> datetime:
    """When the next letter is written: the first Friday afternoon of the zone that is later than `after`."""
    day = after.astimezone(zone).date()
    day += timedelta(days=(LETTER_WEEKDAY - day.weekday()) % 7)
    while (due := _on(day, zone)) <= after:
        day += timedelta(days=7)
    return due


def _on(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, LETTER_TIME, zone)
