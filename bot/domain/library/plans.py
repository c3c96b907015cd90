"""What comes before a track, around it and after it: ideas, drafts of pitches, milestones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bot.domain.club.entries import Blurb

IDEA_LIMIT = 2_000
TAG_LIMIT = 60
NAME_LIMIT = 200
MOST = 500
"""Ideas, drafts or milestones that one member keeps."""


@dataclass(frozen=True, slots=True)
class Idea:
    """A thought before there is a track; anchored to one where the member says so."""

    id: UUID
    content: str
    tag: str
    created_at: datetime
    track_id: UUID | None = None
    track: str = ""
    """The track's title."""


@dataclass(frozen=True, slots=True)
class PitchDraft:
    """Words around a track that wait for a week; they fill the form when its album is nominated."""

    id: UUID
    name: str
    blurb: Blurb
    updated_at: datetime
    track_id: UUID | None = None
    track: str = ""
    artist: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day that matters, perhaps of a track, perhaps with a reminder."""

    id: UUID
    title: str
    day: date
    description: str = ""
    remind_at: datetime | None = None
    track_id: UUID | None = None
    track: str = ""
