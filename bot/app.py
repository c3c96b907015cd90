"""The composition root: builds and starts everything in order, and stops it in the opposite one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bot.client import FACES, LongplayBot, explain_login
from bot.config import Settings
from bot.domain.clock import Clock, SystemClock
from bot.jobs.clock import AlarmClock
from bot.services import outbox
from bot.services.club import phases
from bot.services.tools import Tools
from cogs.delivery.roster import check_members
from cogs.shared.registration import register_commands
from db import migrate
from db.server import EmbeddedServer, EmbeddedServerError
from db.session import CommitMoment, Database

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10
"""How long a stop waits for the gateway to close."""


class NoToken(Exception):  # noqa: N818 - the operator's word
    """`run` was asked for without a token."""


class DatabaseHome:
    """The database of a process: an embedded server's, or one by address; migrated when it opens."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.server: EmbeddedServer | None = None

    async def open(self) -> str:
        """Start or join the server; returns its address."""
        if self._settings.database_url is not None:
            return self._settings.database_url.get_secret_value()
        self.server = EmbeddedServer(self._settings.data_folder / "postgres", durable=self._settings.durable)
        return await self.server.start()

    async def close(self) -> None:
        """Leave the server; the last to leave stops it."""
        if self.server is not None:
            await self.server.stop()
            self.server = None


class App:
    """A running Longplay: database, Discord client, delivery and alarm clock of one process."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        watch: Callable[[CommitMoment], None] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.ready = asyncio.Event()
        self.home = DatabaseHome(settings)
        self._watch = watch
        self._ticking = asyncio.Lock()
        self._gateway: asyncio.Task[None] | None = None
        self.tools: Tools
        self.client: LongplayBot
        self.alarm = AlarmClock(self.clock, tick=self.tick, upkeep=self.upkeep, tick_seconds=settings.tick_seconds)

    async def start(self) -> None:
        """Database first, then Discord, the alarm clock last; the first tick handles what was missed.

        Raises `NoToken`, and what Discord says of a wrong one.
        """
        await self.log_in()
        await register_commands(self.client, self.tools, now=self.clock.now())
        self._gateway = asyncio.create_task(self.client.connect(reconnect=True), name="gateway")
        await self._wait_ready()
        self.alarm.start()
        self.ready.set()

    async def log_in(self, *, delivers: bool = True) -> None:
        """The database open and the client known to Discord, without a gateway.

        One that only tells Discord of commands or asks it something `delivers` nothing.
        """
        if self.settings.discord_token is None:
            raise NoToken
        self.tools = Tools(await self.open_database(), self.clock)
        faces = FACES if delivers else [face for face in FACES if face != "cogs.delivery"]
        self.client = LongplayBot(self.tools, api_url=self.settings.discord_api_url, faces=faces)
        await self.client.login(self.settings.discord_token.get_secret_value())

    async def open_database(self) -> Database:
        """The database, at head; also what `migrate` and the doctor need."""
        url = await self.home.open()
        database = Database.connect(url, watch=self._watch)
        current, head = await migrate.head_state(database)
        if current != head:
            await migrate.upgrade(database)
        return database

    async def _wait_ready(self) -> None:
        assert self._gateway is not None, "connecting"
        ready = asyncio.create_task(self.client.wait_until_ready(), name="ready")
        done, _ = await asyncio.wait({ready, self._gateway}, return_when=asyncio.FIRST_COMPLETED)
        if self._gateway in done:
            ready.cancel()
            self._gateway.result()

    async def run(self) -> None:
        """Until the gateway ends for good; raises what ended it."""
        assert self._gateway is not None, "started"
        await self._gateway

    async def tick(self) -> None:
        """One wake-up: due weeks move, due errands go out, the alarm is set for the next deadline."""
        async with self._ticking:
            now = self.clock.now()
            advanced = await phases.advance_due(self.tools, now=now)
            if self.client.delivery is not None:
                self.client.delivery.kick()
            self.alarm.ring_at(earliest(advanced.next_due, await outbox.next_errand_at(self.tools)))

    async def upkeep(self) -> None:
        """Once an hour: who is still on their server, and what may be forgotten."""
        now = self.clock.now()
        await check_members(self.client, self.tools, now=now)
        await outbox.sweep(self.tools, now=now)

    async def settle(self, timeout: float = 30.0) -> None:
        """Until nothing is due: no week to move, no errand to perform. Raises `TimeoutError`."""
        async with asyncio.timeout(timeout):
            while True:
                await self.tick()
                if self.client.delivery is not None:
                    await self.client.delivery.idle()
                now = self.clock.now()
                due = await phases.next_due(self.tools, now=now)
                if (due is None or due > now) and not (await outbox.unsettled(self.tools, now=now)).due:
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Stop ticking, finish what is being performed, leave Discord, close the database, leave its server."""
        self.ready.clear()
        self.alarm.stop()
        async with self._ticking:
            pass
        if hasattr(self, "client"):
            await self.client.close()
        if self._gateway is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.wait({self._gateway}, timeout=DRAIN_SECONDS)
                self._gateway.cancel()
                await asyncio.gather(self._gateway, return_exceptions=True)
            self._gateway = None
        if hasattr(self, "tools"):
            await self.tools.database.close()
        await self.home.close()


def explain(error: BaseException) -> str | None:
    """What an operator can do about an error at start; None when it is a bug."""
    if isinstance(error, NoToken):
        return "DISCORD_TOKEN is not set."
    if isinstance(error, EmbeddedServerError):
        return str(error)
    if isinstance(error, (ConnectionError, OSError, TimeoutError)):
        return f"The database or Discord cannot be reached ({error}). Look at DATABASE_URL and the network."
    return explain_login(error)


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the instants that are any."""
    return min((moment for moment in moments if moment is not None), default=None)
