"""Ballots: one row per voter, which is the lock under which the votes change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import CastBallot, Standing
from bot.domain.errors import NoSuchNomination, TooManyChoices
from db.queries.club.participants import PERSON, with_person
from db.queries.club.scope import in_week
from db.session import violated
from db.tables import club as tables

TOO_MANY = "ck_votes_rank_range"
FOREIGN = "fk_votes_nomination_of_this_week"
RANKS = 50
"""Ranks the table has."""


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
    session: AsyncSession, *, club_id: UUID, week_id: UUID, user_id: UUID, choices: Sequence[UUID], now: datetime
) -> bool:
    """A member's choices, best first, replace what they chose before; False when they chose just that already.

    Raises `TooManyChoices` or `NoSuchNomination` when the tables forbid it; the transaction is over then.
    """
    key = ["club_id", "week_id", "user_id"]
    # The row is the lock under which the votes are read and changed.
    await session.execute(
        upsert(tables.Ballot)
        .values(club_id=club_id, week_id=week_id, user_id=user_id, cast_at=now)
        .on_conflict_do_update(index_elements=key, set_={"cast_at": now})
    )
    own = (tables.Vote.club_id == club_id, tables.Vote.week_id == week_id, tables.Vote.user_id == user_id)
    before = list(await session.scalars(select(tables.Vote.nomination_id).where(*own).order_by(tables.Vote.rank)))
    if before == list(choices):
        return False
    if before:
        await session.execute(delete(tables.Vote).where(*own))
        theirs = (tables.Ballot.club_id == club_id, tables.Ballot.week_id == week_id, tables.Ballot.user_id == user_id)
        await session.execute(update(tables.Ballot).where(*theirs).values(changes=tables.Ballot.changes + 1))
    ballot = {"club_id": club_id, "week_id": week_id, "user_id": user_id}
    votes = [ballot | {"rank": rank, "nomination_id": choice} for rank, choice in enumerate(choices, start=1)]
    try:
        await session.execute(insert(tables.Vote).values(votes))
    except IntegrityError as error:
        refusal = {TOO_MANY: TooManyChoices(RANKS), FOREIGN: NoSuchNomination()}.get(violated(error) or "")
        if refusal is None:
            raise
        raise refusal from None
    return True


async def withdraw_ballot(session: AsyncSession, week_id: UUID, user_id: UUID) -> bool:
    """A member takes their ballot back; False when there is none."""
    gone = await session.scalar(
        delete(tables.Ballot)
        .where(in_week(tables.Ballot, week_id), tables.Ballot.user_id == user_id)
        .returning(tables.Ballot.user_id)
    )
    return gone is not None


async def voters(session: AsyncSession, week_id: UUID) -> frozenset[UUID]:
    """Who has voted; for rules only, nobody is shown this."""
    rows = await session.scalars(select(tables.Ballot.user_id).where(in_week(tables.Ballot, week_id)))
    return frozenset(rows)
