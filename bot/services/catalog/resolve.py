"""What album a member means."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import (
    TITLE_LIMIT,
    FoundAlbum,
    LinkKind,
    Service,
    TrackLine,
    normalised,
    understand,
    visible,
)
from bot.domain.errors import AlbumNeeded, TextTooLong, Unavailable
from bot.services.catalog.fields import read_year
from bot.services.catalog.keep import find_album
from bot.services.catalog.resolved import ALBUM_PREFIX, Resolved
from bot.services.tools import Tools
from db.queries import catalog as queries

NO_ALBUM = (LinkKind.ARTIST, LinkKind.PLAYLIST, LinkKind.TRACK)
"""What is no album, except at YouTube, where albums are uploaded as one video or one playlist."""


async def resolve_album(
    tools: Tools,
    *,
    text: str,
    now: datetime,
    artist: str | None = None,
    title: str | None = None,
    year: str | int | None = None,
) -> Resolved:
    """What album a member means: by a value of the autocomplete, a link, or words; given fields win over what is read.

    Sources are asked first, where there are any, then the catalogue. Raises `AlbumNeeded` when nothing can be read,
    `TextTooLong`, `BadYear`.
    """
    if text.startswith(ALBUM_PREFIX) and not (artist or title):
        return await _known(tools, text)
    read = _read(text, artist=artist, title=title, year=year)
    read = await _ask_sources(tools, read, typed=bool(artist or title))
    async with tools.database.reading() as session:
        found = await find_album(session, read, guess=not (artist or title))
    if found is not None:
        return replace(read, album=found, title=found.title, artist=found.artist, year=found.year or read.year)
    if not read.title:
        raise AlbumNeeded("untitled_link", read.link.url if read.link else text)
    return read


def _read(text: str, *, artist: str | None, title: str | None, year: str | int | None) -> Resolved:
    """What the words and the link tell by themselves."""
    typed_title, typed_artist = (" ".join(visible(field or "").split()) for field in (title, artist))
    for name, value in (("title", typed_title), ("artist", typed_artist)):
        if len(value) > TITLE_LIMIT:
            raise TextTooLong(name, TITLE_LIMIT, len(value))
    typed_year = read_year(year)
    if typed_title and not text.strip():
        return Resolved(None, typed_title, typed_artist, typed_year)
    read = understand(text)
    if (
        read.link is not None
        and read.link.kind in NO_ALBUM
        and read.link.service is not Service.YOUTUBE
        and not (read.link.kind is LinkKind.TRACK and typed_title)
    ):
        raise AlbumNeeded("not_an_album", read.link.url)
    return Resolved(
        None,
        typed_title or read.title,
        typed_artist or read.artist,
        typed_year or read.year,
        read.link,
        dropped=read.dropped,
    )


async def _known(tools: Tools, value: str) -> Resolved:
    """The album that an autocomplete value names."""
    try:
        album_id = UUID(value.removeprefix(ALBUM_PREFIX))
    except ValueError:
        raise AlbumNeeded("empty", value) from None
    async with tools.database.reading() as session:
        album = await queries.album(session, album_id)
    if album is None:
        raise AlbumNeeded("empty", value)
    return Resolved(album, album.title, album.artist, album.year, cover_url=album.cover_url)


async def _ask_sources(tools: Tools, read: Resolved, *, typed: bool) -> Resolved:
    """What the world's catalogues know; one that is down is passed over, the member's own words stay."""
    for source in tools.album_sources:
        try:
            if read.link is not None:
                found = await source.fetch_album(read.link)
            else:
                words = f"{read.artist} {read.title}".strip()
                found = next((one for one in await source.search_albums(words, limit=5) if _same(one, read)), None)
        except Unavailable:
            continue
        if found is not None:
            return replace(
                read,
                title=read.title if typed and read.title else found.title,
                artist=read.artist if typed and read.artist else found.artist,
                year=read.year or found.year,
                cover_url=found.cover_url,
                tracks=tuple(
                    TrackLine(place, track.title, track.duration_ms) for place, track in enumerate(found.tracks, 1)
                ),
                genre=next(iter(found.genres), ""),
                country=found.country,
            )
    return read


def _same(found: FoundAlbum, read: Resolved) -> bool:
    """Whether a search found what was typed, and not merely something like it."""
    return (
        normalised(found.title) == normalised(read.title)
        and normalised(found.artist) == normalised(read.artist)
        and (read.year is None or found.year is None or found.year == read.year)
    )
