"""The made-up catalogue is the script's, the same on every shop, and its server breaks as it is told to."""

from __future__ import annotations

import re

import aiohttp
import pytest

from bot.domain.catalog import parse_link
from bot.rehearsal import script
from bot.rehearsal.providers import SHOPS, Asked, Fault, LoopbackProviders
from bot.rehearsal.providers.catalogue import ALBUMS, MadeAlbum, search_albums, search_tracks
from bot.rehearsal.providers.short_links import short_code, short_links


def asked(path: str) -> Asked:
    return Asked("GET", path, {}, {}, {}, "http://127.0.0.1/x")


def test_addresses_that_the_script_writes_out_are_the_catalogues() -> None:
    by_title = {album.title: album for album in ALBUMS}
    assert by_title["Field Notes"].spotify_id in script.NOTES.text
    assert by_title["Lamp"].bandcamp == script.LAMP.text


def test_no_id_means_two_things() -> None:
    things = [thing for album in ALBUMS for thing in (album, *album.tracks)]
    for ids in (
        [thing.number for thing in things],
        [thing.spotify_id for thing in things],
        [album.group for album in ALBUMS],
        [track.isrc for album in ALBUMS for track in album.tracks],
    ):
        assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}\d{7}", track.isrc) for album in ALBUMS for track in album.tracks)


@pytest.mark.parametrize("album", ALBUMS, ids=lambda album: album.title)
def test_an_album_has_tracks_with_lengths_and_links_that_are_read(album: MadeAlbum) -> None:
    assert 8 <= len(album.tracks) <= 12
    assert all(60 < track.seconds < 600 for track in album.tracks)
    assert [track.position for track in album.tracks] == list(range(1, len(album.tracks) + 1))
    for address in (
        f"https://open.spotify.com/album/{album.spotify_id}",
        f"https://www.deezer.com/album/{album.number}",
        f"https://musicbrainz.org/release-group/{album.group}",
    ):
        link = parse_link(address)
        assert link is not None
        assert link.url == address


def test_words_find_what_holds_them_also_with_a_slip() -> None:
    assert [album.title for album in search_albums("the low tides")] == ["Glass Harbour", "Undertow"]
    assert [album.title for album in search_albums("glass harbor")] == ["Glass Harbour"]
    assert [track.title for _, track in search_tracks("moth afterglow")] == ["Afterglow"]
    assert search_albums("") == search_albums("nothing like it") == []


def test_short_links_lead_to_the_service_that_made_them() -> None:
    album = ALBUMS[0]
    for host, begins in (
        ("spotify.link", "https://open.spotify.com/album/"),
        ("deezer.page.link", "https://www.deezer.com/"),
    ):
        reply = short_links(asked(f"/{host}/{short_code(album)}"))
        assert reply is not None
        assert reply.headers["Location"].startswith(begins)
    assert short_links(asked("/spotify.link/nothing")) is None


async def test_a_fault_strikes_what_it_names_as_often_as_it_says() -> None:
    async with LoopbackProviders(SHOPS) as server, aiohttp.ClientSession() as session:
        fault = server.add_fault(Fault("deezer/album/*", status=418, headers={"Retry-After": "7"}, times=2))
        statuses: list[int] = []
        for path in ("album/1", "search/album", "album/2", "album/3"):
            async with session.get(f"{server.address('deezer')}/{path}?q=lamp") as response:
                statuses.append(response.status)
        assert statuses == [418, 200, 418, 200]
        assert fault.met == 2
        assert [call.path for call in server.calls][:2] == ["/album/1", "/search/album"]


async def test_a_shop_that_is_not_there_has_nothing() -> None:
    async with LoopbackProviders(SHOPS) as server, aiohttp.ClientSession() as session:
        async with session.get(f"{server.address('napster')}/x") as response:
            assert response.status == 404
