"""A loopback Discord that redirects the client library to itself, and a way to start bots on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl

from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.loopback.schemas import Schemas
from tests.rehearsal.loopback_bot import Clock, LoopbackBot, Run

# After the module above, which silences a warning of the library's first import.
from discord.gateway import DiscordWebSocket  # isort: skip
from discord.http import Route  # isort: skip

SCHEMAS = Path(__file__).parents[2] / ".." / "shared" / "data" / "discord"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def schemas() -> Schemas | None:
    return Schemas.load(SCHEMAS)


@pytest.fixture
async def double(clock: Clock, schemas: Schemas | None) -> AsyncIterator[LoopbackDiscord]:
    """A running loopback Discord that is redirected to, and that saw no violation and no unmet fault at the end."""
    loopback = LoopbackDiscord(clock, schemas)
    await loopback.start()
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = loopback.api_url, yarl.URL(loopback.gateway_url)
    try:
        yield loopback
        assert loopback.violations == [], "\n".join([*loopback.violations, loopback.transcript(10)])
        assert loopback.faults.unread == []
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
        await loopback.stop()


@pytest.fixture
async def run(double: LoopbackDiscord) -> AsyncIterator[Run]:
    """Starts bots, with their commands synced, and stops them at the end; a bot that died fails the test."""
    running: list[tuple[LoopbackBot, asyncio.Task[None]]] = []

    async def start(bot: LoopbackBot) -> None:
        await bot.login(double.token)
        await bot.tree.sync()
        running.append((bot, asyncio.create_task(bot.connect())))
        async with asyncio.timeout(10):
            await bot.wait_until_ready()

    yield start
    for bot, task in running:
        await bot.close()
        await task
        assert bot.errors == []
