"""A small bot made with the real client library, and a clock that a test moves."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

with warnings.catch_warnings():
    # The library imports a module that Python 3.13 drops; the warning about it is not about this project.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord import app_commands
    from discord.ext import commands


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
