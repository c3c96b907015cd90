"""Errands: recorded with the change that causes them, claimed by one process at a time, settled with Discord's ids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.club.views import PanelRef
from bot.domain.ids import new_id
from bot.domain.outbox import LEASE, Draft, Errand, Kind, State
from db.session import Asking, driving
from db.tables.outbox import Errand as Row
from db.tables.outbox import Panel

RECORD = """
INSERT INTO outbox (id, club_id, week_id, lane, key, phase, run, kind, ordinal, payload, state, not_before, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $12)
"""
MERGED = "payload = outbox.payload || excluded.payload, not_before = least(excluded.not_before, outbox.not_before)"
# Redraws that may wait a while for more of the same. The earlier moment counts, in its lane: what must happen before an
# archive happens before it.
PUT_OFF = f"""
{MERGED}, lane = CASE WHEN excluded.not_before <= outbox.not_before THEN excluded.lane ELSE outbox.lane END
"""
# Of what is drawn again one waits that nobody has begun, at most; unique indexes see to it.
WAITING = "state = 'pending' AND attempts = 0"
MERGES = {
    Kind.REFRESH: f"(week_id) WHERE kind = 'refresh' AND {WAITING} DO UPDATE SET {MERGED}",
    Kind.GUIDE_REFRESH: f"(week_id, ordinal) WHERE kind = 'guide_refresh' AND {WAITING} DO UPDATE SET {PUT_OFF}",
    Kind.HEARING_REFRESH: f"(week_id) WHERE kind = 'hearing_refresh' AND {WAITING} DO UPDATE SET {PUT_OFF}",
}
"""What makes two redraws one, by their kind."""
RECORDING = {kind: f"{RECORD} ON CONFLICT {MERGES.get(kind, 'DO NOTHING')} RETURNING id" for kind in Kind}

OTHER = aliased(Row)
"""Another errand of the same lane; made once, because making it costs more than asking with it."""

UNFINISHED = (State.PENDING, State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Errands that are not finished: due now, waiting for their time, and given up."""

    due: int
    waiting: int
    dead: int


async def add(
    asking: Asking,
    draft: Draft,
    *,
    club_id: UUID,
    week_id: UUID | None,
    lane: str,
    key: str,
    phase: str,
    run: int,
    now: datetime,
) -> bool:
    """Record one errand; False when the same one is recorded already.

    Of refreshes that nobody has begun one stands for all. It is held until this transaction ends, so that nobody draws
    the card before the change is there to be seen.
    """
    errand_id = new_id(now)
    place = (club_id, week_id, lane, f"{key}:{errand_id}" if draft.kind in MERGES else key, phase, run)
    what = (draft.kind, draft.ordinal, json.dumps(dict(draft.payload)), draft.not_before or now, now)
    recorded = await (await driving(asking)).fetchval(RECORDING[draft.kind], errand_id, *place, *what)
    return recorded == errand_id


async def skip_reminders(session: AsyncSession, week_id: UUID, now: datetime) -> None:
    """A week has moved: its reminders, public and private, and notes to the hosts that nobody has begun are stale."""
    stale = or_(
        Row.kind.in_([str(Kind.REMINDER), str(Kind.HOST_NOTE)]),
        and_(Row.kind == str(Kind.DM), Row.payload["words"].astext == "reminder"),
    )
    await session.execute(
        update(Row)
        .where(Row.week_id == week_id, stale, Row.state == str(State.PENDING), Row.attempts == 0)
        .values(state=str(State.SKIPPED), settled_at=now)
    )


async def has_reminded(session: AsyncSession, week_id: UUID, phase: str) -> bool:
    """Whether the club was reminded in this phase of the week already, or is just being."""
    found = await session.scalar(
        select(Row.id)
        .where(
            Row.week_id == week_id,
            Row.phase == phase,
            Row.kind == str(Kind.REMINDER),
            Row.state.not_in([str(State.SKIPPED), str(State.DEAD)]),
        )
        .limit(1)
    )
    return found is not None


def _unfinished(row: Any) -> Any:
    return row.state.in_([str(state) for state in UNFINISHED])


def _claimable(now: BindParameter[datetime]) -> Any:
    """Due, not held by anybody alive, nothing unfinished before it in its lane, and nothing of the lane under way."""
    other = OTHER
    before = and_(other.seq < Row.seq, or_(other.not_before <= now, other.attempts > 0))
    under_way = and_(other.state == str(State.SENDING), other.lease_until >= now)
    blocked = exists().where(other.lane == Row.lane, other.id != Row.id, _unfinished(other), or_(before, under_way))
    open_or_abandoned = or_(
        Row.state.in_([str(State.PENDING), str(State.UNKNOWN)]),
        and_(Row.state == str(State.SENDING), Row.lease_until < now),
    )
    return and_(open_or_abandoned, Row.not_before <= now, ~blocked)


