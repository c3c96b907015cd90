"""Spotify: albums with their tracks, for an app of the host's own.

<https://developer.spotify.com/documentation/web-api>, by spotipy. Only what an app made since February 2026 may still
ask: search (ten at most), an album, its tracks page by page, a track. Fields that went then are not read.
The token is fetched here, not by spotipy.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service, canonical_url
from bot.domain.errors import Why
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer, judge
from bot.providers.http import Http
from bot.providers.libraries import CONNECT_SECONDS, NotThere, ask_library
from bot.providers.manners import FOR_PEOPLE, Gate, Patience, Visit
from bot.providers.shapes import isrc_of, name_of, number_of, rows_of, search_words, text_of, year_of
from bot.providers.spotify_library import Spotipy

if TYPE_CHECKING:
    import spotipy

T = TypeVar("T")

ADDRESS = "https://api.spotify.com/v1"
ACCOUNTS = "https://accounts.spotify.com/api/token"
PACE = Pace(30, timedelta(seconds=30), reserved=10)
"""Unpublished; a club needs far less, and a day's quota is some hundreds of questions."""
SEARCH_LIMIT = 10
PAGE = 50
PAGES = 10
"""An album of more than 500 tracks is no album anybody listens to together."""
EARLY = timedelta(minutes=1)
"""A token is renewed so long before it ends."""
ID = re.compile(r"[0-9A-Za-z]{22}")


@dataclass(frozen=True, slots=True)
class Token:
    """What lets an app ask, until it ends."""

    value: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"Token(ends_at={self.ends_at!r})"


class TokenRefused(Exception):  # noqa: N818 - what it is
    """The service does not take a token, perhaps no longer."""


class Spotify:
    """Fulfils `AlbumSource`."""

    service = Service.SPOTIFY

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        client_id: str,
        client_secret: str,
        address: str = ADDRESS,
        accounts: str = ACCOUNTS,
        pace: Pace = PACE,
        patience: Patience = FOR_PEOPLE,
    ) -> None:
        self._clock = http.clock
        self._credentials = (client_id, client_secret)
        self._accounts = accounts
        self._gate = Gate("spotify", pace, manners, http.clock, patience)
        self._library = Spotipy(http, self._gate, address=address, judge=self._judge)
        self._token: Token | None = None
        self._renewing = asyncio.Lock()

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Albums that fit the words, best first; without tracks."""
        return await self._search(search_words(words), "album", limit, _read_album)

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Tracks that fit the words, each with its album."""
        return await self._search(search_words(words), "track", limit, _read_track)

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album of a link, with its tracks; their ISRC are told track by track only."""
        album_id = self._id(link, LinkKind.ALBUM)
        if album_id is None:
            return None
        visit = self._gate.visit()
        found = await self._ask(visit, lambda client: client.album(album_id), _read_album_with_tracks)
        if found is None:
            return None
        album, tracks, more = found
        for _ in range(PAGES):
            if not more:
                break
            start = len(tracks)
            page = await self._ask(
                visit, lambda client, start=start: client.album_tracks(album_id, limit=PAGE, offset=start), _read_page
            )
            rows, more = page or ([], False)
            tracks += rows
            more = more and bool(rows)
        listed = tuple(replace(track, position=place) for place, track in enumerate(tracks, start=1))
        return replace(album, tracks=listed, track_count=len(listed) or album.track_count)

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The track of a link, with its album and ISRC."""
        track_id = self._id(link, LinkKind.TRACK)
        if track_id is None:
            return None
        return await self._ask(self._gate.visit(), lambda client: client.track(track_id), _read_track)

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """Every track of a recording that a search by its ISRC tells."""
        code = isrc_of(isrc)
        found = await self._search(f"isrc:{code}" if code else "", "track", SEARCH_LIMIT, _read_track)
        return [track for track in found if track.isrc == code]

    # Inside

    async def _search(self, query: str, kind: str, limit: int, read: Callable[[Any], T]) -> list[T]:
        if not query or limit < 1:
            return []
        most = min(limit, SEARCH_LIMIT)
        found = await self._ask(
            self._gate.visit(),
            lambda client: client.search(query, limit=most, type=kind),
            lambda body: [read(each) for each in _rows(body[f"{kind}s"])],
        )
        return (found or [])[:most]

    async def _ask(self, visit: Visit, ask: Callable[[spotipy.Spotify], Any], read: Callable[[Any], T]) -> T | None:
        """One call; a token that is no longer taken is renewed once."""

        async def call() -> Any:
            held = self._token
            token = await self._renewed(visit, None)
            try:
                return await asyncio.to_thread(self._library.call, token.value, ask, visit.seconds_left)
            except TokenRefused:
                if token is not held:
                    raise self._gate.unavailable(Why.REFUSED, "a fresh token is refused") from None
            token = await self._renewed(visit, token)
            try:
                return await asyncio.to_thread(self._library.call, token.value, ask, visit.seconds_left)
            except TokenRefused:
                raise self._gate.unavailable(Why.REFUSED, "a fresh token is refused") from None

        return await ask_library(visit, call, read)

    async def _renewed(self, visit: Visit, refused: Token | None) -> Token:
        """A token that has not ended and is not the `refused` one; of several who want one at once one fetches it."""
        async with self._renewing:
            token = self._token
            if token is None or token is refused or self._clock.now() >= token.ends_at - EARLY:
                token = self._token = await asyncio.to_thread(self._fetch_token, visit.seconds_left)
            return token

    def _id(self, link: Link, kind: LinkKind) -> str | None:
        """The id of a link; None for a link that is not ours or of another kind."""
        ours = link.service is self.service and link.kind is kind and ID.fullmatch(link.external_id)
        return link.external_id if ours else None

    # In a thread

    def _fetch_token(self, seconds: float) -> Token:
        import requests

        now = self._clock.now()
        with self._library.session() as session:
            try:
                answer = self._library.carried(
                    lambda: session.post(
                        self._accounts,
                        data={"grant_type": "client_credentials"},
                        auth=self._credentials,
                        timeout=(CONNECT_SECONDS, seconds),
                    )
                )
                told = answer.json()
                return Token(name_of(told["access_token"]), now + timedelta(seconds=float(told["expires_in"])))
            except (TokenRefused, NotThere):
                raise self._gate.unavailable(Why.REFUSED, "no token for this app") from None
            except (requests.exceptions.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError):
                raise self._gate.unavailable(Why.GARBLED, "no token in the answer") from None

    def _judge(self, answer: Answer) -> None:
        """Raise what an answer means."""
        if answer.status == 401:
            raise TokenRefused
        # An id of the right length that was never given out is a bad request at Spotify.
        if (answer.status == 400 and ID.search(answer.place)) or not judge("spotify", answer, self._clock.now()):
            raise NotThere


