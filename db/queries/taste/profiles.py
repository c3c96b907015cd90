"""Members' tastes as sums tell them: histograms, and what weighs most."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.taste.facts import Fact, Of
from bot.domain.taste.scopes import Scope
from db.queries.listening.plays import driver

HISTOGRAMS = """
SELECT user_id, value, weight::float8 FROM taste_shares
WHERE user_id = ANY($1::uuid[]) AND scope = $2 AND kind = $3 AND weight > 0
ORDER BY user_id, weight DESC, value
"""
WEIGHTS = """
SELECT user_id, subject_id, plays, weight::float8 FROM taste_weights
WHERE user_id = ANY($1::uuid[]) AND scope = $2 AND kind = $3
"""
CHANGES = "SELECT user_id, changes FROM taste_states WHERE user_id = ANY($1::uuid[])"


async def histograms(
    session: AsyncSession, users: Collection[UUID], *, scope: Scope = Scope.ALL, fact: Fact = Fact.GENRE
) -> dict[UUID, dict[str, float]]:
    """Each member's histogram of genres, countries or decades as shares of 1, the strongest first.

    Only members of whom something is known. In `Scope.ALL` what was heard lately weighs more
    (`bot.domain.taste.scopes`). Visibility is the caller's to judge.
    """
    raw = await driver(session)
    found: dict[UUID, dict[str, float]] = {}
    for user_id, value, weight in await raw.fetch(HISTOGRAMS, list(users), scope.value, fact.value):
        found.setdefault(user_id, {})[value] = weight
    for lines in found.values():
        total = sum(lines.values())
        for value in lines:
            lines[value] /= total
    return found


async def weights(
    session: AsyncSession, users: Collection[UUID], *, scope: Scope = Scope.ALL, of: Of = Of.ARTIST
) -> dict[UUID, dict[UUID, tuple[int, float]]]:
    """How often members heard artists (or albums) in a scope, and how much each weighs, lately heard and rated more.

    Weights compare inside one scope, also between members; they have no unit.
    """
    raw = await driver(session)
    found: dict[UUID, dict[UUID, tuple[int, float]]] = {}
    for user_id, subject_id, plays, weight in await raw.fetch(WEIGHTS, list(users), scope.value, of.value):
        found.setdefault(user_id, {})[subject_id] = (plays, weight)
    return found


async def changes_of(session: AsyncSession, users: Collection[UUID]) -> dict[UUID, int]:
    """A number for each member that grows whenever their sums change: what was derived at another one is stale."""
    raw = await driver(session)
    return {row[0]: row[1] for row in await raw.fetch(CHANGES, list(users))}
