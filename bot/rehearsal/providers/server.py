"""The server of the loopback providers: shops under one address, and faults that any of them can be given.

A shop answers for one service, below its own first piece of the path: `/musicbrainz/release-group/…`. It keeps no state
and checks no key; whoever needs that puts it into the shop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

from aiohttp import web

FaultKind: TypeAlias = Literal["status", "slow", "truncated", "garbage", "cut"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a shop; `path` begins with a slash and has no name of the shop in it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]
    """Fields of a form that was posted; empty otherwise."""
    origin: str
    """The shop's own address, for the addresses in its answers."""
    body: bytes = b""
    """Of a request with JSON in it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a shop answers."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Shop: TypeAlias = Callable[[Asked], Reply | None]
"""Answers a request; None for what is not there, which becomes the server's own 404."""


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next requests whose shop and path match, `times` of them.

    `status` answers so, with the headers and the body; `slow` answers rightly after `seconds`; `truncated` breaks off
    in the middle of the right answer; `garbage` answers 200 with the body, by default a page; `cut` hangs up.
    """

    match: str = "*"
    """A pattern for shop and path, such as `deezer/album/*`."""
    kind: FaultKind = "status"
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b"<html><body>Something went wrong</body></html>"
    content_type: str = "text/html"
    seconds: float = 30.0
    times: int = 1_000_000
    met: int = 0
    """How many requests have met it."""
    spares: int = 0
    """So many requests that match pass unharmed first."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came, for whoever wants to know who asked what when."""

    shop: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    """Seconds on the server's own clock."""


class LoopbackProviders:
    """A server on 127.0.0.1 with shops in it; use it as an async context, or start and stop it."""

    def __init__(self, shops: Mapping[str, Shop] | None = None) -> None:
        self.shops: dict[str, Shop] = dict(shops or {})
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._held: set[asyncio.Event] = set()

    async def __aenter__(self) -> LoopbackProviders:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        app = web.Application()
        app.router.add_route("*", "/{shop}/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; answers that are held back are given up."""
        for event in self._held:
            event.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def address(self, shop: str) -> str:
        """A shop's address, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}/{shop}"

    def add_fault(self, fault: Fault) -> Fault:
        """From now on requests meet this fault, the first that matches."""
        self.faults.append(fault)
        return fault

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        shop, path = request.match_info["shop"], "/" + request.match_info["path"]
        loop = asyncio.get_running_loop()
        self.calls.append(Call(shop, path, dict(request.query), request.headers.copy(), loop.time()))
        fault = self._fault(f"{shop}{path}")
        if fault is not None and fault.kind in ("status", "garbage"):
            status = fault.status if fault.kind == "status" else 200
            return web.Response(status=status, headers=fault.headers, body=fault.body, content_type=fault.content_type)
        if fault is not None and fault.kind == "cut":
            return _cut(request)
        reply = await self._reply(shop, path, request)
        if fault is not None and fault.kind == "slow":
            await self._hold(fault.seconds)
        if fault is not None and fault.kind == "truncated":
            return await _truncated(request, reply)
        return web.Response(
            status=reply.status, headers=reply.headers, body=reply.body, content_type=reply.content_type
        )

    async def _reply(self, shop: str, path: str, request: web.Request) -> Reply:
        form: dict[str, str] = {}
        if request.method == "POST":
            form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        body = await request.read() if request.content_type == "application/json" else b""
        asked = Asked(request.method, path, dict(request.query), request.headers, form, self.address(shop), body)
        answer = self.shops[shop](asked) if shop in self.shops else None
        return answer if answer is not None else as_json({"error": "Not Found"}, status=404)

    def _fault(self, place: str) -> Fault | None:
        for fault in self.faults:
            if fault.met < fault.times and fnmatchcase(place, fault.match):
                if fault.spares:
                    fault.spares -= 1
                    continue
                fault.met += 1
                return fault
        return None

    async def _hold(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        event = asyncio.Event()
        self._held.add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._held.discard(event)


def as_json(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply in JSON."""
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status, "application/json", headers or {})


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)


async def _truncated(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Half of the body, of which the whole was promised."""
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_type = reply.content_type
    response.content_length = max(2, len(reply.body))
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2] or b"{")
    if request.transport is not None:
        request.transport.close()
    return response
