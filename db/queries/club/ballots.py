"""Ballots: one row per voter, which is the lock under which the votes change."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Select, and_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import CastBallot, Standing
from bot.domain.errors import NoSuchNomination, PressRepeated, TooManyChoices
from db.queries.club.participants import PERSON, with_person
from db.queries.club.scope import in_week
from db.session import Asking, driving
from db.tables import club as tables

TOO_MANY = "ck_votes_rank_range"
FOREIGN = "fk_votes_nomination_of_this_week"
RANKS = 50
"""Ranks the table has."""


# Every ballot asks these, by the driver: a statement that changes all votes saves four ways to the database.
HELD = """
INSERT INTO ballots (club_id, week_id, user_id, cast_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (club_id, week_id, user_id) DO UPDATE SET cast_at = excluded.cast_at
RETURNING user_id
"""
HELD_ONCE = """
WITH first AS (INSERT INTO acted_presses (id, acted_at) VALUES ($5, $4) ON CONFLICT DO NOTHING RETURNING acted_at)
INSERT INTO ballots (club_id, week_id, user_id, cast_at) SELECT $1, $2, $3, acted_at FROM first
ON CONFLICT (club_id, week_id, user_id) DO UPDATE SET cast_at = excluded.cast_at
RETURNING user_id
"""
CAST = """
WITH before AS (
  SELECT coalesce(array_agg(nomination_id ORDER BY rank), '{}') AS choices FROM votes
  WHERE club_id = $1 AND week_id = $2 AND user_id = $3
), gone AS (
  DELETE FROM votes USING before
  WHERE club_id = $1 AND week_id = $2 AND user_id = $3 AND before.choices <> $4::uuid[]
  RETURNING rank
), changed AS (
  UPDATE ballots SET changes = changes + 1
  WHERE club_id = $1 AND week_id = $2 AND user_id = $3 AND EXISTS (SELECT FROM gone)
), added AS (
  INSERT INTO votes (club_id, week_id, user_id, rank, nomination_id)
  SELECT $1, $2, $3, rank, nomination_id
  FROM before, unnest($4::uuid[]) WITH ORDINALITY AS chosen (nomination_id, rank)
  -- Counting what is gone sees to it that it is gone.
  WHERE before.choices <> $4::uuid[] AND (SELECT count(*) FROM gone) >= 0
  RETURNING rank
)
SELECT count(*) FROM added
"""


def _ballots() -> Select[Any]:
    ballot, vote = tables.Ballot, tables.Vote
    query = select(
        ballot.user_id,
        func.array_agg(aggregate_order_by(vote.nomination_id, vote.rank)).label("choices"),
        ballot.cast_at,
        *PERSON,
    ).join(
        vote,
        and_(vote.club_id == ballot.club_id, vote.week_id == ballot.week_id, vote.user_id == ballot.user_id),
    )
    people = with_person(query, ballot.club_id, ballot.user_id)
    return people.group_by(ballot.club_id, ballot.week_id, ballot.user_id, *(column.element for column in PERSON))


def _ballot(row: Any) -> CastBallot:
    return CastBallot(row.user_id, row.person_discord_id, tuple(row.choices), row.cast_at)


async def ballots_of_week(session: AsyncSession, week_id: UUID) -> tuple[CastBallot, ...]:
    """Every ballot of a week, void choices included, in the order of the voters' keys."""
    rows = await session.execute(_ballots().where(in_week(tables.Ballot, week_id)).order_by(tables.Ballot.user_id))
    return tuple(_ballot(row) for row in rows)


async def ballot_of(session: AsyncSession, week_id: UUID, user_id: UUID) -> CastBallot | None:
    """A member's ballot."""
    row = (
        await session.execute(_ballots().where(in_week(tables.Ballot, week_id), tables.Ballot.user_id == user_id))
    ).one_or_none()
    return None if row is None else _ballot(row)


COUNT = select(func.count()).where(in_week(tables.Ballot, bindparam("week")))


async def ballot_count(session: AsyncSession, week_id: UUID) -> int:
    """How many members have voted."""
    return await session.scalar(COUNT, {"week": week_id}) or 0


async def counted_ballots(session: AsyncSession, week_id: UUID) -> int:
    """How many ballots name at least one nomination that is in the race."""
    names_one = exists().where(
        tables.Vote.club_id == tables.Ballot.club_id,
        tables.Vote.week_id == tables.Ballot.week_id,
        tables.Vote.user_id == tables.Ballot.user_id,
        tables.Nomination.club_id == tables.Vote.club_id,
        tables.Nomination.id == tables.Vote.nomination_id,
        tables.Nomination.standing == str(Standing.STANDING),
    )
    count = await session.scalar(select(func.count()).where(in_week(tables.Ballot, week_id), names_one))
    return count or 0


async def cast_ballot(
    asking: Asking,
    *,
    club_id: UUID,
    week_id: UUID,
    user_id: UUID,
    choices: Sequence[UUID],
    now: datetime,
    press: int | None = None,
) -> bool:
    """A member's choices, best first, replace what they chose before; False when they chose just that already.

    `press` is the interaction by which they do so: the second time it raises `PressRepeated`. Raises `TooManyChoices`
    or `NoSuchNomination` when the tables forbid it. The transaction is over then.
    """
    driver = await driving(asking)
    ballot = (club_id, week_id, user_id)
    # The row is the lock under which the votes are read and changed, by the next statement.
    held = (HELD, *ballot, now) if press is None else (HELD_ONCE, *ballot, now, press)
    if await driver.fetchval(*held) is None:
        raise PressRepeated
    try:
        return bool(await driver.fetchval(CAST, *ballot, list(choices)))
    except asyncpg.IntegrityConstraintViolationError as error:
        broken = str(getattr(error, "constraint_name", ""))
        refusal = {TOO_MANY: TooManyChoices(RANKS), FOREIGN: NoSuchNomination()}.get(broken)
        if refusal is None:
            raise
        raise refusal from None


async def withdraw_ballot(session: AsyncSession, week_id: UUID, user_id: UUID) -> bool:
    """A member takes their ballot back; False when there is none."""
    gone = await session.scalar(
        delete(tables.Ballot)
        .where(in_week(tables.Ballot, week_id), tables.Ballot.user_id == user_id)
        .returning(tables.Ballot.user_id)
    )
    return gone is not None


VOTERS = "SELECT user_id FROM ballots WHERE week_id = $1 AND club_id = (SELECT club_id FROM weeks WHERE id = $1)"


async def voters(asking: Asking, week_id: UUID) -> frozenset[UUID]:
    """Who has voted; for rules only, nobody is shown this."""
    return frozenset(row[0] for row in await (await driving(asking)).fetch(VOTERS, week_id))


CHOICES = """
SELECT nomination_id FROM votes
WHERE week_id = $1 AND user_id = $2 AND club_id = (SELECT club_id FROM weeks WHERE id = $1) ORDER BY rank
"""


async def choices_of(asking: Asking, week_id: UUID, user_id: UUID) -> tuple[UUID, ...]:
    """What a member has chosen so far, best first."""
    return tuple(row[0] for row in await (await driving(asking)).fetch(CHOICES, week_id, user_id))
