"""One suite for every service that tells what members hear: histories, windows, and whatever goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, HistoryPage
from bot.domain.ports import ListenSource
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.rehearsal.providers import Fault, LoopbackProviders
from tests.contracts.listening import CASES, ListenCase, Mishap, SetUp, Told, is_stale, outcome_of
from tests.factories import NOW, MovableClock
from tests.factories.manners import FreeManners

PATIENT = Patience(total=20.0, call=10.0, tries=1)
HURRIED = Patience(total=1.0, call=0.3, tries=2)
MARGIN = 5.0
MOST_PAGES = 50


@dataclass
class Bench:
    """A source, the service it asks, and an account there."""

    case: ListenCase
    at: SetUp
    server: LoopbackProviders
    http: Http
    manners: FreeManners

    def source(self, patience: Patience = PATIENT) -> ListenSource:
        return self.case.source(self.server, self.http, self.manners, patience)

    async def walk(
        self, *, since: datetime | None = None, until: datetime | None = None, newest: bool = False
    ) -> list[HistoryPage]:
        """Every page, from the newest to the end."""
        source, pages, cursor = self.source(), [], ""
        while not pages or cursor:
            page = await source.fetch_history(
                self.at.access, since=since, until=until or self.at.until, cursor=cursor, newest=newest
            )
            pages.append(page)
            cursor = page.cursor
            assert len(pages) < MOST_PAGES, "it never ends"
        return pages


@pytest.fixture
async def bench(case: ListenCase) -> AsyncGenerator[Bench]:
    http = Http(clock=MovableClock(), loopback=True, secrets=("a-very-secret-key",))
    set_up = case.set_up()
    async with LoopbackProviders(set_up.shops) as server:
        yield Bench(case, set_up, server, http, FreeManners())
        await http.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every case; and where a mishap is wanted, every mishap of every case."""
    if "mishap" in metafunc.fixturenames:
        both = [(case, mishap, name) for case in CASES for name, mishap in case.mishaps.items()]
        metafunc.parametrize(("case", "mishap"), [b[:2] for b in both], ids=[f"{b[0].name}: {b[2]}" for b in both])
    elif "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=[case.name for case in CASES])


def told(pages: list[HistoryPage]) -> Counter[Told]:
    return Counter((play.artist, play.title, play.started_at) for page in pages for play in page.plays)


async def test_an_account_says_who_it_is(bench: Bench) -> None:
    profile = await bench.source().fetch_profile(bench.at.access)
    assert profile.name == bench.at.access.name
    assert profile.external_id == bench.at.access.external_id
    assert profile.plays == bench.at.plays_in_all


async def test_a_whole_history_is_told_and_nothing_else(bench: Bench) -> None:
    pages = await bench.walk()
    assert set(told(pages)) == bench.at.plays
    assert all(page.complete is bench.at.whole for page in pages)
    assert all(play.source is bench.source().source for page in pages for play in page.plays)
    assert all(play.started_at.utcoffset() == timedelta(0) for page in pages for play in page.plays)


async def test_whoever_waits_for_what_is_new_gets_it_from_the_same_history(bench: Bench) -> None:
    page = await bench.source().fetch_history(bench.at.access, since=None, until=bench.at.until, newest=True)
    newest = max(at for _, _, at in bench.at.plays)
    assert page.plays[0].started_at == newest
    assert {(each.artist, each.title, each.started_at) for each in page.plays} <= bench.at.plays


async def test_pages_are_told_newest_first(bench: Bench) -> None:
    pages = await bench.walk()
    for page in pages:
        starts = [play.started_at for play in page.plays]
        assert starts == sorted(starts, reverse=True)
    firsts = [page.plays[0].started_at for page in pages if page.plays]
    assert firsts == sorted(firsts, reverse=True)