CLAIMED = (
    Row.id,
    Row.club_id,
    Row.week_id,
    Row.phase,
    Row.run,
    Row.kind,
    Row.ordinal,
    Row.payload,
    Row.attempts,
    Row.lease_epoch,
    Row.first_attempt_at,
)


async def release_abandoned(session: AsyncSession, now: datetime, namespace: int) -> int:
    """Errands whose holder is gone need not wait for the end of their lease; how many."""
    gone = text(
        "NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = :namespace"
        " AND objid = outbox.holder AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    ).bindparams(namespace=namespace)
    released = await session.scalars(
        update(Row)
        .where(
            Row.state == str(State.SENDING),
            Row.lease_until >= now,
            Row.holder.is_not(None),
            gone,
        )
        .values(lease_until=now - timedelta.resolution)
        .returning(Row.id)
    )
    return len(list(released))


@cache
def _claim() -> Update:
    now = bindparam("now", type_=Row.not_before.type)
    due = (
        select(Row.id, Row.state.label("was"))
        # Newer code beside this one may have recorded what only it can perform.
        .where(_claimable(now), Row.kind.in_([str(kind) for kind in Kind]))
        .order_by(Row.seq)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=Row, skip_locked=True)
        .cte("due")
    )
    return (
        update(Row)
        .where(Row.id == due.c.id)
        .values(
            state=str(State.SENDING),
            attempts=Row.attempts + 1,
            first_attempt_at=func.coalesce(Row.first_attempt_at, now),
            lease_until=bindparam("lease", type_=Row.not_before.type),
            lease_epoch=Row.lease_epoch + 1,
            holder=bindparam("by", type_=Row.holder.type),
        )
        .returning(*CLAIMED, Row.seq, due.c.was)
        .execution_options(synchronize_session=False)
    )


async def claim(session: AsyncSession, now: datetime, limit: int, holder: int | None = None) -> list[Errand]:
    """Take up to `limit` errands, one per lane, for the length of a lease or of the holder's presence."""
    asked = {"now": now, "most": limit, "lease": now + LEASE, "by": holder}
    rows = (await session.execute(_claim(), asked)).all()
    return [
        Errand(
            row.id,
            row.club_id,
            row.week_id,
            row.phase,
            row.run,
            Kind(row.kind),
            row.ordinal,
            row.payload,
            row.attempts,
            row.lease_epoch,
            row.first_attempt_at,
            reconcile=row.was != str(State.PENDING),
        )
        for row in sorted(rows, key=lambda row: row.seq)
    ]


async def finish(
    session: AsyncSession, errand: Errand, state: State, *, now: datetime, discord_id: int | None, error: str | None
) -> bool:
    """An errand ends; False when another process has taken it over since (its epoch is higher)."""
    done = await session.scalar(
        update(Row)
        .where(Row.id == errand.id, Row.lease_epoch == errand.epoch, Row.state == str(State.SENDING))
        .values(state=str(state), settled_at=now, lease_until=None, discord_id=discord_id, last_error=error)
        .returning(Row.id)
    )
    return done is not None


async def put_back(session: AsyncSession, errand: Errand, state: State, *, not_before: datetime, error: str) -> bool:
    """An errand is to be tried again later; False when another process has taken it over."""
    done = await session.scalar(
        update(Row)
        .where(Row.id == errand.id, Row.lease_epoch == errand.epoch, Row.state == str(State.SENDING))
        .values(state=str(state), not_before=not_before, lease_until=None, last_error=error)
        .returning(Row.id)
    )
    return done is not None


async def revive(session: AsyncSession, week_id: UUID, now: datetime) -> int:
    """Dead errands of a week get another life; how many."""
    revived = await session.scalars(
        update(Row)
        .where(Row.week_id == week_id, Row.state == str(State.DEAD))
        .values(state=str(State.UNKNOWN), attempts=0, not_before=now, last_error=None, settled_at=None)
        .returning(Row.id)
    )
    return len(list(revived))


