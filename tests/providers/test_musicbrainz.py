"""What of MusicBrainz the suite of all sources does not ask: which release stands for a group, and its manners."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.catalog import Link, LinkKind, Service, canonical_url
from bot.domain.clock import SystemClock
from bot.domain.manners import Pace
from bot.providers.cover_art import CoverArt
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.providers.musicbrainz import PACE, MusicBrainz
from bot.providers.musicbrainz_shapes import Edition, choose
from bot.rehearsal.providers import SHOPS, Fault, LoopbackProviders, as_json
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.services.manners import SharedManners
from db.session import Database
from tests.contracts.replay import Replay
from tests.factories.manners import FreeManners

GROUP = "release-group/48117b90-a16e-34ca-a514-19c702df1158"
UNHURRIED = Patience(total=120.0, call=60.0, turn=60.0)
"""For what is about an order in time and not about how quick this machine is."""


def link_to(external_id: str) -> Link:
    link = Link(Service.MUSICBRAINZ, LinkKind.ALBUM, external_id, "")
    return replace(link, url=canonical_url(link))


def edition(name: str, date: str = "2001-03-12", *, official: bool = True, discs: int = 1, tracks: int = 14) -> Edition:
    return Edition(name, date, official, discs, tracks)


@pytest.fixture
async def server() -> AsyncGenerator[LoopbackProviders]:
    async with LoopbackProviders({"musicbrainz": Replay("musicbrainz"), "coverart": Replay("cover_art")}) as running:
        yield running


@pytest.fixture
async def http() -> AsyncGenerator[Http]:
    session = Http(loopback=True)
    yield session
    await session.close()


@pytest.fixture
def source(server: LoopbackProviders, http: Http) -> MusicBrainz:
    manners = FreeManners()
    covers = CoverArt(http, manners, address=server.address("coverart"))
    return MusicBrainz(http, manners, covers, address=server.address("musicbrainz"))


def chosen(*editions: Edition) -> str | None:
    found = choose(editions)
    return found.id if found else None


def test_the_earliest_of_the_usual_editions_stands_for_the_album() -> None:
    assert chosen(edition("later", "2001-06-01"), edition("first"), edition("us", "2001-03-13")) == "first"


def test_an_early_edition_with_bonus_tracks_does_not() -> None:
    assert chosen(edition("japan", "2001-03-07", tracks=16), edition("first"), edition("us", "2001-03-13")) == "first"


def test_a_reissue_with_more_discs_does_not_however_many_there_are() -> None:
    boxes = [edition(f"box {year}", f"{year}-01-01", discs=2, tracks=25) for year in range(2010, 2020)]
    assert chosen(*boxes, edition("first")) == "first"


def test_a_promo_counts_only_where_there_is_nothing_else() -> None:
    promo = edition("promo", "2000-12-01", official=False)
    assert chosen(promo, edition("first")) == "first"
    assert chosen(promo) == "promo"


def test_a_year_alone_comes_after_its_days_and_no_date_after_all() -> None:
    assert chosen(edition("year", "2001"), edition("day", "2001-11-30"), edition("none", "")) == "day"
    assert chosen(edition("none", ""), edition("year", "2001")) == "year"


def test_releases_without_tracks_stand_for_nothing() -> None:
    assert chosen() is None
    assert chosen(edition("empty", tracks=0)) is None


@given(
    st.lists(
        st.builds(
            edition,
            st.uuids().map(str),
            st.sampled_from(["", "1999", "1999-05", "1999-05-07", "2009-01-01", "garbage", "0000-00-00"]),
            official=st.booleans(),
            discs=st.integers(1, 3),
            tracks=st.integers(0, 20),
        ),
        max_size=8,
    )
)
def test_whatever_the_order_the_same_release_is_chosen(editions: list[Edition]) -> None:
    assert choose(editions) == choose(editions[::-1])
    found = choose(editions)
    assert (found is None) == (not any(each.tracks for each in editions))


async def test_a_link_to_a_release_keeps_the_tracks_of_that_edition() -> None:
    album = ALBUMS[0]
    async with LoopbackProviders(SHOPS) as server:
        http, manners = Http(loopback=True), FreeManners()
        covers = CoverArt(http, manners, address=server.address("coverart"))
        source = MusicBrainz(http, manners, covers, address=server.address("musicbrainz"))
        found = await source.fetch_album(link_to(f"release/{album.release}"))
        await http.close()
    assert found is not None
    assert found.links[0] == link_to(f"release-group/{album.group}"), "an album is its release group"
    assert len(found.tracks) == len(album.tracks)
    assert found.tracks[0].link is not None
    assert [call.path for call in server.calls].count(f"/release/{album.release}") == 1


async def test_several_artists_are_named_as_printed(source: MusicBrainz) -> None:
    found = await source.search_albums("daft punk discovery")
    assert found[2].artist == "Somebody feat. Nobody"
    assert found[0].genres == ("electronic", "house"), "a genre that was voted down is none"
    assert [each.kind for each in found] == ["album", "live", ""]


async def test_a_recording_is_told_with_the_album_and_not_with_a_single_or_a_compilation(source: MusicBrainz) -> None:
    best, other = await source.search_tracks("daft punk digital love")
    assert best.album is not None
    assert (best.album.title, best.album.links[0]) == ("Discovery", link_to(GROUP))
    assert best.position == 3
    assert other.album is None


async def test_links_that_have_ended_and_places_that_are_no_album_are_not_told(source: MusicBrainz) -> None:
    album = await source.fetch_album(link_to(GROUP))
    assert album is not None
    spotify = next(link for link in album.links if link.service is Service.SPOTIFY)
    assert spotify.external_id == "2noRn2Aes5aoNVsU6iWThc"
    assert album.barcode == "724384960650"


async def test_without_its_cover_archive_an_album_is_an_album(server: LoopbackProviders, source: MusicBrainz) -> None:
    server.add_fault(Fault("coverart/*", status=503))
    album = await source.fetch_album(link_to(GROUP))
    assert album is not None
    assert (album.cover_url, len(album.tracks)) == (None, 14)


async def test_an_album_takes_two_calls_asked_side_by_side(server: LoopbackProviders, source: MusicBrainz) -> None:
    assert await source.fetch_album(link_to(GROUP)) is not None
    asked = [call.path for call in server.calls if call.shop == "musicbrainz"]
    assert sorted(asked) == ["/release", f"/{GROUP}"]


async def test_tracks_that_a_list_of_releases_cuts_short_are_asked_for(
    server: LoopbackProviders, source: MusicBrainz
) -> None:
    usual = server.shops["musicbrainz"]

    def short(asked):
        reply = usual(asked)
        if asked.path != "/release" or reply is None:
            return reply
        body = json.loads(reply.body)
        for release in body["releases"]:
            for medium in release["media"]:
                medium["tracks"] = medium.get("tracks", [])[:3]
        return as_json(body)

    server.shops["musicbrainz"] = short
    album = await source.fetch_album(link_to(GROUP))
    assert album is not None
    assert len(album.tracks) == 14
    assert {link.service for link in album.links} >= {Service.SPOTIFY, Service.DEEZER}


@pytest.mark.parametrize(("fault", "country"), [(None, "FR"), (Fault("musicbrainz/artist/*", "garbage"), "")])
async def test_the_artist_is_asked_for_a_country_that_is_not_told_and_not_needed(
    server: LoopbackProviders, source: MusicBrainz, fault: Fault | None, country: str
) -> None:
    usual = server.shops["musicbrainz"]

    def terse(asked):
        reply = usual(asked)
        return (
            replace(reply, body=reply.body.replace(b'"country": "FR"', b'"country": null'))
            if reply and "artist/" not in asked.path
            else reply
        )

    server.shops["musicbrainz"] = terse
    if fault is not None:
        server.add_fault(fault)
    album = await source.fetch_album(link_to(GROUP))
    assert album is not None
    assert (album.country, album.genres[0]) == (country, "electronic")


async def test_a_group_that_was_merged_is_known_by_its_new_id(server: LoopbackProviders, source: MusicBrainz) -> None:
    usual = server.shops["musicbrainz"]
    old = "release-group/11111111-1111-4111-8111-111111111111"

    def renamed(asked):
        return usual(replace(asked, path=asked.path.replace(old, GROUP)))

    server.shops["musicbrainz"] = renamed
    album = await source.fetch_album(link_to(old))
    assert album is not None
    assert album.links[0] == link_to(GROUP)


async def test_signs_of_the_search_language_are_not_sent(server: LoopbackProviders, source: MusicBrainz) -> None:
    await source.search_albums('AC/DC "Back in Black" (1980) OR *:*')
    assert server.calls[0].query["query"] == "AC DC Back in Black 1980 OR"
    assert server.calls[0].query["dismax"] == "true"


async def test_one_request_a_second_is_kept_by_all_processes_together(
    database: Database, database_url: str, http: Http
) -> None:
    other = Database.connect(database_url, pool_size=2)
    hurried = Pace(PACE.calls, timedelta(seconds=0.1))
    async with LoopbackProviders({"musicbrainz": lambda asked: as_json({"release-groups": []})}) as server:
        sources: list[MusicBrainz] = []
        for each in (database, other):
            manners = SharedManners(each, SystemClock())
            covers = CoverArt(http, manners)
            address = server.address("musicbrainz")
            sources.append(MusicBrainz(http, manners, covers, address=address, pace=hurried, patience=UNHURRIED))
        began = time.monotonic()
        await asyncio.gather(*(source.search_albums("words") for source in sources for _ in range(3)))
        arrivals = sorted(call.at for call in server.calls)
        assert len(arrivals) == 6
        assert all(at - began >= number * 0.1 - 0.01 for number, at in enumerate(arrivals))
    await other.close()
    assert PACE.rate <= 1
