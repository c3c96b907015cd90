"""Charts and cards: figures of a member, of two, of a week, of a track."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HOURS = 24
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_BANDS = 6
"""Genres told apart in one picture; the rest are one."""
SCORES = 9
"""From 1.0 to 5.0 in half steps."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with its part of the whole, from 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class TasteCard:
    """What a member loves: genres, decades, when they listen, and three numbers."""

    name: str
    period: str
    plays: int
    genres: tuple[Bar, ...] = ()
    """Strongest first."""
    decades: tuple[Bar, ...] = ()
    """In their order, such as `1970s`."""
    hours: tuple[tuple[float, ...], ...] = ()
    """Plays by weekday (Monday first) and hour; empty where unknown."""
    novelty: int | None = None
    """Percent, as the other two; None where nobody can say."""
    loyalty: int | None = None
    obscurity: int | None = None
    artists: tuple[str, ...] = ()
    """The most heard, first ones first."""
    countries: tuple[Bar, ...] = ()
    """Strongest first."""
    cautions: tuple[str, ...] = ()
    """What keeps it from being trusted, in sentences."""
    zone: str = ""
    """Whose hours and days these are."""

    def __post_init__(self) -> None:
        _demand_week(self.hours)


@dataclass(frozen=True, slots=True)
class SharedArtist:
    """An artist whom two members hear, with what each heard of it."""

    name: str
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How close two members are, and why."""

    left: str
    right: str
    score: int
    """From 0 to 100."""
    artists: tuple[SharedArtist, ...] = ()
    reasons: tuple[str, ...] = ()
    """The strongest first; three are shown."""
    verdict: str = ""
    """The score in a few words, such as `closer than most here`."""
    left_loves: tuple[str, ...] = ()
    """What the left one loves and the other has not heard, most loved first."""
    right_loves: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    """What keeps it from being trusted, in sentences."""


@dataclass(frozen=True, slots=True)
class Recap:
    """What the club made of a week's album."""

    label: str
    """The week's, such as `WEEK 003 [2026-11-23]`."""
    title: str
    artist: str
    counts: tuple[int, ...]
    """How often each score from 1.0 to 5.0 was given."""
    mean: Decimal
    median: Decimal
    spread: Decimal
    cover: str | None = None
    """The SHA-256 under which its cover is kept."""
    favourites: tuple[tuple[str, int], ...] = ()
    """Favourite tracks, most named first."""
    past_mean: Decimal | None = None
    rank: int | None = None
    weeks: int = 0
    club: str = ""

    def __post_init__(self) -> None:
        if len(self.counts) != SCORES:
            raise ValueError("there are nine scores")

    @property
    def ratings(self) -> int:
        """How many rated it."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Clock:
    """At which hours somebody listens, once around the day."""

    name: str
    period: str
    hours: tuple[int, ...]
    """Plays by hour of their own zone."""
    zone: str = ""

    def __post_init__(self) -> None:
        if len(self.hours) != HOURS:
            raise ValueError("a day has 24 hours")

    @property
    def plays(self) -> int:
        """Of all hours."""
        return sum(self.hours)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How much somebody heard on each day, week beside week."""

    name: str
    period: str
    first: date
    days: tuple[int, ...]
    """Plays of the first day and those after it, a year of them at most."""

    @property
    def plays(self) -> int:
        """Of all days."""
        return sum(self.days)


@dataclass(frozen=True, slots=True)
class GenreSpread:
    """How the genres that somebody hears changed over time."""

    name: str
    period: str
    moments: tuple[str, ...]
    """What each column is called, such as `Mar 2026`."""
    bands: tuple[tuple[str, tuple[float, ...]], ...]
    """A genre with its share of each column, the strongest first; columns of zeros are silent."""

    def __post_init__(self) -> None:
        if any(len(shares) != len(self.moments) for _, shares in self.bands):
            raise ValueError("every band has a share of every moment")


@dataclass(frozen=True, slots=True)
class Waveform:
    """An uploaded track as its sound looks."""

    title: str
    artist: str
    peaks: tuple[tuple[float, float], ...]
    """The lowest and highest sample of each column, from -1 to 1."""
    seconds: float
    loudness: float | None = None
    """LUFS; None where it was not measured."""
    version: str = ""
    """Such as `v2`."""


def _demand_week(hours: tuple[tuple[float, ...], ...]) -> None:
    if hours and (len(hours) != len(WEEKDAYS) or any(len(day) != HOURS for day in hours)):
        raise ValueError("a week has seven days of 24 hours")