async def unsettled(session: AsyncSession, now: datetime, week_id: UUID | None = None) -> Unsettled:
    """How many errands are due, waiting, and dead; of one week or of all."""
    unfinished = _unfinished(Row)
    query = select(
        func.count().filter(unfinished, Row.not_before <= now),
        func.count().filter(unfinished, Row.not_before > now),
        func.count().filter(Row.state == str(State.DEAD)),
    )
    if week_id is not None:
        query = query.where(Row.week_id == week_id)
    return Unsettled(*(await session.execute(query)).one())


@cache
def _at_work() -> Select[bool]:
    claimable = _claimable(bindparam("now", type_=Row.not_before.type))
    return select(exists().where(or_(Row.state == str(State.SENDING), claimable)))


async def at_work(session: AsyncSession, now: datetime) -> bool:
    """Whether an errand is under way or could be taken: one that stands behind another's pause could not."""
    return await session.scalar(_at_work(), {"now": now}) is True


@cache
def _next_errand_at() -> Select[datetime | None]:
    blocked = exists().where(
        OTHER.lane == Row.lane,
        OTHER.seq < Row.seq,
        _unfinished(OTHER),
        or_(OTHER.attempts > 0, OTHER.not_before <= Row.not_before),
    )
    at = case((Row.state == str(State.SENDING), Row.lease_until), else_=Row.not_before)
    return select(func.min(at)).where(_unfinished(Row), ~blocked)


async def next_errand_at(session: AsyncSession) -> datetime | None:
    """When somebody should look for an errand next: one is due that nothing stands before, or a lease has run out."""
    return await session.scalar(_next_errand_at())


async def next_retry_at(session: AsyncSession) -> datetime | None:
    """When the earliest errand is due again that was tried in vain."""
    waits = Row.state.in_([str(State.PENDING), str(State.UNKNOWN)])
    return await session.scalar(select(func.min(Row.not_before)).where(waits, Row.attempts > 0))


async def troubles(session: AsyncSession, week_id: UUID) -> list[tuple[str, str]]:
    """Dead errands of a week: kind and last error."""
    rows = await session.execute(
        select(Row.kind, Row.last_error).where(Row.week_id == week_id, Row.state == str(State.DEAD)).order_by(Row.seq)
    )
    return [(kind, error or "") for kind, error in rows]


async def sweep(session: AsyncSession, before: datetime, dead_before: datetime) -> None:
    """Errands that were finished, and those that died, before these instants are forgotten."""
    finished = Row.state.in_([str(State.DONE), str(State.SKIPPED)])
    await session.execute(
        delete(Row).where(
            or_(
                and_(finished, Row.settled_at < before),
                and_(Row.state == str(State.DEAD), Row.settled_at < dead_before),
            )
        )
    )


# --- panels ---------------------------------------------------------------------------------------------------------


PANELS = select(Panel.kind, Panel.ordinal, Panel.channel_id, Panel.message_id, Panel.drawn).where(
    Panel.week_id == bindparam("week")
)


async def panels_of(session: AsyncSession, week_id: UUID) -> dict[tuple[str, int], PanelRef]:
    """Where the week's messages stand."""
    rows = await session.execute(PANELS, {"week": week_id})
    return {
        (kind, ordinal): PanelRef(channel_id, message_id, drawn)
        for kind, ordinal, channel_id, message_id, drawn in rows
    }


async def keep_panel(
    session: AsyncSession, *, club_id: UUID, week_id: UUID, kind: str, ordinal: int, panel: PanelRef
) -> None:
    """A message of ours stands here now, drawn so."""
    place = {"channel_id": panel.channel_id, "message_id": panel.message_id, "drawn": panel.drawn}
    await session.execute(
        insert(Panel)
        .values(club_id=club_id, week_id=week_id, kind=kind, ordinal=ordinal, **place)
        .on_conflict_do_update(index_elements=["club_id", "week_id", "kind", "ordinal"], set_=place)
    )


async def drop_panel(session: AsyncSession, week_id: UUID, kind: str, ordinal: int) -> None:
    """A message of ours is gone."""
    await session.execute(delete(Panel).where(Panel.week_id == week_id, Panel.kind == kind, Panel.ordinal == ordinal))


async def pings_of_week(session: AsyncSession, week_id: UUID) -> int:
    """How many reminders of a week mention the role, or will."""
    count = await session.scalar(
        select(func.count()).where(
            Row.week_id == week_id,
            Row.kind == str(Kind.REMINDER),
            Row.state.not_in([str(State.SKIPPED), str(State.DEAD)]),
            Row.payload["ping"].astext == "true",
        )
    )
    return count or 0
