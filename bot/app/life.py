"""The composition root: builds and starts everything in order, and stops it in the opposite one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.app.equipment import Equipment
from bot.app.home import DatabaseHome
from bot.app.status import open_status
from bot.client import FACES, LongplayBot, explain_login
from bot.config import Settings
from bot.domain import leases
from bot.domain.clock import Clock, SystemClock
from bot.domain.secret_keys import KeyFault
from bot.jobs.clock import AlarmClock
from bot.jobs.queue import Worker
from bot.providers.sources import WORLD, World
from bot.providers.vault import SecretVault
from bot.services import covers, leading, outbox, queue
from bot.services.accounts import notices
from bot.services.club import party_course, phases, setup, voting
from bot.services.library import assets, receiving
from bot.services.listening import attachments, syncing
from bot.services.taste import judging, learning, letters, priors, refreshing
from bot.services.tools import Tools
from bot.web import WebServer, serves_pages
from bot.web.status import StatusServer
from cogs.delivery.roster import check_members
from cogs.shared.checkup import channel_permissions
from cogs.shared.registration import NotInvited, ToldTooOften, knows_commands, register_commands
from db import migrate
from db.presence import Presence
from db.session import CommitMoment, DatabaseUnfit

__all__ = ["FACES", "WORLD", "App", "NoToken", "earliest", "explain"]

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5
"""How long a stop waits for what is being performed, and for the gateway to close; the rest is found at the start."""


UPKEEP = (
    notices.tell_of_ends,
    outbox.sweep,
    voting.sweep,
    covers.sweep,
    attachments.sweep,
    receiving.sweep,
    assets.sweep,
    judging.wake,
    learning.sweep,
    letters.write_due,
)
"""What is seen to once an hour, each as `(tools, now=…)`."""
OF_FILES = frozenset({covers.sweep, attachments.sweep, receiving.sweep, assets.sweep})
"""Those of them that look at files: every process sees to its own machine's, all else is done by one of them."""


class NoToken(Exception):  # noqa: N818 - the operator's word
    """`run` was asked for without a token."""


