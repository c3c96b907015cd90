"""What is shown of listening: whose it is, what was played, and who knows something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.listening.charts import Kind, Line, Subject
from bot.domain.listening.periods import Period
from bot.domain.listening.streaks import Run


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose listening may be shown."""

    user_id: UUID
    name: str
    """Empty for somebody who was never in the club."""
    visibility: str
    zone: str | None
    """The zone they named for their days."""
    here: bool
    """In the club, and not left."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose listening is shown, and to whom it may be."""

    club_id: UUID
    person: Person
    zone: ZoneInfo
    """Of their days: the one they named, else the club's."""
    own: bool
    """It is the asker's own."""
    everyone: bool
    """Everybody in the club may see it."""
    viewer: UUID | None
    """The asker, where they are known."""

    def public(self, private: bool | None) -> bool:
        """Whether an answer may stand where everybody reads it, given what the asker said about that, if anything.

        Whoever hides what they hear shows it in public only by saying so, and nobody can for them.
        """
        if private is None or not self.own:
            return self.everyone and not private
        return not private


@dataclass(frozen=True, slots=True)
class Played:
    """One play, with its names."""

    at: datetime
    track: Subject
    artist: Subject
    album: Subject | None = None


@dataclass(frozen=True, slots=True)
class Knower:
    """A member who has heard something."""

    user_id: UUID
    name: str
    plays: int
    rank: int


@dataclass(frozen=True, slots=True)
class Knowers:
    """A page of those in the club who have heard something, most plays first."""

    subject: Subject
    listed: tuple[Knower, ...]
    own: Knower | None
    """The asker, on this page or not; None where they have not heard it or are not shown there."""
    members: int
    plays: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Top:
    """A page of what somebody heard most."""

    shown: Shown
    kind: Kind
    period: Period
    lines: tuple[Line, ...]
    subjects: int
    """How many different ones."""
    plays: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Recent:
    """A page of somebody's plays, latest first."""

    shown: Shown
    plays: tuple[Played, ...]
    until: datetime
    """Nothing later is listed, so that pages do not move while somebody listens on."""
    page: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Playing:
    """What somebody hears now, or heard last."""

    shown: Shown
    public: bool
    track: Subject
    artist: Subject
    album: Subject | None
    at: datetime | None
    """When the last play began; None where it plays now."""
    own: OwnCounts
    others: Knowers | None
    """Who in the club has heard the track, or where nobody else has, its artist."""
    unheard: tuple[str, ...] = ()
    """Services that did not tell what plays now."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much somebody has heard in all, and where that leads."""

    shown: Shown
    plays: int
    since: date
    """The day of the first play."""
    first_at: datetime
    first: Played | None
    different: Mapping[Kind, int]
    today: int
    last_days: int
    """In the last thirty days, today among them."""
    pace: float
    """Of a day, since the first."""
    pace_now: float
    """Of a day, in the last thirty."""
    milestone: int
    milestone_on: date | None


@dataclass(frozen=True, slots=True)
class Streaks:
    """What somebody has going."""

    shown: Shown
    days: Run | None
    longest: Run | None
    in_a_row: tuple[tuple[Subject, Count], ...]
    """How many of the last plays are all of one artist, one album, one track; none of one play alone."""
    heard_today: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How much somebody has heard."""

    plays: int
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """How often somebody heard a track, its artist and its album."""

    track: int = 0
    artist: int = 0
    album: int = 0
