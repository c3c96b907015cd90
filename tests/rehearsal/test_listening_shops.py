"""The rehearsal's services tell what people hear as the real ones do: as time passes, with quirks and with faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.listening.accounts import Access, AccountRefused
from bot.domain.listening.plays import Source
from bot.providers.sources import Keys, Sources
from bot.rehearsal.providers import SHOPS, Elsewhere, Fault, LoopbackProviders, Play, as_member, shops_with, world_on
from bot.rehearsal.providers.histories import lastfm_csv, spotify_extended
from bot.rehearsal.providers.listeners import SECRET, find
from tests.factories import NOW, MovableClock
from tests.factories.elsewhere import BACK_TO, Town, a_town, heard_before, titles
from tests.factories.manners import FreeManners

LISTENS = Path(__file__).resolve().parents[3] / "shared" / "data" / "listens"
PERSON_A = LISTENS / "person-a-account-and-extended" / "personB__Streaming_History_Audio_2023_8.json"
PERSON_B = LISTENS / "person-b-lastfm-8-columns" / "recenttracks.csv"
needs_data = pytest.mark.skipif(not LISTENS.exists(), reason="the real histories are not at hand")
HOUR = timedelta(hours=1)


@pytest.fixture
async def town() -> AsyncGenerator[Town]:
    async with a_town() as town:
        yield town


async def answer(town: Town, path: str, *, form: dict[str, str] | None = None, **more: Any) -> tuple[int, str]:
    """What a service answers to somebody who asks by hand."""
    address = f"{town.server.address('x').removesuffix('/x')}/{path}"
    async with aiohttp.ClientSession() as client:
        method = "GET" if form is None else "POST"
        async with client.request(method, address, data=form, allow_redirects=False, **more) as told:
            return told.status, await told.text()


async def lastfm(town: Town, **form: str) -> Any:
    asked = {"api_key": "k", "method": "user.getRecentTracks", "user": "ada", "format": "json", **form}
    return json.loads((await answer(town, "lastfm/2.0/", form=asked))[1])


async def test_plays_are_told_when_their_time_has_come(town: Town) -> None:
    plays = [
        Play(NOW - HOUR, "A", "Before"),
        Play(NOW + HOUR, "A", "After", seconds=200),
        Play(NOW - 2 * HOUR, "A", "Late", told_at=NOW + 2 * HOUR),
    ]
    for joins in (town.elsewhere.joins_lastfm, town.elsewhere.joins_spotify, town.elsewhere.joins_listenbrainz):
        joins("ada", plays)
    sources = [town.lastfm, town.spotify, town.listenbrainz]

    async def told() -> list[list[str]]:
        accounts = [Access("ada", "ada"), town.spotify_access("ada"), Access("ada", "ada")]
        walks = [
            await town.walk(source, access, until=NOW + 9 * HOUR)
            for source, access in zip(sources, accounts, strict=True)
        ]
        return [list(dict.fromkeys(titles(pages))) for pages in walks]

    assert await told() == [["Before"]] * 3
    town.clock.at = NOW + HOUR + timedelta(seconds=100)
    assert await told() == [["Before"]] * 3
    for source in sources:
        access = town.spotify_access("ada") if source is town.spotify else Access("ada", "ada")
        playing = await source.fetch_now_playing(access)
        assert playing is not None
        assert playing.title == "After", "it runs"
    town.clock.at = NOW + HOUR + timedelta(seconds=200)
    assert await told() == [["After", "Before"]] * 3
    town.clock.at = NOW + 2 * HOUR
    assert await told() == [["After", "Before", "Late"]] * 3


async def test_many_plays_that_arrive_at_once_are_in_their_order(town: Town) -> None:
    listener = town.elsewhere.joins_lastfm("ada", heard_before(500)[::-1])
    listener.hears(*(Play(NOW - timedelta(seconds=number * 7), "A", str(number), told_at=NOW) for number in range(90)))
    starts = [play.at for play in listener.told(NOW)]
    assert len(starts) == 590
    assert starts == sorted(starts)
    assert listener.deletes(lambda play: play.artist == "A") == 90


async def test_lastfm_tells_numbers_as_texts_and_one_play_as_an_object(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("ada")
    told = (await lastfm(town))["recenttracks"]
    assert (told["track"], told["@attr"]["totalPages"], told["@attr"]["total"]) == ([], "0", "0")
    ada.hears(Play(NOW - HOUR, "A", "One"))
    told = (await lastfm(town))["recenttracks"]
    assert told["track"]["name"] == "One"
    assert told["@attr"] == {"perPage": "50", "totalPages": "1", "page": "1", "user": "ada", "total": "1"}
    assert "2a96cbd8b46e442fc41c2b86b821562f" in told["track"]["image"][0]["#text"]
    ada.playing = Play(NOW, "A", "Now")
    told = (await lastfm(town, limit="1", to="100"))["recenttracks"]
    assert told["track"]["@attr"] == {"nowplaying": "true"}
    assert "date" not in told["track"]


async def test_lastfm_counts_from_the_first_second_and_not_the_last(town: Town) -> None:
    town.elsewhere.joins_lastfm("ada", [Play(NOW - HOUR, "A", "One"), Play(NOW - 2 * HOUR, "A", "Two")])
    second = int((NOW - HOUR).timestamp())
    assert (await lastfm(town, **{"from": str(second)}))["recenttracks"]["track"]["name"] == "One"
    assert (await lastfm(town, to=str(second)))["recenttracks"]["track"]["name"] == "Two"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"user": "nobody"}, 6),
        ({"user": "hides"}, 17),
        ({"api_key": ""}, 10),
        ({"sk": "x"}, 13),
        ({"method": "auth.getSession", "token": "x"}, 13),
    ],
)
async def test_lastfm_tells_its_errors_by_number_in_both_tongues(town: Town, form: dict[str, str], code: int) -> None:
    town.elsewhere.joins_lastfm("ada")
    town.elsewhere.joins_lastfm("hides").hides = True
    assert (await lastfm(town, **form))["error"] == code
    asked = {"api_key": "k", "method": "user.getRecentTracks", "user": "ada", **form}
    status, text = await answer(town, "lastfm/2.0/", form=asked)
    assert f'<error code="{code}">' in text
    assert status in (403, 404)


async def test_albums_are_still_found_where_accounts_are(town: Town) -> None:
    keys = Keys("rehearsal", "no-secret-of-anybody", "k", lastfm_secret=SECRET)
    sources = Sources(world_on(town.server), FreeManners(), town.clock, keys=keys)
    found = await asyncio.gather(*(source.search_albums("glass harbour") for source in sources.albums))
    assert all(albums and albums[0].title == "Glass Harbour" for albums in found)
    await sources.close()


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "http://elsewhere.example/back"},
        {"redirect_uri": "http://localhost:8080/back"},
        {"redirect_uri": ""},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"client_id": ""},
    ],
)
async def test_spotifys_page_refuses_what_the_real_one_refuses(town: Town, change: dict[str, str]) -> None:
    town.elsewhere.joins_spotify("ada")
    query = {
        "client_id": "app", "response_type": "code", "redirect_uri": BACK_TO, "code_challenge_method": "S256",
        "code_challenge": "x" * 43, "as": "ada",
    }  # fmt: skip
    assert (await answer(town, "spotify/authorize", params=query))[0] == 302
    assert (await answer(town, "spotify/authorize", params={**query, **change}))[0] == 400


async def test_nobody_agrees_who_is_not_signed_in(town: Town) -> None:
    address = town.lastfm_granter.page_address(state="s", challenge="", back_to=BACK_TO)
    other = town.spotify_granter.page_address(state="s", challenge="x" * 43, back_to=BACK_TO)
    async with aiohttp.ClientSession() as browser:
        for page in (address, other, as_member(address, "<nobody>"), as_member(other, "<nobody>")):
            async with browser.get(page, allow_redirects=False) as told:
                assert told.status == 200
                assert "<nobody>" not in await told.text()


async def test_spotify_wants_a_limit_it_knows_and_a_token(town: Town) -> None:
    listener = town.elsewhere.joins_spotify("ada")
    token, _ = town.spotify_shop.grant(listener, "user-read-recently-played")
    mine = {"Authorization": f"Bearer {token}"}
    place = "spotify/v1/me/player/recently-played"
    assert (await answer(town, f"{place}?limit=50", headers=mine))[0] == 200
    assert (await answer(town, f"{place}?limit=51", headers=mine))[0] == 400
    assert (await answer(town, place))[0] == 401
    town.spotify_shop.spoil_tokens(listener)
    assert (await answer(town, place, headers=mine))[0] == 401


async def test_what_was_skipped_is_not_among_spotifys_last_plays(town: Town) -> None:
    plays = [Play(NOW - HOUR, "A", "Skipped", heard=12.0), Play(NOW - 2 * HOUR, "A", "Left", heard=45.0)]
    town.elsewhere.joins_spotify("ada", plays)
    page = await town.spotify.fetch_history(town.spotify_access("ada"), since=None, until=NOW)
    assert titles([page]) == ["Left"]


async def test_listenbrainz_does_not_take_both_ends_of_a_window(town: Town) -> None:
    town.elsewhere.joins_listenbrainz("ada", heard_before(9))
    place = "listenbrainz/1/user/ada/listens"
    assert (await answer(town, f"{place}?max_ts=9&min_ts=3"))[0] == 400
    second = int((NOW - HOUR).timestamp())
    told = json.loads((await answer(town, f"{place}?min_ts={second - 1000}&count=2"))[1])["payload"]["listens"]
    starts = [each["listened_at"] for each in told]
    assert starts == sorted(starts, reverse=True)
    after = [play.second for play in town.elsewhere.listenbrainz["ada"].told(NOW) if play.second > second - 1000]
    assert starts[-1] == min(after), "the window nearest to where it begins"


async def test_a_fault_may_spare_the_first_requests() -> None:
    async with LoopbackProviders(SHOPS) as server:
        server.add_fault(Fault("deezer/*", "status", status=500, spares=2, times=1))
        async with aiohttp.ClientSession() as client:
            told = []
            for _ in range(4):
                async with client.get(f"{server.address('deezer')}/search/album?q=lamp") as got:
                    told.append(got.status)
    assert told == [200, 200, 500, 200]


async def test_without_accounts_the_services_know_nobody() -> None:
    clock = MovableClock()
    async with LoopbackProviders(shops_with(Elsewhere(clock.now))) as server:
        sources = Sources(world_on(server), FreeManners(), clock, keys=Keys(lastfm="k"))
        for source in sources.listens.values():
            with pytest.raises(AccountRefused, match="gone"):
                await source.fetch_history(Access("ada", "ada"), since=None, until=NOW)
        await sources.close()
    assert set(sources.listens) == {Source.LASTFM, Source.LISTENBRAINZ}


@needs_data
async def test_real_histories_are_loaded_whole(town: Town) -> None:
    listener = town.elsewhere.joins_lastfm("b")
    assert listener.loads(lastfm_csv(PERSON_B)) == 11_622
    extended = spotify_extended(PERSON_A)
    rows = [row for row in json.loads(PERSON_A.read_text()) if row["master_metadata_track_name"]]
    assert len(extended) == len(rows)
    assert all(play.heard is not None and play.heard <= play.seconds for play in extended)
    assert [f"{play.ended_at:%Y-%m-%dT%H:%M:%SZ}" for play in extended] == [row["ts"] for row in rows]


def test_accounts_are_found_in_whatever_case_and_not_when_they_are_gone() -> None:
    elsewhere = Elsewhere(lambda: NOW)
    ada = elsewhere.joins_lastfm("Ada")
    assert elsewhere.joins_lastfm("aDA") is ada, "joining again brings more plays"
    assert find(elsewhere.lastfm, "ADA") is ada
    ada.gone = True
    assert find(elsewhere.lastfm, "Ada") is None
