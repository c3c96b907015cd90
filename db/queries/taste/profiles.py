"""Members' tastes as sums tell them: histograms, and what weighs most."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.taste.facts import Fact, Of
from bot.domain.taste.scopes import Scope
from db.session import driving

HISTOGRAMS = """
SELECT user_id, value, weight::float8 FROM taste_shares
WHERE user_id = ANY($1::uuid[]) AND scope = $2 AND kind = $3 AND weight > 0
ORDER BY user_id, weight DESC, value
"""
WEIGHTS = """
SELECT user_id, subject_id, plays, weight::float8 FROM taste_weights
WHERE user_id = ANY($1::uuid[]) AND scope = $2 AND kind = $3
"""
KEPT = """
SELECT profile.profile, profile.as_of, state.stale, state.rules, state.zone
FROM taste_states AS state
LEFT JOIN taste_profiles AS profile ON profile.user_id = state.user_id AND profile.scope = $2
WHERE state.user_id = $1
"""
OTHERS = """
SELECT count(*) FROM club_listeners AS listener WHERE listener.club_id = $1 AND listener.user_id <> $2
  AND EXISTS (SELECT FROM artist_plays WHERE artist_plays.user_id = listener.user_id)
"""
KNOWN_TO_OTHERS = """
SELECT heard.weight::float8, (
  SELECT count(*) FROM artist_plays AS known JOIN club_listeners AS listener
    ON listener.club_id = $1 AND listener.user_id = known.user_id
  WHERE known.artist_id = heard.subject_id AND known.user_id <> $2
) FROM (
  SELECT subject_id, weight FROM taste_weights
  WHERE user_id = $2 AND scope = $3 AND kind = 'artist' ORDER BY weight DESC, subject_id LIMIT $4
) AS heard
"""
CHANGES = "SELECT user_id, changes FROM taste_states WHERE user_id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Kept:
    """A member's profile of a scope as it was last written down."""

    values: Mapping[str, Any] | None
    """As `bot.domain.taste.profile.packed` made them; none where it never was."""
    as_of: date | None
    """The day on which its window ends."""
    stale: bool
    rules: int
    zone: str
    """Whose hours and days those are: the member's own, else of the club they joined first."""


async def kept(session: AsyncSession, user_id: UUID, scope: Scope) -> Kept | None:
    """What is written down of a member's taste in a scope; none where nobody ever looked at it.

    Visibility is the caller's to judge.
    """
    row = await (await driving(session)).fetchrow(KEPT, user_id, scope.value)
    return None if row is None else Kept(*row)


async def known_to_others(
    session: AsyncSession, club_id: UUID, user_id: UUID, *, scope: Scope, most: int
) -> tuple[list[tuple[float, int]], int]:
    """A member's strongest artists: what each weighs, and how many others of the club heard it; and how many there are.

    Others are members who show the club what they hear, and have heard anything.
    """
    raw = await driving(session)
    others = int(await raw.fetchval(OTHERS, club_id, user_id))
    rows = await raw.fetch(KNOWN_TO_OTHERS, club_id, user_id, scope.value, most)
    return [(row[0], row[1]) for row in rows], others


async def histograms(
    session: AsyncSession, users: Collection[UUID], *, scope: Scope = Scope.ALL, fact: Fact = Fact.GENRE
) -> dict[UUID, dict[str, float]]:
    """Each member's histogram of genres, countries or decades as shares of 1, the strongest first.

    Only members of whom something is known. In `Scope.ALL` what was heard lately weighs more
    (`bot.domain.taste.scopes`). Visibility is the caller's to judge.
    """
    raw = await driving(session)
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
    raw = await driving(session)
    found: dict[UUID, dict[UUID, tuple[int, float]]] = {}
    for user_id, subject_id, plays, weight in await raw.fetch(WEIGHTS, list(users), scope.value, of.value):
        found.setdefault(user_id, {})[subject_id] = (plays, weight)
    return found


async def changes_of(session: AsyncSession, users: Collection[UUID]) -> dict[UUID, int]:
    """A number for each member that grows whenever their sums change: what was derived at another one is stale."""
    raw = await driving(session)
    return {row[0]: row[1] for row in await raw.fetch(CHANGES, list(users))}
