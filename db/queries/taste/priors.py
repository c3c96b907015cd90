"""What services say members like: which accounts are asked next, and what they told."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.plays import Source
from db.session import driving

MISSING = """
SELECT account.user_id, account.provider FROM linked_accounts AS account
WHERE account.provider = ANY($1::text[]) AND account.standing NOT IN ('gone', 'revoked', 'ended')
  AND NOT EXISTS (SELECT FROM taste_priors AS prior
    WHERE prior.user_id = account.user_id AND prior.source = account.provider)
"""
ANY_DUE = f"""
SELECT EXISTS (SELECT FROM taste_priors WHERE due_at <= $2 AND source = ANY($1::text[])) OR EXISTS ({MISSING})
"""
BEGIN = f"""
INSERT INTO taste_priors (user_id, source, due_at)
SELECT user_id, provider, $2 FROM ({MISSING}) AS missing ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""
CLAIM = """
WITH due AS (
  SELECT user_id, source FROM taste_priors
  WHERE due_at <= $2 AND source = ANY($1::text[]) ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
)
UPDATE taste_priors AS prior SET due_at = $3 FROM due
WHERE prior.user_id = due.user_id AND prior.source = due.source RETURNING prior.user_id, prior.source
"""
TAKE_UP = """
UPDATE taste_priors SET due_at = $4 WHERE user_id = $1 AND source = $2 AND due_at = $3 RETURNING source
"""
BEGUN = text("SELECT 1")
"""Begins the transaction, to which what the driver is asked then belongs."""
HOLD = text("""
SELECT source FROM taste_priors WHERE user_id = :user_id AND source = :source AND due_at = :until FOR UPDATE
""")
KEEP = """
UPDATE taste_priors SET told = $3::jsonb, artists = $4::uuid[], told_at = $5, due_at = $6, why = ''
WHERE user_id = $1 AND source = $2
"""
PUT_OFF = """
UPDATE taste_priors SET due_at = $4, why = $5 WHERE user_id = $1 AND source = $2 AND due_at = $3 RETURNING source
"""
FORGET = text("DELETE FROM taste_priors WHERE user_id = :user_id AND source = :source RETURNING told_at")
TOLD = "SELECT source, told FROM taste_priors WHERE user_id = $1 AND told_at IS NOT NULL ORDER BY source"


@dataclass(frozen=True, slots=True)
class Claimed:
    """An account that somebody is about to ask what its member likes; `until` then it is theirs."""

    user_id: UUID
    source: Source
    until: datetime


async def any_due(session: AsyncSession, sources: Collection[Source], now: datetime) -> bool:
    """Whether an account is to be asked what its member likes."""
    raw = await driving(session)
    return bool(await raw.fetchval(ANY_DUE, [str(one) for one in sources], now))


async def claim(
    session: AsyncSession, sources: Collection[Source], *, now: datetime, until: datetime, most: int
) -> list[Claimed]:
    """Accounts that are due, and those that were linked since the last time; `until` then nobody else has them."""
    await session.execute(BEGUN)
    raw = await driving(session)
    names = [str(one) for one in sources]
    await raw.execute(BEGIN, names, now)
    return [Claimed(key, Source(name), until) for key, name in await raw.fetch(CLAIM, names, now, until, most)]


async def take_up(session: AsyncSession, claimed: Claimed, until: datetime) -> bool:
    """Begin with what was claimed; False where it is in other hands by now, or unlinked."""
    raw = await driving(session)
    return await raw.fetchval(TAKE_UP, claimed.user_id, str(claimed.source), claimed.until, until) is not None


async def keep(
    session: AsyncSession,
    claimed: Claimed,
    told: Mapping[str, Any],
    artists: Sequence[UUID],
    *,
    now: datetime,
    due: datetime,
) -> bool:
    """What a service says replaces what it said before; False where the account is in other hands, or unlinked."""
    asked = {"user_id": claimed.user_id, "source": str(claimed.source), "until": claimed.until}
    if await session.scalar(HOLD, asked) is None:
        return False
    raw = await driving(session)
    values = json.dumps(told, ensure_ascii=False)
    await raw.execute(KEEP, claimed.user_id, str(claimed.source), values, list(artists), now, due)
    return True


async def put_off(session: AsyncSession, claimed: Claimed, *, due: datetime, why: str) -> None:
    """It told nothing, and why; what it told before stays."""
    raw = await driving(session)
    await raw.execute(PUT_OFF, claimed.user_id, str(claimed.source), claimed.until, due, why)


async def forget(session: AsyncSession, user_id: UUID, source: Source) -> bool:
    """What a service said of a member goes; whether it had said anything."""
    return await session.scalar(FORGET, {"user_id": user_id, "source": str(source)}) is not None


async def told(session: AsyncSession, user_id: UUID) -> dict[str, Mapping[str, Any]]:
    """What services say a member likes, by service."""
    raw = await driving(session)
    return {source: values for source, values in await raw.fetch(TOLD, user_id)}  # noqa: C416 - rows are no pairs
