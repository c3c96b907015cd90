"""Where we stand with the services of the world, read and kept under a row lock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.errors import Why
from bot.domain.manners import Standing
from db.session import Reading, Writing
from db.tables.providers import ProviderLimit


async def lock_standing(session: Writing, source: str) -> Standing | None:
    """Where we stand with a service, locked until the transaction ends; None for one that was never asked."""
    row = await session.execute(_select().where(ProviderLimit.source == source).with_for_update())
    found = row.one_or_none()
    return None if found is None else _standing(found[1:])


async def add_standing(session: Writing, source: str, standing: Standing) -> None:
    """Begin with a service; nothing happens where another process has begun already."""
    await session.execute(
        insert(ProviderLimit)
        .values(source=source, **_values(standing))
        .on_conflict_do_nothing(index_elements=["source"])
    )


async def keep_standing(session: Writing, source: str, standing: Standing) -> None:
    """Keep where we stand with a service now; its row is locked by this transaction."""
    await session.execute(update(ProviderLimit).where(ProviderLimit.source == source).values(**_values(standing)))


async def standings(session: Reading) -> dict[str, Standing]:
    """Where we stand with each service that was ever asked, by its name."""
    rows = await session.execute(_select().order_by(ProviderLimit.source))
    return {row[0]: _standing(row[1:]) for row in rows}


def _select() -> Any:
    limit = ProviderLimit
    return select(
        limit.source,
        limit.tokens,
        limit.refilled_at,
        limit.blocked_until,
        limit.blocked_why,
        limit.failures,
        limit.probing_until,
    )


def _standing(row: Any) -> Standing:
    tokens, refilled_at, blocked_until, why, failures, probing_until = row
    return Standing(tokens, refilled_at, blocked_until, None if why is None else Why(why), failures, probing_until)


def _values(standing: Standing) -> dict[str, Any]:
    return {
        "tokens": standing.tokens,
        "refilled_at": standing.refilled_at,
        "blocked_until": standing.blocked_until,
        "blocked_why": None if standing.blocked_why is None else standing.blocked_why.value,
        "failures": standing.failures,
        "probing_until": standing.probing_until,
    }
