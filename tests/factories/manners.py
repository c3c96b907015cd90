"""Manners without a database: everybody gets a turn at once, and what was told is remembered."""

from __future__ import annotations

from datetime import datetime

from bot.domain.errors import Why
from bot.domain.manners import Pace


class FreeManners:
    """Fulfils `Manners`; `turns` and `told` say what was asked and what came of it."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, Pace]] = []
        self.told: list[tuple[str, Why | None]] = []

    async def wait_turn(self, source: str, pace: Pace, *, within: float, interactive: bool = True) -> None:
        self.turns.append((source, pace))

    async def served(self, source: str) -> None:
        self.told.append((source, None))

    async def failed(self, source: str, why: Why, *, until: datetime | None = None) -> None:
        self.told.append((source, why))
