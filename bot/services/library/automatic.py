"""The club's own playlists: a week's nominees and favourites, and all winners, kept right by the weeks themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import normalised
from bot.domain.club.entries import Standing, Track
from bot.domain.club.phases import Move, Transition
from bot.domain.library.playlists import Automatic, Playlist
from bot.services.library import showing_playlists
from bot.services.tools import Tools
from db.queries import catalog
from db.queries import playlists as queries
from db.queries.club import nominations, weeks
from db.queries.library import weekly
from db.session import Reading, Writing

WINNERS = "Winners of the club"
WON_OR_LOST = (Move.WON, Move.REOPENED, Move.CANCELLED, Move.CLOSED)
"""Transitions after which other albums may have won."""


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
            # Of a demo the list would tell who made it.
            if one.standing is Standing.STANDING and one.pitch_track and not one.of_track:
                tracks = await catalog.tracks_of(session, one.album.id)
                wanted = normalised(one.pitch_track)
                same = next((track for track in tracks if normalised(track.title) == wanted), None)
                if same is not None:
                    named[one.id] = same
        wanted = [track.id for track in named.values()]
        name = f"Before you vote · {found.label}"
        await _keep(session, found.club_id, Automatic.NOMINEES, name, wanted, now, week_id=found.id)
        return named


async def before_vote(tools: Tools, *, week: UUID) -> Playlist | None:
    """The playlist of a week's pitch tracks; None when nobody named one that is known."""
    async with tools.database.reading() as session:
        found = await weeks.week(session, week)
        return None if found is None else await _automatic(session, found.club_id, Automatic.NOMINEES, found.id)


async def week_moved(session: Writing, transition: Transition, now: datetime) -> None:
    """A week has moved on or back: the lists that depend on it follow, in the same transaction."""
    week = transition.week
    if transition.move not in WON_OR_LOST:
        return
    await winner_changed(session, week.club_id, now)
    closed = transition.move is Move.CLOSED
    named = await weekly.favourites_of_week(session, week.id) if closed else []
    await _keep(session, week.club_id, Automatic.FAVOURITES, f"Favourites · {week.label}", named, now, week_id=week.id)


async def winner_changed(session: Writing, club_id: UUID, now: datetime) -> None:
    """Another album won, or the track list of one that did is another: the club's list of winners follows."""
    won = await weekly.winning_tracks(session, club_id)
    await _keep(session, club_id, Automatic.WINNERS, WINNERS, won, now)


async def automatic_playlist(
    tools: Tools, *, club_id: UUID, automatic: Automatic, week: UUID | None = None
) -> Playlist | None:
    """One of the club's own playlists, as everybody sees it; None where it would be empty."""
    async with tools.database.reading() as session:
        return await _automatic(session, club_id, automatic, week)


async def _automatic(session: Reading, club_id: UUID, automatic: Automatic, week_id: UUID | None) -> Playlist | None:
    playlist_id = await queries.automatic_playlist(session, club_id, automatic, week_id)
    found = None if playlist_id is None else await queries.playlist(session, club_id, playlist_id)
    return None if found is None else found.seen_by(None)


async def _keep(
    session: Writing,
    club_id: UUID,
    automatic: Automatic,
    name: str,
    wanted: Sequence[UUID],
    now: datetime,
    *,
    week_id: UUID | None = None,
) -> None:
    """The list becomes these tracks; one that never held any is not made."""
    playlist_id = await queries.automatic_playlist(session, club_id, automatic, week_id)
    if playlist_id is None:
        if not wanted:
            return
        playlist_id = await queries.add_playlist(
            session, club_id=club_id, user_id=None, week_id=week_id, automatic=automatic, name=name, now=now
        )
    held = await queries.playlist(session, club_id, playlist_id, lock=True)
    once = list(dict.fromkeys(wanted))
    if held is not None and [entry.track.id for entry in held.entries] != once:
        await queries.set_tracks(session, club_id, playlist_id, once, now)
        await showing_playlists.changed(session, club_id, playlist_id, now)
