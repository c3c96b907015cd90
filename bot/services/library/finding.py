"""Which playlist or track is meant: while somebody types, and when they have typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import normalised, visible
from bot.domain.library.playlists import Listed
from bot.domain.listening.names import title_key
from bot.domain.people import Caller
from bot.domain.post_errors import PlaylistRefused
from bot.services import people, playlists
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries import playlists as queries
from db.queries.club import clubs
from db.queries.library import finding as tracks
from db.queries.library.finding import Found

SUGGESTIONS = 25
Pairs = list[tuple[str, str]]


def named(track: Found) -> str:
    """`Title — Artist · Album`, raw."""
    name = f"{track.title} — {track.artist}" if track.artist else track.title
    return f"{name} · {track.album}" if track.album and normalised(track.album) != normalised(track.title) else name


async def playlist_suggestions(tools: Tools, *, guild_id: int, discord_id: int, text: str, own: bool) -> Pairs:
    """Playlists for autocomplete: the member's own, or every one that they may see."""
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            return []
        user_id = await people_queries.user_by_discord(session, discord_id)
        listed = await queries.listed(session, club.id, user_id)
    wanted = normalised(text)
    return [
        (f"{one.name} ({one.track_count}){_whose(one, user_id)}", str(one.id))
        for one in listed
        if wanted in normalised(one.name) and (one.user_id == user_id or not own)
    ][:SUGGESTIONS]


def _whose(playlist: Listed, user_id: UUID | None) -> str:
    if playlist.user_id is None:
        return " · the club's"
    return " · yours" if playlist.user_id == user_id else f" · {playlist.owner}"


async def track_suggestions(tools: Tools, *, guild_id: int, discord_id: int, text: str) -> Pairs:
    """Tracks for autocomplete: of the club's albums, then what the member heard."""
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            return []
        user_id = await people_queries.user_by_discord(session, discord_id)
        found = await tracks.of_club(session, club.id, visible(text).split(), SUGGESTIONS)
        own = await tracks.of_members(session, club.id, user_id, visible(text).split(), SUGGESTIONS)
        # A member's own come first; what others made stands behind the club's albums.
        found = [*(one for one in own if one.own), *found, *(one for one in own if not one.own)][:SUGGESTIONS]
        key = title_key(text)
        if user_id is not None and key and len(found) < SUGGESTIONS:
            found += await tracks.heard(session, user_id, key, SUGGESTIONS - len(found))
    return [(name, str(track.id)) for name, track in _once(found)]


def _once(found: Iterable[Found]) -> Iterable[tuple[str, Found]]:
    """Each name once: what was heard is often a track of the club's albums."""
    seen: set[str] = set()
    for track in found:
        name = named(track)
        key = normalised(f"{track.title} {track.artist}")
        if key not in seen:
            seen.add(key)
            yield name, track


async def entry_suggestions(tools: Tools, *, caller: Caller, now: datetime, playlist: str, text: str) -> Pairs:
    """The tracks of a playlist for autocomplete, with their places."""
    try:
        key = UUID(playlist)
    except ValueError:
        return []
    found = await playlists.playlist_of(tools, caller=caller, now=now, playlist=key)
    wanted = normalised(text)
    return [
        (f"{entry.position + 1}. {'A private track' if entry.hidden else entry.track.title}", str(entry.track.id))
        for entry in (found.entries if found is not None else ())
        if wanted in normalised(entry.track.title) or text.strip() == str(entry.position + 1)
    ][:SUGGESTIONS]


async def the_playlist(tools: Tools, *, caller: Caller, now: datetime, text: str) -> UUID:
    """The playlist that is meant by a choice of the autocomplete or by its name; the member's own comes first.

    Raises `PlaylistRefused` (`unknown`).
    """
    try:
        return UUID(text)
    except ValueError:
        wanted = normalised(text)
    listed = await playlists.playlists_for(tools, caller=caller, now=now)
    found = next((one.id for one in listed if normalised(one.name) == wanted), None)
    if found is None:
        raise PlaylistRefused("unknown")
    return found


async def the_track(tools: Tools, *, caller: Caller, text: str) -> UUID:
    """The track that is meant by a choice of the autocomplete or by its title, where one alone has it.

    Raises `PlaylistRefused` (`no_track`).
    """
    try:
        return UUID(text)
    except ValueError:
        pass
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        found = await tracks.exact(session, club.id, user_id, " ".join(visible(text).split()))
    if len(found) != 1:
        raise PlaylistRefused("which" if found else "no_track")
    return found[0].id


async def tracks_of_message(tools: Tools, *, caller: Caller, message_id: int) -> list[Found]:
    """The tracks that a message presents: one, or all of a guide's card. Raises `PlaylistRefused` (`no_post`)."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        found = await tracks.of_message(session, club.id, message_id)
    if not found:
        raise PlaylistRefused("no_post")
    return found


async def names_of(tools: Tools, *, caller: Caller, now: datetime, track: UUID) -> Found:
    """The names of a track that the caller may see. Raises `PlaylistRefused` (`no_track`, `no_access`)."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        await playlists.seen_track(session, member, track)
        found = await tracks.by_id(session, track)
    assert found is not None, "just seen"
    return found


async def the_entry(tools: Tools, *, caller: Caller, now: datetime, playlist: UUID, text: str) -> UUID:
    """The track of a playlist that is meant: a choice of the autocomplete, its title, or its place.

    Raises `PlaylistRefused` (`unknown`, `no_track`, `which`).
    """
    try:
        return UUID(text)
    except ValueError:
        wanted = normalised(text)
    held = await playlists.open_playlist(tools, caller=caller, now=now, playlist=playlist)
    found = [entry.track.id for entry in held.entries if not entry.hidden and normalised(entry.track.title) == wanted]
    if not found and text.strip().isdecimal():
        found = [entry.track.id for entry in held.entries if str(entry.position + 1) == text.strip()]
    if len(found) != 1:
        raise PlaylistRefused("which" if found else "no_track", held.name)
    return found[0]
