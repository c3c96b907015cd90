"""The memory of tracks: a private log of what a member did with a track, only ever added to.

Nothing here says whether somebody hesitated or how well they did: a ballot is remembered as it stood at the close, a
rating without its score. What is remembered is shown to its member alone, and used for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.errors import Refusal, TextTooLong

NOTE_LIMIT = 2_000
ABOUT_LIMIT = 300
MANY = 100
"""How often a track is heard before that is remembered a second time."""


class Deed(StrEnum):
    """What is remembered of a track."""

    NOMINATED = "nominated"
    """Named as the track to start with in a nomination."""
    PITCHED = "pitched"
    VOTED = "voted"
    """Of a ballot as it stood when the poll closed."""
    WON = "won"
    RATED = "rated"
    FAVOURITE = "favourite"
    POSTED = "posted"
    NOTE_GIVEN = "note_given"
    """Commented on, where others read it."""
    VERSION_ADDED = "version_added"
    PLAYLISTED = "playlisted"
    FIRST_LISTEN = "first_listen"
    HUNDREDTH_LISTEN = "hundredth_listen"
    NOTE = "note"
    """The member's own words, for nobody else."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """Something that a member did with a track, to be remembered once however often it is told."""

    user_id: UUID
    track_id: UUID
    deed: Deed
    source: str
    """What makes the event this one: the key of its row."""
    happened_at: datetime
    about: str = ""
    """Where it happened: a week's label, a playlist's name."""
    words: str = ""

    @property
    def key(self) -> str:
        """The event's own key, equal whenever it is told again."""
        return f"{self.deed}:{self.source}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log."""

    track_id: UUID
    deed: Deed
    key: str
    happened_at: datetime
    about: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a member's memory holds of a track, newest first."""

    track_id: UUID
    title: str
    artist: str
    entries: Sequence[Entry] = ()
    plays: int = 0
    user_id: UUID | None = None


@dataclass(eq=False)
class MemoryRefused(Refusal):
    """Something about one's own memory that is refused; `cogs/shared/memory_refusals.py` words it.

    `reason`: `empty` words, `nothing` remembered, `no_idea`, `no_draft`, `no_milestone`, `which` of several, `many` of
    them already, `no_name`, `day`, `past` for a reminder.
    """

    reason: str
    name: str = ""


def check_note(text: str) -> str:
    """The member's words as they are kept. Raises `MemoryRefused` (`empty`), `TextTooLong`."""
    return checked("note", text, NOTE_LIMIT)


def checked(field: str, text: str, limit: int) -> str:
    """Words that have to be there and to fit. Raises `MemoryRefused` (`empty`), `TextTooLong`."""
    words = visible(text).strip()
    if not words:
        raise MemoryRefused("empty")
    return fitting(field, words, limit)


def fitting(field: str, text: str, limit: int) -> str:
    """Words that have to fit, and may be none. Raises `TextTooLong`."""
    words = visible(text).strip()
    if len(words) > limit:
        raise TextTooLong(field, limit, len(words))
    return words
