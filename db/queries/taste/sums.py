"""A member's sums: how far they are, what weighs, and the lines of the histograms.

Every question is bound to the rows that changed. Joins over the whole of a member's history are forbidden for the
transaction (`begin`), because its length must not matter.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.taste.facts import Of
from bot.domain.taste.scopes import Scope
from bot.domain.taste.sums import Key, Line, Weighed
from db.queries.taste.days import MARK_ALL
from db.session import driving

NARROW = (
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL statement_timeout = '120s'",
)

STATE = """
INSERT INTO taste_states AS state (user_id) VALUES ($1)
ON CONFLICT (user_id) DO UPDATE SET stale = state.stale
RETURNING as_of, zone, rules, changes
"""
ZONE = """
SELECT coalesce(person.zone, (
  SELECT club.zone FROM memberships AS membership JOIN clubs AS club ON club.id = membership.club_id
  WHERE membership.user_id = person.id AND membership.left_at IS NULL ORDER BY membership.joined_at, club.id LIMIT 1
), 'UTC') FROM users AS person WHERE person.id = $1
"""
FORGET = tuple(
    f"DELETE FROM {table} WHERE user_id = $1"
    for table in ("taste_weights", "taste_shares", "taste_days", "taste_stale_subjects", "taste_profiles")
)
WANT = """
INSERT INTO taste_subjects AS subject (kind, subject_id, plays)
SELECT kind, id, plays FROM unnest($1::text[], $2::uuid[], $3::int[]) AS wanted (kind, id, plays) ORDER BY kind, id
ON CONFLICT (kind, subject_id) DO UPDATE SET plays = greatest(subject.plays + excluded.plays, 0)
RETURNING kind, subject_id, rev
"""
"""They are held until the transaction ends: whoever describes them otherwise marks this member's sums stale."""
WEIGHED = """
SELECT stored.scope, stored.kind, stored.subject_id, stored.plays, stored.weight, stored.rev
FROM unnest($2::text[], $3::uuid[]) AS asked (kind, id)
CROSS JOIN unnest($4::text[]) AS of (scope)
CROSS JOIN LATERAL (
  SELECT scope, kind, subject_id, plays, weight, rev FROM taste_weights
  WHERE user_id = $1 AND scope = of.scope AND kind = asked.kind AND subject_id = asked.id OFFSET 0
) AS stored
"""
TRAITS = """
SELECT stored.kind, stored.subject_id, stored.rev, stored.fact, stored.value, stored.share
FROM unnest($1::text[], $2::uuid[], $3::int[]) AS asked (kind, id, rev)
CROSS JOIN LATERAL (
  SELECT kind, subject_id, rev, fact, value, share FROM taste_traits
  WHERE kind = asked.kind AND subject_id = asked.id AND rev = asked.rev OFFSET 0
) AS stored
"""
WEIGH = """
INSERT INTO taste_weights (user_id, scope, kind, subject_id, plays, weight, rev)
SELECT $1, scope, kind, id, plays, weight, rev
FROM unnest($2::text[], $3::text[], $4::uuid[], $5::int[], $6::numeric[], $7::int[])
  AS row (scope, kind, id, plays, weight, rev)
ON CONFLICT (user_id, scope, kind, subject_id)
DO UPDATE SET plays = excluded.plays, weight = excluded.weight, rev = excluded.rev
"""
UNWEIGH = """
DELETE FROM taste_weights AS stored USING unnest($2::text[], $3::text[], $4::uuid[]) AS gone (scope, kind, id)
WHERE stored.user_id = $1 AND stored.scope = gone.scope AND stored.kind = gone.kind AND stored.subject_id = gone.id
"""
ADD_LINES = """
INSERT INTO taste_shares AS share (user_id, scope, kind, value, weight)
SELECT $1, scope, kind, value, weight FROM unnest($2::text[], $3::text[], $4::text[], $5::numeric[])
  AS more (scope, kind, value, weight)
ON CONFLICT (user_id, scope, kind, value) DO UPDATE SET weight = share.weight + excluded.weight
"""
DROP_EMPTY = "DELETE FROM taste_shares WHERE user_id = $1 AND weight = 0"
LINES = "SELECT scope, kind, value, weight FROM taste_shares WHERE user_id = $1"
STRONGEST = """
SELECT stored.subject_id, stored.plays, stored.weight::float8, coalesce(artist.name, '')
FROM (
  SELECT subject_id, plays, weight FROM taste_weights
  WHERE user_id = $1 AND scope = $2 AND kind = 'artist' ORDER BY weight DESC, subject_id LIMIT $3
) AS stored LEFT JOIN artists AS artist ON artist.id = stored.subject_id
ORDER BY stored.weight DESC, stored.subject_id
"""
KEEP_PROFILES = """
INSERT INTO taste_profiles (user_id, scope, profile, plays, complete, as_of, refreshed_at)
SELECT $1, scope, profile::jsonb, plays, complete, $6, $7
FROM unnest($2::text[], $3::text[], $4::int[], $5::bool[]) AS row (scope, profile, plays, complete)
ON CONFLICT (user_id, scope) DO UPDATE SET profile = excluded.profile, plays = excluded.plays,
  complete = excluded.complete, as_of = excluded.as_of, refreshed_at = excluded.refreshed_at
"""
LEAVE = """
UPDATE taste_states SET as_of = $2, zone = $3, rules = $4, changes = changes + $5::int,
  refreshed_at = CASE WHEN left_over THEN NULL ELSE $6::timestamptz END, stale = left_over,
  claimed_until = CASE WHEN left_over THEN claimed_until END
FROM (SELECT EXISTS (SELECT FROM taste_stale_days WHERE user_id = $1)
  OR EXISTS (SELECT FROM taste_stale_subjects WHERE user_id = $1) AS left_over) AS rest
WHERE user_id = $1 RETURNING left_over
"""


