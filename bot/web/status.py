"""How a process fares, for whoever watches it: alive, ready, and figures that Prometheus reads.

No figure has a name, an id or a word of any member in it. The port is for the machine's own network alone.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.web.port import Port

NAME = "longplay"
STOP_SECONDS = 1.0
MOST_BYTES = 1_024

Checks = Mapping[str, bool]
"""What must hold before work may be given to the process, each with whether it does."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure and what it means."""

    name: str
    meaning: str
    value: float

    def lines(self) -> str:
        """As Prometheus reads it."""
        name = f"{NAME}_{self.name}"
        return f"# HELP {name} {self.meaning}\n# TYPE {name} gauge\n{name} {self.value:g}\n"


class StatusServer:
    """Answers `/health`, `/ready` and `/metrics` of one process on one port."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        checks: Callable[[], Awaitable[Checks]],
        gauges: Callable[[], Awaitable[list[Gauge]]],
    ) -> None:
        self._port = Port(host, port, stop_seconds=STOP_SECONDS)
        self._checks = checks
        self._gauges = gauges
        self._begun = time.monotonic()

    @property
    def port(self) -> int:
        """The one that was asked for; once it was started, the one that is listened on."""
        return self._port.number

    async def start(self) -> None:
        """Listen; raises `OSError` where the port is taken or the host is none of this machine."""
        application = web.Application(client_max_size=MOST_BYTES)
        application.add_routes(
            [
                web.get("/health", self._health),
                web.get("/ready", self._ready),
                web.get("/metrics", self._metrics),
            ]
        )
        await self._port.open(application)

    async def stop(self) -> None:
        """Listen no more."""
        await self._port.close()

    async def _health(self, _request: web.Request) -> web.StreamResponse:
        """The loop turns: whoever does not get this starts the process again."""
        return web.Response(text="alive\n")

    async def _ready(self, _request: web.Request) -> web.StreamResponse:
        checks = await self._checks()
        told = "".join(f"{name}: {'yes' if holds else 'no'}\n" for name, holds in checks.items())
        return web.Response(status=200 if all(checks.values()) else 503, text=told)

    async def _metrics(self, _request: web.Request) -> web.StreamResponse:
        checks = await self._checks()
        gauges = [
            Gauge("ready", "Whether the process serves (1) or not (0).", all(checks.values())),
            Gauge("uptime_seconds", "Seconds since the process began.", round(time.monotonic() - self._begun, 1)),
            Gauge("peak_memory_bytes", "The most memory the process has ever used.", _peak_memory()),
        ]
        if checks.get("database"):
            gauges += await self._gauges()
        text = "".join(gauge.lines() for gauge in gauges)
        return web.Response(text=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _peak_memory() -> int:
    """Bytes: Linux tells kibibytes, macOS bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1_024
