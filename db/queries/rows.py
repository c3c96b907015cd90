"""Every row there is, as plain values: for whoever compares two databases as a whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.base import Base

Row = dict[str, Any]


async def rows_by_table(session: AsyncSession, *names: str) -> dict[str, list[Row]]:
    """All rows of the tables named, else of all, by the table's name, each table in the order of its key."""
    found: dict[str, list[Row]] = {}
    for table in Base.metadata.tables.values():
        if names and table.name not in names:
            continue
        rows = await session.execute(select(table).order_by(*table.primary_key.columns))
        found[table.name] = [dict(row) for row in rows.mappings()]
    return found
