"""Discord's global rate is one for all processes of a token: they share it, stop together, and still answer people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord.http import Route
from sqlalchemy.exc import DBAPIError

from bot.client import LongplayBot
from bot.domain.clock import SystemClock
from bot.domain.manners import Standing
from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.loopback.faults import Fault
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.stage import Stage
from bot.services.discord_turns import DISCORD, DiscordTurns, LeftAlone
from bot.services.manners import SharedManners
from bot.services.tools import Tools
from db.session import Database
from tests.stories.conftest import monday_noon
from tests.stories.scene import Scene

RATE = 36
ASKED = 30
REST = 0.8


@pytest.fixture
async def double() -> AsyncGenerator[LoopbackDiscord]:
    usual = Route.BASE
    double = LoopbackDiscord(SystemClock().now)
    await double.start()
    yield double
    await double.stop()
    Route.BASE = usual


@pytest.fixture
async def pair(database_url: str, double: LoopbackDiscord) -> AsyncGenerator[list[LongplayBot]]:
    """Two clients of one token, as two processes have them: each with a pool of its own on one database."""
    databases = [Database.connect(database_url, pool_size=2) for _ in range(2)]
    bots = []
    for database in databases:
        turns = DiscordTurns(SharedManners(database, SystemClock()), SystemClock(), RATE)
        bot = LongplayBot(Tools(database, SystemClock()), api_url=double.api_url, faces=(), turns=turns)
        await bot.login(double.token)
        bots.append(bot)
    double.calls.clear()
    yield bots
    for bot in bots:
        await bot.close()
    for database in databases:
        await database.close()


async def ask(bot: LongplayBot, times: int = 1) -> None:
    await asyncio.gather(*(bot.http.get_user(bot.application_id or 0) for _ in range(times)))


async def test_two_processes_share_one_rate(double: LoopbackDiscord, pair: list[LongplayBot]) -> None:
    await asyncio.gather(*(ask(bot, ASKED) for bot in pair))
    at = [call.at for call in double.calls]
    assert len(at) == 2 * ASKED
    # However the second is laid; one that was on its way already may fall into the next.
    busiest = max(sum(begin <= each < begin + timedelta(seconds=1) for each in at) for begin in at)
    assert RATE // 2 < busiest <= RATE + 2


async def test_a_global_429_of_one_process_stops_every_process_until_it_is_over(
    double: LoopbackDiscord, pair: list[LongplayBot]
) -> None:
    one, other = pair
    await ask(other)
    double.faults.add(Fault("GET", "/users/*", kind="429", scope="global", retry_after=REST))
    waits = asyncio.create_task(ask(one))
    await until(lambda: any(call.status == 429 for call in double.calls))
    (stopped,) = [call.at for call in double.calls if call.status == 429]
    while (await standing(other)).blocked_until is None:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    began = time.monotonic()
    answering = await pressed(other)
    assert time.monotonic() - began < REST / 2, "an answer to a person waited for the turn of what is no answer"
    await asyncio.gather(waits, ask(other, 3))
    later = [call.at for call in double.calls if call.at > stopped and call is not answering and "users" in call.path]
    assert len(later) == 4
    assert min(later) - stopped >= timedelta(seconds=REST - 0.05)
    await ask(one)
    assert not (await standing(other)).troubled


async def standing(bot: LongplayBot) -> Standing:
    return (await SharedManners(bot.tools.database, SystemClock()).standings())[DISCORD]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a poll is enough here
            await asyncio.sleep(0.01)


async def pressed(bot: LongplayBot) -> Any:
    """An answer to a person goes out; that Discord does not know whom is no matter here."""
    webhook = discord.Webhook.partial(1, "nobody", session=bot.http._HTTPClient__session)  # type: ignore[attr-defined]
    with pytest.raises(discord.NotFound):
        await webhook.fetch_message(2)


async def test_who_would_wait_too_long_is_told_when_to_come_back(pair: list[LongplayBot]) -> None:
    turns = DiscordTurns(SharedManners(pair[0].tools.database, SystemClock()), SystemClock(), RATE)
    await turns.take(1)
    await turns.stopped(90)
    with pytest.raises(LeftAlone) as alone:
        await turns.take(30)
    assert 80 < alone.value.seconds <= 90
    with pytest.raises(discord.RateLimited):
        await ask(pair[1])


async def test_without_a_database_a_process_keeps_its_own_pace(database_url: str) -> None:
    database = Database.connect(f"{database_url}_that_is_not_there", pool_size=1)
    turns = DiscordTurns(SharedManners(database, SystemClock()), SystemClock(), RATE)
    with pytest.raises((OSError, DBAPIError)):
        await SharedManners(database, SystemClock()).standings()
    began = time.monotonic()
    await asyncio.gather(*(turns.take(5) for _ in range(4)))
    assert time.monotonic() - began > 3 / RATE
    await database.close()


class Paced(Stage):
    """The bot keeps Discord's rate."""

    def _outfit(self) -> dict[str, Any]:
        return {**super()._outfit(), "discord_rate": 45}


async def test_people_are_answered_while_nothing_else_may_be_asked(
    database_url: str, schemas: Schemas | None, mishaps: list[str]
) -> None:
    async with Paced(database_url, schemas=schemas, starts_at=monday_noon()) as stage:
        scene = await Scene.founded(stage)
        fault = Fault("POST", "/channels/*/messages", kind="429", scope="global", retry_after=3.0)
        stage.double.faults.add(fault)
        await scene.host.command("week open", hope="Opened")
        await until(lambda: fault.met)
        began = time.monotonic()
        await scene.host.command("week show", hope="Nominations")
        assert time.monotonic() - began < 2.5
        assert not stage.double.threads(stage.guild), "the week's messages wait"
        await stage.settle()
        assert stage.double.threads(stage.guild)
        assert stage.double.violations == []
    assert mishaps == []
