"""The composition root: builds and starts everything in order, and stops it in the opposite one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.client import FACES, LongplayBot, explain_login
from bot.config import Settings
from bot.domain.catalog import Service
from bot.domain.clock import Clock, SystemClock
from bot.domain.secret_keys import KeyFault
from bot.jobs.clock import AlarmClock
from bot.jobs.queue import Worker
from bot.providers.exports.luggage import AttachmentFolder
from bot.providers.exports.reader import ExportFiles
from bot.providers.files import FileStore
from bot.providers.sources import WORLD as WORLD
from bot.providers.sources import Keys, Sources, World
from bot.providers.vault import KeyFile, SecretVault
from bot.services import covers, outbox, queue
from bot.services.accounts import notices
from bot.services.club import party_course, phases, setup
from bot.services.listening import attachments, syncing
from bot.services.manners import SharedManners
from bot.services.tools import Covers, Listening, Tools
from bot.web import WebServer, serves_pages
from cogs.delivery.roster import check_members
from cogs.shared.checkup import channel_permissions
from cogs.shared.registration import NotInvited, register_commands
from db import migrate
from db.presence import Presence
from db.session import CommitMoment, Database, DatabaseUnfit

if TYPE_CHECKING:
    from pydantic import SecretStr

    from db.server import EmbeddedServer

log = logging.getLogger(__name__)

TURN_CONNECTIONS = 2
DRAIN_SECONDS = 5
"""How long a stop waits for what is being performed, and for the gateway to close; the rest is found at the start."""


class NoToken(Exception):  # noqa: N818 - the operator's word
    """`run` was asked for without a token."""


class DatabaseHome:
    """The database server of a process: an embedded one, or one by address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.server: EmbeddedServer | None = None

    async def open(self) -> str:
        """Start or join the server; returns its address. Doing it twice changes nothing.

        Raises `DatabaseUnfit` where the embedded server does not start.
        """
        if self._settings.database_url is not None:
            return self._settings.database_url.get_secret_value()
        # Imported where it is needed: it takes longer than reading an address, and exists for Linux and macOS only.
        try:
            from db.server import EmbeddedServer, EmbeddedServerError
        except ImportError:
            raise DatabaseUnfit("the embedded PostgreSQL needs Linux or macOS; set DATABASE_URL") from None
        if self.server is None:
            self.server = EmbeddedServer(self._settings.data_folder / "postgres", durable=self._settings.durable)
        try:
            return await self.server.start()
        except EmbeddedServerError as error:
            raise DatabaseUnfit(str(error)) from error

    async def connect(self, watch: Callable[[CommitMoment], None] | None = None) -> Database:
        """Open the server and a pool of connections to it; raises `DatabaseUnfit` with what to do."""
        database = Database.connect(await self.open(), watch=watch)
        try:
            unfit = (await database.facts()).unfit()
            if unfit is not None:
                raise DatabaseUnfit(unfit)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Leave the server; the last to leave stops it."""
        if self.server is not None:
            await self.server.stop()
            self.server = None


class App:
    """A running Longplay: database, Discord client, delivery and alarm clock of one process.

    It asks nobody but Discord unless it is given a `world`: `WORLD` is the real one. Where it `works`, it performs
    what waits in the queue; else others do, or whoever lets it settle.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        watch: Callable[[CommitMoment], None] | None = None,
        world: World | None = None,
        works: bool = False,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.ready = asyncio.Event()
        self.home = DatabaseHome(settings)
        self._watch = watch
        self._world = world
        self._works = works
        self._sources: Sources | None = None
        self._turns: Database | None = None
        """Connections for turns with services alone: whoever waits for one may hold another in a transaction."""
        self._ticking = asyncio.Lock()
        self._gateway: asyncio.Task[None] | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._presence: Presence | None = None
        self.vault = SecretVault(settings.vault_keys, file=KeyFile(settings.data_folder))
        self._pages: WebServer | None = None
        self.tools: Tools
        self.client: LongplayBot
        self.worker: Worker
        self.alarm = AlarmClock(self.clock, tick=self.tick, upkeep=self.upkeep, tick_seconds=settings.tick_seconds)

    async def start(self) -> None:
        """Database first, then Discord, the alarm clock last; the first tick handles what was missed.

        Raises `NoToken`, and what Discord says of a wrong one.
        """
        if self.settings.discord_token is not None and not hasattr(self, "tools"):
            await self.open_database()
            await self._open_doors()
        await self.log_in()
        await register_commands(self.client, self.tools, now=self.clock.now())
        self._gateway = asyncio.create_task(self.client.connect(reconnect=True), name="gateway")
        await self._wait_ready()
        self.tools.database.alarm = self.alarm.ring_at
        self.alarm.start()
        self.ready.set()
        if self._works:
            await self.worker.start()
        await self._tell_of_permissions()

    async def start_working(self) -> None:
        """A process without Discord: it takes tasks from the queue, and looks for accounts that are due."""
        await self.open_database()
        self.alarm = AlarmClock(
            self.clock, tick=self._look_for_work, upkeep=self._look_for_work, tick_seconds=self.settings.tick_seconds
        )
        self.tools.database.alarm = self.alarm.ring_at
        await self.worker.start()
        self.alarm.start()
        self.ready.set()

    async def _look_for_work(self) -> None:
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
        self.client = LongplayBot(self.tools, api_url=self.settings.discord_api_url, faces=faces)
        await self.client.login(self.settings.discord_token.get_secret_value())

    async def open_database(self, *, migrates: bool = True) -> bool:
        """Whether the database is at head; where it was not, it is brought there unless it only shall be looked at.

        Raises `DatabaseUnfit` and `migrate.UnknownRevision`.
        """
        self.tools = self._equipped(await self.home.connect(self._watch))
        self.worker = Worker(self.tools)
        current, head = await migrate.head_state(self.tools.database)
        if current != head and migrates:
            log.info("the database is brought from %s to %s", current or "nothing", head)
            await migrate.upgrade(self.tools.database)
        return current == head or migrates

    def _equipped(self, database: Database) -> Tools:
        """The tools, with the services of the world where there is one."""
        if self._world is None:
            return Tools(database, self.clock, listening=Listening(vault=self.vault, files=ExportFiles()))
        self._turns = Database.connect(database.url, pool_size=TURN_CONNECTIONS)
        settings, manners = self.settings, SharedManners(self._turns, self.clock)
        asked = [Service(name) for name in settings.asked_sources]
        self._sources = sources = Sources(
            self._world, manners, self.clock, keys=_keys(settings), asked=asked, contact=settings.contact
        )
        kept = Covers(sources.covers, FileStore(settings.data_folder / "covers"))
        luggage = AttachmentFolder(settings.data_folder / "imports", sources.http)
        listening = Listening(
            sources.listens, sources.granters, self.vault, settings.web_address, ExportFiles(), luggage
        )
        return Tools(database, self.clock, sources.albums, sources.links, kept, listening)

    async def _open_doors(self) -> None:
        """A key for members' tokens, and our pages where there are any; what cannot be is told, and left out."""
        listening = self.tools.listening
        if not listening.sources:
            return
        try:
            self.vault.prepare()
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
        self.worker = Worker(self.tools)
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
        await check_members(self.client, self.tools, now=now)
        await notices.tell_of_ends(self.tools, now=now)
        await outbox.sweep(self.tools, now=now)
        await covers.sweep(self.tools, now=now)
        await attachments.sweep(self.tools, now=now)

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
                if (due is None or due > now) and not (await outbox.unsettled(self.tools, now=now)).due:
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Stop ticking, finish what is being performed, leave Discord, close the database, leave its server."""
        self.ready.clear()
        self.alarm.stop()
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.gather(self._upkeep, return_exceptions=True)
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
        if self._sources is not None:
            await self._sources.close()
        if self._turns is not None:
            await self._turns.close()
        if self._presence is not None:
            await self._presence.leave()
        if hasattr(self, "tools"):
            await self.tools.database.close()
        await self.home.close()


def _keys(settings: Settings) -> Keys:
    def shown(secret: SecretStr | None) -> str:
        return secret.get_secret_value() if secret is not None else ""

    return Keys(
        settings.spotify_client_id,
        shown(settings.spotify_client_secret),
        shown(settings.lastfm_api_key),
        lastfm_secret=shown(settings.lastfm_api_secret),
        lastfm_auth=shown(settings.lastfm_auth_key),
    )


def explain(error: BaseException) -> str | None:
    """What an operator can do about an error at start; None when it is a bug."""
    if isinstance(error, NoToken):
        return "DISCORD_TOKEN is not set."
    if isinstance(error, (DatabaseUnfit, migrate.UnknownRevision, NotInvited)):
        return str(error)
    told = explain_login(error)
    if told is None and isinstance(error, (OSError, TimeoutError)):
        return f"The database or Discord cannot be reached ({error!r}). Look at DATABASE_URL and the network."
    return told


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the instants that are any."""
    return min((moment for moment in moments if moment is not None), default=None)
