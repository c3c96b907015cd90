"""Turns shared by processes: two of them, each with a pool of its own, on one database."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.domain.clock import SystemClock
from bot.domain.errors import Unavailable, Why
from bot.domain.manners import FAILURES, Pace
from bot.services.manners import SharedManners
from db.session import Database
from tests.factories import NOW, MovableClock

HURRY = Pace(1, timedelta(milliseconds=80))
ONE_A_SECOND = Pace(1, timedelta(seconds=1))
FIFTY = Pace(50, timedelta(seconds=5))
HOUR = timedelta(hours=1)
FAST = Pace(1_000, timedelta(seconds=1), reserved=200)


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def other_database(database_url):
    other = Database.connect(database_url, pool_size=2)
    yield other
    await other.close()


@pytest.fixture
def processes(database, other_database, clock):
    return SharedManners(database, clock), SharedManners(other_database, clock)


async def test_two_processes_share_one_limit(database, other_database):
    times = []

    async def call(manners):
        await manners.wait_turn("musicbrainz", HURRY, within=10)
        times.append(time.monotonic())

    processes = [SharedManners(each, SystemClock()) for each in (database, other_database)]
    began = time.monotonic()
    await asyncio.gather(*(call(each) for each in processes for _ in range(5)))
    apart = [at - began for at in sorted(times)]
    # Turns are told by the calendar's clock, which on a busy virtual machine runs apart from this one for moments. Two
    # limits of their own would let all ten pass in half the time.
    assert all(seconds >= number * 0.06 - 0.01 for number, seconds in enumerate(apart)), apart


async def test_every_service_has_a_limit_of_its_own(processes):
    one, other = processes
    await one.wait_turn("musicbrainz", ONE_A_SECOND, within=0)
    await other.wait_turn("deezer", ONE_A_SECOND, within=0)
    with pytest.raises(Unavailable) as caught:
        await other.wait_turn("musicbrainz", ONE_A_SECOND, within=0.5)
    assert caught.value.why is Why.BUSY
    assert caught.value.source == "musicbrainz"
    assert caught.value.until == NOW + timedelta(seconds=1)


async def test_who_cannot_wait_so_long_is_told_at_once(processes):
    one, _ = processes
    for _ in range(2):
        await one.wait_turn("musicbrainz", Pace(1, timedelta(milliseconds=1)), within=1)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await one.wait_turn("musicbrainz", Pace(1, HOUR), within=8.0)
    assert time.monotonic() - began < 2.0


async def test_what_runs_in_the_background_waits_for_what_people_leave(processes, clock):
    one, other = processes
    await one.wait_turn("musicbrainz", HURRY, within=1)
    waiting = asyncio.create_task(other.wait_turn("musicbrainz", HURRY, within=5, interactive=False))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    clock.move(timedelta(seconds=1))
    await waiting


async def test_hours_of_rest_that_a_service_asks_for_are_kept_by_every_process(processes, clock):
    one, other = processes
    await one.wait_turn("spotify", ONE_A_SECOND, within=1)
    until = NOW + timedelta(seconds=48_925)
    await one.failed("spotify", Why.BUSY, until=until)
    for manners in processes:
        with pytest.raises(Unavailable) as caught:
            await manners.wait_turn("spotify", ONE_A_SECOND, within=8)
        assert (caught.value.why, caught.value.until) == (Why.BUSY, until)
    clock.move(timedelta(seconds=48_925))
    await other.wait_turn("spotify", ONE_A_SECOND, within=1)


async def test_failures_of_different_processes_open_one_breaker_and_one_of_them_probes(processes, clock):
    one, other = processes
    await one.wait_turn("deezer", FIFTY, within=1)
    for number in range(FAILURES):
        await (one, other)[number % 2].failed("deezer", Why.DOWN)
    with pytest.raises(Unavailable) as caught:
        await other.wait_turn("deezer", FIFTY, within=1)
    assert caught.value.why is Why.DOWN
    clock.at = caught.value.until
    await one.wait_turn("deezer", FIFTY, within=1)
    with pytest.raises(Unavailable):
        await other.wait_turn("deezer", FIFTY, within=1)
    await one.served("deezer")
    await other.wait_turn("deezer", FIFTY, within=1)
    assert not (await other.standings())["deezer"].troubled


async def test_a_success_forgets_failures_also_those_of_another_process(processes):
    one, other = processes
    await one.wait_turn("deezer", ONE_A_SECOND, within=1)
    for _ in range(FAILURES - 1):
        await one.failed("deezer", Why.SLOW)
    await other.wait_turn("deezer", ONE_A_SECOND, within=2)
    await other.served("deezer")
    await one.failed("deezer", Why.SLOW)
    assert (await one.standings())["deezer"].failures == 1


async def test_beginning_at_the_same_time_makes_one_row(processes):
    await asyncio.gather(*(each.wait_turn("lastfm", FIFTY, within=1) for each in processes for _ in range(6)))
    assert (await processes[0].standings())["lastfm"].tokens == 38


async def test_turns_in_the_background_are_taken_in_blocks_that_both_processes_count(processes, database):
    for manners in processes:
        for _ in range(FAST.block):
            await manners.wait_turn("lastfm", FAST, within=1, interactive=False)
    standing = (await processes[0].standings())["lastfm"]
    assert standing.tokens <= 1_000 - 2 * FAST.block, "every turn is gone from the row that both share"
    assert standing.tokens >= 1_000 - 6 * FAST.block, "and few more, however slow this machine is"


async def test_of_many_who_want_a_turn_at_once_few_ask_the_database(database, clock):
    began = []
    watched = Database.connect(database.url, watch=began.append)
    try:
        manners = SharedManners(watched, clock)
        await manners.wait_turn("lastfm", FAST, within=1)
        before = len(began)
        assert before, "a turn is a transaction"
        await asyncio.gather(*(manners.wait_turn("lastfm", FAST, within=5, interactive=False) for _ in range(100)))
        assert len(began) - before < 60, "a hundred turns are no hundred transactions"
    finally:
        await watched.close()


async def test_a_block_leaves_people_their_share_and_never_goes_beyond_what_there_is(processes):
    granted = 0
    with suppress(Unavailable):
        while granted < 2_000:
            await processes[granted % 2].wait_turn("lastfm", FAST, within=0, interactive=False)
            granted += 1
    assert 100 <= granted <= 800, "the clock stands still, and 200 are reserved"
    await processes[0].wait_turn("lastfm", FAST, within=0)


async def test_turns_that_are_held_are_given_up_when_the_service_fails(processes, clock):
    one, _ = processes
    await one.wait_turn("lastfm", FAST, within=1, interactive=False)
    await one.failed("lastfm", Why.BUSY, until=NOW + HOUR)
    with pytest.raises(Unavailable) as caught:
        await one.wait_turn("lastfm", FAST, within=1, interactive=False)
    assert caught.value.until == NOW + HOUR
