"""The web server: a start page for each walk to a service, and the pages on which it ends.

No script, nothing from elsewhere, nothing that a cache or the next page's owner may keep. No address is ever logged:
tickets, states and codes stand in them.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import math
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.domain.errors import Refusal, Unavailable
from bot.domain.listening.linking import TICKET_LIFE, TicketRefused
from bot.domain.listening.plays import Source
from bot.services.accounts import linking
from bot.services.tools import Tools
from bot.web import words
from bot.web.port import Port
from bot.web.uploading import UploadPages

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
CSS = (TEMPLATES / "page.css").read_text(encoding="utf-8")
CSS_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
NAME = "longplay"
"""How our pages say whose they are."""
PROBE_SECONDS = 3.0
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": NAME,
}
MOST_BYTES = 4_096
"""A form of ours has no fields at all."""
STOP_SECONDS = 3.0
TICKET = r"{ticket:[A-Za-z0-9_-]{43}}"
CALLBACK = r"{source:lastfm|spotify}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serves_pages(host: str, port: int) -> bool:
    """Whether a process of ours has that port already: with several on one machine one of them serves for all."""
    place = f"[{host}]" if ":" in host else host
    try:
        async with ClientSession(timeout=ClientTimeout(PROBE_SECONDS)) as session:
            async with session.get(f"http://{place}:{port}/", allow_redirects=False) as answer:
                return answer.headers.get("Server") == NAME
    except (ClientError, TimeoutError, OSError):
        return False


class WebServer:
    """Serves the pages of one process on one port."""

    def __init__(self, tools: Tools, *, host: str, port: int) -> None:
        self.tools = tools
        self._port = Port(host, port, stop_seconds=STOP_SECONDS)
        self._pages = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    @property
    def port(self) -> int:
        """The one that was asked for; once it was started, the one that is listened on."""
        return self._port.number

    async def start(self) -> None:
        """Listen; raises `OSError` where the port is taken or the host is none of this machine."""
        application = web.Application(client_max_size=MOST_BYTES, middlewares=[self._guarded])
        application.add_routes(
            [
                web.get(f"/link/{TICKET}", self._start_page),
                web.post(f"/link/{TICKET}", self._go_on),
                web.get(f"/callback/{CALLBACK}", self._come_back),
                *UploadPages(self).routes(),
            ]
        )
        await self._port.open(application)

    async def stop(self) -> None:
        """Finish the answers that are under way, and listen no more."""
        await self._port.close()

    # Pages

    async def _start_page(self, request: web.Request) -> web.StreamResponse:
        now = self.tools.clock.now()
        invited = await linking.invitation(self.tools, ticket=request.match_info["ticket"], now=now)
        response = self.page(
            "start.html",
            title=f"Link {words.service(invited.source)}",
            service=words.service(invited.source),
            name=invited.name,
            handle=invited.handle,
            reads=words.READS.get(invited.source, ()),
            does=words.DOES.get(invited.source, ()) if invited.wanted else (),
            never=(words.NEVER_MORE if invited.wanted else words.NEVER).get(invited.source, ""),
            minutes=max(1, math.ceil((invited.ends_at - now).total_seconds() / 60)),
            leads_to=invited.leads_to,
        )
        response.set_cookie(
            self._cookie,
            self._browser(request) or secrets.token_urlsafe(32),
            max_age=int(TICKET_LIFE.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def _go_on(self, request: web.Request) -> web.StreamResponse:
        address = await linking.go_on(
            self.tools,
            ticket=request.match_info["ticket"],
            browser=self._browser(request),
            now=self.tools.clock.now(),
        )
        return web.Response(status=303, headers={"Location": address})

    async def _come_back(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        linked = await linking.come_back(
            self.tools,
            source=Source(request.match_info["source"]),
            state=asked.get("state", ""),
            browser=self._browser(request),
            code=asked.get("code") or asked.get("token", ""),
            error=asked.get("error", ""),
            now=self.tools.clock.now(),
        )
        name = words.service(linked.source)
        log.info("a %s account was linked on its page", name)
        return self.page(
            "told.html",
            title="Linked again" if linked.again else "Linked",
            sentence=f"Your {name} account {linked.name} is linked.",
            advice=words.lacking(linked) or words.NEXT[linked.wanted],
            well=not linked.lacks,
            reference="",
        )

    # Inside

    @property
    def _is_secure(self) -> bool:
        return self.tools.listening.web_address.startswith("https://")

    @property
    def _cookie(self) -> str:
        """With this beginning a browser takes it from nobody but this very host, by https."""
        return "__Host-longplay" if self._is_secure else "longplay"

    def _browser(self, request: web.Request) -> str:
        """The word by which a browser is known; empty for one that brought none, or none of ours."""
        word = request.cookies.get(self._cookie, "")
        return word if linking.WORD.fullmatch(word) else ""

    def page(self, template: str, *, status: int = 200, leads_to: str = "", **values: Any) -> web.Response:
        """A page; its form may lead to ourselves and, from there, to `leads_to`."""
        text = self._pages.get_template(template).render(css=Markup(CSS), **values)
        response = web.Response(text=text, status=status, content_type="text/html")
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'sha256-{CSS_HASH}'; img-src data:; "
            f"form-action 'self'{f' {leads_to}' if leads_to else ''}; base-uri 'none'; frame-ancestors 'none'"
        )
        return response

    def _told(self, error: Refusal | Unavailable) -> web.Response:
        said = words.told(error)
        return self.page(
            "told.html",
            status=said.status,
            title=said.title,
            sentence=said.sentence,
            advice=said.advice,
            well=isinstance(error, TicketRefused) and error.reason == "denied",
            reference="",
        )

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Whatever goes wrong becomes a page with one clear sentence."""
        what = request.match_info.route.resource.canonical if request.match_info.route.resource else "an unknown page"
        try:
            response = await handler(request)
        except (Refusal, Unavailable) as error:
            log.info("%s %s: %s", request.method, what, _named(error))
            response = self._told(error)
        except web.HTTPException as error:
            log.info("%s %s: %s", request.method, what, error.status)
            response = self._told(TicketRefused("unknown"))
            response.set_status(error.status)
        except Exception as error:  # noqa: BLE001 - the outermost handler of a face
            response = self._went_wrong(f"{request.method} {what}", error)
        response.headers.update(HEADERS)
        return response

    def _went_wrong(self, what: str, error: Exception) -> web.Response:
        reference = secrets.token_hex(4)
        log.error("%s failed, reference %s", what, reference, exc_info=error)
        return self.page(
            "told.html",
            status=500,
            title="Something went wrong",
            sentence="Something went wrong on Longplay's side.",
            advice="Nothing was linked. Use /link on Discord once more; if it stays so, give your hosts the reference.",
            well=False,
            reference=reference,
        )


def _named(error: Refusal | Unavailable) -> str:
    return f"{type(error).__name__} {getattr(error, 'reason', '') or getattr(error, 'standing', '')}".strip()
