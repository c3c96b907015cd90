"""Playlists: ordered lists of tracks that members make; those of the club's own are kept right by its weeks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.library.memory import Deed, Deposit
from bot.domain.library.playlists import (
    MOST_PLAYLISTS,
    MOST_TRACKS,
    Listed,
    Playlist,
    PlaylistEntry,
    check_words,
    place_for,
)
from bot.domain.people import Caller, Member
from bot.domain.post_errors import PlaylistRefused
from bot.services import people
from bot.services.library import showing_playlists
from bot.services.tools import Tools
from db.queries import playlists as queries
from db.queries import posts
from db.queries.library import memory
from db.session import Reading, Writing


async def create_playlist(
    tools: Tools, *, caller: Caller, now: datetime, name: str, description: str = "", public: bool = True
) -> Playlist:
    """The caller makes a playlist, empty at first. Raises `PlaylistRefused` (`no_name`, `many`), `TextTooLong`."""
    words = check_words(name, description)
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        return await _playlist(session, member, await _made(session, member, words, public, now))


async def create_with(
    tools: Tools, *, caller: Caller, now: datetime, name: str, track: UUID, description: str = "", public: bool = True
) -> Playlist:
    """The caller makes a playlist with a track in it; where the track is refused there is no playlist either.

    Raises `PlaylistRefused` (`no_name`, `many`, `no_track`, `no_access`), `TextTooLong`.
    """
    words = check_words(name, description)
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        found = await _track(session, member, track, None)
        playlist_id = await _made(session, member, words, public, now)
        await queries.insert_track(session, member.club_id, playlist_id, found.track.id, 0, now)
        await _remember(session, member, playlist_id, words[0], found.track.id, now)
        return await _playlist(session, member, playlist_id)


async def _made(session: Writing, member: Member, words: tuple[str, str], public: bool, now: datetime) -> UUID:
    if await queries.count_of_member(session, member.club_id, member.user_id) >= MOST_PLAYLISTS:
        raise PlaylistRefused("many")
    return await queries.add_playlist(
        session,
        club_id=member.club_id,
        user_id=member.user_id,
        name=words[0],
        description=words[1],
        is_public=public,
        now=now,
    )


async def playlist_of(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID) -> Playlist | None:
    """A playlist with its tracks in order; None for one that is missing or private to somebody else.

    A track that is closed to the caller keeps its place, and nothing else is told of it.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await queries.playlist(session, club.id, playlist)
        return found.seen_by(member.user_id) if found is not None and found.open_to(member.user_id) else None


async def open_playlist(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID) -> Playlist:
    """The same, where there has to be one. Raises `PlaylistRefused` (`unknown`)."""
    found = await playlist_of(tools, caller=caller, now=now, playlist=playlist)
    if found is None:
        raise PlaylistRefused("unknown")
    return found


async def playlists_for(tools: Tools, *, caller: Caller, now: datetime) -> list[Listed]:
    """The playlists that the caller may see: their own first, then the club's, then what others show."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        return await queries.listed(session, club.id, member.user_id)


async def own_playlists(tools: Tools, *, caller: Caller, now: datetime) -> list[Listed]:
    """The caller's own playlists, the one that changed last first."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        return [one for one in await queries.listed(session, club.id, member.user_id) if one.user_id == member.user_id]


async def edit_playlist(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    playlist: UUID,
    name: str | None = None,
    description: str | None = None,
    public: bool | None = None,
) -> Playlist:
    """The caller's playlist is called, described or shown otherwise; what is left out stays.

    Raises `PlaylistRefused` (`unknown`, `not_yours`, `no_name`), `TextTooLong`.
    """
    async with tools.database.writing() as session:
        member, held = await _own(session, caller, now, playlist)
        words = check_words(
            held.name if name is None else name, held.description if description is None else description
        )
        await queries.edit_playlist(
            session,
            member.club_id,
            held.id,
            name=words[0],
            description=words[1],
            is_public=held.is_public if public is None else public,
            now=now,
        )
        await showing_playlists.changed(session, member.club_id, held.id, now)
        return await _playlist(session, member, held.id)


