"""What is known of a track for some minutes, so that a club that hears it at once asks for its facts once.

Who may reach it is never kept: that is asked anew each time, and a changed track is another one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.library.tracks import MemberTrack, reachable

KEPT_FOR = timedelta(minutes=5)
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Access:
    """Who may reach a track at this moment, and since when it is as it is."""

    owner_id: UUID
    public: bool
    gone: bool
    hidden: bool
    """Reported, or veiled by a blind week."""
    changed_at: datetime

    def open_to(self, user_id: UUID | None) -> bool:
        """Whether somebody may reach the track now."""
        return reachable(
            owner_id=self.owner_id, public=self.public, gone=self.gone, hidden=self.hidden, user_id=user_id
        )


class KnownTracks:
    """Facts of tracks as a club sees them, each for five minutes at most; the ones asked for longest ago go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[UUID, UUID], tuple[datetime, datetime, MemberTrack]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, club_id: UUID, track_id: UUID, changed_at: datetime, now: datetime) -> MemberTrack | None:
        """A track that is still as it was; None for one that has to be asked for."""
        key = (club_id, track_id)
        kept = self._kept.get(key)
        if kept is None:
            return None
        since, changed, track = kept
        if changed != changed_at or not timedelta() <= now - since < KEPT_FOR:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return track

    def keep(self, club_id: UUID, track: MemberTrack, changed_at: datetime, now: datetime) -> None:
        """A track was just asked for."""
        self._kept[club_id, track.id] = (now, changed_at, track)
        self._kept.move_to_end((club_id, track.id))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
