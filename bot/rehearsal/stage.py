"""The stage of a rehearsal: a loopback Discord, the whole bot on it, and a clock that the rehearsal moves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from discord.http import Route
from pydantic import SecretStr

from bot.app.life import App, earliest
from bot.config import Settings
from bot.rehearsal.clock import RehearsalClock
from bot.rehearsal.loopback import LoopbackDiscord, Person
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers import LoopbackProviders, world_on
from bot.rehearsal.providers.listeners import SECRET
from bot.services import outbox
from bot.services.club import party_course, phases
from bot.services.tools import Tools
from db.session import CommitMoment

TICK_SECONDS = 300.0
"""The bot's own regular wake-ups are rare here: the stage wakes it whenever its clock has moved."""
PATIENCE = 180.0
"""Real seconds within which everything due must be done."""


class Stage:
    """A Discord server with a channel for the club, and the bot in it; use it as an async context.

    The database is the caller's: two stages, or a stage after a restart of the bot, may share it. With `providers` the
    bot asks them for albums, covers and short links; without, it asks nobody.
    """

    def __init__(
        self,
        database_url: str,
        *,
        schemas: Schemas | None = None,
        starts_at: datetime | None = None,
        server: str = "The Listening Room",
        channel: str = "album-club",
        owner: str = "Ada",
        watch: Callable[[CommitMoment], None] | None = None,
        clock: RehearsalClock | None = None,
        providers: LoopbackProviders | None = None,
    ) -> None:
        self.clock = clock or RehearsalClock(starts_at)
        self.providers = providers
        self.double = LoopbackDiscord(self.clock.now, schemas)
        self.guild = self.double.add_guild(server)
        for user_id, name in ((self.guild["owner_id"], owner), (self.double.bot_id, "Longplay")):
            self.double.state.users[user_id]["global_name"] = name
        self.channel = self.double.add_channel(self.guild, channel)
        self.app: App
        self.ready_at: list[datetime] = []
        """When each bot so far was ready."""
        self._database_url = database_url
        self._watch = watch
        self._usual_base = Route.BASE
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def __aenter__(self) -> Stage:
        await self.double.start()
        try:
            if self.providers is not None:
                await self.providers.start()
                self._folder = tempfile.TemporaryDirectory(prefix="longplay-stage-")
            await self.start_bot()
        except BaseException:
            await self._strike()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.app.stop()
        finally:
            await self._strike()
            # The client library keeps the address of its Discord in one place for all clients of a process.
            Route.BASE = self._usual_base

    async def _strike(self) -> None:
        """Take down what stands around the bot."""
        await self.double.stop()
        if self.providers is not None:
            await self.providers.stop()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def tools(self) -> Tools:
        """What the services work with, to read what the bot has stored."""
        return self.app.tools

    # The bot

    async def start_bot(self) -> None:
        """Start the bot with its commands registered; what it missed is handled."""
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - a rehearsal obeys no operator's settings
            discord_token=SecretStr(self.double.token),
            discord_api_url=self.double.api_url,
            database_url=SecretStr(self._database_url),
            tick_seconds=TICK_SECONDS,
            **self._outfit(),
        )
        world = world_on(self.providers) if self.providers is not None else None
        self.app = App(settings, clock=self.clock, watch=self._watch, world=world)
        try:
            await self.app.start()
        except BaseException:
            await self.app.stop()
            raise
        self.ready_at.append(self.clock.now())

    def _outfit(self) -> dict[str, Any]:
        """Settings of a bot that asks the providers: keys that they take, and a folder for covers."""
        if self._folder is None:
            return {}
        return {
            "data_folder": Path(self._folder.name),
            "spotify_client_id": "rehearsal",
            "spotify_client_secret": SecretStr("no-secret-of-anybody"),
            "lastfm_api_key": SecretStr("no-key-of-anybody"),
            "lastfm_api_secret": SecretStr(SECRET),
            "web_address": "http://127.0.0.1",
            "web_port": 0,
        }

    async def restart_bot(self) -> None:
        """Stop the bot in order and start another one on the same database and the same Discord."""
        await self.app.stop()
        await self.start_bot()

    def moves_to(self, database_url: str) -> None:
        """The next bot works on another database."""
        self._database_url = database_url

    async def kill_bot(self) -> None:
        """End the bot as a crash does: what it was doing stays half done; start another one with `start_bot`."""
        if self.app.client.delivery is not None:
            await self.app.client.delivery.stop(0)
        await self.app.stop()

    # Time

    async def settle(self) -> None:
        """Wait until the bot has nothing to do now: no week to move, no errand to perform, no answer owed."""
        await self.app.settle(timeout=PATIENCE)
        await self.double.quiet(PATIENCE, settle=0.01)

    async def move_to(self, instant: datetime) -> None:
        """Let time pass until an instant; every deadline and reminder on the way is met when it is due."""
        await self.settle()
        while (due := await self.next_due()) is not None and due < instant:
            self._reach(due)
            await self.settle()
        self._reach(instant)
        await self.settle()

    async def run_out(self) -> None:
        """Let time pass until nothing lies ahead any more, neither a deadline nor an errand."""
        await self.settle()
        while (due := await self.next_due()) is not None:
            await self.move_to(due)

    async def next_due(self) -> datetime | None:
        """When something is to be done next, by a week, a party or an errand; None when nothing lies ahead."""
        now = self.clock.now()
        return earliest(
            await phases.next_due(self.tools, now=now),
            await party_course.next_due(self.tools, now=now),
            await outbox.next_errand_at(self.tools),
        )

    def _reach(self, instant: datetime) -> None:
        # Time also passes by itself, so that an instant may lie a moment back already.
        if instant > self.clock.now():
            self.clock.advance(to=instant)

    def place(self, channel_id: int) -> Any:
        """A channel or thread by its id."""
        return self.double.state.channels[str(channel_id)]

    # People

    def arrives(self, name: str, display: str | None = None, *, roles: Iterable[Any] = ()) -> Person:
        """A new person on the server."""
        user = self.double.add_user(name, display)
        self.double.join(self.guild, user, roles)
        return self.double.person(user, self.guild)

    def owner(self) -> Person:
        """The person the server belongs to, who may manage everything."""
        return self.double.person(self.guild["owner_id"], self.guild)
