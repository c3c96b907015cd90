"""Everything that is stored, for the rehearsals that hold one run of a week against another."""

from __future__ import annotations

from typing import Any

from bot.services.tools import Tools
from db.queries import rows


async def rows_of(tools: Tools, *tables: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of some tables, by the table's name."""
    async with tools.database.reading() as session:
        return await rows.rows_by_table(session, *tables)


async def everything(tools: Tools) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, by the table's name."""
    async with tools.database.reading() as session:
        return await rows.rows_by_table(session)
