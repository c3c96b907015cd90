"""Weeks move: by their deadlines, whenever the bot gets to it, or because a host says so; both take the same path."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.calendar import DEADLINES
from bot.domain.catalog import visible
from bot.domain.club import phases as rules
from bot.domain.club.phases import Move, Transition
from bot.domain.club.week import DEADLINE_OF, OPEN_PHASES, Club, Phase, Skip, Week
from bot.domain.errors import NothingToReopen, SlotTaken, TextTooLong, TooSoon
from bot.domain.outbox import Draft, Kind, drafts_again
from bot.domain.people import Caller
from bot.services import outbox, people
from bot.services.club.finding import week_for
from bot.services.club.transitions import apply, facts_of
from bot.services.collisions import once_more
from bot.services.correlation import belonging
from bot.services.tools import Tools
from db.queries import audit
from db.queries import outbox as outbox_queries
from db.queries.audit import Deed
from db.queries.club import clubs, weeks
from db.session import Reading, Writing

log = logging.getLogger(__name__)

STUCK_FOR = timedelta(minutes=5)
REASON_LIMIT = 500
RESYNCS, RESYNC_WINDOW = 3, timedelta(minutes=1)
REOPENABLE = (Phase.POLL, Phase.LISTENING, Phase.RATINGS, Phase.CLOSED, Phase.CANCELLED)


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one wake-up did, and when to wake next."""

    count: int
    next_due: datetime | None
    """The earliest deadline; of weeks that failed just now none, or the alarm would ring without end."""
    failed: int = 0


async def advance_due(tools: Tools, *, now: datetime, limit: int = 50) -> Advanced:
    """Every week whose deadline has passed takes its next step, one week per transaction.

    Doing it twice changes nothing, and two processes share the work. A week that fails does not hold up the others.
    """
    count = 0
    failed: set[UUID] = set()
    while count < limit:
        claimed: UUID | None = None
        try:
            async with tools.database.writing() as session:
                claimed = await weeks.claim_due(session, now, failed)
                if claimed is None:
                    break
                await _advance(session, claimed, now)
            count += 1
        except SlotTaken:
            # Another week of the club took the slot between the claim and the write: this one waits for it.
            if claimed is not None:
                failed.add(claimed)
        except Exception:  # a poisoned week must not hold up the others
            if claimed is None:
                raise
            with belonging(week=claimed):
                log.exception("week %s could not be advanced", claimed)
            failed.add(claimed)
            await _note_stuck(tools, claimed, now)
    async with tools.database.reading() as session:
        return Advanced(count, await weeks.next_due(session, now, failed), len(failed))


async def _advance(session: Writing, claimed: UUID, now: datetime) -> None:
    week = await weeks.week(session, claimed)
    assert week is not None, "it is held"
    club = await clubs.club(session, week.club_id)
    with belonging(week=claimed):
        await apply(session, club, rules.advance(week, await facts_of(session, week), now=now), now=now)


async def _note_stuck(tools: Tools, week_id: UUID, now: datetime) -> None:
    """Hosts hear of a week that does not move, once, unless it moves after all within some minutes."""
    try:
        async with tools.database.writing() as session:
            week = await weeks.week(session, week_id)
            if week is not None:
                note = Draft(Kind.HOST_NOTE, not_before=now + STUCK_FOR, payload={"words": "stuck"})
                await outbox.record(session, week, [note], now)
    except Exception:  # what keeps it from moving may keep it from being read
        log.exception("the hosts of week %s could not be told", week_id)


@once_more
async def _by_host(
    tools: Tools,
    caller: Caller,
    now: datetime,
    *,
    where: int | None,
    number: int | None,
    week: UUID | None,
    phases: tuple[Phase, ...],
    step: Callable[[Writing, Club, Week], Awaitable[Transition]],
    else_number: Callable[[Reading, Club], Awaitable[int]] | None = None,
) -> Week:
    """One host's step, under the locks of the club and of the week, like a deadline's.

    `else_number` finds the week's number where neither an argument nor the thread names a week.
    """
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        in_thread = where is not None and await weeks.week_of_thread(session, club.id, where) is not None
        if else_number is not None and number is None and week is None and not in_thread:
            number = await else_number(session, club)
        found = await week_for(session, club, where=where, number=number, week=week, phases=phases, lock="update")
        transition = await step(session, club, found)
        if transition.move is Move.MOVED and transition.week.deadlines == found.deadlines:
            return found  # it is there already: nothing to tell the club
        return await apply(session, club, transition, now=now, by=member.user_id)


