"""What album a member means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import (
    TITLE_LIMIT,
    FoundAlbum,
    Link,
    LinkKind,
    Service,
    album_of_track,
    find_link,
    normalised,
    parse_link,
    readable,
    service_name,
    understand,
    visible,
)
from bot.domain.catalog.wanted import Wanted
from bot.domain.club.entries import Album
from bot.domain.errors import AlbumNeeded, TextTooLong, Unavailable
from bot.services.catalog.fields import read_year
from bot.services.catalog.finding import (
    DETAILS_PATIENCE,
    PATIENCE,
    Budget,
    found_by_link,
    found_by_track,
    found_by_words,
    pages_of,
    with_details,
)
from bot.services.catalog.judging import may_be, names_it
from bot.services.catalog.keep import NAMESAKES, find_album
from bot.services.catalog.resolved import ALBUM_PREFIX, Meant, Resolved
from bot.services.tools import Tools
from db.queries import aliases, recordings
from db.queries import catalog as queries
from db.session import Reading

NO_ALBUM = (LinkKind.ARTIST, LinkKind.PLAYLIST, LinkKind.TRACK)
"""What is no album, except at YouTube, where albums are uploaded as one video or one playlist."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a member gave: a text or a link, and fields that win over what is read in it."""

    text: str
    title: str = ""
    artist: str = ""
    year: str | int | None = None

    @property
    def guess(self) -> bool:
        """Nobody spelled the album out."""
        return not (self.artist or self.title)


@dataclass(frozen=True, slots=True)
class Read:
    """What words and link tell by themselves."""

    album: Resolved
    track: Link | None = None
    """The link of a track that is given for its album."""
    words: str = ""
    """What was written besides a link, where it may be read another way."""

    @property
    def wanted(self) -> Wanted:
        """As the rules of matching take it."""
        return Wanted(self.album.title, self.album.artist, self.album.year, text=self.words)


async def resolve_album(
    tools: Tools,
    *,
    text: str,
    now: datetime,
    artist: str | None = None,
    title: str | None = None,
    year: str | int | None = None,
    guild_id: int | None = None,
    told: FoundAlbum | None = None,
    picked: bool = False,
    ask: bool = True,
    seconds: float = PATIENCE,
) -> Resolved:
    """What album a member means: by a value of the autocomplete, a link, or words; given fields win over what is read.

    The catalogue first, then the sources, all at once and for so many seconds, longer for a link that says nothing by
    itself; where several albums may be meant there are choices. `told` is what sources said before, `picked` by the
    member or not; without `ask` none is asked. The words of a server's members (`guild_id`) mean what they meant
    before. Raises `AlbumNeeded` when nothing can be read, `TextTooLong`, `BadYear`.
    """
    budget = Budget(seconds)
    asks = ask and bool(tools.album_sources)
    typed = Typed(text, title or "", artist or "", year)
    if text.startswith(ALBUM_PREFIX) and typed.guess:
        return await _filled(tools, replace(await _by_key(tools, text), found=told), budget, asks=asks)
    read = await _read_link(tools, typed, follows=ask)
    if told is not None:
        resolved = await _as_told(tools, read, typed, told, picked=picked, guild_id=guild_id)
    else:
        resolved = await _by_catalogue(tools, read, typed, guild_id, alone=not asks)
        if resolved.album is None and asks and resolved.song is None:
            resolved = await _by_sources(tools, read, typed, budget)
    resolved = await _filled(tools, resolved, budget, asks=asks)
    if not resolved.title and not resolved.choices:
        link = read.track or resolved.link
        reason = "not_an_album" if read.track else "untitled_link"
        raise AlbumNeeded(reason, link.url if link else text, resolved.unheard)
    return resolved


# --- reading --------------------------------------------------------------------------------------------------------


def read_album(
    text: str, *, artist: str | None = None, title: str | None = None, year: str | int | None = None
) -> Resolved:
    """What words and link tell by themselves, without asking anybody. Raises as `resolve_album` does."""
    return _read(Typed(text, title or "", artist or "", year)).album


async def _read_link(tools: Tools, typed: Typed, *, follows: bool) -> Read:
    """What was typed, with a short link followed to where it leads.

    Raises `AlbumNeeded` (`short_link`) where it cannot be followed and no words stand beside it.
    """
    read = _read(typed)
    short = read.album.link
    if short is None or short.kind is not LinkKind.UNKNOWN or not follows:
        return read
    address = await _followed(tools, short)
    found = find_link(visible(typed.text))
    if address is not None and found is not None:
        _, (start, end) = found
        text = visible(typed.text)
        return _read(replace(typed, text=f"{text[:start]}{address}{text[end:]}"))
    if not read.album.title:
        raise AlbumNeeded("short_link", short.url)
    return read


