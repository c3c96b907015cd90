"""The gateway: sessions that survive their sockets, identify, resume with replay, and dispatch by shard and intent."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import zlib
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import WSMsgType, web

from bot.rehearsal.loopback import access, intents, payloads
from bot.rehearsal.loopback.state import THREADS, Entity, Json

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 3, 6, 7, 8
INVALID_SESSION, HELLO, ACK = 9, 10, 11

HEARTBEAT_MS = 41_250
CLOSE_SECONDS = 1.0
"""How long a closing handshake is waited for."""

LOG_LENGTH = 5_000
"""Dispatches kept per session for RESUME; one that asks for older ones has to identify anew."""
LATE_SECONDS = 0.3

Trouble = Literal["lost", "late", "twice", "cut", "reconnect", "invalid"]
"""What may happen to a dispatch: it never comes; it comes after later ones; it comes twice; the connection is closed
before it, so that it waits for the resume; the bot is told to reconnect before it; its session is invalid, and the
dispatch is lost with it."""


@dataclass
class Weather:
    """One ordered trouble: it meets the `nth` dispatch of an event."""

    event: str
    nth: int
    trouble: Trouble


@dataclass
class Session:
    """One gateway session: what was dispatched to it, and the socket that receives it now."""

    id: str
    shard: tuple[int, int]
    intents: int
    log: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))
    last: int = 0
    socket: Socket | None = None
    replayable: str | None = None

    def push(self, event: str, data: Any) -> str:
        """Number a dispatch, remember it, and send it when a socket is there; give it as it goes over the wire."""
        self.last += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.last, "d": data}, ensure_ascii=False)
        if event not in ("READY", "RESUMED"):
            self.log.append((self.last, text))
            self.replayable = text
        if self.socket is not None:
            self.socket.outgoing.put_nowait(text)
        return text


class Socket:
    """One websocket connection, compressed as its client asked for."""

    def __init__(self, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self.socket = socket
        self.outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self._zlib = zlib.compressobj() if compress else None
        self.session: Session | None = None

    def send(self, op: int, data: Any) -> None:
        """Queue a payload that is not a dispatch."""
        self.outgoing.put_nowait(json.dumps({"op": op, "t": None, "s": None, "d": data}))

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while (text := await self.outgoing.get()) is not None:
            with suppress(ConnectionError):
                if self._zlib is None:
                    await self.socket.send_str(text)
                else:
                    # One compressor for the whole connection; the flush marks where a payload ends.
                    packed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)

    async def close(self, code: int) -> None:
        """End the connection with a close code; what is still queued is not sent."""
        self.leave()
        with suppress(ConnectionError):
            await self.socket.close(code=code)

    def leave(self) -> None:
        """Stop being the socket of a session: from now on its dispatches wait for a resume."""
        if self.session is not None and self.session.socket is self:
            self.session.socket = None


class Gateway:
    """All sessions of the bot."""

    def __init__(self, double: LoopbackDiscord) -> None:
        self._double = double
        self._numbers = itertools.count(1)
        self.sessions: dict[str, Session] = {}
        self.sockets: set[Socket] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self.identifies: list[tuple[float, int]] = []
        """When (seconds of the monotonic clock) and for which shard the bot identified."""
        self.identify_spacing = 0.0
        """Seconds that must lie between two identifies of a bucket; Discord asks for 5, a rehearsal for none."""
        self.acknowledges = True
        """Whether heartbeats are answered; a bot that is not answered must reconnect."""
        self.weather: list[Weather] = []
        """Troubles that nobody has met yet."""
        self._dispatched: dict[str, int] = {}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket from HELLO to its end."""
        response = web.WebSocketResponse(max_msg_size=0, autoping=True, compress=False, timeout=CLOSE_SECONDS)
        await response.prepare(request)
        socket = Socket(response, compress=request.query.get("compress") == "zlib-stream")
        self.sockets.add(socket)
        writer = asyncio.create_task(socket.write())
        socket.send(HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})
        try:
            async for frame in response:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(socket, json.loads(frame.data))
        finally:
            socket.leave()
            self.sockets.discard(socket)
            socket.outgoing.put_nowait(None)
            await writer
        return response

    async def _receive(self, socket: Socket, payload: Json) -> None:
        op: int = payload["op"]
        data: Any = payload.get("d")
        if op == HEARTBEAT:
            if self.acknowledges:
                socket.send(ACK, None)
        elif op == IDENTIFY:
            await self._identify(socket, data)
        elif op == RESUME:
            await self._resume(socket, data)
        elif op == REQUEST_MEMBERS:
            self._chunk(socket, data)
        elif op != PRESENCE:
            await socket.close(4001)

    async def _identify(self, socket: Socket, data: Json) -> None:
        if data["token"] != self._double.token or self._double.revoked:
            return await socket.close(4004)
        if data["intents"] & intents.PRIVILEGED & ~self._double.privileged:
            return await socket.close(4014)
        shard = tuple(data.get("shard", (0, 1)))
        if not 0 <= shard[0] < shard[1]:
            return await socket.close(4010)
        moment = time.monotonic()
        if self.identifies and moment - self.identifies[-1][0] < self.identify_spacing:
            socket.send(INVALID_SESSION, False)
            return None
        self.identifies.append((moment, shard[0]))
        # A session whose process died will never be resumed; a newer one of its shard takes its place.
        for old in [each for each in self.sessions.values() if each.socket is None and each.shard == shard]:
            del self.sessions[old.id]
        session = Session(f"session-{next(self._numbers)}", (shard[0], shard[1]), data["intents"])
        session.socket = socket
        socket.session = session
        self.sessions[session.id] = session
        self._welcome(session)
        return None

    def _welcome(self, session: Session) -> None:
        double, state = self._double, self._double.state
        mine = [each for each in state.guilds.values() if double.bot_id in each.members and _of_shard(session, each.id)]
        ready: Json = {
            "v": 10, "user": payloads.own_user(state.users[double.bot_id]),
            "guilds": [{"id": each.id, "unavailable": True} for each in mine], "session_id": session.id,
            "resume_gateway_url": double.gateway_url, "shard": list(session.shard),
            "application": {"id": double.application_id, "flags": 0, "flags_new": "0"},
        }  # fmt: skip
        self._push(session, "READY", ready)
        everybody = bool(session.intents & intents.GUILD_MEMBERS)
        for guild in mine:
            self._push(session, "GUILD_CREATE", self.guild_create(guild, everybody=everybody))

    def guild_create(self, guild: Any, *, everybody: bool) -> Json:
        """Shape GUILD_CREATE with the threads that the bot can see."""
        state = self._double.state
        data = payloads.guild_create(state, guild, everybody=everybody)
        data["threads"] = [
            each for each in data["threads"]
            if access.visible_to(state, state.channels[each["id"]], self._double.bot_id)
        ]  # fmt: skip
        return data

    async def _resume(self, socket: Socket, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if data["token"] != self._double.token or self._double.revoked:
            return await socket.close(4004)
        if session is None or (session.log and data["seq"] < session.log[0][0] - 1):
            socket.send(INVALID_SESSION, False)
            return None
        # The newer connection takes the session over: two sockets must never both receive a dispatch.
        former, session.socket, socket.session = session.socket, None, session
        if former is not None and former is not socket:
            self._close_later(former)
        for number, text in session.log:
            if number > data["seq"]:
                socket.outgoing.put_nowait(text)
        session.socket = socket
        self._push(session, "RESUMED", {"_trace": []})
        return None

    def _chunk(self, socket: Socket, data: Json) -> None:
        session, guild = socket.session, self._double.state.guilds.get(str(data["guild_id"]))
        if session is None or guild is None:
            return
        wanted = data.get("user_ids")
        ids = [str(each) for each in (wanted if isinstance(wanted, list) else [wanted])] if wanted else None
        if ids is None:
            start = (data.get("query") or "").casefold()
            found = [m for m in guild.members.values() if m["user"]["username"].casefold().startswith(start)]
            found = found[: data.get("limit") or len(found)]
        else:
            found = [guild.members[each] for each in ids if each in guild.members]
        chunk: Json = {
            "guild_id": guild.id, "members": found, "chunk_index": 0, "chunk_count": 1,
            "not_found": [each for each in ids or [] if each not in guild.members],
        }  # fmt: skip
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        self._push(session, "GUILD_MEMBERS_CHUNK", chunk)

    def publish(
        self, event: str, data: Json, *, guild_id: str | None, channel: Entity | None = None, about: str | None = None
    ) -> None:
        """Dispatch an event to the sessions that may have it: right shard, right intent, channel visible to the bot."""
        double, in_guild = self._double, guild_id is not None
        about_bot = about == double.bot_id
        if channel is not None and event != "INTERACTION_CREATE":
            hidden = not access.visible_to(double.state, channel, double.bot_id)
            if hidden and (event.startswith("MESSAGE_") or channel["type"] in THREADS):
                return
        trouble = self._trouble(event)
        for session in list(self.sessions.values()):
            # Direct messages belong to shard 0.
            right = _of_shard(session, guild_id) if guild_id else session.shard[0] == 0
            if right and intents.lets_through(session.intents, event, in_guild=in_guild, about_bot=about_bot):
                self._push_through(session, event, data, trouble)

    def _trouble(self, event: str) -> Trouble | None:
        """What happens to this dispatch, once."""
        number = self._dispatched[event] = self._dispatched.get(event, 0) + 1
        met = next((each for each in self.weather if each.event == event and each.nth <= number), None)
        if met is None:
            return None
        self.weather.remove(met)
        return met.trouble

    def _push_through(self, session: Session, event: str, data: Any, trouble: Trouble | None) -> None:
        """Dispatch to one session, through whatever trouble there is."""
        socket = session.socket
        if trouble == "lost":
            return
        if trouble == "late":
            asyncio.get_running_loop().call_later(LATE_SECONDS, self._push, session, event, data)
            return
        if trouble == "invalid" and socket is not None:
            self._invalidate(socket, resumable=False)
            return
        if trouble == "cut" and socket is not None:
            socket.leave()
            self._close_later(socket)
        elif trouble == "reconnect" and socket is not None:
            socket.send(RECONNECT, None)
        self._push(session, event, data)
        if trouble == "twice" and socket is not None and session.replayable is not None:
            socket.outgoing.put_nowait(session.replayable)

    def _close_later(self, socket: Socket) -> None:
        """Close a connection in the background: a peer that died answers no closing handshake."""
        closing = asyncio.create_task(socket.close(4000))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _push(self, session: Session, event: str, data: Any) -> None:
        self._double.check_dispatch(event, data)
        self._double.recent.append(session.push(event, data))

    async def drop(self, code: int) -> None:
        """Close every connection with a code; the sessions stay and can be resumed."""
        await asyncio.gather(*(socket.close(code) for socket in self.sockets), *self._closing)

    def order_reconnect(self) -> None:
        """Tell every connection to reconnect and resume (op 7)."""
        for socket in self.sockets:
            socket.send(RECONNECT, None)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every connection that its session is invalid (op 9); one that is not resumable is forgotten."""
        for socket in self.sockets:
            self._invalidate(socket, resumable=resumable)

    def _invalidate(self, socket: Socket, *, resumable: bool) -> None:
        socket.send(INVALID_SESSION, resumable)
        if not resumable and socket.session is not None:
            self.sessions.pop(socket.session.id, None)
            socket.leave()

    def replay_last(self) -> None:
        """Send every session its last dispatch once more, with the same number."""
        for session in self.sessions.values():
            if session.socket is not None and session.replayable is not None:
                session.socket.outgoing.put_nowait(session.replayable)

    @property
    def connected(self) -> bool:
        """Whether any session has a socket."""
        return any(session.socket is not None for session in self.sessions.values())


def _of_shard(session: Session, guild_id: str) -> bool:
    number, count = session.shard
    return (int(guild_id) >> 22) % count == number
