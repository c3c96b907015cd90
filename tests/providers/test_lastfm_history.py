"""Last.fm's histories: its quirks, what may happen between two pages, private accounts, and recorded answers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, Standing
from bot.providers.lastfm_accounts import signed
from bot.providers.manners import FOR_PEOPLE, IN_BACKGROUND
from bot.rehearsal.providers import Asked, Fault, Play, Reply, as_json
from bot.rehearsal.providers.histories import lastfm_csv
from tests.contracts.cassettes import CASSETTES, recorded
from tests.factories import NOW
from tests.factories.elsewhere import AUTH_KEY, HASTY, QUIET, READ_KEY, Town, a_town, heard_before, titles

ADA = Access("ada", "Ada")
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PERSON_B = DATA / "listens" / "person-b-lastfm-8-columns" / "recenttracks.csv"
needs_data = pytest.mark.skipif(not PERSON_B.exists(), reason="the real histories are not at hand")
needs_recorded = pytest.mark.skipif(not CASSETTES.exists(), reason="the recorded answers are not at hand")


@pytest.fixture
async def town() -> AsyncGenerator[Town]:
    async with a_town() as town:
        yield town


def says(town: Town, *tracks: dict[str, Any], asked: list[Asked] | None = None, **facts: str) -> None:
    """Makes Last.fm answer every question for a page so."""
    told = {"user": "Ada", "page": "1", "perPage": "1000", "totalPages": "1", "total": str(len(tracks)), **facts}
    body = {"recenttracks": {"track": tracks[0] if len(tracks) == 1 else list(tracks), "@attr": told}}

    def shop(question: Asked) -> Reply:
        if asked is not None:
            asked.append(question)
        return as_json(body)

    town.server.shops["lastfm"] = shop


def track(title: str = "Song", second: int | str | None = 1_700_000_000, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"name": title, "artist": {"#text": "Artist"}, "album": {"#text": "Album"}, **more}
    return told if second is None else {**told, "date": {"uts": str(second)}}


async def test_a_page_of_one_play_is_no_list(town: Town) -> None:
    says(town, track())
    page = await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    assert [(play.title, play.started_at) for play in page.plays] == [
        ("Song", datetime.fromtimestamp(1_700_000_000, UTC))
    ]
    assert (page.pages, page.total, page.cursor) == (1, 1, "")


async def test_nothing_at_all_is_a_whole_answer(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada")
    (page,) = await town.walk(town.lastfm, ADA)
    assert (page.plays, page.pages, page.total, page.complete) == ((), 0, 0, True)


async def test_what_plays_now_comes_on_every_page_and_is_never_a_play(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", heard_before(130))
    ada.page_limit, ada.playing = 50, Play(NOW, "Artist", "Running")
    pages = await town.walk(town.lastfm, ADA, until=NOW - timedelta(hours=1))
    assert len(pages) > 2
    assert all(page.now_playing is not None and page.now_playing.title == "Running" for page in pages)
    assert "Running" not in titles(pages)
    assert all(page.skipped == 0 for page in pages)


async def test_a_page_of_nothing_but_what_plays_now_holds_no_play(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada").playing = Play(NOW, "Artist", "Running")
    (page,) = await town.walk(town.lastfm, ADA)
    assert page.plays == ()
    assert page.now_playing is not None


async def test_entries_that_are_no_plays_are_counted(town: Town) -> None:
    says(
        town, track("Good"), track("Undated", None), track("", 1_700_000_001), track("Old", 0),
        track("Far", 99_999_999_999), track("No artist", artist={"#text": ""}),
    )  # fmt: skip
    page = await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    assert [play.title for play in page.plays] == ["Good"]
    assert page.skipped == 5


async def test_pictures_that_stand_for_none_and_odd_fields_do_no_harm(town: Town) -> None:
    star = "https://lastfm.freetls.fastly.net/i/u/64s/2a96cbd8b46e442fc41c2b86b821562f.png"
    odd = track("Song\u0000\u200b  two", image=[{"size": "small", "#text": star}], album=None, mbid=None, loved="0")
    says(town, odd)
    (play,) = (await town.lastfm.fetch_history(ADA, since=None, until=NOW)).plays
    assert (play.title, play.album, play.track_ref) == ("Song two", "", "")


async def test_a_thousand_are_asked_for_and_as_many_believed_as_come(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", heard_before(450))
    ada.page_limit = 200
    asked: list[Asked] = []
    shop = town.lastfm_shop
    town.server.shops["lastfm"] = lambda question: (asked.append(question), shop(question))[1]
    pages = await town.walk(town.lastfm, ADA)
    assert {question.form["limit"] for question in asked} == {"1000"}
    assert {question.form["extended"] for question in asked} == {"0"}
    assert sorted(set(titles(pages))) == sorted(f"Song {number}" for number in range(450))
    assert [page.total for page in pages] == [450] * len(pages), "as the first page told it"
    assert pages[0].pages == 3


async def test_pages_may_grow_smaller_on_the_way(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", heard_before(300))
    ada.page_limit = 100
    ada.between_pages = lambda told: setattr(ada, "page_limit", 100 - 30 * min(told, 3))
    pages = await town.walk(town.lastfm, ADA)
    assert set(titles(pages)) == {f"Song {number}" for number in range(300)}
    assert all(page.complete for page in pages)


async def test_plays_that_come_late_or_go_while_pages_are_read_hide_no_other(town: Town) -> None:
    plays = heard_before(300)
    ada = town.elsewhere.joins_lastfm("Ada", plays)
    ada.page_limit = 50

    def meanwhile(told: int) -> None:
        ada.deletes(lambda play: play.title in {f"Song {299 - told}", f"Song {298 - told}"})
        ada.hears(Play(NOW - timedelta(seconds=told), "Artist", f"Late {told}", told_at=NOW))

    ada.between_pages = meanwhile
    found = set(titles(await town.walk(town.lastfm, ADA)))
    kept = {play.title for play in ada.told(NOW)} - {f"Late {number}" for number in range(10)}
    assert kept <= found, "what stayed was told, whatever moved around it"


async def test_more_plays_in_one_second_than_a_page_holds_are_all_told(town: Town) -> None:
    at = NOW - timedelta(hours=5)
    same = [Play(at, "Artist", f"Same {number}", told_at=at) for number in range(25)]
    ada = town.elsewhere.joins_lastfm(
        "Ada", [*heard_before(30), *same, Play(at - timedelta(days=1), "Artist", "First")]
    )
    ada.page_limit = 10
    found = set(titles(await town.walk(town.lastfm, ADA)))
    assert {play.title for play in same} <= found
    assert len(found) == 56


async def test_an_answer_for_another_account_is_asked_again(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", heard_before(3))
    ada.strangers = 2
    page = await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    assert len(page.plays) == 3
    ada.strangers = 100
    for ask in (town.lastfm.fetch_history(ADA, since=None, until=NOW), town.lastfm.fetch_now_playing(ADA)):
        with pytest.raises(Unavailable) as caught:
            await ask
        assert caught.value.why is Why.GARBLED
    assert town.manners.troubles == [], "the service is well"


async def test_an_account_that_is_hidden_between_two_pages_is_private_from_then_on(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", heard_before(30))
    ada.page_limit = 10
    ada.between_pages = lambda told: setattr(ada, "hides", True)
    page = await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    with pytest.raises(AccountRefused) as caught:
        await town.lastfm.fetch_history(ADA, since=None, until=NOW, cursor=page.cursor)
    assert (caught.value.standing, caught.value.name) == (Standing.PRIVATE, "Ada")


async def test_a_session_key_opens_what_its_own_account_hides(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", heard_before(3))
    ada.hides, ada.playing = True, Play(NOW, "Artist", "Running")
    key = town.lastfm_shop.session_of(ada, AUTH_KEY)
    own = replace(ADA, token=key)
    assert len((await town.lastfm.fetch_history(own, since=None, until=NOW)).plays) == 3
    playing = await town.lastfm.fetch_now_playing(own)
    assert playing is not None
    assert playing.title == "Running"
    assert (await town.lastfm.fetch_profile(own)).plays == 3
    town.lastfm_shop.revoke(ada)
    for ask in (town.lastfm.fetch_history(own, since=None, until=NOW), town.lastfm.fetch_now_playing(own)):
        with pytest.raises(AccountRefused) as caught:
            await ask
        assert caught.value.standing is Standing.REVOKED


async def test_public_accounts_are_read_with_a_key_that_no_member_sees(town: Town) -> None:
    asked: list[Asked] = []
    says(town, track(), asked=asked)
    await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    await town.lastfm.fetch_history(replace(ADA, token="a-session-key"), since=None, until=NOW)
    assert [question.form["api_key"] for question in asked] == [READ_KEY, AUTH_KEY]
    assert "sk" not in asked[0].form
    assert asked[1].form["sk"] == "a-session-key"
    assert all(question.query == {} for question in asked), "nothing stands in an address"


def test_a_form_is_signed_as_the_documentation_says() -> None:
    form = signed({"method": "auth.getSession", "api_key": "xxx", "token": "yyy", "format": "json"}, "mysecret")
    wanted = md5(b"api_keyxxxmethodauth.getSessiontokenyyymysecret", usedforsecurity=False).hexdigest()
    assert form["api_sig"] == wanted


async def test_an_account_that_is_gone_is_told_so(town: Town) -> None:
    for ask in (
        town.lastfm.fetch_history(ADA, since=None, until=NOW),
        town.lastfm.fetch_profile(ADA),
        town.lastfm.fetch_now_playing(ADA),
    ):
        with pytest.raises(AccountRefused) as caught:
            await ask
        assert caught.value.standing is Standing.GONE


async def test_corrections_and_deletions_show_in_the_next_walk(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", [*heard_before(5), Play(NOW - timedelta(days=1), "The Beetles", "Help")])
    assert len(titles(await town.walk(town.lastfm, ADA))) == 6
    ada.corrects("The Beetles", to="The Beatles")
    ada.deletes(lambda play: play.title == "Song 2")
    pages = await town.walk(town.lastfm, ADA)
    assert "Song 2" not in titles(pages)
    assert pages[-1].plays[-1].artist == "The Beatles"
    assert all(page.complete for page in pages)


async def test_a_page_that_breaks_off_is_asked_again_from_where_it_began(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada", heard_before(90)).page_limit = 40
    town.server.add_fault(Fault("lastfm/*", "truncated", spares=1, times=1))
    first = await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    with pytest.raises(Unavailable) as caught:
        await town.lastfm.fetch_history(ADA, since=None, until=NOW, cursor=first.cursor)
    assert caught.value.why is Why.GARBLED
    second = await town.lastfm.fetch_history(ADA, since=None, until=NOW, cursor=first.cursor)
    assert second.plays[-1].title == "Song 11", "one play stands on both pages"


async def test_a_slow_page_is_waited_for_in_the_background_and_not_by_people() -> None:
    assert (IN_BACKGROUND.call, FOR_PEOPLE.call) == (30.0, 5.0), "a page takes twenty seconds at times"
    async with a_town(patience=replace(QUIET, call=3.0), hurried=replace(HASTY, call=0.2)) as town:
        town.elsewhere.joins_lastfm("Ada", heard_before(3))
        town.server.add_fault(Fault("lastfm/*", "slow", seconds=0.6))
        assert len((await town.lastfm.fetch_history(ADA, since=None, until=NOW)).plays) == 3
        with pytest.raises(Unavailable) as caught:
            await town.lastfm.fetch_history(ADA, since=None, until=NOW, newest=True)
        assert caught.value.why is Why.SLOW


async def test_people_have_their_share_and_histories_what_they_leave(town: Town) -> None:
    town.elsewhere.joins_lastfm("Ada", heard_before(3))
    await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    await town.lastfm.fetch_history(ADA, since=None, until=NOW, newest=True)
    await town.lastfm.fetch_now_playing(ADA)
    await town.lastfm.fetch_profile(ADA)
    assert town.manners.people == [False, True, True, True]


async def test_a_page_with_a_hole_does_not_count_as_all_there_is(town: Town) -> None:
    says(town, track("A", 1_700_000_300), track("B", 1_700_000_200), perPage="3", totalPages="2", total="5")
    page = await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    assert page.cursor
    assert not page.complete


async def test_a_page_without_plays_before_the_last_one_is_no_page(town: Town) -> None:
    says(town, totalPages="4", total="3500")
    with pytest.raises(Unavailable) as caught:
        await town.lastfm.fetch_history(ADA, since=None, until=NOW)
    assert caught.value.why is Why.GARBLED


async def test_what_is_no_cursor_is_a_mistake_of_ours(town: Town) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        await town.lastfm.fetch_history(ADA, since=None, until=NOW, cursor="2")


@pytest.mark.parametrize("name", ["sixty/../4", "a b&user=other", "Ünï", "x" * 300])
async def test_odd_names_are_asked_for_as_they_are(town: Town, name: str) -> None:
    asked: list[Asked] = []
    says(town, track(), asked=asked, user=name)
    await town.lastfm.fetch_history(Access(name.lower(), name), since=None, until=NOW)
    assert asked[0].form["user"] == name


@needs_data
async def test_a_whole_real_history_is_told_play_by_play(town: Town) -> None:
    ada = town.elsewhere.joins_lastfm("Ada", lastfm_csv(PERSON_B))
    pages = await town.walk(town.lastfm, ADA)
    told = {(play.started_at, play.artist, play.title) for page in pages for play in page.plays}
    held = {(play.at, " ".join(play.artist.split()), " ".join(play.title.split())) for play in ada.told(NOW)}
    assert len(ada.told(NOW)) == 11_622
    assert told == held
    assert (len(pages), pages[0].total) == (12, 11_622)
    days = [NOW.replace(year=2023, month=month, day=1) for month in range(1, 13)]
    for since, until in pairwise(days):
        window = await town.walk(town.lastfm, ADA, since=since, until=until)
        inside = {play for play in held if since <= play[0] < until}
        assert {(play.started_at, play.artist, play.title) for page in window for play in page.plays} == inside


@needs_recorded
async def test_a_recorded_profile_is_read_by_pylast(town: Town) -> None:
    body = recorded("TestPyLastUser.test_get_user_unixtime_registration", "method=user.getInfo")
    town.server.shops["lastfm"] = lambda asked: Reply(body, content_type="text/xml")
    profile = await town.lastfm.fetch_profile(Access("rj", "RJ"))
    assert (profile.external_id, profile.name) == ("rj", "RJ")
    assert profile.since == datetime.fromtimestamp(1_037_793_040, UTC)
    with pytest.raises(Unavailable) as caught:
        await town.lastfm.fetch_profile(ADA)
    assert caught.value.why is Why.GARBLED, "it is somebody else's"


@needs_recorded
async def test_recorded_answers_tell_what_plays_now_and_silence(town: Town) -> None:
    asked = "limit=11&from=1311261000&to=1311261300&page=1&method=user.getRecentTracks"
    body = recorded("TestPyLastUser.test_get_recent_tracks_from_to", asked)
    town.server.shops["lastfm"] = lambda question: Reply(body, content_type="text/xml")
    playing = await town.lastfm.fetch_now_playing(Access("rj", "RJ"))
    assert playing is not None
    assert (playing.artist, playing.title) == ("Crazy Frog", "Axel F"), "though it lies outside what was asked for"
    silent = body[: body.index(b'<track nowplaying="true">')] + body[body.index(b"</track>") + 8 :]
    town.server.shops["lastfm"] = lambda question: Reply(silent, content_type="text/xml")
    assert await town.lastfm.fetch_now_playing(Access("rj", "RJ")) is None


@needs_recorded
async def test_a_recorded_page_of_two_hundred_has_two_hundred_and_one_entries(town: Town) -> None:
    body = json.loads((DATA / "api" / "lastfm_lmammino" / "recent_tracks_page.json").read_text())
    town.server.shops["lastfm"] = lambda asked: as_json(body)
    page = await town.lastfm.fetch_history(Access("testuser", "testuser"), since=None, until=NOW)
    assert (len(body["recenttracks"]["track"]), len(page.plays)) == (201, 200)
    assert (page.pages, page.total, page.complete) == (1_455, 290_860, True)
    assert page.now_playing is not None
    assert (page.now_playing.artist, page.now_playing.title) == ("The Rocket Summer", "Do You Feel")
