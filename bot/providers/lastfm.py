"""Last.fm: albums with tags and tracks; a key is needed, no secret.

<https://www.last.fm/api>, by pylast. Genres are its members' tags; it tells no year, no ISRC and no country, and its
search for tracks no album.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote_plus

from bot.domain.catalog import (
    FoundAlbum,
    FoundTrack,
    Link,
    LinkKind,
    Service,
    canonical_url,
    parse_link,
    readable,
)
from bot.domain.covers import is_placeholder
from bot.domain.errors import AlbumNeeded, Why
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer, judge
from bot.providers.http import Http
from bot.providers.lastfm_library import BUSY, DOWN, Pylast, children, error_code, text_in
from bot.providers.libraries import NotThere
from bot.providers.manners import FOR_PEOPLE, Gate, Patience
from bot.providers.shapes import name_of, number_of, search_words, text_of

if TYPE_CHECKING:
    from xml.dom.minidom import Document, Element

    import pylast

T = TypeVar("T")

ADDRESS = "https://ws.audioscrobbler.com/2.0/"
PACE = Pace(5, timedelta(seconds=1), reserved=2)
"""As its terms ask for, averaged over an address."""
NOTHING = frozenset({6, 20})
"""No such thing; nothing told of it."""
SIZES = ("small", "medium", "large", "extralarge", "mega")
TAGS = 10
NO_GENRE = re.compile(r"\d.*|albums i own|favou?rites?|favou?rite albums|seen live|my .*", re.IGNORECASE)
"""Tags that say when, or what somebody has, and not what it is."""


class LastFm:
    """Fulfils `AlbumSource`."""

    service = Service.LASTFM

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        api_key: str,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = FOR_PEOPLE,
    ) -> None:
        self._clock = http.clock
        self._gate = Gate("lastfm", pace, manners, http.clock, patience)
        self._library = Pylast(http, self._gate, address=address, api_key=api_key, judge=self._judge)

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Albums that fit the words, best first; names and covers only."""
        plain = search_words(words)
        if not plain or limit < 1:
            return []
        # The page of matches as it came: pylast's own albums lose the address.
        found = await self._ask(
            lambda network: network.search_for_album(plain)._retrieve_next_page(),
            lambda matches: [_read_match(each) for each in _named(matches, "album")],
        )
        return (found or [])[:limit]

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Tracks that fit the words, best first; names only."""
        plain = search_words(words)
        if not plain or limit < 1:
            return []
        found = await self._ask(
            lambda network: network.search_for_track("", plain)._retrieve_next_page(),
            lambda matches: [_read_track_match(each) for each in _named(matches, "track")],
        )
        return (found or [])[:limit]

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album of a link, with its tracks and tags."""
        artist, title = self._names(link, LinkKind.ALBUM)
        if not artist or not title:
            return None
        # One question for what pylast's own methods ask four for.
        return await self._ask(
            lambda network: network.get_album(artist, title)._request("album.getInfo"),
            lambda document: _read_album(document, link),
        )

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The track of a link, with its album where Last.fm knows one."""
        artist, title = self._names(link, LinkKind.TRACK)
        if not artist or not title:
            return None
        return await self._ask(
            lambda network: network.get_track(artist, title)._request("track.getInfo"),
            lambda document: _read_track(document, link),
        )

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """Last.fm cannot be asked so."""
        return []

    # Inside

    def _names(self, link: Link, kind: LinkKind) -> tuple[str | None, str | None]:
        """Artist and title as the link tells them; none for a link that is not ours or of another kind."""
        return readable(link) if link.service is self.service and link.kind is kind else (None, None)

    async def _ask(self, ask: Callable[[pylast.LastFMNetwork], Any], read: Callable[[Any], T]) -> T | None:
        return await self._library.ask(self._gate.visit(), ask, read)

    def _judge(self, answer: Answer) -> None:
        """Raise what an answer means; its own code tells more than the status, which may be 200 for an error."""
        code = error_code(answer.body)
        if code in NOTHING:
            raise NotThere
        if code is None or (code in BUSY and answer.status == 429):  # then the time to wait may be told
            if not judge("lastfm", answer, self._clock.now()):
                raise NotThere
            return
        why = Why.BUSY if code in BUSY else Why.DOWN if code in DOWN else Why.REFUSED
        raise self._gate.unavailable(why, f"error {code}")


def _read_match(album: Element) -> FoundAlbum:
    """An album of a search."""
    title, artist = name_of(_text(album, "name")), _text(album, "artist")
    link = _link(_text(album, "url"), LinkKind.ALBUM) or _made_link(LinkKind.ALBUM, artist, title)
    return FoundAlbum(Service.LASTFM, title, artist, links=(link,), cover_url=_cover(album))


def _read_track_match(track: Element) -> FoundTrack:
    title, artist = name_of(_text(track, "name")), _text(track, "artist")
    link = _link(_text(track, "url"), LinkKind.TRACK) or _made_link(LinkKind.TRACK, artist, "_", title)
    return FoundTrack(title, artist, link=link)


def _read_album(document: Document, link: Link) -> FoundAlbum:
    """An album looked up; names as Last.fm corrects them."""
    album = document.getElementsByTagName("album")[0]
    artist = _text(album, "artist")
    tracks = tuple(
        _read_listed(track, artist, place)
        for listed in children(album, "tracks")
        for place, track in enumerate(_named(listed, "track"), start=1)
    )
    told = [_text(tag, "name").lower() for listed in children(album, "tags") for tag in children(listed, "tag")]
    tags = [tag for tag in dict.fromkeys(told) if tag and tag != artist.lower() and not NO_GENRE.fullmatch(tag)]
    return FoundAlbum(
        Service.LASTFM,
        name_of(_text(album, "name")),
        artist,
        links=(link,),
        track_count=len(tracks) or None,
        tracks=tracks,
        cover_url=_cover(album),
        genres=tuple(tags[:TAGS]),
    )


def _read_listed(track: Element, album_artist: str, place: int) -> FoundTrack:
    """A track of an album's list; lengths are in seconds there."""
    title = name_of(_text(track, "name"))
    artist = next((_text(each, "name") for each in children(track, "artist")), "") or album_artist
    seconds = number_of(_text(track, "duration"))
    link = _link(_text(track, "url"), LinkKind.TRACK) or _made_link(LinkKind.TRACK, artist, "_", title)
    return FoundTrack(title, artist, place, seconds * 1_000 if seconds else None, link=link)


