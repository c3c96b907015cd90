"""Uploads: a file on its way into a member's library, from an attachment or by a page of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.library.tracks import TrackFields

TICKET_LIFE = timedelta(minutes=30)
"""How long an upload page stays open."""
A_DAY = timedelta(days=1)
DAILY = 20
"""Files that a member may upload within a day."""
QUOTA_BYTES = 1024**3
"""What one member's library may hold."""
SILENT_FOR = timedelta(minutes=3)
"""After so long without a sign of life an upload was cut off."""
STORE_TRIES = 3
STORE_PAUSE = 1.0
"""Seconds between two tries to store a file."""


class UploadState(StrEnum):
    """How far an upload is."""

    WAITING = "waiting"
    """Its page was not used yet."""
    ARRIVING = "arriving"
    WORKING = "working"
    """The file is here, and is being heard, measured and stored."""
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = (UploadState.ARRIVING, UploadState.WORKING)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into the library."""

    id: UUID
    user_id: UUID
    club_id: UUID
    state: UploadState
    fields: TrackFields
    file_name: str
    size: int
    compress: bool
    began_at: datetime
    alive_at: datetime
    track_id: UUID | None = None
    """The track that it is a version of; or, once it is done, the one it became."""
    is_version: bool = False
    note: str = ""
    duplicate: bool = False
    """It was in the library already."""
    restored: bool = False
    """It had been deleted, and is back."""
    code: str = ""
    reason: str = ""
    detail: str = ""
    ended_at: datetime | None = None
    details: dict[str, str] = field(default_factory=dict[str, str])

    def cut_off(self, now: datetime) -> bool:
        """Whether whoever dealt with it is gone."""
        return self.state in UNDER_WAY and now - self.alive_at > SILENT_FOR


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The way to an upload page, for one member and one file."""

    upload_id: UUID
    address: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the upload page says: for whom, what, and until when."""

    name: str
    title: str
    is_version: bool
    ends_at: datetime
