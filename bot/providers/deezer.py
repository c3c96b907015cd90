"""Deezer: albums with their tracks and ISRC; no key is needed.

<https://developers.deezer.com/api>. Errors come with status 200 and an `error` object; of the codes, 4 and 700 mean
"too busy", 800 "not there", 200 and 300 "not for you".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service, canonical_url
from bot.domain.errors import Unavailable, Why
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.http import Http
from bot.providers.manners import FOR_PEOPLE, Gate, Patience, Visit
from bot.providers.shapes import isrc_of, name_of, number_of, rows_of, search_words, text_of, year_of

T = TypeVar("T")

ADDRESS = "https://api.deezer.com"
PACE = Pace(50, timedelta(seconds=5), reserved=10)
"""As published, by address; a part of it is kept for people."""
BUSY, NOT_THERE = frozenset({4, 700}), frozenset({800})
PAGE = 100
PAGES = 5
"""An album of more than 500 tracks is no album anybody listens to together."""
NUMBER = re.compile(r"[0-9]{1,19}")
KINDS = {"compile": "compilation"}
NO_PICTURE = re.compile(r"/images/\w+//|/images/\w+/(?:d41d8cd98f00b204e9800998ecf8427e)/")
"""An address without the picture's name, or with that of an empty file: Deezer's placeholder."""


class Deezer:
    """Fulfils `AlbumSource`."""

    service = Service.DEEZER

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = FOR_PEOPLE,
    ) -> None:
        self._http = http
        self._address = address
        self._gate = Gate("deezer", pace, manners, http.clock, patience)

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Albums that fit the words, best first; without tracks."""
        return await self._search("search/album", words, limit, _read_album)

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Tracks that fit the words, each with its album."""
        return await self._search("search/track", words, limit, _read_track)

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album of a link, with its tracks."""
        number = self._number(link, LinkKind.ALBUM)
        if number is None:
            return None
        visit = self._gate.visit()
        album = await self._get(visit, f"album/{number}", _read_album)
        if album is None:
            return None
        tracks = await self._tracks(visit, number)
        return replace(album, tracks=tracks, track_count=len(tracks) or album.track_count)

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The track of a link, with its album."""
        number = self._number(link, LinkKind.TRACK)
        return None if number is None else await self._get(self._gate.visit(), f"track/{number}", _read_track)

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """The one track that Deezer tells of an ISRC."""
        code = isrc_of(isrc)
        if not code:
            return []
        track = await self._get(self._gate.visit(), f"track/isrc:{code}", _read_track)
        return [] if track is None else [replace(track, isrc=code)]

    # Inside

    async def _search(self, path: str, words: str, limit: int, read: Callable[[Any], T]) -> list[T]:
        plain = search_words(words)
        if not plain or limit < 1:
            return []
        asked = {"q": plain, "limit": min(limit, PAGE)}
        found = await self._get(self._gate.visit(), path, lambda body: _read_rows(body, read), **asked)
        return (found or [])[:limit]

    async def _tracks(self, visit: Visit, number: str) -> tuple[FoundTrack, ...]:
        """Every track of an album, page by page: only this list tells their ISRC."""
        tracks: list[FoundTrack] = []
        for _ in range(PAGES):
            page = await self._get(
                visit,
                f"album/{number}/tracks",
                lambda body: _read_rows(body, _read_track_alone),
                index=len(tracks),
                limit=PAGE,
            )
            tracks += page or []
            if len(page or []) < PAGE:
                break
        return tuple(replace(track, position=position) for position, track in enumerate(tracks, start=1))

    async def _get(self, visit: Visit, path: str, read: Callable[[Any], T], **params: str | int) -> T | None:
        def judge_and_read(body: Any) -> T | None:
            return read(body) if self._judge(body) else None

        return await self._http.get_json(visit, f"{self._address}/{path}", judge_and_read, params=params)

    def _judge(self, body: Any) -> bool:
        """Whether an answer holds something to read; False for "not there". Raises `Unavailable`."""
        error = body.get("error")
        if not error:
            return True
        code = error.get("code")
        if code in NOT_THERE:
            return False
        detail = f"error {code} of {text_of(error.get('type'))}"
        raise Unavailable("deezer", Why.BUSY if code in BUSY else Why.REFUSED, None, detail)

    def _number(self, link: Link, kind: LinkKind) -> str | None:
        """The id of a link; None for a link that is not ours or of another kind."""
        ours = link.service is self.service and link.kind is kind and NUMBER.fullmatch(link.external_id)
        return link.external_id if ours else None


def _read_rows(body: Any, read: Callable[[Any], T]) -> list[T]:
    return [read(each) for each in rows_of(body["data"])]


def _read_album(album: Any) -> FoundAlbum:
    """An album of a search, of a track, or looked up: each tells more than the one before."""
    kind = text_of(album.get("record_type"))
    artist: dict[str, Any] = album.get("artist") or {}
    genres: dict[str, Any] = album.get("genres") or {}
    return FoundAlbum(
        Service.DEEZER,
        name_of(album["title"]),
        text_of(artist.get("name")),
        year_of(album.get("release_date")),
        (_link(LinkKind.ALBUM, album["id"]),),
        KINDS.get(kind, kind),
        number_of(album.get("nb_tracks")),
        cover_url=_cover(album),
        genres=tuple(name for each in rows_of(genres.get("data") or []) if (name := text_of(each.get("name")))),
        barcode=text_of(album.get("upc")),
    )


def _read_track(track: Any) -> FoundTrack:
    """A track with its album, which has the track's artist where it does not tell one."""
    found = _read_track_alone(track)
    told: dict[str, Any] = track.get("album") or {}
    if not told.get("id"):
        return found
    album = _read_album(told)
    return replace(found, album=replace(album, artist=album.artist or found.artist))


def _read_track_alone(track: Any) -> FoundTrack:
    seconds = number_of(track.get("duration"))
    artist: dict[str, Any] = track.get("artist") or {}
    disc = number_of(track.get("disk_number"))
    return FoundTrack(
        name_of(track["title"]),
        text_of(artist.get("name")),
        number_of(track.get("track_position")) if disc in (None, 1) else None,
        seconds * 1_000 if seconds else None,
        isrc_of(text_of(track.get("isrc"))),
        _link(LinkKind.TRACK, track["id"]),
    )


def _link(kind: LinkKind, number: Any) -> Link:
    if number_of(number) is None:
        raise ValueError("an id is missing")
    link = Link(Service.DEEZER, kind, str(number_of(number)), "")
    return Link(link.service, kind, link.external_id, canonical_url(link))


def _cover(album: dict[str, Any]) -> str | None:
    """The largest cover that is one."""
    addresses = (text_of(album.get(f"cover_{size}")) for size in ("xl", "big", "medium"))
    return next((each for each in addresses if each and not NO_PICTURE.search(each)), None)
