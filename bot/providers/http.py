"""HTTP for every source that is asked asynchronously: one session, and one meaning for whatever comes back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import Unavailable, Why
from bot.domain.ports import Fetched
from bot.providers.answers import Answer, judge, read_json, redact
from bot.providers.guard import AddressRefused, NowherePublic, PublicResolver, check_address
from bot.providers.manners import Visit

T = TypeVar("T")

JSON_LIMIT = 8_000_000
"""Bytes of an answer in JSON; the first 25 releases of an album with all their tracks take half a megabyte."""
CHUNK = 64 * 1024
CONNECT_SECONDS = 5.0
FETCH_SECONDS = 10.0
REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})
CONNECTIONS_A_HOST = 8


class Http:
    """The session of this process, opened at first use and closed in order; it reaches public addresses alone.

    Fulfils `Web`.

    `contact` is how a service's operator reaches whoever runs this bot. `secrets` are struck out of every detail.
    `loopback` is for rehearsals: then this machine's own addresses are all that may be asked.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        secrets: Iterable[str] = (),
        clock: Clock | None = None,
        loopback: bool = False,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.user_agent = user_agent(contact)
        self.clock = clock or SystemClock()
        self._secrets = tuple(secrets)
        self._loopback = loopback
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close every connection; a call after that opens a new session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # Services

    async def get_json(
        self,
        visit: Visit,
        url: str,
        read: Callable[[Any], T],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        judged: Callable[[Answer], bool] | None = None,
    ) -> T | None:
        """What `read` makes of a service's answer in JSON; None where the service says that there is nothing.

        With a `form` it is posted, and no redirect is followed. `judged` says in place of the usual judge whether an
        answer holds something to read. `read` may raise `Unavailable` itself; a `KeyError`, `TypeError`, `ValueError`,
        `AttributeError` or `IndexError` of it means that the answer has another shape than it should. Redirects lead to
        the same host only. Raises `Unavailable`.
        """
        source = visit.gate.source

        async def work() -> T | None:
            hosts = (urlsplit(url).hostname or "",)
            if form is None:
                answer = await self._get(source, url, params, headers, hosts=hosts)
            else:
                answer = await self._ask_once(source, url, params, headers, JSON_LIMIT, hosts=hosts, form=form)
            if not (judge(source, answer, self.clock.now()) if judged is None else judged(answer)):
                return None
            body = read_json(source, answer)
            try:
                return read(body)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                detail = f"{answer.place} has another shape: {type(error).__name__} {error}"
                raise Unavailable(source, Why.GARBLED, None, self._clean(detail)) from None

        return await visit.ask(work)

    async def is_there(self, visit: Visit, url: str) -> bool:
        """Whether something stands at a service's address; a redirect counts as yes and is not followed."""
        source = visit.gate.source

        async def work() -> bool:
            answer = await self._ask_once(source, url, None, None, JSON_LIMIT, method="HEAD")
            return answer.status in MOVED or judge(source, answer, self.clock.now())

        return await visit.ask(work)

    # The open web

    async def fetch(
        self,
        url: str,
        *,
        limit_bytes: int,
        hosts: Collection[str] | None = None,
        seconds: float = FETCH_SECONDS,
        accept: str = "*/*",
    ) -> Fetched | None:
        """What an address of the open web answers, redirects followed step by step; None where nothing is.

        `hosts` narrows where it may lead: names, or `.name` for a name and everything below it. Raises `Unavailable`:
        REFUSED for an address that may not be asked, GARBLED for more than `limit_bytes`, SLOW after `seconds` for all
        of it, else as services do.
        """
        source = urlsplit(url).hostname or ""
        try:
            async with asyncio.timeout(seconds):
                answer = await self._get(
                    source, url, None, {"Accept": accept, "Accept-Encoding": "identity"}, hosts=hosts, limit=limit_bytes
                )
        except TimeoutError:
            raise Unavailable(source, Why.SLOW, None, f"{source} took longer than {seconds:.0f} s") from None
        if not judge(source, answer, self.clock.now()):
            return None
        return Fetched(answer.url, _plain_type(answer.headers.get("Content-Type", "")), answer.body)

    async def next_address(self, url: str, *, hosts: Collection[str], seconds: float = CONNECT_SECONDS) -> str | None:
        """Where an address of one of the `hosts` redirects to, without asking there; None if nowhere.

        Raises `Unavailable` as `fetch` does.
        """
        source = urlsplit(url).hostname or ""
        try:
            async with asyncio.timeout(seconds):
                answer = await self._ask_once(source, url, None, None, 0, hosts=hosts)
        except TimeoutError:
            raise Unavailable(source, Why.SLOW, None, f"{source} took longer than {seconds:.0f} s") from None
        if answer.status in MOVED:
            return _leads_to(answer)
        judge(source, answer, self.clock.now())
        return None

    # Inside

    async def _get(
        self,
        source: str,
        url: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        *,
        hosts: Collection[str] | None,
        limit: int = JSON_LIMIT,
    ) -> Answer:
        """An answer that is no redirect; each step of the way is checked as the first one is."""
        for _ in range(REDIRECTS + 1):
            answer = await self._ask_once(source, url, params, headers, limit, hosts=hosts)
            target = _leads_to(answer) if answer.status in MOVED else None
            if target is None:
                return answer
            url, params = target, None
        raise Unavailable(source, Why.REFUSED, None, f"{urlsplit(url).hostname} leads on and on")

    async def _ask_once(
        self,
        source: str,
        url: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        limit: int,
        *,
        hosts: Collection[str] | None = None,
        method: str = "GET",
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request without redirects, posted where there is a form; raises `Unavailable`: REFUSED, DOWN, GARBLED."""
        place = urlsplit(url).hostname or "an address"
        try:
            address = check_address(url, hosts, loopback=self._loopback)
            if params:
                address = address.update_query({name: str(value) for name, value in params.items()})
            asking = self._opened().request(
                method if form is None else "POST", address, headers=headers, data=form, allow_redirects=False
            )
            async with asking as response:
                body = await _read(response, 0 if response.status in MOVED else limit)
                return Answer(response.status, response.headers, body, url)
        except AddressRefused as refused:
            raise Unavailable(source, Why.REFUSED, None, self._clean(str(refused))) from None
        except TooMuch:
            raise Unavailable(source, Why.GARBLED, None, f"{place}: more than {limit} bytes") from None
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, NowherePublic):
                raise Unavailable(source, Why.REFUSED, None, f"{place} has no public address") from None
            raise Unavailable(source, Why.DOWN, None, f"{place} is not found") from None
        except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError):
            raise Unavailable(source, Why.GARBLED, None, f"{place}: cut off, or no HTTP") from None
        except (aiohttp.InvalidURL, ValueError):
            raise Unavailable(source, Why.REFUSED, None, f"{place}: it is no address") from None
        except (aiohttp.ClientError, OSError) as error:
            why = Why.SLOW if isinstance(error, TimeoutError) else Why.DOWN
            raise Unavailable(source, why, None, self._clean(f"{place}: {type(error).__name__}")) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=PublicResolver(self._resolver),
                    use_dns_cache=False,  # what was checked is what is connected to
                    limit_per_host=CONNECTIONS_A_HOST,
                ),
                headers={"User-Agent": self.user_agent},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            )
        return self._session

    def _clean(self, text: str) -> str:
        return redact(text, self._secrets)


class TooMuch(Exception):  # noqa: N818 - what it is
    """A body longer than it may be."""


def user_agent(contact: str = "") -> str:
    """Who asks, as MusicBrainz wants to know it: the project with its version, and how to reach its operator."""
    # What an operator typed must not break out of the header.
    contact = re.sub(r"[^\x21-\x7e]+", " ", contact).strip()
    return f"Longplay/{version('longplay')} ( {contact or 'a self-hosted Discord bot'} )"


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, of at most `limit` bytes as decoded; none at all for a limit of 0. Raises `TooMuch`."""
    if limit == 0:
        return b""
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > limit:
            raise TooMuch
    return bytes(body)


def _leads_to(answer: Answer) -> str | None:
    location = answer.headers.get("Location")
    return urljoin(answer.url, location) if location else None


def _plain_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
