"""A loopback Discord, and a bot made with the real client library that talks to it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yarl

from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.loopback.schemas import Schemas

with warnings.catch_warnings():
    # The library imports a module that Python 3.13 drops; the warning about it is not about this project.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord import app_commands
    from discord.ext import commands
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

SCHEMAS = Path(__file__).parents[2] / ".." / "shared" / "data" / "discord"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait up to five seconds for something the bot is told by the gateway."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the library offers no event for everything a test watches
            await asyncio.sleep(0.01)


class LoopbackBot(commands.AutoShardedBot):
    """A small bot; what a test wants of it is added before it starts."""

    def __init__(self, intents: discord.Intents | None = None, **more: Any) -> None:
        super().__init__(
            command_prefix="!",
            intents=intents or discord.Intents(guilds=True),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            guild_ready_timeout=0,
            help_command=None,
            **more,
        )
        self.resumes = 0
        self.seen: list[tuple[str, Any]] = []
        self.errors: list[BaseException] = []
        self.tree.on_error = self._note  # type: ignore[method-assign]

    async def _note(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(error)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: the library's five seconds are for the real service."""

    async def on_shard_resumed(self, _: int) -> None:
        self.resumes += 1

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(("message", message))

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self.seen.append(("reaction", payload))

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.seen.append(("thread", thread))


Run = Callable[[LoopbackBot], Awaitable[None]]


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
        assert loopback.violations == [], loopback.transcript()
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
