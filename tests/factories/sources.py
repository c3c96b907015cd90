"""Sources as they are on bad days, and albums as they tell of them."""

from __future__ import annotations

import asyncio
from typing import NoReturn

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, Service, parse_link
from bot.domain.errors import Unavailable, Why
from tests.factories.held import HeldSource

SPOTIFY_ID = "2noRn2Aes5aoNVsU6iWThc"


def a_link(url: str) -> Link:
    link = parse_link(url)
    assert link is not None, url
    return link


def deezer(number: int, title: str, artist: str, year: int | None = None, **more: object) -> FoundAlbum:
    """An album at Deezer."""
    links = (a_link(f"https://www.deezer.com/album/{number}"),)
    return FoundAlbum(Service.DEEZER, title, artist, year, links, **more)  # type: ignore[arg-type]


def musicbrainz(number: int, title: str, artist: str, year: int | None = None, **more: object) -> FoundAlbum:
    """A release group at MusicBrainz."""
    links = (a_link(f"https://musicbrainz.org/release-group/00000000-0000-4000-8000-{number:012d}"),)
    return FoundAlbum(Service.MUSICBRAINZ, title, artist, year, links, **more)  # type: ignore[arg-type]


def songs(*titles: str, artist: str = "") -> tuple[FoundTrack, ...]:
    """A track list, three minutes each."""
    return tuple(FoundTrack(title, artist, place, 180_000) for place, title in enumerate(titles, start=1))


class Brief(HeldSource):
    """Tells of an album's tracks, genres and country on its page alone, as services do."""

    def albums_for(self, words: str, limit: int = 10) -> list[FoundAlbum]:
        found = super().albums_for(words, limit)
        return [FoundAlbum(one.source, one.title, one.artist, one.year, one.links, one.kind) for one in found]


class Slow(Brief):
    """Answers after a while."""

    def __init__(self, service: Service, *albums: FoundAlbum, seconds: float) -> None:
        super().__init__(service, albums)
        self.seconds = seconds

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        await asyncio.sleep(self.seconds)
        return self.albums_for(words, limit)


class SlowPages(Brief):
    """Finds at once, and takes its time to show a page."""

    seconds = 2.4

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        await asyncio.sleep(self.seconds)
        return await super().fetch_album(link)


class Down(HeldSource):
    """Answers nothing."""

    def __init__(self, service: Service, why: Why = Why.DOWN) -> None:
        super().__init__(service)
        self.why = why

    def _fail(self) -> NoReturn:
        raise Unavailable(str(self.service), self.why)

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        self._fail()

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        self._fail()

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        self._fail()

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        self._fail()

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        self._fail()
