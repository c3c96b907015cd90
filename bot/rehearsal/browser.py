"""A member's browser, as far as linking an account takes one: cookies, one button, and wherever that leads."""

from __future__ import annotations

import html
import re

import aiohttp
from yarl import URL

from bot.rehearsal.providers.listeners import as_member

HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


async def log_in(ticket: str, account: str) -> str:
    """Open a start page of ours, agree at the service as an account, come back; gives the last page's heading."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(URL(ticket, encoded=True)) as start:
            start.raise_for_status()
        async with browser.post(URL(ticket, encoded=True), allow_redirects=False) as pressed:
            leads_to = pressed.headers["Location"]
        async with browser.get(URL(as_member(leads_to, account), encoded=True)) as told:
            heading = HEADING.search(await told.text())
    return html.unescape(heading[1]) if heading else ""
