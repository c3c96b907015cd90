"""Albums kept once for all clubs, however many name them at once."""

from __future__ import annotations

from datetime import datetime

from bot.domain.catalog import normalised
from bot.domain.club.entries import Album
from bot.services.catalog.resolved import Resolved
from db.queries import catalog as queries
from db.session import Reading, Writing


async def find_album(session: Reading, read: Resolved, *, guess: bool = False) -> Album | None:
    """The album of the catalogue that is meant.

    A song by its link alone; an album by its link, else by artist, title and year. Somebody who names no year means the
    only album of that name, and an album of unknown year is meant by whoever names one. `guess`: nobody spelled the
    album out, so a link means what it meant before, whatever words stand beside it, and a title alone means the only
    album of that title.
    """
    if read.song is not None:
        return await queries.album_by_link(session, read.song)
    if read.link is not None:
        linked = await queries.album_by_link(session, read.link)
        if linked is not None and (guess or normalised(linked.title) == normalised(read.title)):
            return linked
    if not read.title:
        return None
    same = await queries.album_by_identity(session, read.title, read.artist, read.year)
    if same is not None:
        return same
    if read.year is not None:
        return await queries.album_by_identity(session, read.title, read.artist, None)
    if not read.artist and not guess:
        return None
    named = await queries.albums_named(session, read.title, read.artist)
    return named[0] if len(named) == 1 else None


async def keep_album(session: Writing, resolved: Resolved, now: datetime) -> Album:
    """The album in the catalogue: the one that is there, filled in where it lacked something, or a new one.

    Several who add the same album at once get the same one.
    """
    known = resolved.album or await find_album(session, resolved)
    if known is None:
        known = await queries.add_album(
            session,
            title=resolved.title,
            artist=resolved.artist,
            year=resolved.year,
            cover_url=resolved.cover_url,
            song=resolved.song,
            now=now,
        )
        if known is None:
            known = await queries.album_by_identity(
                session, resolved.title, resolved.artist, resolved.year, song=resolved.song
            )
        assert known is not None, "the conflicting album exists"
    elif resolved.song is None:
        await queries.complete_album(session, known, year=resolved.year, cover_url=resolved.cover_url)
    if resolved.link is not None:
        await queries.add_links(session, known.id, [resolved.link])
    if resolved.tracks:
        await queries.hold_album(session, known.id)
        if not await queries.tracks_of(session, known.id):
            await queries.replace_tracks(session, known.id, resolved.tracks, now)
    kept = await queries.album(session, known.id)
    assert kept is not None, "albums are never deleted"
    return kept
