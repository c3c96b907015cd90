"""pylast, held: its requests are carried by a transport of ours, which judges every answer before pylast sees it.

pylast retries by itself, opens its own connections to one fixed address, and tells a service's error by a text; here
none of that comes about.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import Why
from bot.providers.answers import Answer
from bot.providers.http import Http
from bot.providers.libraries import CONNECT_SECONDS, ask_library, hush
from bot.providers.manners import Gate, Visit

if TYPE_CHECKING:
    from xml.dom.minidom import Document, Element

    import httpx2
    import pylast

T = TypeVar("T")

XML_LIMIT = 500_000
"""Bytes of an answer: a page of fifty albums takes an eighth of it, and pylast turns every byte into a tree twice."""
ERROR_CODE = re.compile(rb'<error\s+code="(\d{1,3})"|"error"\s*:\s*(\d{1,3})')
DOWN = frozenset({8, 11, 16})
BUSY = frozenset({29})


class Pylast:
    """Asks Last.fm by pylast; `judge` raises what an answer means, one that holds something passes."""

    def __init__(
        self,
        http: Http,
        gate: Gate,
        *,
        address: str,
        api_key: str,
        secret: str = "",
        judge: Callable[[Answer], None],
    ) -> None:
        self._http = http
        self._gate = gate
        self._address = address
        self._api_key = api_key
        self._secret = secret
        self._judge = judge
        hush("pylast", "httpx2", "httpcore2")

    async def ask(
        self,
        visit: Visit,
        ask: Callable[[pylast.LastFMNetwork], Any],
        read: Callable[[Any], T],
        *,
        session_key: str = "",
    ) -> T | None:
        """What `read` makes of what pylast brings; None where Last.fm says that there is nothing.

        With a member's session key every request is signed and made in their name. Raises `Unavailable`.
        """
        return await ask_library(
            visit, lambda: asyncio.to_thread(self._call, ask, visit.seconds_left, session_key), read
        )

    # In a thread

    def _call(self, ask: Callable[[pylast.LastFMNetwork], Any], seconds: float, session_key: str) -> Any:
        # Imported where it is needed, so that a start does not wait for it.
        import pylast

        network = pylast.LastFMNetwork(
            api_key=self._api_key,
            api_secret=self._secret,
            session_key=session_key,
            proxy={"https://": self._transport(seconds)},
        )
        met: Exception
        try:
            return ask(network)
        except pylast.NetworkError as error:
            met = error.underlying_error  # what the transport raised comes wrapped
        except (pylast.PyLastError, IndexError, AttributeError, RecursionError) as error:
            met = self._gate.unavailable(Why.GARBLED, type(error).__name__)
        # Raised here, where it does not carry pylast's error along: that names the network with its key.
        raise met

    def _transport(self, seconds: float) -> httpx2.BaseTransport:
        """Carries pylast's requests, wherever it means to send them, to the service's address, within some seconds."""
        import httpx2
        import pylast

        patience = httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)).as_dict()
        outer = self

        class Transport(httpx2.BaseTransport):
            """One request and its whole answer."""

            def __init__(self) -> None:
                self.inner = httpx2.HTTPTransport(verify=pylast.SSL_CONTEXT, trust_env=False)

            def handle_request(self, request: httpx2.Request) -> httpx2.Response:
                headers = {"User-Agent": outer._http.user_agent, "Content-Type": request.headers["Content-Type"]}
                sent = httpx2.Request(
                    "POST", outer._address, headers=headers, content=request.read(), extensions={"timeout": patience}
                )
                try:
                    response = self.inner.handle_request(sent)
                except httpx2.TimeoutException:
                    raise outer._gate.unavailable(Why.SLOW, "no answer in time") from None
                except httpx2.TransportError as error:
                    raise outer._gate.unavailable(Why.DOWN, type(error).__name__) from None
                body = outer._read(response)
                outer._judge(Answer(response.status_code, response.headers, body, outer._address))
                return httpx2.Response(200, content=body)

            def close(self) -> None:
                self.inner.close()

        return Transport()

    def _read(self, response: httpx2.Response) -> bytes:
        """The whole body, up to a limit."""
        import httpx2

        body = bytearray()
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > XML_LIMIT:
                    raise self._gate.unavailable(Why.GARBLED, f"more than {XML_LIMIT} bytes")
        except httpx2.TimeoutException:
            raise self._gate.unavailable(Why.SLOW, "no whole answer in time") from None
        except (httpx2.TransportError, httpx2.DecodingError):
            raise self._gate.unavailable(Why.GARBLED, "cut off") from None
        finally:
            response.close()
        return bytes(body)


def error_code(body: bytes) -> int | None:
    """The number of the error that an answer tells, whatever its status and whether in XML or JSON; None for none."""
    found = ERROR_CODE.search(body[:2_000])
    return int(found[1] or found[2]) if found is not None else None


def children(node: Document | Element, name: str) -> list[Element]:
    """The children of a node that have a name."""
    return [each for each in node.childNodes if each.nodeName == name]  # type: ignore[misc]


def text_in(node: Element, name: str) -> str:
    """The raw text of the first child of a name; empty where there is none."""
    for child in children(node, name):
        return "".join(each.data for each in child.childNodes if each.nodeType in (3, 4))  # type: ignore[union-attr]
    return ""
