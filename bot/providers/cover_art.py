"""The Cover Art Archive: whether a release group has a front cover, and at which address.

<https://musicbrainz.org/doc/Cover_Art_Archive/API>: 307 to a file at archive.org, 404 where there is none.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.domain.errors import Unavailable
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.http import Http
from bot.providers.manners import FOR_PEOPLE, Gate, Patience

log = logging.getLogger(__name__)

ADDRESS = "https://coverartarchive.org"
PACE = Pace(10, timedelta(seconds=5), reserved=2)
"""No limit is published; this is far more than a club needs."""
SIDE = 500
"""Pixels; the archive keeps 250, 500 and 1200."""


class CoverArt:
    """Front covers by release group."""

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = FOR_PEOPLE,
    ) -> None:
        self._http = http
        self._address = address
        self._gate = Gate("coverartarchive", pace, manners, http.clock, patience)

    async def front_of(self, group: str) -> str | None:
        """The address of a release group's front cover, by the group's id; None where there is none.

        None too where the archive does not answer: an album without its cover is better than none. The address is the
        archive's own, wherever it was asked.
        """
        front = f"release-group/{group}/front-{SIDE}"
        try:
            there = await self._http.is_there(self._gate.visit(), f"{self._address}/{front}")
            return f"{ADDRESS}/{front}" if there else None
        except Unavailable as failure:
            log.info("no cover of %s: %s", group, failure.detail or failure.why)
            return None
