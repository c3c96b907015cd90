"""What an answer means, when a second try is made, and what nobody may read in a log."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.manners import Pace
from bot.providers.answers import STRUCK, Answer, judge, read_retry_after, redact
from bot.providers.http import Http, user_agent
from bot.providers.manners import Gate, Patience
from bot.rehearsal.providers import Fault, LoopbackProviders, as_json
from tests.factories import NOW, MovableClock
from tests.factories.manners import FreeManners

PACE = Pace(1, timedelta(seconds=1))
DAY = "Mon, 23 Nov 2026 18:00:00 GMT"


@pytest.fixture
def manners():
    return FreeManners()


@pytest.fixture
async def server():
    async with LoopbackProviders({"shop": lambda asked: as_json({"name": asked.query.get("name", "x")})}) as running:
        yield running


@pytest.fixture
async def http():
    session = Http(contact="host@example.org", secrets=("s3cret",), clock=MovableClock(), loopback=True)
    yield session
    await session.close()


def visit(manners, **patience):
    return Gate("shop", PACE, manners, MovableClock(), Patience(**{"total": 10.0, "call": 5.0, **patience})).visit()


async def ask(server, http, manners, **patience):
    return await http.get_json(visit(manners, **patience), server.address("shop") + "/x", lambda body: body["name"])


def test_we_say_who_we_are_and_how_to_reach_the_operator() -> None:
    assert user_agent("host@example.org").startswith("Longplay/")
    assert "host@example.org" in user_agent("host@example.org")
    assert "\n" not in user_agent("a\r\nX-Evil: 1")
    assert user_agent("é" * 3) == user_agent("")


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120),
        ("0", None, 0),
        ("1.5", None, 1.5),
        ("-3", None, 0),
        ("Mon, 23 Nov 2026 18:02:00 GMT", DAY, 120),
        ("Mon, 23 Nov 2026 17:02:00 GMT", "Mon, 23 Nov 2026 17:00:00 GMT", 120),
        ("Mon, 23 Nov 2026 18:01:00 GMT", None, 60),
    ],
)
def test_a_retry_after_is_seconds_or_a_date_by_the_clock_of_who_said_it(value, date, seconds) -> None:
    assert read_retry_after(value, NOW, date) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "1e30", "Mon, 99 Nov 2026"])
def test_a_retry_after_that_means_nothing_is_none(value) -> None:
    assert read_retry_after(value, NOW) is None


@pytest.mark.parametrize("status", [300, 304, 400, 405, 418, 451])
def test_any_other_status_is_a_refusal(status) -> None:
    with pytest.raises(Unavailable) as caught:
        judge("shop", Answer(status, {}, b"", "https://shop.example/a/b?api_key=1"), NOW)
    assert caught.value.why is Why.REFUSED
    assert caught.value.detail == f"{status} from shop.example/a/b"


@pytest.mark.parametrize(
    "text",
    [
        "GET https://ws.example/2.0/?method=x&api_key=abc123def&format=json",
        '{"access_token": "abc123def", "expires_in": 3600}',
        "api_sig=abc123def&sk=abc123def",
        "Authorization: Bearer abc123def",
        "authorization: Basic abc123def",
        "grant_type=refresh_token&refresh_token=abc123def&client_secret=abc123def",
        "http://127.0.0.1/callback?code=abc123def&state=abc123def",
    ],
)
def test_keys_and_tokens_are_struck_out(text) -> None:
    assert "abc123def" not in redact(text)
    assert STRUCK in redact(text)


def test_known_secrets_are_struck_out_wherever_they_stand() -> None:
    assert redact("odd s3cret place", ("s3cret", "")) == f"odd {STRUCK} place"


async def test_what_a_reader_trips_over_is_an_answer_of_another_shape(server, http, manners) -> None:
    server.shops["shop"] = lambda asked: as_json({"s3cret": 1})
    with pytest.raises(Unavailable) as caught:
        await http.get_json(visit(manners), server.address("shop") + "/x", lambda body: int(next(iter(body))))
    assert caught.value.why is Why.GARBLED
    assert "s3cret" not in caught.value.detail
    assert manners.told == [("shop", Why.GARBLED)]


async def test_a_down_service_is_tried_again_and_both_are_told(server, http, manners) -> None:
    server.add_fault(Fault("shop/*", status=502, times=1))
    assert await ask(server, http, manners) == "x"
    assert manners.told == [("shop", Why.DOWN), ("shop", None)]
    assert len(manners.turns) == 2


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_not_tried_again(server, http, manners, status) -> None:
    server.add_fault(Fault("shop/*", status=status))
    with pytest.raises(Unavailable):
        await ask(server, http, manners, tries=4)
    assert len(server.calls) == 1


async def test_a_short_rest_that_a_service_asks_for_is_taken_within_the_visit(server, http, manners) -> None:
    server.add_fault(Fault("shop/*", status=429, headers={"Retry-After": "0.3"}, times=1))
    began = time.monotonic()
    assert await ask(server, http, manners) == "x"
    assert time.monotonic() - began >= 0.3


async def test_a_long_rest_is_answered_at_once(server, http, manners) -> None:
    server.add_fault(Fault("shop/*", status=429, headers={"Retry-After": "48925"}))
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        await ask(server, http, manners)
    assert caught.value.until == NOW + timedelta(seconds=48_925)
    assert time.monotonic() - began < 2.0
    assert len(server.calls) == 1


async def test_all_calls_of_a_visit_share_its_time(server, http, manners) -> None:
    server.add_fault(Fault("shop/*", "slow"))
    shared = visit(manners, total=0.4, call=0.25, tries=1)
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            await http.get_json(shared, server.address("shop") + "/x", str)
        assert caught.value.why is Why.SLOW
    assert shared.seconds_left == 0


async def test_a_slow_service_has_failed_also_when_the_asker_gave_up_first(server, http, manners) -> None:
    server.add_fault(Fault("shop/*", "slow"))
    asking = asyncio.create_task(ask(server, http, manners, call=0.4))
    await asyncio.sleep(0.3)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert manners.told == [("shop", Why.SLOW)]


async def test_an_asker_who_gives_up_at_once_tells_nothing(server, http, manners) -> None:
    server.add_fault(Fault("shop/*", "slow"))
    asking = asyncio.create_task(ask(server, http, manners))
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert manners.told == []


async def test_a_service_that_is_not_there_is_down(http, manners) -> None:
    with pytest.raises(Unavailable) as caught:
        await http.get_json(visit(manners, tries=1), "http://127.0.0.1:1/x", str)
    assert caught.value.why is Why.DOWN


async def test_an_answer_in_json_has_a_limit_too(server, http, manners) -> None:
    server.shops["shop"] = lambda asked: as_json({"name": "x" * 9_000_000})
    with pytest.raises(Unavailable) as caught:
        await ask(server, http, manners)
    assert caught.value.why is Why.GARBLED


async def test_a_closed_session_opens_again_when_it_is_needed(server, http, manners) -> None:
    assert await ask(server, http, manners) == "x"
    await http.close()
    assert await ask(server, http, manners) == "x"


async def test_a_turn_is_waited_for_no_longer_than_a_turn_may_take(server, http) -> None:
    class Noting(FreeManners):
        limits: list[float]

        async def wait_turn(self, source, pace, *, within, interactive=True) -> None:
            self.limits = [*getattr(self, "limits", []), within]

    noting = Noting()
    await ask(server, http, noting, total=10.0, turn=3.0)
    await ask(server, http, noting, total=1.0, turn=3.0)
    assert noting.limits[0] == 3.0
    assert 0.5 < noting.limits[1] <= 1.0
