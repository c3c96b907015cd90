"""The embedded server: started by the first process that needs it, stopped by the last one that leaves."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

import asyncpg

from db.server import binaries, cluster, home, locks
from db.server.errors import EmbeddedServerError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from db.server.home import Home

P = ParamSpec("P")
T = TypeVar("T")

DATABASE = "longplay"
START_SECONDS = 300  # a recovery after a power cut may replay a lot
ORPHAN_SECONDS = 20  # longer than a statement may run: sessions outlive a killed server until their statement ends
PROBE_SECONDS = 5
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What the doctor says of the embedded server; `data_bytes` is the cluster on disk, write-ahead log included."""

    state: Literal["absent", "stopped", "starting", "running"]
    version: str
    data_bytes: int
    pid: int | None
    folder: Path


class _Answer(Enum):
    """What a server says to a connection."""

    READY = auto()
    BUSY = auto()  # starting, recovering or stopping
    SILENT = auto()


class EmbeddedServer:
    """The PostgreSQL of one folder, shared by every process that starts it there.

    `durable=False` trades what a power cut would destroy for speed: rehearsals and tests only. Every instance counts
    as one user of the server, so a process may have several. Not for Windows.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        if sys.platform == "win32":
            raise EmbeddedServerError(
                "the embedded server needs Linux or macOS; set DATABASE_URL to a PostgreSQL server"
            )
        self._folder = folder
        self._durable = durable
        self._home: Home | None = None
        self._membership: int | None = None

    @classmethod
    def throwaway(cls, name: str, *, room: int = home.ROOM_BYTES) -> EmbeddedServer:
        """The server of a cluster nobody keeps, shared by all who say the same name; `discard` it in the end.

        It stands in memory where that has `room` bytes.
        """
        return cls(home.throwaway_folder(name, room=room), durable=False)

    async def start(self) -> str:
        """Start or join the server and return the SQLAlchemy URL of the database `longplay`.

        Raises EmbeddedServerError with the end of the server's log when it does not come up.
        """
        async with self._turn() as place:
            if self._membership is None:
                membership = locks.count_in(place.users)
                try:
                    await self._ensure_ready(place)
                except BaseException:
                    await self._leave(place, membership)
                    raise
                self._membership = membership
        return f"postgresql+asyncpg://{cluster.ROLE}@/{DATABASE}?host={place.sockets}"

    async def stop(self) -> None:
        """Leave the server; the last to leave stops it. Doing it twice changes nothing."""
        if self._membership is None:
            return
        async with self._turn() as place:
            membership, self._membership = self._membership, None
            await self._leave(place, membership)

    async def discard(self) -> bool:
        """Leave the server and, when nobody else uses it, delete its cluster: for rehearsals and tests.

        Says whether the cluster is gone.
        """
        async with self._turn() as place:
            membership = self._membership if self._membership is not None else locks.count_in(place.users)
            self._membership = None
            last = await self._leave(place, membership)
            if last:
                await _in_thread(home.delete, place)
            return last

    def status(self) -> ServerStatus:
        """Look at the cluster without starting or joining it; reads every file's size, so call it in a thread."""
        place = home.find(self._folder, durable=self._durable)
        pid = cluster.postmaster(place)
        if pid is not None:
            state = "running" if cluster.listens(place) else "starting"
        else:
            state = "stopped" if cluster.exists(place) else "absent"
        return ServerStatus(state, binaries.version(), cluster.data_bytes(place), pid, place.folder)

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[Home]:
        """Alone among processes, at the place of the cluster as it is now."""
        place = self._home or await asyncio.to_thread(home.find, self._folder, durable=self._durable)
        async with locks.turn(place.lock, lambda: home.prepare(place), seconds=START_SECONDS):
            self._home = place
            yield place

    async def _ensure_ready(self, place: Home) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await _in_thread(cluster.initialise, place, durable=self._durable)
        while True:
            answer = await _ask(place)
            if answer is _Answer.READY:
                return
            waited = loop.time() - begun
            if waited > START_SECONDS:
                raise EmbeddedServerError(f"the server in {place.folder} is still not ready after {waited:.0f} s")
            if answer is _Answer.SILENT and await _in_thread(cluster.postmaster, place) is None:
                orphans = await _in_thread(cluster.launch, place, durable=self._durable, seconds=START_SECONDS)
                if orphans and waited > ORPHAN_SECONDS:
                    raise EmbeddedServerError(f"processes of a killed server still use {place.cluster}; end them")
            await asyncio.sleep(POLL_SECONDS)

    async def _leave(self, place: Home, membership: int) -> bool:
        """Say whether this was the last user, whose leaving stops the server."""
        try:
            last = locks.is_last(membership)
            if last:
                await _in_thread(cluster.shut_down, place)
            return last
        finally:
            os.close(membership)


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking work to its end even when cancelled meanwhile: the folder's lock must not go before it is done."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _ask(place: Home) -> _Answer:
    """Probe with a real connection: a pid file and even a socket file may be left over from a killed server."""
    try:
        connection = await _connect(place, DATABASE)
    except asyncpg.InvalidCatalogNameError:
        connection = await _connect(place, "postgres")
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    except asyncpg.CannotConnectNowError:
        return _Answer.BUSY
    except TimeoutError:
        return _Answer.BUSY
    except (OSError, asyncpg.InterfaceError, asyncpg.ConnectionDoesNotExistError):
        return _Answer.SILENT
    except asyncpg.TooManyConnectionsError:
        return _Answer.READY
    await connection.close()
    return _Answer.READY


async def _connect(place: Home, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=str(place.sockets), port=5432, user=cluster.ROLE, database=database, timeout=PROBE_SECONDS, ssl=False
    )
