"""The painters' processes: bounded in time, memory and number, replaced when they die; none loads before what draws.

A painter of ours is a process of its own and no thread: the library that shapes text holds the interpreter's lock while
it draws, and a hostile picture may end the process that reads it. It gets an empty environment, so it knows no token
and no database, and opens no connection.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field, fields
from typing import Any

from bot.domain.pictures.painting import PictureRefused, Unpainted
from bot.pictures.sheet import Order

log = logging.getLogger(__name__)

BEGIN = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from bot.pictures.child import serve; serve()"
"""What a process runs: no site, no `__main__` of ours, nothing but what drawing takes."""
LENGTH = struct.Struct(">I")
LONGEST_ANSWER = 25_000_000
"""Bytes of a picture; Discord takes fewer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What drawing may take."""

    processes: int = 2
    waiting: int = 40
    """Pictures that wait for a process; whoever comes then is told that it is busy."""
    seconds: float = 8.0
    """For one picture; its process is ended after that."""
    patience: float = 10.0
    """Seconds that a picture waits for a process."""
    memory_bytes: int = 1_000_000_000
    """Of address space in each process."""
    pictures: int = 200
    """Drawn by one process before a fresh one takes its place."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a process answered."""

    content: bytes
    facts: dict[str, Any]
    """Content type, width, height, accent; or which covers were unreadable."""


class PainterProcess:
    """One process, asked one thing at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._loads = False
        self.drawn = 0

    @classmethod
    async def start(cls, limits: Limits) -> PainterProcess:
        """A fresh process; it answers as soon as it has begun."""
        told = [json.dumps([place for place in sys.path if place]), str(limits.memory_bytes)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", "-c", BEGIN, *told),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ},
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its number at the system."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.returncode is None

    def load(self) -> None:
        """Tell it that a picture is about to come, so that it loads what draws meanwhile."""
        if not self._loads and self._process.stdin is not None:
            self._loads = True
            self._process.stdin.write(LENGTH.pack(0))

    async def draw(self, order: Order, covers: Mapping[str, bytes]) -> Drawn:
        """Ask for a picture; raises `EOFError` when the process ends over it, `PictureRefused` when it says no."""
        reading, writing = self._process.stdout, self._process.stdin
        assert reading is not None
        assert writing is not None
        try:
            told = {one.name: getattr(order, one.name) for one in fields(order)}
            head = json.dumps({**told, "places": [astuple(one) for one in order.places], "covers": list(covers)})
            for part in (head.encode(), *covers.values()):
                writing.write(LENGTH.pack(len(part)) + part)
                await writing.drain()
            facts = json.loads(await self._frame(reading))
            content = await self._frame(reading)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("the painter's process ended") from error
        self.drawn += 1
        if "failed" in facts:
            log.error("a picture could not be drawn: %s", facts["failed"])
            raise PictureRefused(Unpainted(facts.get("why", Unpainted.FAILED)))
        return Drawn(content, facts)

    async def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self.alive:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    @staticmethod
    async def _frame(reading: asyncio.StreamReader) -> bytes:
        (length,) = LENGTH.unpack(await reading.readexactly(LENGTH.size))
        if length > LONGEST_ANSWER:
            raise EOFError("the painter's process answers nonsense")
        return await reading.readexactly(length)


@dataclass
class Pool:
    """Some processes that draw, and a line in front of them."""

    limits: Limits = field(default_factory=Limits)
    _idle: list[PainterProcess] = field(default_factory=list[PainterProcess])
    _busy: set[PainterProcess] = field(default_factory=set[PainterProcess])
    _waiting: int = 0
    started: int = 0
    """Processes so far."""

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.limits.processes)
        self._beginning = asyncio.Lock()

    @property
    def idle(self) -> tuple[PainterProcess, ...]:
        """The processes that nobody has asked for anything right now."""
        return tuple(self._idle)

    async def prepare(self) -> None:
        """Start the first process, if none was started yet or all have ended; raises `PictureRefused`.

        It has loaded nothing that draws: it waits.
        """
        async with self._beginning:  # twenty that come at once start one
            if not self._idle and not self._busy:
                self._idle.append(await self._process())

    async def make_ready(self) -> None:
        """The same, and the one that draws next loads what draws."""
        await self.prepare()
        for process in self._idle[-1:]:
            process.load()

    async def draw(self, order: Order, covers: Mapping[str, bytes]) -> Drawn:
        """A picture of an order; raises `PictureRefused`."""
        if self._waiting >= self.limits.waiting:
            raise PictureRefused(Unpainted.BUSY)
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.patience):
                await self._places.acquire()
        except TimeoutError:
            raise PictureRefused(Unpainted.BUSY) from None
        finally:
            self._waiting -= 1
        try:
            return await self._drawn(order, covers)
        finally:
            self._places.release()

    async def _drawn(self, order: Order, covers: Mapping[str, bytes]) -> Drawn:
        process = await self._process()
        self._busy.add(process)
        keeps = False
        try:
            async with asyncio.timeout(self.limits.seconds):
                drawn = await process.draw(order, covers)
        except TimeoutError:
            log.warning("a picture took longer than %s s: its painter is ended", self.limits.seconds)
            raise PictureRefused(Unpainted.SLOW) from None
        except EOFError as error:
            log.warning("a painter died over a picture: %s", error)
            raise PictureRefused(Unpainted.FAILED) from None
        except PictureRefused:
            keeps = True
            raise
        else:
            keeps = True
            return drawn
        finally:
            self._busy.discard(process)
            # Whoever was broken off in the middle, by a stop too, answers nobody any more.
            if keeps and process.alive and process.drawn < self.limits.pictures:
                self._idle.append(process)
            else:
                await asyncio.shield(process.end())

    async def _process(self) -> PainterProcess:
        """One that waits, else a fresh one; one that died meanwhile is forgotten."""
        while self._idle:
            process = self._idle.pop()
            if process.alive:
                return process
            await process.end()
        self.started += 1
        try:
            return await PainterProcess.start(self.limits)
        except OSError as error:
            log.error("no painter can be started: %s", error)
            raise PictureRefused(Unpainted.FAILED) from None

    async def close(self) -> None:
        """End every process."""
        for process in [*self._idle, *self._busy]:
            await process.end()
        self._idle.clear()
