"""ListenBrainz: ties at the edges of pages, tokens and names, its limits, and recorded answers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, Standing
from bot.rehearsal.providers import Asked, Fault, Play, Reply, as_json
from tests.factories import NOW
from tests.factories.elsewhere import Town, a_town, heard_before, titles

API = Path(__file__).resolve().parents[3] / "shared" / "data" / "api" / "listenbrainz"
needs_data = pytest.mark.skipif(not API.exists(), reason="the recorded answers are not at hand")
ADA = Access("ada", "ada")


@pytest.fixture
async def town() -> AsyncGenerator[Town]:
    async with a_town() as town:
        yield town


def answers(town: Town, body: Any, *, asked: list[Asked] | None = None) -> None:
    """Makes ListenBrainz answer everything so."""

    def shop(question: Asked) -> Reply:
        if asked is not None:
            asked.append(question)
        return as_json(body)

    town.server.shops["listenbrainz"] = shop


def recorded(name: str) -> Any:
    return json.loads((API / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("limit", [3, 4, 5, 10])
async def test_plays_of_one_second_are_not_lost_at_the_edge_of_a_page(town: Town, limit: int) -> None:
    plays = [
        Play(NOW - timedelta(minutes=10 * minute), "Artist", f"Song {minute}.{tie}", told_at=NOW - timedelta(minutes=1))
        for minute in range(1, 21)
        for tie in range(2 if minute % 2 else 1)
    ]
    town.elsewhere.joins_listenbrainz("ada", plays).page_limit = limit
    pages = await town.walk(town.listenbrainz, ADA)
    assert set(titles(pages)) == {play.title for play in plays}
    assert all(page.complete for page in pages)


async def test_more_plays_in_one_second_than_a_page_holds_are_known_to_be_missing(town: Town) -> None:
    at = NOW - timedelta(hours=1, seconds=1)
    same = [Play(at, "Artist", f"Same {number}", told_at=at) for number in range(12)]
    town.elsewhere.joins_listenbrainz("ada", [*heard_before(40), *same]).page_limit = 5
    pages = await town.walk(town.listenbrainz, ADA)
    assert {f"Song {number}" for number in range(40)} <= set(titles(pages))
    assert not {play.title for play in same} <= set(titles(pages)), "there is no way to ask for them"
    assert [page.complete for page in pages].count(False) == 1


async def test_an_account_of_one_second_ends(town: Town) -> None:
    at = NOW - timedelta(hours=5)
    same = [Play(at, "Artist", f"Same {number}", told_at=at) for number in range(5)]
    listener = town.elsewhere.joins_listenbrainz("ada", same)
    listener.page_limit = 5
    (page,) = await town.walk(town.listenbrainz, ADA)
    assert len(page.plays) == 5


async def test_the_two_ends_of_a_window_are_never_asked_for_together(town: Town) -> None:
    town.elsewhere.joins_listenbrainz("ada", heard_before(30))
    since = NOW - timedelta(hours=1)
    pages = await town.walk(town.listenbrainz, ADA, since=since)
    assert all(since <= play.started_at < NOW for page in pages for play in page.plays)
    assert all("max_ts" in call.query and "min_ts" not in call.query for call in town.server.calls)
    assert {call.query["count"] for call in town.server.calls} == {"1000"}


async def test_plays_that_come_or_go_while_pages_are_read_hide_no_other(town: Town) -> None:
    listener = town.elsewhere.joins_listenbrainz("ada", heard_before(200))
    listener.page_limit = 25

    def meanwhile(told: int) -> None:
        listener.deletes(lambda play: play.title == f"Song {199 - told}")
        listener.hears(Play(NOW - timedelta(seconds=told), "Artist", f"Late {told}", told_at=NOW))

    listener.between_pages = meanwhile
    found = set(titles(await town.walk(town.listenbrainz, ADA)))
    assert {play.title for play in listener.told(NOW) if play.title.startswith("Song")} <= found


async def test_a_token_alone_says_whose_it_is(town: Town) -> None:
    ada = town.elsewhere.joins_listenbrainz("Ada", heard_before(3))
    profile = await town.listenbrainz.fetch_profile(Access("", "", ada.token))
    assert (profile.external_id, profile.name, profile.plays) == ("ada", "Ada", 3)
    assert (await town.listenbrainz.fetch_profile(ADA)).plays == 3


async def test_a_token_that_is_none_is_revoked(town: Town) -> None:
    town.elsewhere.joins_listenbrainz("ada", heard_before(3))
    wrong = Access("ada", "ada", "not-a-token")
    for ask in (
        town.listenbrainz.fetch_profile(wrong),
        town.listenbrainz.fetch_history(wrong, since=None, until=NOW),
        town.listenbrainz.fetch_now_playing(wrong),
    ):
        with pytest.raises(AccountRefused) as caught:
            await ask
        assert caught.value.standing is Standing.REVOKED


async def test_without_a_token_a_closed_door_is_ours(town: Town) -> None:
    town.server.add_fault(Fault("listenbrainz/*", "status", status=401))
    with pytest.raises(Unavailable) as caught:
        await town.listenbrainz.fetch_history(ADA, since=None, until=NOW)
    assert caught.value.why is Why.REFUSED


@pytest.mark.parametrize("name", ["../validate-token", "a/b?count=1", "Ünï cödé", "#", "%2e%2e"])
async def test_odd_names_lead_nowhere_but_to_themselves(town: Town, name: str) -> None:
    with pytest.raises(AccountRefused) as caught:
        await town.listenbrainz.fetch_history(Access("x", name), since=None, until=NOW)
    assert caught.value.standing is Standing.GONE
    town.elsewhere.joins_listenbrainz(name, heard_before(2))
    assert len((await town.listenbrainz.fetch_history(Access("x", name), since=None, until=NOW)).plays) == 2


async def test_an_answer_for_another_account_is_no_answer(town: Town) -> None:
    listener = town.elsewhere.joins_listenbrainz("ada", heard_before(3))
    listener.strangers = 1
    with pytest.raises(Unavailable) as caught:
        await town.listenbrainz.fetch_history(ADA, since=None, until=NOW)
    assert caught.value.why is Why.GARBLED
    assert len((await town.listenbrainz.fetch_history(ADA, since=None, until=NOW)).plays) == 3


async def test_a_limit_without_a_sensible_time_names_none(town: Town) -> None:
    for told in ("soon", "-3", "9999999", "nan"):
        town.server.faults.clear()
        town.server.add_fault(
            Fault("listenbrainz/*", "status", status=429, headers={"X-RateLimit-Reset-In": told}, body=b"{}")
        )
        with pytest.raises(Unavailable) as caught:
            await town.listenbrainz.fetch_history(ADA, since=None, until=NOW)
        assert (caught.value.why, caught.value.until) == (Why.BUSY, None)


async def test_entries_that_are_no_plays_are_counted(town: Town) -> None:
    track = {"artist_name": "Artist", "track_name": "Song", "additional_info": {"duration": 200}}
    rows = [
        {"listened_at": 1_700_000_000, "track_metadata": track},
        {"listened_at": None, "track_metadata": track},
        {"listened_at": 5, "track_metadata": track},
        {"listened_at": 1_700_000_001, "track_metadata": {"artist_name": "Artist"}},
    ]
    answers(town, {"payload": {"listens": rows, "user_id": "ada"}})
    page = await town.listenbrainz.fetch_history(ADA, since=None, until=NOW)
    (play,) = page.plays
    assert (play.duration, play.started_at, page.skipped) == (
        timedelta(seconds=200), datetime.fromtimestamp(1_700_000_000, UTC), 3,
    )  # fmt: skip


@needs_data
async def test_recorded_listens_are_read(town: Town) -> None:
    asked: list[Asked] = []
    answers(town, recorded("get_listens_happy_path_response.json"), asked=asked)
    name = Access("iliekcomputers", "iliekcomputers")
    page = await town.listenbrainz.fetch_history(name, since=None, until=NOW)
    first = page.plays[0]
    assert (len(page.plays), page.cursor) == (25, "")
    assert (first.artist, first.duration) == ("SOHN", timedelta(milliseconds=250_407))
    assert first.started_at == datetime.fromtimestamp(1_587_245_842, UTC)
    assert first.track_ref == "ae29cef0-4132-49d1-aee8-eeae67763e66"
    assert asked[0].path == "/1/user/iliekcomputers/listens"


@needs_data
async def test_recorded_silence_and_tokens_are_read(town: Town) -> None:
    answers(town, recorded("no_playing_now.json"))
    assert await town.listenbrainz.fetch_now_playing(Access("x", "iliekcomputers")) is None
    answers(town, recorded("token_validity_bad_token_response.json"))
    with pytest.raises(AccountRefused) as caught:
        await town.listenbrainz.fetch_profile(Access("", "", "a-token"))
    assert caught.value.standing is Standing.REVOKED
