"""Playlists shown to everybody: a message each time one is shared, kept in step with its playlist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.domain.library.playlists import Playlist
from bot.domain.outbox import Draft, Errand, Kind
from bot.domain.people import Caller
from bot.domain.post_errors import PlaylistRefused
from bot.services import outbox, people
from bot.services.tools import Tools
from db.queries import playlist_shares as shares
from db.queries import playlists as queries
from db.queries.club import clubs
from db.session import Writing

TOGETHER = 5
"""Seconds: changes within them make one redraw of a message."""
AGAIN_AFTER = timedelta(minutes=10)
"""So long a playlist is not shared again in the same channel."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a message shows, and where it is or shall be."""

    share_id: UUID
    guild_id: int
    channel_id: int
    message_id: int | None
    playlist: Playlist | None
    """None where it is gone, or private now."""


async def share_playlist(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID, channel_id: int) -> Playlist:
    """The caller shows a playlist to everybody in a channel: their own, or any that is public.

    Raises `PlaylistRefused`: `unknown`, `private`, `empty`, `shared` there a moment ago.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await queries.playlist(session, club.id, playlist, lock=True)
        if found is None or not found.open_to(member.user_id):
            raise PlaylistRefused("unknown")
        if not found.is_public:
            raise PlaylistRefused("private", found.name)
        if not found.entries:
            raise PlaylistRefused("empty", found.name)
        if await shares.shared_since(session, club.id, found.id, channel_id, now - AGAIN_AFTER):
            raise PlaylistRefused("shared", found.name)
        share_id = await shares.add_share(
            session, club_id=club.id, playlist_id=found.id, user_id=member.user_id, channel_id=channel_id, now=now
        )
        draft = Draft(Kind.PLAYLIST, payload={"share": str(share_id)})
        await outbox.record_for_club(
            session, club, draft, key=f"playlist:{share_id}", now=now, lane=f"playlist:{share_id}"
        )
        return found.seen_by(member.user_id)


async def changed(session: Writing, club_id: UUID, playlist_id: UUID, now: datetime) -> None:
    """A playlist is another one: messages that show it are drawn again in a moment, once for all that happens."""
    standing = [one for one in await shares.shares_of(session, club_id, playlist_id) if one[2] is not None]
    if not standing:
        return
    club = await clubs.club(session, club_id)
    turn = int(now.timestamp()) // TOGETHER + 1
    at = datetime.fromtimestamp(turn * TOGETHER, UTC)
    for share_id, _, _ in standing:
        draft = Draft(Kind.PLAYLIST_REFRESH, not_before=at, payload={"share": str(share_id)})
        await outbox.record_for_club(
            session, club, draft, key=f"playlist:{share_id}:{turn}", now=now, lane=f"playlist:{share_id}"
        )


async def track_changed(session: Writing, track_id: UUID, now: datetime) -> None:
    """A track is called otherwise, shown or hidden: messages that show playlists with it follow."""
    for club_id, playlist_id in await queries.playlists_holding(session, track_id):
        await changed(session, club_id, playlist_id, now)


async def shown_by(tools: Tools, errand: Errand) -> Shared | None:
    """What the message of an errand shows, as everybody may see it; None where the share is not known any more."""
    share_id = UUID(str(errand.payload["share"]))
    async with tools.database.reading() as session:
        found = await shares.share(session, errand.club_id, share_id)
        if found is None:
            return None
        playlist_id, channel_id, message_id = found
        club = await clubs.club(session, errand.club_id)
        playlist = await queries.playlist(session, club.id, playlist_id)
        seen = playlist.seen_by(None) if playlist is not None and playlist.is_public else None
        return Shared(share_id, club.guild_id, channel_id, message_id, seen)


async def posted(tools: Tools, errand: Errand, *, message_id: int, now: datetime) -> None:
    """The message stands; what changed while it was being posted is drawn into it."""
    share_id = UUID(str(errand.payload["share"]))
    async with tools.database.writing() as session:
        playlist_id = await shares.note_share(session, errand.club_id, share_id, message_id)
        if playlist_id is not None:
            await changed(session, errand.club_id, playlist_id, now)