async def _followed(tools: Tools, short: Link) -> str | None:
    """The address of a known thing that a short link leads to, without what comes after it."""
    if tools.link_reader is None:
        return None
    try:
        link = parse_link(await tools.link_reader.follow(short) or "")
    except (AlbumNeeded, Unavailable):
        return None
    return link.url if link is not None and link.kind is not LinkKind.UNKNOWN else None


def _read(typed: Typed) -> Read:
    """What the words and the link tell by themselves."""
    title, artist = (" ".join(visible(field).split()) for field in (typed.title, typed.artist))
    for name, value in (("title", title), ("artist", artist)):
        if len(value) > TITLE_LIMIT:
            raise TextTooLong(name, TITLE_LIMIT, len(value))
    year = read_year(typed.year)
    if title and not typed.text.strip():
        return Read(Resolved(None, title, artist, year))
    read = understand(typed.text)
    link, track = read.link, None
    if link is not None and link.kind in NO_ALBUM and link.service is not Service.YOUTUBE:
        if link.kind is not LinkKind.TRACK:
            raise AlbumNeeded("not_an_album", link.url)
        if not title:
            return _read_track(link, artist, year)
    resolved = Resolved(None, title or read.title, artist or read.artist, year or read.year, link, dropped=read.dropped)
    return Read(resolved, track, read.words if typed.guess and not link else "")


def _read_track(link: Link, artist: str, year: int | None) -> Read:
    """A track that is given for its album: words beside it name the song, and not the album."""
    page = album_of_track(link)
    if page is None:
        return Read(Resolved(None, "", artist, year), track=link)
    told_artist, title = readable(page[0])
    return Read(Resolved(None, title or "", artist or told_artist or "", year, page[0], pitch_track=page[1]))


# --- the catalogue --------------------------------------------------------------------------------------------------


async def _by_key(tools: Tools, value: str) -> Resolved:
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


async def _by_catalogue(
    tools: Tools, read: Read, typed: Typed, guild_id: int | None, *, alone: bool = True
) -> Resolved:
    """The album of the catalogue that is meant; what was read, where none is.

    A title without an artist is only taken to be the one that is kept where there is nobody to ask for others.
    """
    resolved = read.album
    async with tools.database.reading() as session:
        if read.track is not None:
            known = await recordings.track_by_link(session, read.track)
            album = None if known is None else await queries.album(session, known[0])
            resolved = replace(resolved, pitch_track=known[1]) if known else resolved
        else:
            certain = alone or resolved.link is not None
            album = await find_album(session, resolved, guess=typed.guess and certain)
            if album is None and resolved.link is None and typed.guess:
                album = await _by_alias(session, read, guild_id)
    return resolved if album is None else _known(resolved, album)


def _known(resolved: Resolved, album: Album) -> Resolved:
    return replace(resolved, album=album, title=album.title, artist=album.artist, year=album.year or resolved.year)


def words_key(read: Read) -> str:
    """The words of a wish as aliases are kept."""
    return normalised(f"{read.album.artist} {read.album.title} {read.album.year or ''}")


async def _by_alias(session: Reading, read: Read, guild_id: int | None) -> Album | None:
    """The album that was picked for the same words before.

    On the same server it counts as it is, and everywhere once two servers meant it; elsewhere only where the words name
    title and artist. Words under which different albums were picked mean none of them.
    """
    known = await aliases.albums_of_alias(session, words_key(read))
    counting = (aliases.MEMBER, aliases.chosen_in(guild_id or 0))
    here = [album for album, source in known if source in counting]
    if here:
        return here[0] if len(here) == 1 else None
    return known[0][0] if len(known) == 1 and names_it(read.wanted, known[0][0]) else None


# --- the sources ----------------------------------------------------------------------------------------------------


