"""Albums: understood from what members type or paste, kept once for all clubs, offered again as they type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from bot.domain.catalog import (
    TITLE_LIMIT,
    TRACKS_LIMIT,
    FoundAlbum,
    Link,
    LinkKind,
    Service,
    TrackLine,
    normalised,
    understand,
    visible,
)
from bot.domain.club.entries import Album, Track
from bot.domain.errors import AlbumNeeded, BadYear, TextTooLong, Unavailable
from bot.domain.people import Caller
from bot.services import people
from bot.services.tools import Tools
from db.queries import catalog as queries
from db.queries import people as people_queries
from db.queries.club import clubs
from db.session import Reading, Writing

ALBUM_PREFIX = "album:"
"""An autocomplete value that names an album of the catalogue by its key."""
SUGGESTIONS = 25
"""Choices Discord shows for one option."""
COVER_LIMIT = 2_048
YEARS = range(1800, 2200)
NO_ALBUM = (LinkKind.ARTIST, LinkKind.PLAYLIST, LinkKind.TRACK)
"""What is no album, except at YouTube, where albums are uploaded as one video or one playlist."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An album as it was understood; nothing is stored yet."""

    album: Album | None
    """The album of the catalogue, when it is one."""
    title: str
    artist: str
    year: int | None = None
    link: Link | None = None
    cover_url: str | None = None
    tracks: tuple[TrackLine, ...] = ()
    genre: str = ""
    country: str = ""
    dropped: str = ""
    """An address of no known service that stood beside the words and is not kept."""

    @property
    def song(self) -> Link | None:
        """The link of a single song that was given a title: an entry of its own, whatever album it is on."""
        single = self.link is not None and self.link.kind is LinkKind.TRACK and self.link.service is not Service.YOUTUBE
        return self.link if single else None

    @property
    def shown(self) -> str:
        """`Title — Artist (year)`, raw: escape before showing."""
        return Album(UUID(int=0), self.title, self.artist, self.year).shown


def read_year(year: str | int | None) -> int | None:
    """A year that a member typed; empty is none. Raises `BadYear`."""
    text = str(year if year is not None else "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:5]) in YEARS):
        raise BadYear(text)
    return int(text)


def read_cover(text: str) -> str | None:
    """The address of a cover that a member typed; empty is none. Raises `AlbumNeeded` (`bad_cover`)."""
    text = visible(text).strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port is None
    except ValueError:
        sound = False
    if not sound or len(text) > COVER_LIMIT or any(char.isspace() for char in text):
        raise AlbumNeeded("bad_cover", text)
    return text


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
        found = await _find(session, read, guess=not (artist or title))
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


async def _find(session: Reading, read: Resolved, *, guess: bool = False) -> Album | None:
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
    known = resolved.album or await _find(session, resolved)
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
        return await queries.tracks_of(session, album_id)


async def album_suggestions(
    tools: Tools, *, text: str, guild_id: int, discord_id: int | None = None
) -> list[tuple[str, str]]:
    """Albums for autocomplete: how each is called, and the value that `resolve_album` understands.

    The member's own shelf comes first, then what the club nominated, then the whole catalogue.
    """
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            return []
        found: list[Album] = []
        user_id = None if discord_id is None else await people_queries.user_by_discord(session, discord_id)
        if user_id is not None:
            found += await queries.albums_of_shelf(session, club.id, user_id, text, limit=SUGGESTIONS)
        if len(found) < SUGGESTIONS:
            found += await queries.albums_of_club(session, club.id, text, limit=SUGGESTIONS)
        if len(found) < SUGGESTIONS:
            found += await queries.albums_like(session, text, limit=SUGGESTIONS)
    once = {album.id: album for album in found}
    return [(album.shown, f"{ALBUM_PREFIX}{album.id}") for album in once.values()][:SUGGESTIONS]


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
