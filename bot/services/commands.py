"""Which commands Discord was last told of."""

from __future__ import annotations

from datetime import datetime

from bot.services.tools import Tools
from db.queries import commands as queries


async def known_digest(tools: Tools, *, scope: str) -> str | None:
    """The digest of the commands Discord has in this scope; None when it was told of none."""
    async with tools.database.reading() as session:
        return await queries.digest_of(session, scope)


async def keep_digest(tools: Tools, *, scope: str, digest: str, now: datetime) -> None:
    """Discord was told of these commands."""
    async with tools.database.writing() as session:
        await queries.keep_digest(session, scope, digest, now)