async def test_a_window_holds_its_first_instant_and_not_its_last(bench: Bench) -> None:
    if not bench.at.whole:
        pytest.skip("this service tells its last plays, whatever is asked")
    starts = sorted({at for _, _, at in bench.at.plays})
    since, until = starts[len(starts) // 4], starts[len(starts) // 2]
    inside = {play for play in bench.at.plays if since <= play[2] < until}
    assert set(told(await bench.walk(since=since, until=until))) == inside
    half = timedelta(microseconds=500_000)
    assert set(told(await bench.walk(since=since - half, until=until - half))) == inside


async def test_a_window_in_which_nothing_was_heard_is_empty(bench: Bench) -> None:
    if not bench.at.whole:
        pytest.skip("this service tells its last plays, whatever is asked")
    oldest = min(at for _, _, at in bench.at.plays)
    (page,) = await bench.walk(since=oldest - timedelta(days=2), until=oldest - timedelta(days=1))
    assert (page.plays, page.cursor, page.complete) == ((), "", True)


async def test_what_plays_now_is_told_and_is_no_play(bench: Bench) -> None:
    playing = await bench.source().fetch_now_playing(bench.at.access)
    assert playing is not None
    assert bench.at.playing is not None
    wanted = bench.at.playing
    assert (playing.artist, playing.title, playing.album) == (wanted.artist, wanted.title, wanted.album)
    assert playing.url.startswith(wanted.url)
    assert all(page.now_playing is None or page.skipped == 0 for page in await bench.walk())


async def test_whatever_goes_wrong_has_its_outcome_in_time(bench: Bench, mishap: Mishap) -> None:
    patience = HURRIED if mishap.outcome is Why.SLOW else PATIENT
    source, access = bench.source(patience), bench.at.access
    bench.server.add_fault(mishap.fault)
    began = time.monotonic()
    outcomes = await asyncio.gather(
        source.fetch_history(access, since=None, until=NOW),
        source.fetch_profile(access),
        source.fetch_now_playing(access),
        return_exceptions=True,
    )
    assert time.monotonic() - began < patience.total + MARGIN
    assert mishap.fault.met
    for error in outcomes:
        assert isinstance(error, Unavailable | AccountRefused), error
        assert outcome_of(error) is mishap.outcome, getattr(error, "detail", error)
        assert is_stale(error) is mishap.stale
        if isinstance(error, Unavailable):
            assert error.until == (None if mishap.waits is None else NOW + timedelta(seconds=mishap.waits))
        for text in (str(error), repr(error), getattr(error, "detail", "")):
            assert "a-very-secret-key" not in text
            assert not access.token or access.token not in text
    refused = isinstance(outcomes[0], AccountRefused)
    assert {why is None for _, why in bench.manners.told} == {refused}, "an account's trouble is not the service's"


async def test_what_goes_wrong_once_is_tried_again(bench: Bench) -> None:
    bench.server.add_fault(Fault("*", "status", status=500, times=1))
    source = bench.source(replace(PATIENT, tries=2))
    page = await source.fetch_history(bench.at.access, since=None, until=bench.at.until)
    assert page.plays
    assert [why for _, why in bench.manners.told][:2] == [Why.DOWN, None]


async def test_every_call_waits_for_its_turn_and_says_who_we_are(bench: Bench) -> None:
    await bench.walk()
    await bench.source().fetch_now_playing(bench.at.access)
    assert len(bench.manners.turns) == len(bench.server.calls) == len(bench.manners.told)
    assert all("Longplay/" in call.headers["User-Agent"] for call in bench.server.calls)
    assert {source for source, _ in bench.manners.turns} == {bench.source().source.value}


async def test_no_secret_stands_in_an_address(bench: Bench) -> None:
    await bench.walk()
    await bench.source().fetch_profile(bench.at.access)
    await bench.source().fetch_now_playing(bench.at.access)
    for call in bench.server.calls:
        assert "a-very-secret-key" not in f"{call.path}{call.query}"
        assert not bench.at.access.token or bench.at.access.token not in f"{call.path}{call.query}"


def test_an_access_does_not_show_its_token() -> None:
    assert "a-token" not in repr(Access("ada", "Ada", "a-token"))
