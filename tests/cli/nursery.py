"""`longplay` processes without the two seconds that importing its libraries takes each of them.

A nursery is a Python that has imported what the commands need and has run nothing. For each process that a test starts
it forks: the child gets the arguments, the environment, the folder and the two pipes that a started Python would get,
then runs `bot` as `python -m bot` does, to the interpreter's own end. So it is a process like any other, with a number,
signals, limits and memory of its own. Tests of a start itself (its time, its memory, what it imports) start Python.

Run as a script, this file is the nursery; imported, it is the way to ask it.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from asyncio import StreamReader, StreamWriter, subprocess
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import bot
from bot.__main__ import main

PRELOADED = ("bot.cli", "bot.app.life", "bot.doctor", "bot.logs", "bot.config", "bot.cli.backups", "bot.cli.imports",
             "bot.cli.keys", "bot.cli.migrate_posts", "bot.cli.worker", "bot.rehearsal", "db.dumps")  # fmt: skip
READY = b"\n"


class Grown:
    """A process that the nursery forked, as asyncio's own processes are: `pid`, pipes, signals, its exit code."""

    def __init__(
        self, pid: int, line: tuple[StreamReader, StreamWriter], stdout: StreamReader, stderr: StreamReader
    ) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._told, self._asked = line
        self._ending = asyncio.create_task(self._end())

    async def _end(self) -> int:
        self.returncode = int(await self._told.readline())
        self._asked.close()
        return self.returncode

    async def wait(self) -> int:
        return await asyncio.shield(self._ending)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:  # the nursery collects it only when it says so, so that its number is still its own
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The way to ask a nursery for processes."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def begin(self, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Grown:
        """A process that runs `longplay` with these arguments."""
        reading, writing = zip(os.pipe(), os.pipe(), strict=True)
        asking = socket.socket(socket.AF_UNIX)
        asking.connect(self.address)
        order = json.dumps({"arguments": list(arguments), "folder": str(folder), "environment": dict(environment)})
        socket.send_fds(asking, [len(order.encode()).to_bytes(4, "big")], list(writing))
        asking.sendall(order.encode())
        for end in writing:
            os.close(end)
        line = await asyncio.open_connection(sock=asking)
        out, err = [await _reader(end) for end in reading]
        return Grown(int(await line[0].readline()), line, out, err)


async def _reader(end: int) -> StreamReader:
    reader = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(end, "rb", buffering=0)
    )
    return reader


@asynccontextmanager
async def nursery(folder: Path, environment: Mapping[str, str]) -> AsyncGenerator[Nursery]:
    """A nursery that is ready, and ends with its children at the end."""
    address = folder / "nursery"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(address)), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == READY
        yield Nursery(str(address))
    finally:
        process.stdin.close()
        await process.wait()


def _serve(address: str) -> tuple[list[str], str, dict[str, str]]:
    """Fork for whoever asks, until standard input ends; comes back in a child alone, with what it shall run."""
    children: dict[int, socket.socket] = {}
    woken, waking = socket.socketpair()
    waking.setblocking(False)
    signal.set_wakeup_fd(waking.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    with selectors.DefaultSelector() as selector:
        for each in (listening, woken, sys.stdin):
            selector.register(each, selectors.EVENT_READ)
        print(flush=True)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                woken.recv(100)
                _tell_of_ended(children)
            if sys.stdin in ready:
                _end(children)
            if listening in ready and (order := _forked(listening, children)) is not None:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (listening, woken, waking, *children.values()):
                    each.close()
                return order


def _forked(
    listening: socket.socket, children: dict[int, socket.socket]
) -> tuple[list[str], str, dict[str, str]] | None:
    """Fork for one who asks; None in the parent."""
    asking, _ = listening.accept()
    length, pipes, _, _ = socket.recv_fds(asking, 4, 2)
    text = b""
    while len(text) < int.from_bytes(length, "big"):
        text += asking.recv(1 << 16)
    order = json.loads(text)
    pid = os.fork()
    if pid:
        children[pid] = asking
        for pipe in pipes:
            os.close(pipe)
        asking.sendall(f"{pid}\n".encode())
        return None
    asking.close()
    for number, pipe in enumerate(pipes, start=1):
        os.dup2(pipe, number)
        os.close(pipe)
    return order["arguments"], order["folder"], order["environment"]


def _tell_of_ended(children: dict[int, socket.socket]) -> None:
    """Collect the children that ended, and say how to those who asked for them."""
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with children.pop(pid) as asking, suppress(OSError):
                asking.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _end(children: dict[int, socket.socket]) -> None:
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    os._exit(0)


def _grow_up(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be what a Python started with these would be, and run `bot`."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    bot.BEGUN = time.monotonic()
    sys.argv = ["longplay", *arguments]
    gc.unfreeze()
    main()


if __name__ == "__main__":
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _grow_up(*_serve(sys.argv[1]))
