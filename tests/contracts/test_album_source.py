"""One suite for every source of albums: what it finds, what it does not, and what comes of whatever goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service, canonical_url
from bot.domain.errors import Unavailable, Why
from bot.domain.ports import AlbumSource
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.rehearsal.providers import LoopbackProviders
from tests.contracts.cases import Case, Known, Trouble
from tests.contracts.sources import CASES
from tests.factories import NOW, MovableClock
from tests.factories.manners import FreeManners

PATIENT = Patience(total=20.0, call=10.0, tries=1)
HURRIED = Patience(total=1.0, call=0.3, tries=2)
"""For what answers slowly, or never."""
MARGIN = 30.0
"""Seconds that a busy machine may take on top of a source's own limit: half of what the slow answer would take."""
ELSEWHERE = {
    service: Link(service, LinkKind.ALBUM, number, f"https://example.org/{service}/{number}")
    for service, number in ((Service.DEEZER, "302127"), (Service.SPOTIFY, "0" * 22))
}


@dataclass
class Bench:
    """A source and the provider it asks."""

    case: Case
    server: LoopbackProviders
    http: Http
    manners: FreeManners

    @property
    def known(self) -> Known:
        return self.case.known

    def source(self, patience: Patience = PATIENT) -> AlbumSource:
        return self.case.source(self.server, self.http, self.manners, patience)


