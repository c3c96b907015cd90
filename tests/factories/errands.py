"""What a use left for Discord to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from db.session import Database
from db.tables.outbox import Errand


@dataclass(frozen=True)
class Waiting:
    kind: str
    ordinal: int
    payload: dict[str, Any]
    lane: str


async def errands_of(database: Database, kind: str | None = None) -> list[Waiting]:
    """Every recorded errand in the order of recording, of one kind or of all."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Errand.kind, Errand.ordinal, Errand.payload, Errand.lane).order_by(Errand.seq)
        )
        found = [Waiting(*row) for row in rows]
    return [errand for errand in found if kind is None or errand.kind == kind]
