"""Albums kept once for all clubs, however many name them at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.catalog import FoundTrack, TrackLine, normalised
from bot.domain.club.entries import Album
from bot.services.catalog.judging import is_same
from bot.services.catalog.resolved import Resolved
from bot.services.club import guide
from db.queries import aliases, merging, recordings
from db.queries import catalog as queries
from db.session import Reading, Writing

NAMESAKES = 10
"""Albums of one name by one artist that are looked at; bands have called no more after themselves."""


async def find_album(session: Reading, read: Resolved, *, guess: bool = False) -> Album | None:
    """The album of the catalogue that is meant.

    A song by its link alone; an album by any link it was found under, by the link given, else by artist, title and
    year. Somebody who names no year means the only album of that name, and an album of unknown year is meant by whoever
    names one. `guess`: nobody spelled the album out, so a link means what it meant before, whatever words stand beside
    it, and a title alone means the only album of that title.
    """
    if read.song is not None:
        return await queries.album_by_link(session, read.song)
    linked = await queries.album_by_links(session, read.links)
    if linked is not None:
        return linked
    if read.link is not None:
        linked = await queries.album_by_link(session, read.link)
        if linked is not None and (guess or normalised(linked.title) == normalised(read.title)):
            return linked
    return await _named(session, read, guess=guess) if read.title else None


async def _named(session: Reading, read: Resolved, *, guess: bool) -> Album | None:
    same = await queries.album_by_identity(session, read.title, read.artist, read.year)
    if same is not None:
        return same
    if read.found is not None and read.links:
        known = await queries.albums_named(session, read.title, read.artist, limit=NAMESAKES)
        return next((album for album in known if is_same(read.found, album)), None)
    if read.year is not None:
        return await queries.album_by_identity(session, read.title, read.artist, None)
    if not read.artist and not guess:
        return None
    named = await queries.albums_named(session, read.title, read.artist)
    return named[0] if len(named) == 1 else None


async def keep_album(session: Writing, resolved: Resolved, now: datetime) -> Album:
    """The album in the catalogue: the one that is there, filled in where it lacked something, or a new one.

    An album known by any of its links is that album, and gets the others. Several who add the same album at once get
    the same one.
    """
    known = await _known(session, resolved)
    if known is None:
        known = await _added(session, resolved, now)
    elif resolved.song is None:
        await _complete(session, known, resolved)
    if resolved.link is not None:
        await queries.add_links(session, known.id, [resolved.link])
    await queries.add_links(session, known.id, resolved.links)
    if resolved.listed:
        await _keep_tracks(session, known, resolved, now)
    if resolved.meant is not None:
        words, guild_id = resolved.meant.words, resolved.meant.guild_id
        await aliases.add_alias(session, alias_key=words, album_id=known.id, guild_id=guild_id, now=now)
    kept = await queries.album(session, known.id)
    assert kept is not None, "albums are never deleted"
    return kept


async def _known(session: Writing, resolved: Resolved) -> Album | None:
    """The album that is there; one that was merged since it was understood is the one it stands in."""
    found = resolved.album or await find_album(session, resolved)
    # From here on nobody merges it away; who waited for a merge goes on with the album that was kept.
    held = None if found is None else await merging.hold_standing(session, found.id)
    return None if held is None else await queries.album(session, held)


async def _complete(session: Writing, known: Album, resolved: Resolved) -> None:
    await queries.complete_album(session, known, year=resolved.year, cover_url=resolved.cover_url, told=resolved.found)


async def _added(session: Writing, resolved: Resolved, now: datetime) -> Album:
    """A new album; or the one that somebody else adds at this moment, under the same name or one of its links."""
    added = await queries.add_album(
        session,
        title=resolved.title,
        artist=resolved.artist,
        year=resolved.year,
        cover_url=resolved.cover_url,
        song=resolved.song,
        now=now,
        told=resolved.found,
    )
    if added is None:
        same = await queries.album_by_identity(
            session, resolved.title, resolved.artist, resolved.year, song=resolved.song
        )
        assert same is not None, "the conflicting album exists"
        return same
    # Whoever claims a link of ours at the same time is waited for here: the link is theirs, and so is the album.
    await queries.add_links(session, added.id, resolved.links)
    owner = await queries.album_by_links(session, resolved.links)
    if owner is None or owner.id == added.id:
        return added
    await queries.forget_album(session, added.id)
    await _complete(session, owner, resolved)
    return owner


async def _keep_tracks(session: Writing, known: Album, resolved: Resolved, now: datetime) -> None:
    """The track list, where nobody has told one yet, and what tells its recordings from others."""
    await queries.hold_album(session, known.id)
    if await queries.tracks_of(session, known.id):
        return
    listed = resolved.listed
    lines = [TrackLine(place, track.title, track.duration_ms) for place, track in enumerate(listed, start=1)]
    await queries.replace_tracks(session, known.id, lines, now)
    await guide.tracks_changed(session, known.id, now)
    await recordings.tell_tracks(session, known.id, [_own_artist(track, resolved.artist) for track in listed])


def _own_artist(track: FoundTrack, artist: str) -> FoundTrack:
    """The track, with its artist where that is another than the album's."""
    return replace(track, artist="") if normalised(track.artist) == normalised(artist) else track