async def advance_week(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
    phase: Phase | None = None,
) -> Week:
    """A host ends the week's phase now; `phase` is the one they saw, so that two clicks do not end two phases."""

    async def step(session: Writing, club: Club, found: Week) -> Transition:
        if found.phase is Phase.SCHEDULED:
            holder = await weeks.slot_holder(session, club.id, found.kind)
            if holder is not None:
                raise SlotTaken(holder.label, holder.deadlines.poll_close_at)
        return rules.advance(found, await facts_of(session, found), now=now, by_host=True)

    phases = OPEN_PHASES if phase is None else (phase,)
    return await _by_host(tools, caller, now, where=where, number=number, week=week, phases=phases, step=step)


async def extend(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    to: datetime | None = None,
    by: timedelta | None = None,
    deadline: str | None = None,
    where: int | None = None,
    number: int | None = None,
) -> Week:
    """A deadline moves to an instant or by a length, forwards or backwards; the later ones move equally.

    `deadline` is a column such as `poll_close_at`; the present phase's own when not given. Raises `PastTime`,
    `OutOfOrder`, `WrongPhase`.
    """

    async def step(_session: Writing, _club: Club, found: Week) -> Transition:
        name = deadline or DEADLINE_OF[found.phase]
        planned: datetime = getattr(found.deadlines, name)
        target = to if to is not None else planned + (by or timedelta(hours=24))
        return rules.move_deadline(found, name, target, now=now)

    assert deadline is None or deadline in DEADLINES, "a face offers only deadlines"
    return await _by_host(tools, caller, now, where=where, number=number, week=None, phases=OPEN_PHASES, step=step)


async def cancel_week(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    reason: str = "",
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> Week:
    """A host cancels an open week, with a reason that the club sees. Raises `TextTooLong`, `WrongPhase`."""
    reason = visible(reason).strip()
    if len(reason) > REASON_LIMIT:
        raise TextTooLong("reason", REASON_LIMIT, len(reason))

    async def step(_session: Writing, _club: Club, found: Week) -> Transition:
        return rules.cancel(found, reason or Skip.HOST, now=now)

    return await _by_host(tools, caller, now, where=where, number=number, week=week, phases=OPEN_PHASES, step=step)


async def reopen_week(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    until: datetime,
    where: int | None = None,
    number: int | None = None,
) -> Week:
    """A host takes back the last transition, with a new deadline.

    Where no week is named it is the one that moved last, not any that could be reopened. Raises `SlotTaken` when a
    later week is being chosen, `NothingToReopen`, `PastTime`.
    """

    async def step(session: Writing, club: Club, found: Week) -> Transition:
        transition = rules.reopen(found, await facts_of(session, found), until=until, now=now)
        if transition.week.phase in (Phase.NOMINATIONS, Phase.POLL):
            holder = await weeks.slot_holder(session, club.id, found.kind)
            if holder is not None and holder.id != found.id:
                raise SlotTaken(holder.label, holder.deadlines.poll_close_at)
        return transition

    return await _by_host(
        tools,
        caller,
        now,
        where=where,
        number=number,
        week=None,
        phases=REOPENABLE,
        step=step,
        else_number=_moved_last,
    )


async def _moved_last(session: Reading, club: Club) -> int:
    moved = await weeks.moved_last(session, club.id, REOPENABLE)
    if moved is None:
        raise NothingToReopen
    return moved.number


@once_more
async def resync_week(
    tools: Tools, *, caller: Caller, now: datetime, where: int | None = None, number: int | None = None
) -> int:
    """A host has the week drawn again and what failed tried again; returns how many failures were revived.

    Raises `TooSoon` for the fourth time within a minute: every time draws every message.
    """
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        week = await week_for(session, club, where=where, number=number, phases=tuple(Phase), lock="update")
        _refuse_haste(await audit.latest(session, club.id, week.id), now)
        revived = await outbox_queries.revive(session, week.id, now)
        if week.phase is not Phase.SCHEDULED:
            panels = await outbox_queries.panels_of(session, week.id)
            await outbox.record(session, week, drafts_again(panels, now), now)
        await clubs.set_trouble(session, club.id, None)
        await audit.add(session, club_id=club.id, user_id=member.user_id, week_id=week.id, action="resynced", at=now)
        return revived


def _refuse_haste(deeds: Sequence[Deed], now: datetime) -> None:
    """Drawing everything again is offered so often within a minute."""
    lately = [deed.at for deed in deeds if deed.action == "resynced" and now - deed.at < RESYNC_WINDOW]
    if len(lately) >= RESYNCS:
        raise TooSoon(min(lately) + RESYNC_WINDOW)


async def next_due(tools: Tools, *, now: datetime) -> datetime | None:
    """The earliest deadline ahead, for the alarm clock."""
    async with tools.database.reading() as session:
        return await weeks.next_due(session, now)
