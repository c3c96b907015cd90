"""A member's browser: it keeps cookies, follows redirects when it is told to, and reads pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from types import TracebackType

import aiohttp
from yarl import URL


@dataclass(frozen=True)
class Page:
    """What the browser shows."""

    status: int
    text: str
    source: str
    headers: dict[str, str]
    location: str

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.source, re.DOTALL)
        return html.unescape(found[1]) if found else ""


@dataclass
class Browser:
    """One browser, with its own cookies."""

    session: aiohttp.ClientSession = field(
        default_factory=lambda: aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    )
    keeps_cookies: bool = True

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def open(self, address: str, *, method: str = "GET") -> Page:
        """A page, without following where it leads."""
        if not self.keeps_cookies:
            self.session.cookie_jar.clear()
        asked = self.session.request(method, URL(address, encoded=True), allow_redirects=False)
        async with asked as answer:
            source = await answer.text()
            text = re.sub(
                r"\s+", " ", html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", source, flags=re.DOTALL))
            )
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Page(answer.status, text, source, headers, headers.get("location", ""))

    async def go_on(self, address: str) -> str:
        """Open a start page and press its button; where that leads."""
        page = await self.open(address)
        assert page.status == 200, page.text
        assert '<form method="post">' in page.source, "the form leads back to the page itself"
        pressed = await self.open(address, method="POST")
        assert pressed.status == 303, pressed.text
        return pressed.location

    @property
    def cookies(self) -> list[str]:
        return [cookie.value for cookie in self.session.cookie_jar]
