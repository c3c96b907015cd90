"""Whose taste is stale, and who is at it."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.session import driving

CLAIM = """
WITH due AS (
  SELECT user_id FROM taste_states
  WHERE (stale OR as_of < $2) AND (claimed_until IS NULL OR claimed_until <= $1)
    AND (as_of < $2 OR refreshed_at IS NULL OR refreshed_at <= $5)
  ORDER BY stale DESC, as_of LIMIT $4 FOR UPDATE SKIP LOCKED
)
UPDATE taste_states AS state SET claimed_until = $3 FROM due WHERE state.user_id = due.user_id RETURNING state.user_id
"""
MARK_RATED = """
INSERT INTO taste_stale_days (user_id, day)
SELECT $2, day FROM (
  SELECT (rated_at AT TIME ZONE 'UTC')::date AS day FROM ratings
  WHERE user_id = $2 AND week_id = $1 AND club_id = (SELECT club_id FROM weeks WHERE id = $1)
  UNION SELECT $3::date
) AS rated ORDER BY day
ON CONFLICT (user_id, day) DO UPDATE SET day = excluded.day
"""
MARK_ALBUMS = """
WITH rated AS (
  INSERT INTO taste_stale_days (user_id, day)
  SELECT DISTINCT user_id, (rated_at AT TIME ZONE 'UTC')::date FROM ratings
  WHERE album_id = ANY($1::uuid[]) ORDER BY 1, 2
  ON CONFLICT (user_id, day) DO UPDATE SET day = excluded.day RETURNING user_id
)
INSERT INTO taste_states AS state (user_id) SELECT DISTINCT user_id FROM rated ORDER BY 1
ON CONFLICT (user_id) DO UPDATE SET stale = true
"""


async def claim(
    session: AsyncSession, *, now: datetime, before: date, until: datetime, rested: datetime, most: int
) -> list[UUID]:
    """Members who are stale, or whose windows ended before a day; whoever is at it has them `until` then.

    Who was refreshed since `rested` is left until then, whatever is new: while somebody listens there is something new
    of them all the time, and of everybody while much is learnt. A day that is over counts at once.
    """
    raw = await driving(session)
    return [row[0] for row in await raw.fetch(CLAIM, now, before, until, most, rested)]


async def mark_rated(session: AsyncSession, week_id: UUID, user_id: UUID, day: date) -> None:
    """A member rates a week's album, perhaps again: the day on which they did before is another one, too."""
    await (await driving(session)).execute(MARK_RATED, week_id, user_id, day)


async def mark_albums(session: AsyncSession, albums: list[UUID]) -> None:
    """These albums are called otherwise, or are one: who rated them has other artists and albums in their profile."""
    await (await driving(session)).execute(MARK_ALBUMS, albums)
