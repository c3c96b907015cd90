"""Weeks: what stands, what is due, and the one place where a week is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import count
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.calendar import DEADLINES, Deadlines
from bot.domain.club.rules import Rules
from bot.domain.club.week import CHOOSING, Phase, ThreadRole, Week, WeekKind
from bot.domain.errors import SlotTaken
from db.session import violated
from db.tables import club as tables

Lock = Literal["none", "share", "update"]

PLAIN = (
    "id",
    "club_id",
    "number",
    "opens_on",
    "run",
    "theme",
    "from_template",
    "phase_began_at",
    "nominations_extended",
    "poll_extended",
    "winner_id",
    "deciding_step",
    "result",
    "cancel_reason",
    "reopened",
    "event_id",
)
"""Columns that are stored as the week has them."""
THREADS: Mapping[ThreadRole, str] = {role: f"{role}_thread_id" for role in ThreadRole}
COLUMNS = (*PLAIN, "kind", "phase", "cancelled_from", "rules", *DEADLINES, *THREADS.values())


@cache
def _weeks() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(tables.Week, name) for name in COLUMNS))


def _week(row: Any) -> Week:
    return week_from(row._mapping)


def week_from(values: Mapping[str, Any]) -> Week:
    """A week from its columns."""
    return Week(
        **{name: values[name] for name in PLAIN},
        kind=WeekKind(values["kind"]),
        phase=Phase(values["phase"]),
        cancelled_from=None if values["cancelled_from"] is None else Phase(values["cancelled_from"]),
        rules=Rules.from_dict(values["rules"]),
        deadlines=Deadlines(*(values[name] for name in DEADLINES)),
        threads={role: values[name] for role, name in THREADS.items() if values[name] is not None},
    )


def _values(week: Week) -> dict[str, Any]:
    """The row of a week; thread and event ids are written where Discord's answers are settled, not here."""
    kept = {name: getattr(week, name) for name in PLAIN if name not in ("id", "club_id", "number", "event_id")}
    return kept | {
        "kind": str(week.kind),
        "phase": str(week.phase),
        "cancelled_from": None if week.cancelled_from is None else str(week.cancelled_from),
        "rules": week.rules.to_dict(),
        "next_transition_at": week.ends_at,
        "result": None if week.result is None else dict(week.result),
        **{name: getattr(week.deadlines, name) for name in DEADLINES},
    }


def _locked(query: Select[*tuple[Any, ...]], lock: Lock) -> Select[*tuple[Any, ...]]:
    if lock == "none":
        return query
    # `update` still lets others add rows that refer to the week: a card's place is noted while a host moves a deadline.
    return query.with_for_update(read=lock == "share", key_share=lock == "update")


async def week(session: AsyncSession, week_id: UUID, *, lock: Lock = "none") -> Week | None:
    """A week by its key; `share` lets ballots come in side by side, `update` keeps everybody else out."""
    row = (await session.execute(_by_key(lock), {"key": week_id})).one_or_none()
    return None if row is None else _week(row)


@cache
def _by_key(lock: Lock) -> Select[*tuple[Any, ...]]:
    return _locked(_weeks().where(tables.Week.id == bindparam("key")), lock)


async def weeks_in(session: AsyncSession, club_id: UUID, phases: Collection[Phase]) -> list[Week]:
    """The club's weeks in any of the phases, earliest number first."""
    rows = await session.execute(
        _weeks()
        .where(tables.Week.club_id == club_id, tables.Week.phase.in_([str(phase) for phase in phases]))
        .order_by(tables.Week.number)
    )
    return [_week(row) for row in rows]


