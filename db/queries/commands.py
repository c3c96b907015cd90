"""Which commands Discord was last told of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.outbox import CommandSync


async def digest_of(session: AsyncSession, scope: str) -> str | None:
    """The digest last told in a scope."""
    return await session.scalar(select(CommandSync.digest).where(CommandSync.scope == scope))


async def keep_digest(session: AsyncSession, scope: str, digest: str, now: datetime) -> None:
    """A digest was told in a scope."""
    values = {"digest": digest, "synced_at": now}
    await session.execute(
        insert(CommandSync).values(scope=scope, **values).on_conflict_do_update(index_elements=["scope"], set_=values)
    )
