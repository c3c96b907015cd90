"""Short links: opened step by step, at the services that make them alone, until one leads elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.domain.catalog import Link
from bot.domain.catalog.links import SHORT_HOSTS
from bot.domain.errors import Unavailable, Why
from bot.domain.ports import Web

STEPS = 4
"""A short link that leads to a short link is usual; more than this is a game."""


class ShortLinks:
    """Fulfils `LinkReader`. With `address` every short link is asked there instead, below its own host and path."""

    def __init__(self, web: Web, *, address: str = "") -> None:
        self._web = web
        self._address = address

    async def follow(self, link: Link) -> str | None:
        """The address that a short link leads to; None when it leads nowhere or where nobody may look."""
        url = link.url
        for _ in range(STEPS):
            if not _is_short(url):
                return url
            try:
                leads_to = await self._web.next_address(self._asked(url), hosts=SHORT_HOSTS)
            except Unavailable as failure:
                if failure.why is Why.REFUSED:
                    return None
                raise
            if leads_to is None:
                return None
            url = leads_to
        return None if _is_short(url) else url

    def _asked(self, url: str) -> str:
        parts = urlsplit(url)
        return f"{self._address}/{parts.hostname}{parts.path}" if self._address else url


def _is_short(url: str) -> bool:
    try:
        return urlsplit(url).hostname in SHORT_HOSTS
    except ValueError:
        return False
