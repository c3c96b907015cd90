"""Playlists: ordered lists of tracks; members' own, and the pitch tracks of a week's nominees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import normalised, visible
from bot.domain.club.entries import Standing, Track
from bot.domain.errors import TextTooLong
from bot.domain.people import Caller
from bot.domain.post_errors import PlaylistRefused
from bot.domain.posts import Playlist
from bot.services import people
from bot.services.tools import Tools
from db.queries import catalog, posts
from db.queries import playlists as queries
from db.queries.club import nominations, weeks
from db.session import Reading, Writing

NAME_LIMIT = 255
DESCRIPTION_LIMIT = 2_000


async def create_playlist(
    tools: Tools, *, caller: Caller, now: datetime, name: str, description: str = "", public: bool = True
) -> Playlist:
    """The caller makes a playlist, empty at first. Raises `PlaylistRefused` (`no_name`), `TextTooLong`."""
    name, description = " ".join(visible(name).split()), visible(description).strip()
    if not name:
        raise PlaylistRefused("no_name")
    for field, text, limit in (("name", name, NAME_LIMIT), ("description", description, DESCRIPTION_LIMIT)):
        if len(text) > limit:
            raise TextTooLong(field, limit, len(text))
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        playlist_id = await queries.add_playlist(
            session,
            club_id=club.id,
            user_id=member.user_id,
            name=name,
            description=description,
            is_public=public,
            now=now,
        )
        return await _playlist(session, club.id, playlist_id)


async def playlist_of(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID) -> Playlist | None:
    """A playlist with its tracks in order; None for one that is missing or private to somebody else."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await queries.playlist(session, club.id, playlist)
        return found if found is not None and found.open_to(member.user_id) else None


async def add_track(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    playlist: UUID,
    track: UUID | None = None,
    post: UUID | None = None,
    position: int | None = None,
) -> Playlist:
    """A track, or the one that a post presents, joins the caller's playlist: at the end, or at a place from 0.

    Raises `PlaylistRefused`: `unknown`, `not_yours`, `no_track`, `held`, `no_place`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        held = await _own(session, club.id, playlist, member.user_id)
        found = await _track(session, club.id, track, post)
        end = await queries.next_position(session, club.id, held.id)
        if position is not None and not 0 <= position <= end:
            raise PlaylistRefused("no_place", held.name)
        place = end if position is None else position
        if await queries.insert_track(session, club.id, held.id, found.id, place, now) == queries.HELD:
            raise PlaylistRefused("held", found.title)
        return await _playlist(session, club.id, held.id)


async def remove_track(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID, track: UUID) -> Playlist:
    """A track leaves the caller's playlist, and the others close up.

    Raises `PlaylistRefused`: `unknown`, `not_yours`, `no_track`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        held = await _own(session, club.id, playlist, member.user_id)
        if not await queries.remove_track(session, club.id, held.id, track, now):
            raise PlaylistRefused("no_track", held.name)
        return await _playlist(session, club.id, held.id)


async def keep_before_vote(tools: Tools, *, week: UUID, now: datetime) -> Mapping[UUID, Track]:
    """The pitch tracks of the nominations in the race become the week's playlist; which track each one named.

    A track that was typed, and stands on no known list, is in no playlist.
    """
    async with tools.database.writing() as session:
        found = await weeks.week(session, week)
        if found is None:
            return {}
        named: dict[UUID, Track] = {}
        for one in await nominations.nominations_of_week(session, found.id):
            if one.standing is Standing.STANDING and one.pitch_track:
                tracks = await catalog.tracks_of(session, one.album.id)
                wanted = normalised(one.pitch_track)
                same = next((track for track in tracks if normalised(track.title) == wanted), None)
                if same is not None:
                    named[one.id] = same
        await _keep_list(session, found.club_id, found.id, f"Before you vote · {found.label}", named, now)
        return named


async def before_vote(tools: Tools, *, week: UUID) -> Playlist | None:
    """The playlist of a week's pitch tracks; None when nobody named one that is known."""
    async with tools.database.reading() as session:
        found = await weeks.week(session, week)
        playlist_id = None if found is None else await queries.playlist_of_week(session, found.club_id, found.id)
        return None if found is None or playlist_id is None else await _playlist(session, found.club_id, playlist_id)


async def _keep_list(
    session: Writing, club_id: UUID, week_id: UUID, name: str, named: Mapping[UUID, Track], now: datetime
) -> None:
    playlist_id = await queries.playlist_of_week(session, club_id, week_id)
    if playlist_id is None:
        if not named:
            return
        playlist_id = await queries.add_playlist(
            session, club_id=club_id, user_id=None, week_id=week_id, name=name, now=now
        )
    held = await queries.playlist(session, club_id, playlist_id, lock=True)
    wanted = list(dict.fromkeys(track.id for track in named.values()))
    if held is not None and [entry.track.id for entry in held.entries] != wanted:
        await queries.set_tracks(session, club_id, playlist_id, wanted, now)


async def _own(session: Writing, club_id: UUID, playlist_id: UUID, user_id: UUID) -> Playlist:
    """The caller's own playlist, held; a private one of somebody else is as unknown as none."""
    found = await queries.playlist(session, club_id, playlist_id, lock=True)
    if found is None or not found.open_to(user_id):
        raise PlaylistRefused("unknown")
    if not found.kept_by(user_id):
        raise PlaylistRefused("not_yours", found.name)
    return found


async def _track(session: Reading, club_id: UUID, track_id: UUID | None, post_id: UUID | None) -> Track:
    if post_id is not None:
        post = await posts.post(session, club_id, post_id)
        found = None if post is None else post.track
    else:
        found = None if track_id is None else await queries.track(session, track_id)
    if found is None:
        raise PlaylistRefused("no_track")
    return found


async def _playlist(session: Reading, club_id: UUID, playlist_id: UUID) -> Playlist:
    found = await queries.playlist(session, club_id, playlist_id)
    assert found is not None, "just held"
    return found
