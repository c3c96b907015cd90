"""A week of the club: its phases, its deadlines, and the club it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.calendar import Deadlines, Schedule, label
from bot.domain.club.rules import Rules


class Phase(StrEnum):
    """Where a week stands; see SPEC 2.1."""

    SCHEDULED = "scheduled"
    NOMINATIONS = "nominations"
    POLL = "poll"
    LISTENING = "listening"
    RATINGS = "ratings"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OPEN_PHASES = (Phase.SCHEDULED, Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING, Phase.RATINGS)
CHOOSING = (Phase.NOMINATIONS, Phase.POLL)
HEARING = (Phase.LISTENING, Phase.RATINGS)
"""The album is known, and heard, discussed and rated."""
"""At most one week per club and kind is in one of these."""

DEADLINE_OF: Mapping[Phase, str] = {
    Phase.SCHEDULED: "opens_at",
    Phase.NOMINATIONS: "nominations_close_at",
    Phase.POLL: "poll_close_at",
    Phase.LISTENING: "discussion_at",
    Phase.RATINGS: "ratings_close_at",
}
"""The deadline at which each open phase ends."""


class Skip(StrEnum):
    """Why a week was cancelled."""

    HOST = "host"
    NO_NOMINATIONS = "no_nominations"
    NO_PICK = "no_pick"


class ThreadRole(StrEnum):
    """The four thread ids of a week; several may be the same thread."""

    NOMINATIONS = "nominations"
    POLL = "poll"
    LISTENING = "listening"
    RATINGS = "ratings"


class WeekKind(StrEnum):
    """What a week is about; of each kind one at a time is being chosen."""

    ALBUM = "album"
    DEMO = "demo"
    """Tracks that members made; who made which is told with the result."""


@dataclass(frozen=True, slots=True)
class Club:
    """One Discord server with its settings."""

    id: UUID
    guild_id: int
    name: str
    channel_id: int
    zone: str
    rules: Rules = field(default_factory=Rules)
    schedule: Schedule | None = None
    """The template by which weeks create themselves; None while it is off."""
    host_role_id: int | None = None
    reminder_role_id: int | None = None
    paused_until: datetime | None = None
    trouble: str | None = None
    """What last kept the bot from showing something, in Discord's words; None when all is well."""

    @property
    def timezone(self) -> ZoneInfo:
        """The club's time zone."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Week:
    """One session of the club."""

    id: UUID
    club_id: UUID
    number: int
    opens_on: date
    """The club's local date of opening, fixed at creation; part of the label."""
    phase: Phase
    run: int
    """Grows at each entry into a phase and each moved deadline; errand keys carry it."""
    deadlines: Deadlines
    rules: Rules
    kind: WeekKind = WeekKind.ALBUM
    theme: str = ""
    from_template: bool = False
    phase_began_at: datetime | None = None
    nominations_extended: bool = False
    poll_extended: bool = False
    winner_id: UUID | None = None
    """The winning nomination."""
    deciding_step: str | None = None
    result: Mapping[str, Any] | None = None
    """The tally as stored: see `bot.services.club.results`."""
    cancelled_from: Phase | None = None
    cancel_reason: str | None = None
    reopened: bool = False
    threads: Mapping[ThreadRole, int] = field(default_factory=dict[ThreadRole, int])
    event_id: int | None = None

    @property
    def is_demo(self) -> bool:
        """Whether its nominations are members' own tracks."""
        return self.kind is WeekKind.DEMO

    @property
    def label(self) -> str:
        """`WEEK 003 [2026-11-23]`."""
        return label(self.number, self.opens_on)

    @property
    def ends_at(self) -> datetime | None:
        """The deadline of the present phase; None when the week is over."""
        name = DEADLINE_OF.get(self.phase)
        return None if name is None else getattr(self.deadlines, name)

    @property
    def is_open(self) -> bool:
        """Whether the week still moves."""
        return self.phase in OPEN_PHASES

    @property
    def announced(self) -> bool:
        """Whether the winner is known to the club."""
        return self.winner_id is not None and self.phase in (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)
