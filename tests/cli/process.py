"""The real `longplay` process as an operator has it: started, listened to, sent signals."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cli.nursery import Grown, Nursery

PATIENCE = 60.0
"""Real seconds for anything at all, on a machine that is busy."""
FOREIGN = re.compile(r"DISCORD_|DATABASE_|LONGPLAY_|SPOTIFY_|LASTFM_|PG[A-Z]+$")
"""What the settings are read from: none of it comes from whoever runs the tests."""


def usual_environment() -> dict[str, str]:
    """What every process gets from whoever runs the tests: everything but settings."""
    usual = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
    usual.pop("PYTHONDONTWRITEBYTECODE", None)
    return usual


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Running:
    """A process that goes on; `err` grows while it is listened to."""

    def __init__(self, process: Process | Grown) -> None:
        self.process = process
        self.out = ""
        self.err = ""
        self._news = asyncio.Event()
        self._listening = asyncio.gather(self._hear("out"), self._hear("err"))

    def resident_megabytes(self) -> float:
        """What it holds in memory; 0 where the system has no /proc to tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        resident = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return int(resident[1]) / 1000 if resident is not None else 0.0

    async def _hear(self, name: str) -> None:
        stream = self.process.stdout if name == "out" else self.process.stderr
        assert stream is not None
        async for line in stream:
            setattr(self, name, getattr(self, name) + line.decode())
            self._news.set()

    async def says(self, words: str) -> None:
        """Wait until the log has these words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.err:
                assert not self._listening.done(), f"it ended without {words!r}: {self.out}{self.err}"
                self._news.clear()
                waiting = asyncio.ensure_future(self._news.wait())
                await asyncio.wait({waiting, self._listening}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def end(self, number: signal.Signals | None = None) -> Ended:
        """Wait for the end, after a signal if one is given."""
        if number is not None:
            self.send(number)
        async with asyncio.timeout(PATIENCE):
            await self._listening
            return Ended(await self.process.wait(), self.out, self.err)

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.end()


class Shell:
    """Starts `longplay` in a folder of its own, with these settings and no others."""

    def __init__(self, folder: Path, bytecode: Path, nursery: Nursery | None = None, **settings: str) -> None:
        self.folder = folder
        self.nursery = nursery
        """Where processes are forked; without one, and for tests of a start itself, Python is started."""
        self.settings = settings
        # Compiled once and not at every start, also where the tests' own Python writes nothing.
        self._python = {"PYTHONPYCACHEPREFIX": str(bytecode)}
        self._begun: list[Running] = []

    async def start(self, *arguments: str, anew: bool = False, **settings: str | None) -> Running:
        """Start a command; a setting that is None is left out, `anew` starts a Python that has imported nothing."""
        if self.nursery is None or anew:
            return await self._begin(("-m", "bot", *arguments), settings)
        environment = self._environment(settings)
        return self._begun_with(await self.nursery.begin(arguments, folder=self.folder, environment=environment))

    async def _begin(self, arguments: Sequence[str], settings: Mapping[str, str | None]) -> Running:
        return self._begun_with(
            await asyncio.create_subprocess_exec(
                *(sys.executable, *arguments),
                cwd=self.folder, env=self._environment(settings), stdout=PIPE, stderr=PIPE,
            )
        )  # fmt: skip

    def _begun_with(self, process: Process | Grown) -> Running:
        self._begun.append(Running(process))
        return self._begun[-1]

    def _environment(self, settings: Mapping[str, str | None]) -> dict[str, str]:
        chosen = {name: value for name, value in {**self.settings, **settings}.items() if value is not None}
        return {**usual_environment(), **self._python, **chosen}

    async def run(self, *arguments: str, anew: bool = False, **settings: str | None) -> Ended:
        """Run a command to its end."""
        return await (await self.start(*arguments, anew=anew, **settings)).end()

    async def python(self, *arguments: str) -> Ended:
        """Run the same Python on something else."""
        return await (await self._begin(arguments, {})).end()

    async def close(self) -> None:
        """Leave no process behind, whatever a test came to."""
        for each in self._begun:
            await each.kill()
