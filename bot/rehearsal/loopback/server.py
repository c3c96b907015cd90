"""The loopback Discord itself: an HTTP and websocket server that one bot talks to as if it were Discord."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.rehearsal.loopback import components
from bot.rehearsal.loopback.errors import ApiError, Cut
from bot.rehearsal.loopback.faults import Fault, Faults
from bot.rehearsal.loopback.gateway import Gateway
from bot.rehearsal.loopback.interactions import Interactions
from bot.rehearsal.loopback.person import Person
from bot.rehearsal.loopback.routing import Ask, Upload, match
from bot.rehearsal.loopback.state import Entity, Guild, Json, Message, State, id_of
from bot.rehearsal.loopback.world import World

if TYPE_CHECKING:
    from bot.rehearsal.loopback.schemas import Schemas

API = "/api/v10"
REQUEST_BYTES = 40 * 1024 * 1024
_BUCKET_SIZE = 1000

Moment = str
OnEffect = Callable[["Call", Moment], Awaitable[None]]


@dataclass
class Call:
    """One REST request as it was received and answered; `status` is 0 until it is."""

    method: str
    route: str
    path: str
    body: Any
    files: tuple[str, ...]
    at: datetime
    status: int = 0
    answer: Any = None

    def line(self) -> str:
        """Write the request as one line of JSON."""
        fields = {"at": self.at.isoformat(), "request": f"{self.method} {self.path}", "body": self.body}
        more = {"files": self.files} if self.files else {}
        return json.dumps({**fields, **more, "status": self.status, "answer": self.answer}, ensure_ascii=False)


class LoopbackDiscord(World):
    """A Discord on 127.0.0.1 with one application in it; `clock` gives aware UTC datetimes.

    Give `api_url` to the library as its REST base and `gateway_url` as its default gateway.
    """

    def __init__(self, clock: Callable[[], datetime], schemas: Schemas | None = None) -> None:
        super().__init__(State(clock))
        self.gateway = Gateway(self)
        self.interactions = Interactions(self)
        self.faults = Faults()
        self.schemas = schemas
        self.token = "loopback.token." + self.state.token("token")[:24]
        self.shards = 1
        self.privileged = 0
        """The privileged intents granted to the application; asking for others closes with 4014."""
        self.revoked = False
        self.patience = 20.0
        """Real seconds a person waits for a deferred answer."""
        self.first_answer = 3.0
        """Real seconds the bot has for its first answer."""
        self.command_creations = 0
        self.violations: list[str] = []
        self.calls: list[Call] = []
        self.recent: deque[Call | str] = deque(maxlen=200)
        self.on_effect: OnEffect | None = None
        self._in_flight = 0
        self._buckets: dict[str, str] = {}
        self._runner: web.AppRunner | None = None
        self._port = 0

    # Life

    async def start(self) -> None:
        """Listen on a free port of the loopback interface."""
        app = web.Application(client_max_size=REQUEST_BYTES)
        app.router.add_get("/", self.gateway.connect)
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._serve_file)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.state.base_url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        await self.gateway.drop(1001)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def api_url(self) -> str:
        """The base of the REST API."""
        return f"{self.state.base_url}{API}"

    @property
    def gateway_url(self) -> str:
        """The address of the gateway."""
        return f"ws://127.0.0.1:{self._port}/"

    @property
    def reads_content(self) -> bool:
        """Whether the application was granted Message Content."""
        return bool(self.privileged & 1 << 15)

    # Serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self._in_flight += 1
        try:
            return await self._answer(request)
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=499)
        finally:
            self._in_flight -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw_path = request.raw_path.partition("?")[0]
        hit = match(request.method, raw_path.removeprefix(API)) if raw_path.startswith(API) else None
        if hit is None:
            self.violations.append(f"no such route: {request.method} {raw_path}")
            return self._response(404, {"message": "404: Not Found", "code": 0}, "unknown")
        route, args = hit
        body, files = await _read(request)
        path = raw_path.removeprefix(API)
        ask = Ask(request.method, route.template, path, args, dict(request.query), body, files)
        call = Call(ask.method, ask.template, path, body, tuple(f.filename for f in files), self.state.now())
        self.calls.append(call)
        self.recent.append(call)
        if self.revoked or not (route.open or request.headers.get("Authorization") == f"Bot {self.token}"):
            return self._finish(call, 401, {"message": "401: Unauthorized", "code": 0})
        fault = self.faults.take(ask.method, ask.template, path)
        early = await self._before(fault, call)
        if early is not None:
            return early
        if ask.method != "GET":
            await self._tell(call, "before", request)
        self._check_request(ask)
        status, answer = self._act(route.handler, ask)
        call.status, call.answer = status, answer
        self._check_response(ask, status, answer)
        if ask.method != "GET":
            await self._tell(call, "after", request)
        return await self._after(fault, call)

    def _act(self, handler: Callable[[LoopbackDiscord, Ask], tuple[int, Any]], ask: Ask) -> tuple[int, Any]:
        try:
            status, answer = handler(self, ask)
            # What is answered is how things stand now, however long the answer is held back.
            return status, dict(answer) if isinstance(answer, Entity) else answer
        except ApiError as refusal:
            return refusal.status, refusal.body()
        except Exception:  # noqa: BLE001 - a fault of the double itself must fail the test, not look like Discord's
            self.violations.append(f"no answer to {ask.method} {ask.template}: {traceback.format_exc()}")
            return 400, {"message": "the loopback cannot answer this", "code": 0}

    async def _tell(self, call: Call, moment: Moment, request: web.Request) -> None:
        if self.on_effect is None:
            return
        await self.on_effect(call, moment)
        # Let the loop notice that the caller was killed meanwhile: then nothing more is done for it.
        for _ in range(3):
            await asyncio.sleep(0)
        if request.transport is None or request.transport.is_closing():
            raise Cut

    async def _before(self, fault: Fault | None, call: Call) -> web.StreamResponse | None:
        if fault is None:
            return None
        if fault.kind == "reset_before":
            raise Cut
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "status":
            return self._finish(call, fault.status, {"message": f"{fault.status}: ordered", "code": 0})
        if fault.kind == "no_via":
            call.status = 429
            return web.Response(status=429, body=b"<html>banned</html>", content_type="text/html")
        if fault.kind == "429":
            body = {
                "message": "You are being rate limited.", "retry_after": fault.retry_after,
                "global": fault.scope == "global",
            }  # fmt: skip
            headers = {"X-RateLimit-Scope": fault.scope}
            if fault.scope == "global":
                headers["X-RateLimit-Global"] = "true"
            if fault.says_when:
                headers["Retry-After"] = str(int(fault.retry_after) + 1)
            return self._finish(call, 429, body, headers)
        return None

    async def _after(self, fault: Fault | None, call: Call) -> web.StreamResponse:
        kind = fault.kind if fault is not None else None
        if fault is not None and kind == "slow_after":
            await asyncio.sleep(fault.seconds)
        if kind == "reset_after":
            raise Cut
        if fault is not None and kind == "status_after":
            return self._response(fault.status, {"message": f"{fault.status}: ordered", "code": 0}, call.route)
        return self._response(call.status, call.answer, call.route)

    def _finish(self, call: Call, status: int, answer: Json, headers: Json | None = None) -> web.StreamResponse:
        call.status, call.answer = status, answer
        response = self._response(status, answer, call.route)
        response.headers.update(headers or {})
        return response

    def _response(self, status: int, answer: Any, template: str) -> web.Response:
        # The library compares the content type by equality: no charset may follow it.
        headers = {
            "Via": "1.1 loopback", "Date": format_datetime(self.state.now(), usegmt=True),
            "X-RateLimit-Limit": str(_BUCKET_SIZE), "X-RateLimit-Remaining": str(_BUCKET_SIZE - 1),
            "X-RateLimit-Reset": f"{self.state.now().timestamp() + 1:.3f}", "X-RateLimit-Reset-After": "1.000",
            "X-RateLimit-Bucket": self._bucket(template),
        }  # fmt: skip
        if status == 204:
            return web.Response(status=204, headers=headers)
        headers["Content-Type"] = "application/json"
        return web.Response(status=status, headers=headers, body=json.dumps(answer, ensure_ascii=False).encode())

    def _bucket(self, template: str) -> str:
        if template not in self._buckets:
            self._buckets[template] = hashlib.sha256(template.encode()).hexdigest()[:32]
        return self._buckets[template]

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        stored = self.state.files.get(request.match_info["file"])
        if stored is None:
            return web.Response(status=404)
        return web.Response(body=stored.content, headers={"Content-Type": stored.content_type})

    # Checking

    def _check_request(self, ask: Ask) -> None:
        if self.schemas is not None and ask.body is not None:
            self.violations += self.schemas.request(ask.method, ask.template, ask.body)

    def _check_response(self, ask: Ask, status: int, answer: Any) -> None:
        if self.schemas is not None:
            self.violations += self.schemas.response(ask.method, ask.template, status, answer)

    def check_dispatch(self, event: str, data: Any) -> None:
        """Hold a dispatch against the schema of its event."""
        if self.schemas is not None:
            self.violations += self.schemas.dispatch(event, data)

    # What the routes and people use

    def publish(
        self,
        event: str,
        data: Json,
        *,
        channel: Entity | None = None,
        guild: Guild | None = None,
        about: str | None = None,
    ) -> None:
        """Dispatch an event of a channel or guild; `about` names the user a membership event is about."""
        guild_id = guild.id if guild is not None else (channel or {}).get("guild_id")
        self.gateway.publish(event, data, guild_id=guild_id, channel=channel, about=about)

    def changed(self, message: Message) -> None:
        """Wake the people who wait for this message to change."""
        self.interactions.touched(message)

    def form(self, data: Json) -> Json:
        """Complete a form as its reader gets it."""
        return {**data, "components": components.completed(data["components"], lambda url: {"url": url})}

    # Test controls

    def person(self, user: Any, guild: Any = None) -> Person:
        """Give the hands of a user in a guild: able to do what the Discord client lets a person do."""
        chosen = self.state.guilds[id_of(guild)] if guild is not None else None
        return Person(self, self.state.users[id_of(user)], chosen)

    async def drop_gateway(self, code: int = 4000) -> None:
        """Close the bot's gateway connections with a code."""
        await self.gateway.drop(code)

    async def reconnect(self) -> None:
        """Tell the bot to reconnect (op 7)."""
        self.gateway.order_reconnect()

    async def invalidate(self, resumable: bool) -> None:
        """Tell the bot that its session is invalid (op 9)."""
        self.gateway.invalidate(resumable=resumable)

    async def replay_last(self) -> None:
        """Send the last dispatch a second time."""
        self.gateway.replay_last()

    def give_up(self) -> None:
        """Tell the people who still wait that nothing will come: the bot was killed."""
        self.interactions.abandon()

    async def revoke_token(self) -> None:
        """Make the bot's token invalid: 401 on REST, 4004 on the gateway."""
        self.revoked = True
        await self.gateway.drop(4004)

    async def quiet(self, timeout: float = 10, *, settle: float = 0.05) -> None:
        """Wait until, for `settle` seconds, no request was in progress and no interaction lacked its first answer."""
        deadline = time.monotonic() + timeout
        since, seen = time.monotonic(), len(self.calls)
        while time.monotonic() - since < settle:
            if self._in_flight or self.interactions.waiting or len(self.calls) != seen:
                since, seen = time.monotonic(), len(self.calls)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._in_flight} requests, {self.interactions.waiting} interactions unanswered")
            await asyncio.sleep(settle / 10)

    def transcript(self, last: int = 50) -> str:
        """Give the last requests and dispatches as JSON lines, for a test that failed."""
        lines = (each if isinstance(each, str) else each.line() for each in self.recent)
        return "\n".join(list(lines)[-last:])

    async def connected(self, timeout: float = 10) -> None:
        """Wait until the bot has a gateway connection."""
        async with asyncio.timeout(timeout):
            while not self.gateway.connected:  # noqa: ASYNC110 - a poll is enough for a test's start
                await asyncio.sleep(0.01)


async def _read(request: web.Request) -> tuple[Any, tuple[Upload, ...]]:
    if request.content_type == "multipart/form-data":
        body: Any = None
        uploads: list[Upload] = []
        async for part in await request.multipart():
            name = getattr(part, "name", "") or ""
            content = bytes(await part.read(decode=False))  # type: ignore[union-attr]
            if name == "payload_json":
                body = json.loads(content)
            elif name.startswith("files["):
                uploads.append(Upload(int(name[6:-1]), getattr(part, "filename", None) or "file", content))
        return body, tuple(uploads)
    content = await request.read()
    with suppress(ValueError):
        return (json.loads(content) if content else None), ()
    return None, ()
