"""MusicBrainz: release groups with the tracks of the release that stands for them, and links to where they stream.

No key is needed, but a user agent with a contact, and one request a second at most, of all processes together.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service
from bot.domain.errors import Unavailable
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.cover_art import CoverArt
from bot.providers.http import Http
from bot.providers.manners import FOR_PEOPLE, Gate, Patience, Visit
from bot.providers.musicbrainz_shapes import (
    VARIOUS_ARTISTS,
    Edition,
    Group,
    choose,
    group_link,
    read_artist,
    read_editions,
    read_group,
    read_groups,
    read_recording,
    read_recordings,
    read_release,
)
from bot.providers.shapes import MBID, album_links, isrc_of, search_words

T = TypeVar("T")
U = TypeVar("U")

ADDRESS = "https://musicbrainz.org/ws/2"
PACE = Pace(1, timedelta(seconds=1.1))
"""One request a second is the limit; the tenth more is for processes whose calls are not sent at once."""
MOST = 100
"""Entries of one answer."""
EDITIONS = 25
"""Releases of a group, the first ones first: with all their tracks an answer grows large."""
TRACKS = "recordings+artist-credits+isrcs"
IDENTITY = re.compile(rf"(release-group|release|recording)/({MBID.pattern})")


class MusicBrainz:
    """Fulfils `AlbumSource`; covers are asked of the Cover Art Archive meanwhile."""

    service = Service.MUSICBRAINZ

    def __init__(
        self,
        http: Http,
        manners: Manners,
        covers: CoverArt,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = FOR_PEOPLE,
    ) -> None:
        self._http = http
        self._covers = covers
        self._address = address
        self._gate = Gate("musicbrainz", pace, manners, http.clock, patience)

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Release groups that fit the words, best first; without tracks and cover."""
        return (await self._search("release-group", words, limit, read_groups))[:limit]

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Recordings that fit the words, each with the album it is best known from."""
        return (await self._search("recording", words, limit, read_recordings))[:limit]

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The release group of a link, with the tracks of the release that stands for it.

        A link to a release keeps that release's tracks: whoever pasted it meant this edition.
        """
        what, mbid = _identity(link, LinkKind.ALBUM)
        if what not in ("release-group", "release"):
            return None
        visit, meant = self._gate.visit(), None
        if what == "release":
            found = await self._get(visit, f"release/{mbid}", read_release, inc=f"{TRACKS}+release-groups+url-rels")
            mbid, meant = found or ("", None)
        if not mbid:
            return None
        # Neither needs the other's answer, so the second is on its way as soon as its turn comes.
        group, editions = await _both(self._group(visit, mbid), self._editions(visit, mbid))
        if group is None:
            return None
        cover = asyncio.create_task(self._covers.front_of(group.id))
        try:
            return replace(await self._album(visit, group, editions, meant), cover_url=await cover)
        finally:
            cover.cancel()

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The recording of a link, with the album it is best known from."""
        what, mbid = _identity(link, LinkKind.TRACK)
        if what != "recording":
            return None
        inc = "artist-credits+isrcs+releases+release-groups"
        return await self._get(self._gate.visit(), f"recording/{mbid}", read_recording, inc=inc)

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """Recordings with an ISRC; asked of the search, whose answers tell the release group, unlike the lookup's."""
        code = isrc_of(isrc)
        if not code:
            return []
        found = await self._get(self._gate.visit(), "recording", read_recordings, query=f"isrc:{code}", limit=10)
        return [replace(track, isrc=code) for track in found or []]

    # Inside

    async def _search(self, what: str, words: str, limit: int, read: Callable[[Any], list[T]]) -> list[T]:
        plain = search_words(words)
        if not plain or limit < 1:
            return []
        # Dismax reads the words as a person means them, across title and artist.
        found = await self._get(self._gate.visit(), what, read, query=plain, dismax="true", limit=min(limit, MOST))
        return found or []

    async def _group(self, visit: Visit, mbid: str) -> Group | None:
        # With `artists`, those of the credit are told whole: that saves asking for their country.
        inc = "artists+artist-credits+genres+tags+url-rels"
        return await self._get(visit, f"release-group/{mbid}", read_group, inc=inc)

    async def _editions(self, visit: Visit, mbid: str) -> list[Edition]:
        """The first official releases of a group with their tracks, else the first of whatever there is."""
        asked: dict[str, str | int] = {"release-group": mbid, "inc": f"{TRACKS}+url-rels", "limit": EDITIONS}
        official = await self._get(visit, "release", read_editions, **asked, status="official")
        return official or await self._get(visit, "release", read_editions, **asked) or []

    async def _album(self, visit: Visit, group: Group, editions: list[Edition], meant: Edition | None) -> FoundAlbum:
        chosen = meant or choose(editions)
        if chosen is not None and not chosen.complete:
            _, chosen = await self._get(visit, f"release/{chosen.id}", read_release, inc=TRACKS) or ("", chosen)
        group = await self._with_artist(visit, group)
        tracks = chosen.listed if chosen else ()
        told = [*group.addresses, *(address for each in (chosen, *editions) if each for address in each.addresses)]
        return FoundAlbum(
            self.service,
            group.title,
            group.artist,
            group.year,
            album_links(told, group_link(group.id)),
            group.kind,
            len(tracks) or None,
            tracks,
            genres=group.genres,
            country=group.country,
            barcode=chosen.barcode if chosen else "",
        )

    async def _with_artist(self, visit: Visit, group: Group) -> Group:
        """With what the artist's own entry tells, where the group's does not; without it the album is an album too."""
        if group.artist_id in ("", VARIOUS_ARTISTS) or (group.country and group.genres):
            return group
        try:
            artist = await self._get(visit, f"artist/{group.artist_id}", read_artist, inc="genres")
        except Unavailable:
            return group
        country, genres = artist or ("", ())
        return replace(group, country=group.country or country, genres=group.genres or genres)

    async def _get(self, visit: Visit, path: str, read: Callable[[Any], T], **params: str | int) -> T | None:
        # The pluses of `inc` are spaces in an address, and that is what MusicBrainz separates by.
        asked = {
            name: value.replace("+", " ") if name == "inc" and isinstance(value, str) else value
            for name, value in params.items()
        }
        return await self._http.get_json(visit, f"{self._address}/{path}", read, params={"fmt": "json", **asked})


def _identity(link: Link, kind: LinkKind) -> tuple[str, str]:
    """What a link leads to and its id; both empty for a link that is not ours or of another kind."""
    found = IDENTITY.fullmatch(link.external_id)
    if link.service is not Service.MUSICBRAINZ or link.kind is not kind or found is None:
        return "", ""
    return found[1], found[2]


async def _both(one: Coroutine[Any, Any, T], other: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """The results of two questions that are asked side by side; when one fails the other is given up."""
    first, second = asyncio.ensure_future(one), asyncio.ensure_future(other)
    try:
        return await first, await second
    finally:
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