@dataclass(frozen=True, slots=True)
class State:
    """How far a member's sums are."""

    as_of: date | None
    zone: str
    rules: int
    changes: int


async def begin(session: AsyncSession) -> None:
    """Narrow this transaction to questions that ask for single rows."""
    raw = await driving(session)
    await raw.execute("; ".join(NARROW))


async def state_of(session: AsyncSession, user_id: UUID) -> State:
    """A member's state, held until the transaction ends."""
    return State(*(await (await driving(session)).fetchrow(STATE, user_id)))


async def zone_of(session: AsyncSession, user_id: UUID) -> str:
    """The zone of a member's days: their own, else that of the club they joined first."""
    return str(await (await driving(session)).fetchval(ZONE, user_id))


async def forget(session: AsyncSession, user_id: UUID) -> None:
    """A member's sums go, and every day of theirs is stale: they are made anew."""
    raw = await driving(session)
    for statement in FORGET:
        await raw.execute(statement, user_id)
    await raw.execute(MARK_ALL, user_id)


async def want(session: AsyncSession, plays: Mapping[Key, int]) -> dict[Key, int]:
    """These are heard so much more (or less); which of their traits stand. They are held until the end."""
    raw = await driving(session)
    columns = ([key[0].value for key in plays], [key[1] for key in plays], list(plays.values()))
    return {(Of(kind), subject_id): rev for kind, subject_id, rev in await raw.fetch(WANT, *columns)}


async def weighed(session: AsyncSession, user_id: UUID, keys: Collection[Key]) -> dict[tuple[Scope, Of, UUID], Weighed]:
    """What artists and albums weigh in every scope."""
    raw = await driving(session)
    asked = ([key[0].value for key in keys], [key[1] for key in keys], [scope.value for scope in Scope])
    return {
        (Scope(scope), Of(kind), subject_id): Weighed(plays, int(weight), rev)
        for scope, kind, subject_id, plays, weight, rev in await raw.fetch(WEIGHED, user_id, *asked)
    }