@pytest.fixture
async def bench(case: Case) -> AsyncGenerator[Bench]:
    http = Http(clock=MovableClock(), loopback=True, secrets=("a-very-secret-key",))
    async with LoopbackProviders(case.shops()) as server:
        yield Bench(case, server, http, FreeManners())
        await http.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every case; and where a fault is wanted, every fault of every case."""
    if "trouble" in metafunc.fixturenames:
        both = [(case, trouble, name) for case in CASES for name, trouble in case.faults().items()]
        metafunc.parametrize(("case", "trouble"), [b[:2] for b in both], ids=[f"{b[0].name}: {b[2]}" for b in both])
    elif "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=[case.name for case in CASES])


def own_links(found: FoundAlbum | FoundTrack, service: Service) -> bool:
    links = found.links if isinstance(found, FoundAlbum) else (found.link,)
    return links[0] is not None and links[0].service is service and links[0].url.startswith("https://")


async def test_an_album_is_found_by_words(bench: Bench) -> None:
    source, known = bench.source(), bench.known
    found = await source.search_albums(known.words, limit=5)
    assert 1 <= len(found) <= 5
    first = found[0]
    assert (first.title, first.artist) == (known.title, known.artist)
    assert first.source is source.service
    assert first.links[0] == known.link
    assert own_links(first, source.service)


async def test_a_search_brings_no_more_than_it_was_asked_for(bench: Bench) -> None:
    assert len(await bench.source().search_albums(bench.known.words, limit=1)) == 1
    assert len(await bench.source().search_tracks(bench.known.track_words, limit=1)) == 1


async def test_words_that_fit_nothing_find_nothing(bench: Bench) -> None:
    source = bench.source()
    assert await source.search_albums(bench.known.nothing) == []
    assert await source.search_tracks(bench.known.nothing) == []


@pytest.mark.parametrize(
    "words", ["", "   ", 'AND "OR" (NOT', "\\ + - && || ! ( ) { } [ ] ^ ~ * ? : /", "\u202e\u200b"]
)
async def test_no_words_are_so_odd_that_a_search_breaks(bench: Bench, words: str) -> None:
    assert await bench.source().search_albums(words) == []
    assert await bench.source().search_tracks(words) == []


async def test_a_track_is_found_by_words_with_its_album(bench: Bench) -> None:
    source, known = bench.source(), bench.known
    found = await source.search_tracks(known.track_words, limit=5)
    assert found[0].title == known.track_title
    assert found[0].artist == known.artist
    if found[0].album is not None:
        assert found[0].album.title == known.title
        assert own_links(found[0].album, source.service)


async def test_an_album_is_fetched_with_all_it_is_known_for(bench: Bench) -> None:
    source, known = bench.source(), bench.known
    album = await source.fetch_album(known.link)
    assert album is not None
    assert (album.title, album.artist, album.year) == (known.title, known.artist, known.year)
    assert album.links[0] == known.link
    assert (album.kind, album.country) == (known.kind, known.country)
    assert album.genres[: len(known.genres)] == known.genres
    assert (album.cover_url is not None) is known.has_cover
    assert {link.service for link in album.links[1:]} == known.elsewhere


async def test_a_fetched_album_has_its_tracks_in_order(bench: Bench) -> None:
    known = bench.known
    album = await bench.source().fetch_album(known.link)
    assert album is not None
    assert tuple(track.title for track in album.tracks) == known.titles
    assert [track.position for track in album.tracks] == list(range(1, len(known.titles) + 1))
    assert album.track_count == len(known.titles)
    assert (album.tracks[0].duration_ms, album.tracks[0].isrc) == (known.first_ms, known.first_isrc)
    assert all(track.album is None for track in album.tracks), "an album does not hold itself"


async def test_a_link_that_leads_nowhere_is_none(bench: Bench) -> None:
    assert await bench.source().fetch_album(bench.known.missing) is None
    assert await bench.source().fetch_track(replace(bench.known.missing, kind=LinkKind.TRACK)) is None


async def test_links_of_other_services_and_kinds_are_not_asked_for(bench: Bench) -> None:
    source = bench.source()
    for service, link in ELSEWHERE.items():
        if service is not source.service:
            assert await source.fetch_album(link) is None
            assert await source.fetch_track(replace(link, kind=LinkKind.TRACK)) is None
    assert await source.fetch_album(replace(bench.known.link, kind=LinkKind.ARTIST)) is None
    assert bench.server.calls == []


async def test_a_track_is_fetched_by_its_link_with_its_album(bench: Bench) -> None:
    link = bench.known.track_link
    if link is None:
        pytest.skip("this source knows no tracks by link")
    track = await bench.source().fetch_track(link)
    assert track is not None
    assert (track.title, track.artist) == (bench.known.track_title, bench.known.artist)
    assert track.link == link
    assert track.album is not None
    assert track.album.title == bench.known.title


async def test_tracks_are_found_by_isrc_where_the_source_can_be_asked_so(bench: Bench) -> None:
    found = await bench.source().tracks_of_isrc(bench.known.isrc or "GBAYE0000001")
    if not bench.known.isrc:
        assert found == []
        return
    assert found
    assert all(track.isrc == bench.known.isrc for track in found)
    assert await bench.source().tracks_of_isrc("ZZZZZ9999999") == []


@pytest.mark.parametrize("isrc", ["", "no code", "../album/1", "US-RC1-76-07839?x=1"])
async def test_what_is_no_isrc_is_not_asked_for(bench: Bench, isrc: str) -> None:
    assert await bench.source().tracks_of_isrc(isrc) == []
    assert bench.server.calls == []


async def test_a_picture_that_stands_for_none_is_no_cover(bench: Bench) -> None:
    if bench.known.bare is None:
        pytest.skip("this source has no such picture")
    album = await bench.source().fetch_album(bench.known.bare)
    assert album is not None
    assert album.cover_url is None


def uses(source: AlbumSource, known: Known) -> list[Callable[[], Awaitable[object]]]:
    asked: list[Callable[[], Awaitable[object]]] = [
        lambda: source.search_albums(known.words),
        lambda: source.search_tracks(known.track_words),
        lambda: source.fetch_album(known.link),
    ]
    if known.track_link is not None:
        link = known.track_link
        asked.append(lambda: source.fetch_track(link))
    if known.isrc:
        asked.append(lambda: source.tracks_of_isrc(known.isrc))
    return asked


async def test_whatever_goes_wrong_has_its_outcome_in_time(bench: Bench, trouble: Trouble) -> None:
    patience = HURRIED if trouble.why is Why.SLOW else PATIENT
    source = bench.source(patience)
    bench.server.add_fault(trouble.fault)
    began = time.monotonic()
    outcomes = await asyncio.gather(*(use() for use in uses(source, bench.known)), return_exceptions=True)
    assert time.monotonic() - began < patience.total + MARGIN
    assert trouble.fault.met
    for told in outcomes:
        if trouble.why is None:
            assert told in (None, [])
            continue
        assert isinstance(told, Unavailable), told
        assert told.why is trouble.why, told.detail
        assert told.source
        assert told.until == (None if trouble.waits is None else NOW + timedelta(seconds=trouble.waits))
        assert "a-very-secret-key" not in told.detail


async def test_what_goes_wrong_once_is_tried_again(bench: Bench) -> None:
    trouble = bench.case.faults()["500"]
    trouble.fault.times, trouble.fault.met = 1, 0
    bench.server.add_fault(trouble.fault)
    found = await bench.source(replace(PATIENT, tries=2)).search_albums(bench.known.words)
    assert found[0].title == bench.known.title
    assert [why for _, why in bench.manners.told][:2] == [Why.DOWN, None]


async def test_every_call_waits_for_its_turn_and_says_who_we_are(bench: Bench) -> None:
    source = bench.source()
    await source.search_albums(bench.known.words)
    await source.fetch_album(bench.known.link)
    assert len(bench.manners.turns) == len(bench.manners.told) >= len(bench.server.calls) - 1
    assert all("Longplay/" in call.headers["User-Agent"] for call in bench.server.calls)


async def test_links_are_those_that_people_would_paste(bench: Bench) -> None:
    album = await bench.source().fetch_album(bench.known.link)
    assert album is not None
    assert all(
        link.url == canonical_url(link) for link in album.links if link.service in (Service.DEEZER, Service.SPOTIFY)
    )