async def week_of_thread(session: AsyncSession, club_id: UUID, thread_id: int) -> Week | None:
    """The week to which a thread belongs."""
    row = (
        await session.execute(
            _weeks()
            .where(
                tables.Week.club_id == club_id,
                or_(*(getattr(tables.Week, name) == thread_id for name in THREADS.values())),
            )
            .order_by(tables.Week.number.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else _week(row)


async def week_numbered(session: AsyncSession, club_id: UUID, number: int) -> Week | None:
    """A week by the number members know."""
    row = (
        await session.execute(_weeks().where(tables.Week.club_id == club_id, tables.Week.number == number))
    ).one_or_none()
    return None if row is None else _week(row)


async def last_template_day(session: AsyncSession, club_id: UUID) -> date | None:
    """The latest date for which the template made a week that no longer waits: opened, early or late, or cancelled."""
    return await session.scalar(
        select(func.max(tables.Week.opens_on)).where(
            tables.Week.club_id == club_id,
            tables.Week.from_template,
            tables.Week.phase != str(Phase.SCHEDULED),
        )
    )


async def latest_weeks(session: AsyncSession, club_id: UUID, limit: int) -> list[Week]:
    """The club's weeks, newest number first."""
    rows = await session.execute(
        _weeks().where(tables.Week.club_id == club_id).order_by(tables.Week.number.desc()).limit(limit)
    )
    return [_week(row) for row in rows]


async def newest_in(session: AsyncSession, club_id: UUID, phases: Collection[Phase]) -> Week | None:
    """The club's week with the highest number in any of the phases."""
    row = (
        await session.execute(
            _weeks()
            .where(tables.Week.club_id == club_id, tables.Week.phase.in_([str(phase) for phase in phases]))
            .order_by(tables.Week.number.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else _week(row)


async def moved_last(session: AsyncSession, club_id: UUID, phases: Collection[Phase]) -> Week | None:
    """The week in any of the phases that entered its phase last; none that was cancelled before it opened."""
    row = (
        await session.execute(
            _weeks()
            .where(
                tables.Week.club_id == club_id,
                tables.Week.phase.in_([str(phase) for phase in phases]),
                tables.Week.cancelled_from.is_distinct_from(str(Phase.SCHEDULED)),
            )
            .order_by(tables.Week.phase_began_at.desc().nulls_last(), tables.Week.number.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else _week(row)


async def next_number(session: AsyncSession, club_id: UUID) -> int:
    """The number the club's next week gets; hold the club's row so that two do not get the same."""
    last = await session.scalar(select(func.max(tables.Week.number)).where(tables.Week.club_id == club_id))
    return (last or 0) + 1


async def _refusing_slot(session: AsyncSession, statement: Any) -> None:
    try:
        await session.execute(statement)
    except IntegrityError as error:
        if violated(error) == "uq_weeks_one_being_chosen":
            raise SlotTaken("", None) from error
        raise


async def add_week(session: AsyncSession, new: Week, now: datetime) -> None:
    """A week is planned or opened."""
    await _refusing_slot(
        session,
        insert(tables.Week).values(
            id=new.id, club_id=new.club_id, number=new.number, event_id=None, created_at=now, **_values(new)
        ),
    )


async def save_week(session: AsyncSession, changed: Week) -> None:
    """A week after a transition; raises `SlotTaken` when another week is being chosen meanwhile."""
    await _refusing_slot(
        session,
        update(tables.Week)
        .where(tables.Week.club_id == changed.club_id, tables.Week.id == changed.id)
        .values(**_values(changed)),
    )


async def note_threads(session: AsyncSession, week_id: UUID, thread_id: int, roles: Sequence[ThreadRole]) -> None:
    """A thread that Discord made serves these roles of the week."""
    await session.execute(
        update(tables.Week).where(tables.Week.id == week_id).values({THREADS[role]: thread_id for role in roles})
    )


async def note_event(session: AsyncSession, week_id: UUID, event_id: int | None) -> None:
    """The week's scheduled event on Discord; None when it is gone."""
    await session.execute(update(tables.Week).where(tables.Week.id == week_id).values(event_id=event_id))


def _moves_at() -> Any:
    """When a week moves next: in a paused club none opens before the pause is over."""
    opens_at = func.greatest(tables.Week.next_transition_at, tables.Club.paused_until)
    return case((tables.Week.phase == str(Phase.SCHEDULED), opens_at), else_=tables.Week.next_transition_at)


OTHER = aliased(tables.Week)
"""Another week of the same club; made once, because making it costs more than asking with it."""


def _slot_is_free() -> Any:
    """A scheduled week opens only while no other week of its club and kind is being chosen."""
    taken = exists().where(
        OTHER.club_id == tables.Week.club_id,
        OTHER.kind == tables.Week.kind,
        OTHER.phase.in_([str(phase) for phase in CHOOSING]),
    )
    return or_(tables.Week.phase != str(Phase.SCHEDULED), ~taken)


async def claim_due(session: AsyncSession, now: datetime, passed: Collection[UUID] = ()) -> UUID | None:
    """The key of the week whose deadline passed longest ago, which is held together with its club.

    What another process holds is passed by: neither is waited for, so no order of locks can be broken here. A week that
    was moved between the look and the lock is looked at again, and left alone when it is no longer due.
    """
    return await session.scalar(
        select(tables.Week.id)
        .join(tables.Club, tables.Club.id == tables.Week.club_id)
        .where(
            tables.Week.next_transition_at <= now,  # the index
            _moves_at() <= now,
            tables.Week.id.not_in(passed),
            _slot_is_free(),
        )
        .order_by(_moves_at(), tables.Week.number)
        .limit(1)
        .with_for_update(of=[tables.Club, tables.Week], key_share=True, skip_locked=True)
    )


async def next_due(session: AsyncSession, now: datetime, passed: Collection[UUID] = ()) -> datetime | None:
    """The earliest deadline that lies ahead or waits already; a week that waits for another's choice has none."""
    return await session.scalar(
        select(func.min(_moves_at()))
        .join(tables.Club, tables.Club.id == tables.Week.club_id)
        .where(
            tables.Week.next_transition_at.is_not(None),
            tables.Week.id.not_in(passed),
            or_(_moves_at() > now, _slot_is_free()),
        )
    )


async def slot_holder(session: AsyncSession, club_id: UUID, kind: WeekKind) -> Week | None:
    """The week of this kind that is being chosen."""
    row = (
        await session.execute(
            _weeks().where(
                tables.Week.club_id == club_id,
                tables.Week.kind == str(kind),
                tables.Week.phase.in_([str(phase) for phase in CHOOSING]),
            )
        )
    ).one_or_none()
    return None if row is None else _week(row)


async def renumber_scheduled(session: AsyncSession, club_id: UUID, *, first: UUID | None = None) -> dict[UUID, int]:
    """Weeks that have not opened are numbered in the order of their opening, after all that have; hold the club.

    `first` is one that opens now, before its turn. A week that was cancelled before it opened keeps the number it had.
    Returns the numbers.
    """
    scheduled = str(Phase.SCHEDULED)
    of_club = tables.Week.club_id == club_id
    unopened = tables.Week.cancelled_from.is_not_distinct_from(scheduled)
    opened = await session.scalar(
        select(func.max(tables.Week.number)).where(of_club, tables.Week.phase != scheduled, ~unopened)
    )
    kept = set(await session.scalars(select(tables.Week.number).where(of_club, unopened)))
    rows = await session.execute(
        select(tables.Week.id, tables.Week.number)
        .where(of_club, tables.Week.phase == scheduled)
        .order_by(tables.Week.id.is_distinct_from(first), tables.Week.opens_at, tables.Week.number)
    )
    free = (number for number in count((opened or 0) + 1) if number not in kept)
    before: dict[UUID, int] = {row.id: row.number for row in rows}
    numbers = dict(zip(before, free, strict=False))
    changed = [week_id for week_id, number in numbers.items() if before[week_id] != number]
    if changed:
        # Out of the way first: no two weeks may share a number, not even for a moment.
        mine = and_(of_club, tables.Week.id.in_(changed))
        await session.execute(update(tables.Week).where(mine).values(number=-tables.Week.number))
    for week_id in changed:
        mine = and_(of_club, tables.Week.id == week_id)
        await session.execute(update(tables.Week).where(mine).values(number=numbers[week_id]))
    return numbers


async def drop_scheduled(session: AsyncSession, club_id: UUID, week_id: UUID) -> None:
    """A week that never opened is forgotten: nobody has seen it."""
    await session.execute(
        delete(tables.Week).where(
            tables.Week.club_id == club_id, tables.Week.id == week_id, tables.Week.phase == str(Phase.SCHEDULED)
        )
    )