async def _by_sources(tools: Tools, read: Read, typed: Typed, budget: Budget) -> Resolved:
    """What the sources say is meant, surely or perhaps; what was read, where they know nothing like it."""
    resolved, found, pitch_track = read.album, None, ""
    if read.track is not None:
        found, pitch_track = await found_by_track(tools, read.track, budget)
    elif resolved.link is not None:
        found = await found_by_link(tools, resolved.link, budget, alone=not resolved.title)
        if found is not None and not typed.guess and not may_be(read.wanted, found):
            # Whoever spells out another album has pasted the wrong link, and it must not mean theirs to everybody.
            found, resolved = None, replace(resolved, link=None, dropped=resolved.link.url)
            read = replace(read, album=resolved)
    if found is not None:
        told = await _as_told(tools, read, typed, found)
        return replace(told, pitch_track=pitch_track or told.pitch_track)
    if not resolved.title:
        return resolved
    judged = await found_by_words(tools, read.wanted, budget, known=await _kept_under(tools, resolved.title))
    if judged.sure is not None:
        return await _as_told(tools, read, typed, judged.sure)
    # Whoever spelled it out has said what they mean.
    return replace(resolved, choices=judged.choices) if typed.guess else resolved


async def _kept_under(tools: Tools, title: str) -> list[FoundAlbum]:
    """The albums of the catalogue with this title, to be judged with those that the sources find."""
    async with tools.database.reading() as session:
        named = await queries.albums_named(session, title, limit=NAMESAKES)
        return [as_found(album, await queries.links_of(session, album.id)) for album in named]


async def _as_told(
    tools: Tools, read: Read, typed: Typed, found: FoundAlbum, *, picked: bool = False, guild_id: int | None = None
) -> Resolved:
    """The album under the name that a source has for it; a name typed beside a link wins, for a link may be wrong."""
    resolved = read.album
    own = not typed.guess and not picked and resolved.link is not None and bool(resolved.title)
    named = (resolved.title, resolved.artist or found.artist) if own else (found.title, found.artist)
    year = resolved.year or found.year if own else found.year or resolved.year
    told = replace(resolved, title=named[0], artist=named[1], year=year, found=found, cover_url=found.cover_url)
    if picked and guild_id and typed.guess and resolved.link is None and read.track is None:
        told = replace(told, meant=Meant(words_key(read), guild_id))
    async with tools.database.reading() as session:
        album = await find_album(session, told)
    return told if album is None else _known(told, album)


async def _filled(tools: Tools, resolved: Resolved, budget: Budget, *, asks: bool) -> Resolved:
    """The album with its track list, its genre and its country, as far as they are told; and who was not heard.

    An album of the catalogue is asked for again only while nobody has told its tracks.
    """
    genres, country, found, complete = ((), "", resolved.found, False)
    if resolved.album is not None:
        async with tools.database.reading() as session:
            genres, country = await queries.told_of(session, resolved.album.id)
            complete = bool(await queries.tracks_of(session, resolved.album.id))
            if asks and found is None and not complete and not resolved.song:
                found = as_found(resolved.album, await queries.links_of(session, resolved.album.id))
    unread: tuple[Service, ...] = ()
    if asks and found is not None and not complete:
        found, unread = await with_details(tools, found, pages_of(found), budget)
    told = replace(resolved, genre=_genre(genres), country=country, unheard=budget.unheard)
    return told if found is None else _with_facts(told, found, unread)


def _with_facts(resolved: Resolved, found: FoundAlbum, unread: tuple[Service, ...]) -> Resolved:
    return replace(
        resolved,
        found=found,
        unread=unread,
        genre=resolved.genre or _genre(found.genres),
        country=resolved.country or found.country,
        cover_url=resolved.cover_url or found.cover_url,
    )


def _genre(genres: Sequence[str]) -> str:
    """The strongest genre, as it begins a line."""
    return genres[0][:1].upper() + genres[0][1:] if genres else ""


async def read_on(tools: Tools, resolved: Resolved, *, seconds: float = DETAILS_PATIENCE) -> Resolved:
    """The album with what the pages tell that were not read in time; nobody is asked where all were.

    Who stays silent is named where nobody else told the tracks, and not asked again.
    """
    if resolved.found is None or not resolved.unread:
        return resolved
    found, unread = await with_details(tools, resolved.found, resolved.unread, Budget(seconds))
    silent = () if found.tracks else tuple(service_name(service) for service in unread)
    unheard = tuple(dict.fromkeys((*resolved.unheard, *silent)))
    return replace(_with_facts(resolved, found, ()), unheard=unheard)


def as_found(album: Album, links: tuple[tuple[str, str], ...]) -> FoundAlbum:
    """An album of the catalogue as a source would tell of it; `links` by service and address."""
    read = tuple(link for _, url in links if (link := parse_link(url)) is not None)
    source = read[0].service if read else Service.MUSICBRAINZ
    return FoundAlbum(source, album.title, album.artist, album.year, read, cover_url=album.cover_url)