async def traits_of_revs(
    session: AsyncSession, revs: Collection[tuple[Of, UUID, int]]
) -> dict[tuple[Of, UUID, int], list[tuple[str, str, int]]]:
    """What stands, or stood, of artists and albums."""
    raw = await driving(session)
    found: dict[tuple[Of, UUID, int], list[tuple[str, str, int]]] = {}
    asked = [rev for rev in revs if rev[2]]
    columns = ([of.value for of, _, _ in asked], [key for _, key, _ in asked], [rev for _, _, rev in asked])
    for kind, subject_id, rev, fact, value, share in await raw.fetch(TRAITS, *columns):
        found.setdefault((Of(kind), subject_id, rev), []).append((fact, value, share))
    return found


async def keep_weights(session: AsyncSession, user_id: UUID, rows: Sequence[tuple[Scope, Key, Weighed]]) -> None:
    """New rows in place of old ones; what weighs nothing goes."""
    raw = await driving(session)
    stay = [row for row in rows if row[2].weight]
    gone = [row for row in rows if not row[2].weight]
    await raw.execute(
        WEIGH,
        user_id,
        *_names(stay),
        [one.plays for _, _, one in stay],
        [Decimal(one.weight) for _, _, one in stay],
        [one.rev for _, _, one in stay],
    )
    if gone:
        await raw.execute(UNWEIGH, user_id, *_names(gone))


def _names(rows: Sequence[tuple[Scope, Key, Weighed]]) -> tuple[list[str], list[str], list[UUID]]:
    return [row[0].value for row in rows], [row[1][0].value for row in rows], [row[1][1] for row in rows]


async def add_lines(session: AsyncSession, user_id: UUID, lines: Mapping[tuple[Scope, Line], int]) -> None:
    """Lines of histograms grow or shrink; those that come to nothing go."""
    raw = await driving(session)
    await raw.execute(
        ADD_LINES,
        user_id,
        [scope.value for scope, _ in lines],
        [line[0] for _, line in lines],
        [line[1] for _, line in lines],
        [Decimal(number) for number in lines.values()],
    )
    await raw.execute(DROP_EMPTY, user_id)


async def lines_of(session: AsyncSession, user_id: UUID) -> dict[Scope, dict[Line, int]]:
    """Every line of every histogram of a member."""
    raw = await driving(session)
    found: dict[Scope, dict[Line, int]] = {scope: {} for scope in Scope}
    for scope, kind, value, weight in await raw.fetch(LINES, user_id):
        found[Scope(scope)][kind, value] = int(weight)
    return found


async def strongest(
    session: AsyncSession, user_id: UUID, scope: Scope, limit: int
) -> list[tuple[UUID, int, float, str]]:
    """The artists that weigh most in a scope: key, plays, weight, name."""
    raw = await driving(session)
    return [tuple(row) for row in await raw.fetch(STRONGEST, user_id, scope.value, limit)]


async def keep_profiles(
    session: AsyncSession,
    user_id: UUID,
    profiles: Iterable[tuple[Scope, Mapping[str, Any], int, bool]],
    *,
    as_of: date,
    now: datetime,
) -> None:
    """A member's profiles, as they are shown."""
    raw = await driving(session)
    rows = list(profiles)
    await raw.execute(
        KEEP_PROFILES,
        user_id,
        [scope.value for scope, _, _, _ in rows],
        [json.dumps(profile, ensure_ascii=False) for _, profile, _, _ in rows],
        [plays for _, _, plays, _ in rows],
        [complete for _, _, _, complete in rows],
        as_of,
        now,
    )


async def leave(
    session: AsyncSession, user_id: UUID, *, as_of: date, zone: str, rules: int, changed: bool, now: datetime
) -> bool:
    """Say how far the sums are; whether something is stale still."""
    raw = await driving(session)
    return bool(await raw.fetchval(LEAVE, user_id, as_of, zone, rules, int(changed), now))