async def delete_playlist(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID) -> Playlist:
    """The caller's playlist is gone; its tracks are not. Raises `PlaylistRefused` (`unknown`, `not_yours`)."""
    async with tools.database.writing() as session:
        member, held = await _own(session, caller, now, playlist)
        await showing_playlists.changed(session, member.club_id, held.id, now)
        await queries.delete_playlist(session, member.club_id, held.id)
        return held


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

    Raises `PlaylistRefused`: `unknown`, `not_yours`, `no_track`, `no_access`, `held`, `full`, `no_place`.
    """
    async with tools.database.writing() as session:
        member, held = await _own(session, caller, now, playlist)
        found = await _track(session, member, track, post)
        if held.track_count >= MOST_TRACKS:
            raise PlaylistRefused("full", held.name)
        place = place_for(held, position, joins=True)
        if await queries.insert_track(session, member.club_id, held.id, found.track.id, place, now) == queries.HELD:
            raise PlaylistRefused("held", found.track.title)
        await _remember(session, member, held.id, held.name, found.track.id, now)
        await showing_playlists.changed(session, member.club_id, held.id, now)
        return await _playlist(session, member, held.id)


async def move_track(
    tools: Tools, *, caller: Caller, now: datetime, playlist: UUID, track: UUID, position: int | None = None
) -> Playlist:
    """A track of the caller's playlist goes to another place, from 0, or to the end; the others give way.

    Raises `PlaylistRefused`: `unknown`, `not_yours`, `no_track`, `no_place`.
    """
    async with tools.database.writing() as session:
        member, held = await _own(session, caller, now, playlist)
        entry = next((one for one in held.entries if one.track.id == track), None)
        if entry is None:
            raise PlaylistRefused("no_track", held.name)
        place = place_for(held, position, joins=False)
        if place != entry.position:
            await queries.move_track(session, member.club_id, held.id, track, entry.position, place, now)
            await showing_playlists.changed(session, member.club_id, held.id, now)
        return await _playlist(session, member, held.id)


async def remove_track(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID, track: UUID) -> Playlist:
    """A track leaves the caller's playlist, and the others close up.

    Raises `PlaylistRefused`: `unknown`, `not_yours`, `no_track`.
    """
    async with tools.database.writing() as session:
        member, held = await _own(session, caller, now, playlist)
        if not await queries.remove_track(session, member.club_id, held.id, track, now):
            raise PlaylistRefused("no_track", held.name)
        await showing_playlists.changed(session, member.club_id, held.id, now)
        return await _playlist(session, member, held.id)


async def _own(session: Writing, caller: Caller, now: datetime, playlist_id: UUID) -> tuple[Member, Playlist]:
    """The caller's own playlist, held; a private one of somebody else is as unknown as none."""
    club, member = await people.present(session, caller, now)
    found = await queries.playlist(session, club.id, playlist_id, lock=True)
    if found is None or not found.open_to(member.user_id):
        raise PlaylistRefused("unknown")
    if not found.kept_by(member.user_id):
        raise PlaylistRefused("not_yours", found.name)
    return member, found


async def _track(session: Reading, member: Member, track_id: UUID | None, post_id: UUID | None) -> PlaylistEntry:
    """The track that is meant, where the member may see it: a post lends no private track of somebody else."""
    if post_id is not None:
        post = await posts.post(session, member.club_id, post_id)
        track_id = None if post is None or post.track is None else post.track.id
    return await seen_track(session, member, track_id)


async def seen_track(session: Reading, member: Member, track_id: UUID | None) -> PlaylistEntry:
    """A track that a member may see. Raises `PlaylistRefused` (`no_track`, `no_access`)."""
    found = None if track_id is None else await queries.track(session, track_id)
    if found is None or found.gone:
        raise PlaylistRefused("no_track")
    if not found.open_to(member.user_id):
        raise PlaylistRefused("no_access")
    return found


async def _remember(
    session: Writing, member: Member, playlist_id: UUID, name: str, track_id: UUID, now: datetime
) -> None:
    """That a member put a track into a list of theirs is remembered, once for each list."""
    await memory.deposit(session, [Deposit(member.user_id, track_id, Deed.PLAYLISTED, str(playlist_id), now, name)])


async def _playlist(session: Reading, member: Member, playlist_id: UUID) -> Playlist:
    found = await queries.playlist(session, member.club_id, playlist_id)
    assert found is not None, "just held"
    return found.seen_by(member.user_id)
