"""Services that tell what music is, as they are on good and on bad days."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.taste.facts import Of, Teller, Told
from bot.services.taste import learning
from bot.services.tools import Tools
from db.session import Database
from tests.factories.people import MovableClock


class HeldFacts:
    """Fulfils `FactSource`: tells the tags it is given, and remembers who was asked about."""

    def __init__(self, teller: Teller, tags: Mapping[str, str] | None = None, **more: object) -> None:
        self.teller = teller
        self.tags = dict(tags or {})
        """Of an artist by name: tags, the strongest first, between commas."""
        self.more = more
        self.asked: list[str] = []
        self.begun = asyncio.Event()
        """Set when somebody asks."""
        self.trouble: Exception | None = None
        self.gate: asyncio.Event | None = None
        """Where there is one, no answer comes before it is set."""

    async def fetch_facts(self, of: Of, artist: str, title: str = "") -> Told:
        self.asked.append(f"{artist}: {title}" if title else artist)
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        words = self.tags.get(self.asked[-1], "")
        tags = tuple((tag.strip(), 100.0 / place) for place, tag in enumerate(words.split(","), start=1) if tag.strip())
        return Told(self.teller, tags, found=bool(tags), **(self.more if tags else {}))  # type: ignore[arg-type]


def tools_that_learn(database: Database, *sources: HeldFacts) -> Tools:
    """Tools with these sources of facts, and a clock that a test moves."""
    return replace(Tools(database, MovableClock()), fact_sources=sources)


async def learn_all(tools: Tools) -> int:
    """Ask until nobody is due; about how many that was."""
    learnt = 0
    while some := await learning.learn(tools):
        learnt += some
    return learnt


def later(tools: Tools, by: timedelta) -> datetime:
    """Time passes; what it is then."""
    assert isinstance(tools.clock, MovableClock)
    return tools.clock.move(by)
