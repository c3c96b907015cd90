"""The rehearsal's side of a bot process: start it, wake it, kill it, and learn when it died and what it told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import Any

from bot.client import FACES
from bot.rehearsal.kills.child import SETTLE_SECONDS, Orders, live
from bot.rehearsal.kills.points import Point
from bot.rehearsal.kills.vitals import Vitals

START_SECONDS = 120.0
"""As long as a bot may take that Discord tells twice to wait before it knows any command."""
STOP_SECONDS = 30.0

# A server process that has imported everything forks one bot per request: no start reads a file, so that none is slow
# and a sweep plays the code it began with. The standard library also wants the main module in every process.
_SPAWNING = get_context("forkserver")
_SPAWNING.set_forkserver_preload(["bot.rehearsal.kills.child", "bot.__main__", "procrastinate", *FACES])


class DidNotStart(Exception):  # noqa: N818 - it says what happened
    """A bot process ended or hung before it was ready, and nobody had killed it."""


class BotProcess:
    """One bot process; everything it tells arrives at once, and `buried` is called when it has died."""

    def __init__(self, orders: Orders, ahead: Any, *, buried: Callable[[BotProcess], None]) -> None:
        self.commits: list[str] = []
        """The steps of its commits, in order."""
        self.errors: list[str] = []
        """What it logged as an error."""
        self.ended = ""
        """Why it left by itself: what an operator would be told, whose supervisor starts it again."""
        self.killed_at: Point | None = None
        """The point among its commits at which it ended itself."""
        self.dismissed = False
        """It was told to stop: that it ends is no death."""
        self.vitals: list[Vitals] = []
        """How it was, each time it was examined."""
        self.ready = asyncio.Event()
        self.settled = asyncio.Event()
        self.examined = asyncio.Event()
        self.died = asyncio.Event()
        self._buried = buried
        self._told, telling = _SPAWNING.Pipe(duplex=False)
        self._process = _SPAWNING.Process(target=live, args=(orders, ahead, telling), daemon=True)
        self._telling = telling

    async def start(self) -> None:
        """Start it, without waiting until it is ready."""
        await asyncio.to_thread(self._process.start)
        self._telling.close()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._told.fileno(), self._listen)
        loop.add_reader(self._process.sentinel, self._bury)

    @property
    def alive(self) -> bool:
        """Whether it was started and has not died."""
        return not self.died.is_set()

    async def until_ready(self) -> bool:
        """Wait until it serves; False when it died first. Raises `DidNotStart` when it does neither."""
        if not await self._until(self.ready, START_SECONDS):
            raise DidNotStart(f"no bot within {START_SECONDS:.0f} s; it told: {self.errors}")
        return self.alive

    async def settle(self) -> None:
        """Have it do what is due, and wait until it has, or died. Raises `TimeoutError`."""
        self.settled.clear()
        self._signal(signal.SIGUSR1)
        if not await self._until(self.settled, 2 * SETTLE_SECONDS):
            raise TimeoutError("a bot was told to settle and did not answer")

    async def keep_up(self) -> Vitals:
        """Have it do what it does once an hour, and learn how it is afterwards. Raises `TimeoutError`."""
        self.examined.clear()
        self._signal(signal.SIGUSR2)
        if not await self._until(self.examined, SETTLE_SECONDS) or not self.examined.is_set():
            raise TimeoutError("a bot was told to keep up and did not answer")
        return self.vitals[-1]

    async def _until(self, told: asyncio.Event, seconds: float) -> bool:
        """Wait for news, or for its death; False when neither came in time."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (told, self.died)]
        done, late = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in late:
            each.cancel()
        return bool(done)

    async def kill(self) -> None:
        """SIGKILL, and wait until the system has closed everything it held."""
        self._signal(signal.SIGKILL)
        await self.died.wait()

    async def stop(self) -> None:
        """Let it stop in order."""
        self.dismissed = True
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self.died.wait()
        if self.alive:
            await self.kill()

    def _signal(self, number: int) -> None:
        if self.alive and self._process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def _listen(self) -> None:
        try:
            while self._told.poll():
                kind, text = self._told.recv()
                if kind == "commit":
                    self.commits.append(text)
                elif kind == "error":
                    self.errors.append(text)
                elif kind == "ended":
                    self.ended = text
                elif kind == "vitals":
                    self.vitals.append(Vitals.read(text))
                    self.examined.set()
                elif kind == "killed":
                    self.killed_at = Point.read(text)
                else:
                    (self.ready if kind == "ready" else self.settled).set()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._told.fileno())

    def _bury(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process.sentinel)
        self._listen()
        loop.remove_reader(self._told.fileno())
        self._told.close()
        self._process.join()
        self._process.close()
        self.died.set()
        self._buried(self)
