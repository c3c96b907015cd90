"""The bot's side: a process of its own that does what `longplay run` does, and ends itself where it was told to."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import parent_process
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

import migrations
from bot.app.life import App, explain
from bot.config import Settings
from bot.jobs.queue import Worker
from bot.rehearsal.kills.clock import FollowingClock
from bot.rehearsal.kills.points import Moment, Point
from bot.rehearsal.kills.vitals import examine
from bot.services import queue

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import FrameType

    from bot.providers.sources import World
    from db.session import CommitMoment

log = logging.getLogger(__name__)

TICK_SECONDS = 5.0
"""It is woken by a signal whenever there may be something to do; this is for what no signal announced."""
SETTLE_SECONDS = 60.0
FAILED_NAP = 0.5
STALLED_SECONDS, HEARTBEAT_SECONDS = 4.0, 0.7
"""A rehearsal's dead workers are missed sooner than real ones, which may be as slow as their machine."""
SERVICES = "bot.services."


@dataclass(frozen=True, slots=True)
class Orders:
    """What a bot process is started with; at the first of `kills`, points among its commits, it ends itself.

    Without a `world` it asks nobody but Discord; `outfit` is whatever else is to be set. One that `works` has no
    Discord and takes tasks from the queue. `revisions` is the folder of another release's migrations.
    """

    token: str
    api_url: str
    database_url: str
    kills: frozenset[Point] = frozenset()
    world: World | None = None
    outfit: Mapping[str, Any] = field(default_factory=dict[str, Any])
    works: bool = False
    revisions: str = ""


class Witness:
    """Counts commits by the step they belong to, tells of each, and kills the process at a point it was given."""

    def __init__(self, kills: frozenset[Point], report: Connection) -> None:
        self._kills = kills
        self._report = report
        self._counts: dict[str, int] = {}
        self._under_way: dict[str, int] = {}
        """The number of the commit that each task is in: two of a step may be under way at once."""

    def watch(self, moment: CommitMoment) -> None:
        """Called around every commit."""
        task = _task_name()
        step = commit_name(sys._getframe(1), task)
        side: Moment = "before" if moment == "before commit" else "after"
        if side == "before":
            self._counts[step] = self._under_way[task] = self._counts.get(step, 0) + 1
            self._report.send(("commit", step))
        point = Point("commit", side, step, self._under_way.get(task, 1))
        if point in self._kills:
            self._report.send(("killed", str(point)))
            os.kill(os.getpid(), signal.SIGKILL)


class Told(logging.Handler):
    """Passes on what is logged as an error: no kill may ever cause one."""

    def __init__(self, report: Connection) -> None:
        super().__init__(logging.ERROR)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one record on, with its traceback."""
        self._report.send(("error", f"{record.name}: {self.format(record)}"))


def commit_name(frame: FrameType | None, task: str) -> str:
    """A name for a commit: the service that opened the transaction, and the kind of errand it was for.

    The service is the outermost one on the stack, since services call each other.
    """
    service = "unknown"
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith(SERVICES):
            service = frame.f_code.co_name
        frame = frame.f_back
    kind = task.split()[1] if task.startswith("errand ") else ""
    return f"{service}.{kind}" if kind else service


def _task_name() -> str:
    task = asyncio.current_task()
    return task.get_name() if task is not None else ""


def live(orders: Orders, ahead: Any, report: Connection) -> None:
    """Be a bot until told to stop (SIGTERM) or killed; the body of the process."""
    # Only errors are of interest, and they go to the process that ordered this one.
    logging.basicConfig(level=logging.ERROR, handlers=[Told(report)], force=True)
    if orders.revisions:
        migrations.__path__[:] = [orders.revisions]
    try:
        asyncio.run(_live(orders, ahead, report))
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            log.exception("the bot ended by a fault of its own")
        report.send(("ended", sentence or repr(error)))
        sys.exit(1)


async def _live(orders: Orders, ahead: Any, report: Connection) -> None:
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - a rehearsal obeys no operator's settings
        discord_token=SecretStr(orders.token),
        discord_api_url=orders.api_url,
        database_url=SecretStr(orders.database_url),
        tick_seconds=TICK_SECONDS,
        **orders.outfit,
    )
    witness = Witness(orders.kills, report)
    worker = partial(Worker, stalled_seconds=STALLED_SECONDS, heartbeat_seconds=HEARTBEAT_SECONDS)
    clock = FollowingClock(ahead)
    app = App(settings, clock=clock, watch=witness.watch, world=orders.world, worker=worker)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    under_way: set[asyncio.Task[None]] = set()

    def begin(work: Callable[[App, Connection], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(work(app, report), name="settle")
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    loop.add_signal_handler(signal.SIGUSR1, begin, _settle)
    loop.add_signal_handler(signal.SIGUSR2, begin, _keep_up)
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    parent = parent_process()
    if parent is not None:
        # Nobody is left to kill an orphan.
        loop.add_reader(parent.sentinel, os._exit, 1)
    try:
        await (app.start_working() if orders.works else app.start())
        report.send(("ready", ""))
        waits = asyncio.create_task(stopping.wait())
        lives = asyncio.create_task(asyncio.Event().wait() if orders.works else app.run())
        await asyncio.wait({waits, lives}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
        if lives.done():
            lives.result()
        lives.cancel()
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)
        await app.stop()


async def _settle(app: App, report: Connection) -> None:
    """Do what is due, also what a dead worker held, and tell when nothing is any more."""
    try:
        if await queue.at_work(app.tools):
            await app.worker.take_up_stalled()
        await app.settle(SETTLE_SECONDS)
    except Exception:
        log.exception("the bot did not settle")
        # A database that is away for a moment must not use up all that it may be told to settle.
        await asyncio.sleep(FAILED_NAP)
    report.send(("settled", ""))


async def _keep_up(app: App, report: Connection) -> None:
    """Do what is done once an hour, and tell how the process is."""
    try:
        await app.upkeep()
    except Exception:
        log.exception("the bot did not keep up")
    report.send(("vitals", examine().text()))
