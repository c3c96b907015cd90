"""Track lists: told by a source or pasted, and offered while somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import TRACKS_LIMIT, TrackLine, normalised
from bot.domain.club.entries import Track
from bot.domain.errors import AlbumNeeded, TextTooLong
from bot.domain.people import Caller
from bot.services import people
from bot.services.catalog.resolved import SUGGESTIONS
from bot.services.club import guide
from bot.services.tools import Tools
from db.queries import catalog as queries


async def set_tracks(
    tools: Tools, *, caller: Caller, now: datetime, album_id: UUID, tracks: Sequence[TrackLine]
) -> tuple[Track, ...]:
    """An album gets its track list; one that is there already only a host replaces (`NotAHost`).

    Ratings keep their favourite by its title. Raises `AlbumNeeded` for an album that does not exist, `TextTooLong`.
    """
    if len(tracks) > TRACKS_LIMIT:
        raise TextTooLong("track list", TRACKS_LIMIT, len(tracks))
    async with tools.database.writing() as session:
        club, _ = await people.present(session, caller, now)
        if not await queries.hold_album(session, album_id):
            raise AlbumNeeded("empty", str(album_id))
        if await queries.tracks_of(session, album_id):
            people.require_host(club, caller)
        await queries.replace_tracks(session, album_id, tracks, now)
        await guide.tracks_changed(session, album_id, now)
        return await queries.tracks_of(session, album_id)


async def tracks_of(tools: Tools, *, album_id: UUID) -> tuple[Track, ...]:
    """An album's track list, in its order; empty when nobody has told it."""
    async with tools.database.reading() as session:
        return await queries.tracks_of(session, album_id)


async def track_suggestions(tools: Tools, *, album_id: UUID, text: str) -> list[tuple[str, str]]:
    """Tracks of an album for autocomplete: number and title, and the title."""
    wanted = normalised(text)
    return [
        (f"{track.position}. {track.title}", track.title)
        for track in await tracks_of(tools, album_id=album_id)
        if wanted in normalised(track.title)
    ][:SUGGESTIONS]