def _read_track(document: Document, link: Link) -> FoundTrack:
    """A track looked up; its length is in thousandths of a second."""
    track = document.getElementsByTagName("track")[0]
    artist = next((_text(each, "name") for each in children(track, "artist")), "")
    album = next(iter(children(track, "album")), None)
    found = None
    if album is not None and _text(album, "title"):
        title, by = _text(album, "title"), _text(album, "artist") or artist
        its_link = _link(_text(album, "url"), LinkKind.ALBUM) or _made_link(LinkKind.ALBUM, by, title)
        found = FoundAlbum(Service.LASTFM, title, by, links=(its_link,), cover_url=_cover(album))
    position = number_of(album.getAttribute("position")) if album is not None else None
    length = number_of(_text(track, "duration"))
    return FoundTrack(name_of(_text(track, "name")), artist, position, length, link=link, album=found)


def _named(node: Element, kind: str) -> list[Element]:
    """Albums or tracks of a list; one without a name is nothing."""
    return [each for each in children(node, kind) if _text(each, "name")]


def _text(node: Element, name: str) -> str:
    """The text of the first child of a name; empty where there is none."""
    return text_of(text_in(node, name))


def _link(address: str, kind: LinkKind) -> Link | None:
    try:
        found = parse_link(address)
    except AlbumNeeded:
        return None
    if found is None or found.service is not Service.LASTFM or found.kind is not kind:
        return None
    return Link(found.service, kind, found.external_id, canonical_url(found))


def _made_link(kind: LinkKind, *names: str) -> Link:
    """The address of names as Last.fm writes it; a plus sign of a name is quoted twice there."""
    path = "/".join(quote_plus(name.replace("+", "%2B")) if name != "_" else name for name in names)
    link = Link(Service.LASTFM, kind, path, "")
    return Link(link.service, kind, path, canonical_url(link))


def _cover(node: Element) -> str | None:
    """The largest picture that is no placeholder."""
    pictures = {each.getAttribute("size"): each for each in children(node, "image")}
    for size in reversed(SIZES):
        data = [part.data for part in pictures[size].childNodes] if size in pictures else []  # type: ignore[union-attr]
        address = text_of("".join(data))
        if address:
            return None if is_placeholder(address) else address
    return None
