"""Weeks move: by their deadlines, whenever the bot gets to it, or because a host says so; both take the same path."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.calendar import DEADLINES
from bot.domain.club import phases as rules
from bot.domain.club.phases import Transition
from bot.domain.club.week import DEADLINE_OF, OPEN_PHASES, Club, Phase, Skip, Week
from bot.domain.errors import NothingToReopen, SlotTaken
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller
from bot.services import outbox, people
from bot.services.club.finding import week_for
from bot.services.club.transitions import apply, facts_of
from bot.services.tools import Tools
from db.queries import audit
from db.queries import outbox as outbox_queries
from db.queries.club import clubs, weeks
from db.session import Writing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one wake-up did, and when to wake next."""

    count: int
    next_due: datetime | None
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
                week = await weeks.claim_due(session, now, failed)
                if week is None:
                    break
                claimed = week.id
                club = await clubs.club(session, week.club_id)
                await apply(session, club, rules.advance(week, await facts_of(session, week), now=now), now=now)
                count += 1
        except SlotTaken:
            # Another week of the club took the slot between the claim and the write: this one waits for it.
            if claimed is not None:
                failed.add(claimed)
        except Exception:  # a poisoned week must not hold up the others
            if claimed is None:
                raise
            log.exception("week %s could not be advanced", claimed)
            failed.add(claimed)
    async with tools.database.reading() as session:
        return Advanced(count, await weeks.next_due(session, now), len(failed))


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
) -> Week:
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        found = await week_for(session, club, where=where, number=number, week=week, phases=phases, lock="update")
        transition = await step(session, club, found)
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
    """A host cancels an open week, with a reason that the club sees."""

    async def step(_session: Writing, _club: Club, found: Week) -> Transition:
        return rules.cancel(found, reason.strip() or Skip.HOST, now=now)

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
    """A host takes back the last transition, with a new deadline; `SlotTaken` when a later week is being chosen."""

    async def step(session: Writing, club: Club, found: Week) -> Transition:
        transition = rules.reopen(found, await facts_of(session, found), until=until, now=now)
        if transition.week.phase in (Phase.NOMINATIONS, Phase.POLL):
            holder = await weeks.slot_holder(session, club.id, found.kind)
            if holder is not None and holder.id != found.id:
                raise SlotTaken(holder.label, holder.deadlines.poll_close_at)
        return transition

    phases = (Phase.POLL, Phase.LISTENING, Phase.RATINGS, Phase.CLOSED, Phase.CANCELLED)
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        if where is not None and number is None and await weeks.week_of_thread(session, club.id, where) is None:
            # Outside a thread "reopen" means the week that moved last, not any that could be reopened.
            moved = [one for one in await weeks.latest_weeks(session, club.id, 10) if one.phase in phases]
            if not moved:
                raise NothingToReopen
            number = max(moved, key=lambda one: one.phase_began_at or one.deadlines.opens_at).number
    return await _by_host(tools, caller, now, where=where, number=number, week=None, phases=phases, step=step)


async def resync_week(
    tools: Tools, *, caller: Caller, now: datetime, where: int | None = None, number: int | None = None
) -> int:
    """A host has the week drawn again and what failed tried again; returns how many failures were revived."""
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        week = await week_for(session, club, where=where, number=number, phases=tuple(Phase), lock="update")
        revived = await outbox_queries.revive(session, week.id, now)
        if week.phase is not Phase.SCHEDULED:
            again = int(now.timestamp())
            panels = [
                Draft(Kind.REDRAW, again + place, payload={"panel": str(kind), "force": True})
                for place, kind in enumerate(panel for panel, _ in await outbox_queries.panels_of(session, week.id))
            ]
            await outbox.record(session, week, [Draft(Kind.REFRESH, payload={"force": True}), *panels], now)
        await clubs.set_trouble(session, club.id, None)
        await audit.add(session, club_id=club.id, user_id=member.user_id, week_id=week.id, action="resynced", at=now)
        return revived


async def next_due(tools: Tools, *, now: datetime) -> datetime | None:
    """The earliest deadline ahead, for the alarm clock."""
    async with tools.database.reading() as session:
        return await weeks.next_due(session, now)
