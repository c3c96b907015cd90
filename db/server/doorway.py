"""A doorway before PostgreSQL: what goes through it is passed on, until it is closed, full or mute.

The server itself cannot be stopped, since other seasons live on it; nobody who comes this way can tell.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from typing import Literal

from sqlalchemy import URL, make_url

Mood = Literal["open", "away", "full"]

CHUNK = 1 << 16
SAID = {
    "away": ("57P03", "the database system is starting up"),
    "full": ("53300", "sorry, too many clients already"),
}


class Doorway:
    """Listens on a socket of its own and leads to the server behind a URL; use it as an async context."""

    def __init__(self, url: str) -> None:
        self._behind = make_url(url)
        self._folder = tempfile.TemporaryDirectory(prefix="longplay-door-")
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self._mood: Mood = "open"
        self._heard = asyncio.Event()
        self._heard.set()
        self._reopening: asyncio.TimerHandle | None = None
        self.turned_away = 0
        """How many connections were refused."""

    @property
    def url(self) -> str:
        """The database's address through the doorway."""
        behind = self._behind
        led = URL.create(
            behind.drivername,
            behind.username,
            behind.password,
            database=behind.database,
            query={"host": self._folder.name},
        )
        return led.render_as_string(hide_password=False)

    async def __aenter__(self) -> Doorway:
        self._server = await asyncio.start_unix_server(self._enter, f"{self._folder.name}/.s.PGSQL.5432")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
        if self._server is not None:
            self._server.close()
        await self._end_all()
        self._folder.cleanup()

    async def close_for(self, seconds: float, mood: Mood) -> None:
        """Let nobody in for some seconds; where the server is `away`, whoever is inside is thrown out too."""
        self._mood = mood
        self._later(seconds)
        if mood == "away":
            await self._end_all()

    def mute_for(self, seconds: float) -> None:
        """Pass nothing on for some seconds; what is said meanwhile comes afterwards."""
        self._heard.clear()
        self._later(seconds)

    def _later(self, seconds: float) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
        self._reopening = asyncio.get_running_loop().call_later(seconds, self._open)

    def _open(self) -> None:
        self._mood = "open"
        self._heard.set()

    async def _end_all(self) -> None:
        passing = [task for task in self._passing if task is not asyncio.current_task()]
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a connection is a task"
        self._passing.add(task)
        try:
            # Whoever throws everybody out ends us too; the streams' own machinery takes that for an error.
            with suppress(OSError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._passing.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mood != "open":
            self.turned_away += 1
            with suppress(asyncio.IncompleteReadError):
                length = int.from_bytes(await reader.readexactly(4))
                await reader.readexactly(max(0, min(length, CHUNK) - 4))
            code, words = SAID[self._mood]
            writer.write(refusal(code, words))
            await writer.drain()
            return
        behind, beyond = await self._connect()
        both = [asyncio.create_task(self._pass_on(*way)) for way in ((reader, beyond), (behind, writer))]
        try:
            # When one side has hung up, so does the other.
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            beyond.close()  # first: whoever is thrown out twice does not come further than the next pause
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        query = self._behind.query
        host = str(query.get("host") or self._behind.host or "127.0.0.1")
        port = self._behind.port or int(str(query.get("port") or 5432))
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(CHUNK):
            await self._heard.wait()
            target.write(data)
            await target.drain()


def refusal(code: str, words: str) -> bytes:
    """A fatal error of PostgreSQL in its own protocol."""
    fields = [("S", "FATAL"), ("V", "FATAL"), ("C", code), ("M", words)]
    body = b"".join(kind.encode() + text.encode() + b"\x00" for kind, text in fields) + b"\x00"
    return b"E" + (len(body) + 4).to_bytes(4) + body