def _rows(page: Any) -> list[dict[str, Any]]:
    """The entries of a page; what is not to be had stands there as null, or without its name."""
    return [row for row in rows_of([each for each in page["items"] if each is not None]) if text_of(row.get("name"))]


def _read_album(album: Any) -> FoundAlbum:
    """An album of a search, of a track, or looked up."""
    return FoundAlbum(
        Service.SPOTIFY,
        name_of(album["name"]),
        _artists(album),
        year_of(album.get("release_date")),
        (_link(LinkKind.ALBUM, album["id"]),),
        text_of(album.get("album_type")).lower(),
        number_of(album.get("total_tracks")),
        cover_url=_cover(album),
        genres=tuple(name for each in album.get("genres") or () if (name := text_of(each))),
        barcode=text_of((album.get("external_ids") or {}).get("upc")),
    )


def read_tracks(told: Any) -> list[FoundTrack]:
    """The tracks of a search's answer."""
    return [_read_track(each) for each in _rows(told["tracks"])]


def _read_album_with_tracks(album: Any) -> tuple[FoundAlbum, list[FoundTrack], bool]:
    tracks, more = _read_page(album["tracks"])
    return _read_album(album), tracks, more


def _read_page(page: Any) -> tuple[list[FoundTrack], bool]:
    """Tracks of a page, and whether there is another one."""
    return [_read_track_alone(each) for each in _rows(page)], bool(page.get("next"))


def _read_track(track: Any) -> FoundTrack:
    found = _read_track_alone(track)
    told: dict[str, Any] = track.get("album") or {}
    # A file of a member's own has an album without an id.
    return replace(found, album=_read_album(told)) if told.get("id") else found


def _read_track_alone(track: Any) -> FoundTrack:
    first_disc = number_of(track.get("disc_number")) in (None, 1)
    return FoundTrack(
        name_of(track["name"]),
        _artists(track),
        number_of(track.get("track_number")) if first_disc else None,
        number_of(track.get("duration_ms")),
        isrc_of(text_of((track.get("external_ids") or {}).get("isrc"))),
        _link(LinkKind.TRACK, track["id"]),
    )


def _artists(thing: dict[str, Any]) -> str:
    return ", ".join(name for each in rows_of(thing.get("artists") or []) if (name := text_of(each.get("name"))))


def _link(kind: LinkKind, external_id: Any) -> Link:
    link = Link(Service.SPOTIFY, kind, name_of(external_id), "")
    return replace(link, url=canonical_url(link))


def _cover(album: dict[str, Any]) -> str | None:
    """The largest picture; sizes are not always told, the first one is the largest."""
    pictures = rows_of(album.get("images") or [])
    largest = max(pictures, key=lambda each: number_of(each.get("width")) or 0, default={})
    return text_of(largest.get("url")) or None