class App:
    """A running Longplay: database, Discord client, delivery and alarm clock of one process.

    It asks nobody but Discord unless it is given a `world`: `WORLD` is the real one. Where it `works`, its `worker`
    performs what waits in the queue; else others do, or whoever lets it settle. A `home` may be open already.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        watch: Callable[[CommitMoment], None] | None = None,
        world: World | None = None,
        works: bool = False,
        worker: Callable[[Tools], Worker] = Worker,
        home: DatabaseHome | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.ready = asyncio.Event()
        self.beside_newer = False
        """The database is of newer code than this."""
        self.home = home or DatabaseHome(settings)
        self._watch = watch
        self._works = works
        self._hires = worker
        self._ticking = asyncio.Lock()
        self._gateway: asyncio.Task[None] | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._presence: Presence | None = None
        self._equipment = Equipment(settings, self.clock, world)
        self._pages: WebServer | None = None
        self._status: StatusServer | None = None
        self.tools: Tools
        self.client: LongplayBot
        self.worker: Worker
        self.alarm = AlarmClock(self.clock, tick=self.tick, upkeep=self.upkeep, tick_seconds=settings.tick_seconds)

    @property
    def vault(self) -> SecretVault:
        """What seals members' tokens."""
        return self._equipment.vault

    async def start(self) -> None:
        """Database first, then Discord, the alarm clock last; the first tick handles what was missed.

        Raises `NoToken`, and what Discord says of a wrong one.
        """
        if self.settings.discord_token is not None and not hasattr(self, "tools"):
            self._status = await open_status(self)
            await self.open_database()
            await self._open_doors()
        await self.log_in()
        if not self.beside_newer:  # else Discord knows newer commands, and they are to stay
            await self._tell_of_commands()
        self._gateway = asyncio.create_task(self.client.connect(reconnect=True), name="gateway")
        await self._wait_ready()
        self.tools.database.alarm = self.alarm.ring_at
        self.alarm.start()
        self.ready.set()
        if self._works:
            await self.worker.start()
        await self._tell_of_permissions()

    async def _tell_of_commands(self) -> None:
        """Tell Discord of commands that changed; where it sets a limit, the bot starts and tells it behind that.

        One whose commands Discord was never told of would be of no use: it waits.
        """
        try:
            await register_commands(self.client, self.tools, now=self.clock.now())
        except ToldTooOften as limit:
            if not await knows_commands(self.client, self.tools):
                log.warning("%s; the bot waits for that", limit)
                await asyncio.sleep(limit.seconds)
                await self._tell_of_commands()
                return
            log.warning("%s; the bot starts with those it knows", limit)
            self._telling = asyncio.create_task(self._tell_later(limit.seconds), name="commands")

    async def _tell_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        try:
            await self._tell_of_commands()
        except Exception:  # the bot serves with the commands that Discord knows, until its next start
            log.exception("Discord could not be told of the commands")

    async def start_working(self) -> None:
        """A process without Discord: it takes tasks from the queue, and looks for accounts that are due."""
        self._status = await open_status(self)
        await self.open_database()
        self.alarm = AlarmClock(
            self.clock, tick=self._look_for_work, upkeep=self._look_for_work, tick_seconds=self.settings.tick_seconds
        )
        self.tools.database.alarm = self.alarm.ring_at
        await self.worker.start()
        self.alarm.start()
        self.ready.set()

    async def _look_for_work(self) -> None:
        await refreshing.wake(self.tools, now=self.clock.now())
        await learning.wake(self.tools, now=self.clock.now())
        await priors.wake(self.tools, now=self.clock.now())
        self.alarm.ring_at((await syncing.wake(self.tools, now=self.clock.now())).next_due)

    async def log_in(self, *, delivers: bool = True) -> None:
        """The database open and the client known to Discord, without a gateway.

        One that only tells Discord of commands or asks it something `delivers` nothing.
        """
        if self.settings.discord_token is None:
            raise NoToken
        if not hasattr(self, "tools"):
            await self.open_database()
        if delivers:
            self._presence = Presence(self.tools.database.url)
            await self._presence.show()
            self.tools.database.holder = self._presence.holder
            await outbox.release_abandoned(self.tools, now=self.clock.now())
        faces = FACES if delivers else [face for face in FACES if face != "cogs.delivery"]
        turns = self._equipment.discord_turns(self.tools.database)
        shards: dict[str, Any] = {"shard_count": self.settings.shards} if self.settings.shards else {}
        if self.settings.own_shards:
            shards["shard_ids"] = list(self.settings.own_shards)
        api_url = self.settings.discord_api_url
        self.client = LongplayBot(self.tools, api_url=api_url, faces=faces, turns=turns, **shards)
        await self.client.login(self.settings.discord_token.get_secret_value())

    async def open_database(self, *, migrates: bool = True) -> bool:
        """Whether the database is at head; where it was not, it is brought there unless it only shall be looked at.

        One that newer code has added to is as good: such a process works beside the newer ones until it is replaced.
        Raises `DatabaseUnfit` and `migrate.UnknownRevision`.
        """
        self.tools = self._equipment.tools(await self.home.connect(self._watch))
        self.worker = self._hires(self.tools)
        current, head = await migrate.head_state(self.tools.database)
        self.beside_newer = current is not None and not migrate.knows(current)
        if self.beside_newer:
            await migrate.upgrade(self.tools.database)  # does nothing, or refuses
            log.warning("the database is at %s, of a newer Longplay: this one works beside it", current)
        elif current != head and migrates:
            log.info("the database is brought from %s to %s", current or "nothing", head)
            await migrate.upgrade(self.tools.database)
        return current == head or migrates or self.beside_newer

    async def _open_doors(self) -> None:
        """A key for members' tokens, and our pages where there are any; what cannot be is told, and left out."""
        listening = self.tools.listening
        if not listening.sources:
            return
        try:
            self._equipment.vault.prepare()
        except (KeyFault, OSError) as fault:
            log.error("members' tokens cannot be sealed (%s): only public names are linked", fault)
            listening = replace(listening, vault=None)
        if listening.web_address:
            pages = WebServer(self.tools, host=self.settings.web_host, port=self.settings.listens_on)
            try:
                await pages.start()
            except OSError as error:
                place = f"{self.settings.web_host}:{self.settings.listens_on}"
                if await serves_pages(self.settings.web_host, self.settings.listens_on):
                    log.info("another process of Longplay serves the pages on %s", place)
                else:
                    log.warning("no pages are served: %s cannot be listened on (%s)", place, error.strerror)
                    listening = replace(listening, web_address="")
            else:
                self._pages = pages
                if not self.settings.listens_on:  # any that was free
                    listening = replace(listening, web_address=f"{listening.web_address}:{pages.port}")
        self.tools = replace(self.tools, listening=listening)
        self.worker = self._hires(self.tools)
        if self._pages is not None:
            self._pages.tools = self.tools

    async def _wait_ready(self) -> None:
        assert self._gateway is not None, "connecting"
        ready = asyncio.create_task(self.client.wait_until_ready(), name="ready")
        done, _ = await asyncio.wait({ready, self._gateway}, return_when=asyncio.FIRST_COMPLETED)
        if self._gateway in done:
            ready.cancel()
            self._gateway.result()

    async def _tell_of_permissions(self) -> None:
        """Say in the log which clubs the bot cannot serve as it should, by the names of what is missing."""
        for club in await setup.all_clubs(self.tools):
            if not self.client.serves(club.guild_id):
                continue
            finding = channel_permissions(self.client, club)
            if not finding.well:
                log.warning("%s: %s", finding.name, finding.detail)

    async def run(self) -> None:
        """Until the gateway ends for good; raises what ended it."""
        assert self._gateway is not None, "started"
        await self._gateway

    async def tick(self) -> None:
        """One wake-up: due weeks and parties move, due errands go out, the alarm is set for the next deadline."""
        async with self._ticking:
            now = self.clock.now()
            if self._presence is not None:
                await self._presence.show()
            await outbox.release_abandoned(self.tools, now=now)
            advanced = await phases.advance_due(self.tools, now=now)
            held = await party_course.advance_parties(self.tools, now=now)
            read = await syncing.wake(self.tools, now=now)
            await refreshing.wake(self.tools, now=now)
            await learning.wake(self.tools, now=now)
            await priors.wake(self.tools, now=now)
            if self.client.delivery is not None:
                self.client.delivery.kick()
            errand = await outbox.next_errand_at(self.tools)
            self.alarm.ring_at(earliest(advanced.next_due, held.next_due, read.next_due, errand))

    async def upkeep(self) -> None:
        """Once an hour: who is still on their server, and what may be forgotten. A stop ends it where it is."""
        self._upkeep = asyncio.create_task(self._keep_up(), name="upkeep")
        await asyncio.wait({self._upkeep})
        if not self._upkeep.cancelled():
            self._upkeep.result()

    async def _keep_up(self) -> None:
        now = self.clock.now()
        held = await leading.lead(self.tools, leases.UPKEEP, now=now)
        if held is not None:
            try:
                await check_members(self.client, self.tools, held, now=now)
            except leases.Overtaken:
                log.info("another process has taken over what is seen to once an hour")
                held = None
        for keep_up in UPKEEP:
            if held is not None or keep_up in OF_FILES:
                await keep_up(self.tools, now=now)

    async def settle(self, timeout: float = 30.0) -> None:
        """Until nothing is due: no week to move, no task to do, no errand to perform. Raises `TimeoutError`."""
        async with asyncio.timeout(timeout):
            while True:
                await self.tick()
                if await queue.any_waiting(self.tools):
                    await self.worker.work_off()
                if self.client.delivery is not None:
                    await self.client.delivery.idle()
                now = self.clock.now()
                due = earliest(
                    await phases.next_due(self.tools, now=now), await party_course.next_due(self.tools, now=now)
                )
                if (due is None or due > now) and not await outbox.at_work(self.tools, now=now):
                    return
                await asyncio.sleep(0.02)

    async def prepare(self) -> None:
        """Whatever can be got ready while nobody waits: a painter's process."""
        await self._equipment.prepare()

    async def stop(self) -> None:
        """Stop ticking, finish what is being performed, leave Discord, close the database, leave its server."""
        self.ready.clear()
        self.alarm.stop()
        for task in filter(None, (self._upkeep, self._telling)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self.alarm.ended()
        async with self._ticking:
            pass
        if self._pages is not None:
            await self._pages.stop()
            self._pages = None
        if hasattr(self, "worker"):
            await self.worker.stop()
        if hasattr(self, "client"):
            if self.client.delivery is not None:
                await self.client.delivery.stop(DRAIN_SECONDS)
            await self.client.close()
        if self._gateway is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.wait({self._gateway}, timeout=DRAIN_SECONDS)
                self._gateway.cancel()
                await asyncio.gather(self._gateway, return_exceptions=True)
            self._gateway = None
        await self._equipment.close()
        if self._presence is not None:
            await self._presence.leave()
        if self._status is not None:
            await self._status.stop()
            self._status = None
        if hasattr(self, "tools"):
            await self.tools.database.close()
        await self.home.close()


def explain(error: BaseException) -> str | None:
    """What an operator can do about an error at start; None when it is a bug."""
    if isinstance(error, NoToken):
        return "DISCORD_TOKEN is not set."
    if isinstance(error, (DatabaseUnfit, migrate.UnknownRevision, NotInvited, ToldTooOften)):
        return str(error)
    told = explain_login(error)
    if told is None and isinstance(error, (OSError, TimeoutError)):
        return f"The database or Discord cannot be reached ({error!r}). Look at DATABASE_URL and the network."
    return told


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the instants that are any."""
    return min((moment for moment in moments if moment is not None), default=None)
