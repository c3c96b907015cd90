"""What of Deezer the suite of all sources does not ask: pages, placeholders, and numbers of every kind."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import pytest

from bot.domain.catalog import Link, LinkKind, Service
from bot.providers.deezer import Deezer
from bot.providers.http import Http
from bot.rehearsal.providers import LoopbackProviders, as_json
from tests.contracts.replay import Replay
from tests.factories.manners import FreeManners

ALBUM = Link(Service.DEEZER, LinkKind.ALBUM, "302127", "https://www.deezer.com/album/302127")


@pytest.fixture
async def server() -> AsyncGenerator[LoopbackProviders]:
    async with LoopbackProviders({"deezer": Replay("deezer")}) as running:
        yield running


@pytest.fixture
async def source(server: LoopbackProviders) -> AsyncGenerator[Deezer]:
    http = Http(loopback=True)
    yield Deezer(http, FreeManners(), address=server.address("deezer"))
    await http.close()


async def test_the_largest_cover_is_taken(source: Deezer) -> None:
    album = await source.fetch_album(ALBUM)
    assert album is not None
    assert album.cover_url is not None
    assert "1000x1000" in album.cover_url
    assert album.barcode == "724384960650"


async def test_a_date_of_zeros_is_no_year_and_a_compilation_is_called_so(source: Deezer) -> None:
    found = await source.fetch_album(Link(Service.DEEZER, LinkKind.ALBUM, "999001", ""))
    assert found is not None
    assert (found.year, found.kind, found.track_count) == (None, "compilation", None)


async def test_an_id_written_as_text_is_an_id(source: Deezer) -> None:
    found = await source.search_albums("daft punk discovery")
    assert [each.links[0].external_id for each in found] == ["302127", "6575789", "999001"]


async def test_a_long_album_is_read_page_by_page(server: LoopbackProviders, source: Deezer) -> None:
    usual: Callable = server.shops["deezer"]

    def many(asked):
        if not asked.path.endswith("/tracks"):
            return usual(asked)
        index, limit = int(asked.query["index"]), int(asked.query["limit"])
        rows = [{"id": n + 1, "title": f"Track {n}", "duration": 60} for n in range(index, min(index + limit, 230))]
        return as_json({"data": rows, "total": 230})

    server.shops["deezer"] = many
    album = await source.fetch_album(ALBUM)
    assert album is not None
    assert [track.position for track in album.tracks] == list(range(1, 231))
    assert len(server.calls) == 4


async def test_the_track_of_a_later_disc_has_no_place_by_itself(server: LoopbackProviders, source: Deezer) -> None:
    row = {"id": 1, "title": "B", "track_position": 3, "disk_number": 2, "duration": "0", "isrc": "none"}
    server.shops["deezer"] = lambda asked: as_json(row)
    track = await source.fetch_track(Link(Service.DEEZER, LinkKind.TRACK, "1", ""))
    assert track is not None
    assert (track.position, track.duration_ms, track.isrc, track.album) == (None, None, "", None)
