"""Spotify beyond the contract: tokens, what a new app may ask, shapes before and after fields went, and silence."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.catalog import LinkKind
from bot.domain.errors import Unavailable, Why
from bot.providers.http import Http
from bot.providers.spotify import Spotify, Token
from bot.rehearsal.providers import Asked, Fault, LoopbackProviders, Reply, as_json
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.spotify import TOKEN, spotify
from tests.contracts.spotify import RECORDED, link_to
from tests.factories import MovableClock
from tests.factories.manners import FreeManners

SECRET = "a-very-secret-key"
HARBOUR = ALBUMS[0]


@dataclass
class Bench:
    server: LoopbackProviders
    clock: MovableClock
    source: Spotify

    def asked(self, path: str) -> int:
        return sum(call.path == path for call in self.server.calls)


@pytest.fixture
async def bench() -> AsyncGenerator[Bench]:
    clock = MovableClock()
    http = Http(clock=clock, loopback=True, secrets=(SECRET,))
    async with LoopbackProviders({"spotify": spotify}) as server:
        shop = server.address("spotify")
        source = Spotify(
            http,
            FreeManners(),
            client_id="an-app",
            client_secret=SECRET,
            address=f"{shop}/v1",
            accounts=f"{shop}/api/token",
        )
        yield Bench(server, clock, source)
        await http.close()


def answering(body: Any) -> Any:
    """A shop that answers every question so."""

    def shop(asked: Asked) -> Reply:
        token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}
        return as_json(token if asked.path == "/api/token" else body)

    return shop


async def test_one_token_serves_many_questions_until_it_ends(bench: Bench) -> None:
    await asyncio.gather(*(bench.source.search_albums(words) for words in ("lamp", "sea", "field")))
    assert bench.asked("/api/token") == 1
    bench.clock.move(timedelta(minutes=58))
    await bench.source.search_albums("lamp")
    assert bench.asked("/api/token") == 1
    bench.clock.move(timedelta(minutes=2))
    await bench.source.search_albums("lamp")
    assert bench.asked("/api/token") == 2


async def test_a_token_that_is_no_longer_taken_is_renewed_once(bench: Bench) -> None:
    await bench.source.search_albums("lamp")
    refused = Fault("spotify/v1/*", "status", status=401, times=1)
    bench.server.add_fault(refused)
    assert [album.title for album in await bench.source.search_albums("lamp")] == ["Lamp"]
    assert (refused.met, bench.asked("/api/token")) == (1, 2)
    refused.times = 1_000
    with pytest.raises(Unavailable) as caught:
        await bench.source.search_albums("lamp")
    assert caught.value.why is Why.REFUSED
    assert bench.asked("/api/token") == 3


async def test_a_search_asks_for_no_more_than_a_new_app_may(bench: Bench) -> None:
    assert len(await bench.source.search_tracks("low tides", limit=50)) == 10
    assert bench.server.calls[-1].query["limit"] == "10"


async def test_an_album_of_several_pages_is_read_to_its_end(bench: Bench) -> None:
    listed = [
        {"id": f"{place:022}", "name": f"Track {place}", "artists": [{"name": "A"}], "disc_number": 1 + place // 70,
         "track_number": 1 + place % 70, "duration_ms": 1_000 + place}
        for place in range(120)
    ]  # fmt: skip

    def shop(asked: Asked) -> Reply:
        start = int(asked.query.get("offset", 0))
        page = {"items": listed[start : start + 50], "next": "more" if start + 50 < len(listed) else None}
        album = {"id": "b" * 22, "name": "Box", "artists": [{"name": "A"}, {"name": "B"}], "tracks": page}
        return answering(page if "tracks" in asked.path else album)(asked)

    bench.server.shops["spotify"] = shop
    album = await bench.source.fetch_album(link_to("b" * 22))
    assert album is not None
    assert [track.position for track in album.tracks] == list(range(1, 121))
    assert [track.title for track in album.tracks] == [row["name"] for row in listed]
    assert (album.artist, album.track_count, album.year, album.cover_url) == ("A, B", 120, None, None)


async def test_holes_in_a_search_are_left_out(bench: Bench) -> None:
    album = {"id": "b" * 22, "name": "Box", "artists": [], "images": [{"url": "https://i.example/b", "width": None}]}
    bench.server.shops["spotify"] = answering({"albums": {"items": [None, {**album, "name": ""}, album]}})
    (found,) = await bench.source.search_albums("box")
    assert (found.title, found.artist, found.cover_url) == ("Box", "", "https://i.example/b")


async def test_an_id_that_was_never_given_out_is_not_there(bench: Bench) -> None:
    fault = Fault("spotify/v1/albums/*", "status", status=400, body=b'{"error":{"status":400,"message":"Invalid id"}}')
    bench.server.add_fault(fault)
    assert await bench.source.fetch_album(link_to("0" * 22)) is None
    assert fault.met == 1


async def test_a_redirect_is_not_followed_with_the_token(bench: Bench) -> None:
    bench.server.add_fault(Fault("spotify/v1/*", "status", status=302, headers={"Location": "http://10.0.0.1/"}))
    with pytest.raises(Unavailable) as caught:
        await bench.source.search_albums("lamp")
    assert caught.value.why is Why.REFUSED


@pytest.mark.parametrize("status", [200, 401, 403, 429, 500])
async def test_nothing_secret_reaches_a_log_or_an_error(
    bench: Bench, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": {"message": f"{SECRET} {TOKEN}"}}).encode()
    if status != 200:
        bench.server.add_fault(Fault("spotify/v1/*", "status", status=status, body=body))
    told = ""
    try:
        await bench.source.search_albums("lamp")
    except Unavailable as unavailable:
        told = f"{unavailable!r} {unavailable.detail} {unavailable.__cause__!r} {unavailable.__context__!r}"
    assert bool(told) is (status != 200)
    for text in (caplog.text, told, repr(Token(TOKEN, bench.clock.now()))):
        assert SECRET not in text
        assert TOKEN not in text


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded answers are not at hand")
async def test_a_recorded_search_is_read(bench: Bench) -> None:
    bench.server.shops["spotify"] = answering(json.loads((RECORDED / "search.json").read_text(encoding="utf-8")))
    found = await bench.source.search_tracks("never gonna give you up")
    first = found[0]
    assert len(found) == 5
    assert (first.title, first.artist, first.isrc) == ("Never Gonna Give You Up", "Rick Astley", "GBARL9300135")
    assert first.album is not None
    assert (first.album.title, first.album.links[0]) == (
        "Whenever You Need Somebody",
        link_to("6eUW0wxWtzkFdaEFsTJto6"),
    )
    assert (first.album.year, str(first.album.cover_url)[:18]) == (1987, "https://i.scdn.co/")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded answers are not at hand")
async def test_albums_recorded_over_the_years_are_read_with_and_without_the_fields_that_went(bench: Bench) -> None:
    saved = json.loads((RECORDED / "saved_albums.json").read_text(encoding="utf-8"))["items"]
    older = json.loads((Path(RECORDED).parent / "spotify_zmb3" / "current_users_albums.txt").read_text())["items"]
    albums = [row["album"] for row in [*saved[:10], *older[:3]]]
    gone = {"popularity", "label", "available_markets", "album_group", "linked_from", "genres", "copyrights"}
    for album in albums:
        read = []
        for shape in (album, {name: value for name, value in album.items() if name not in gone}):
            shape = {**shape, "tracks": {**shape["tracks"], "next": None}}
            bench.server.shops["spotify"] = answering(shape)
            read.append(await bench.source.fetch_album(link_to(album["id"])))
        assert read[0] is not None
        assert read[0] == read[1]
        assert read[0].title == " ".join(album["name"].split())
        assert len(read[0].tracks) == len(album["tracks"]["items"])
        assert read[0].barcode


async def test_a_track_tells_its_recording(bench: Bench) -> None:
    song = HARBOUR.tracks[5]
    track = await bench.source.fetch_track(link_to(song.spotify_id, LinkKind.TRACK))
    assert track is not None
    assert (track.isrc, track.position) == (song.isrc, 6)
