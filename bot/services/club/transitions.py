"""What a change of a week does in its transaction: the row, errands, the reminder, the audit line, the next week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bot.domain.calendar import Schedule, deadlines_for, next_opening, reminder_at, resolve
from bot.domain.club.phases import Facts, Move, Transition
from bot.domain.club.rules import Pick
from bot.domain.club.week import Club, Phase, Week
from bot.domain.ids import new_id
from bot.domain.library.demos import rules_of_demos
from bot.domain.outbox import Draft, Kind, drafts_for
from bot.services import outbox
from bot.services.club import guide, results
from bot.services.library import automatic, memory, showing
from db.queries import audit
from db.queries import outbox as outbox_queries
from db.queries.club import ballots, clubs, nominations, weeks
from db.session import Reading, Writing

PINGS_A_WEEK = 3
"""At most so many reminders of a week mention the opt-in role."""
PINGING = (Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING)
"""Phases whose reminder mentions the role: nominate, vote, come to the discussion."""
EXTENDED = (Move.NOMINATIONS_EXTENDED, Move.POLL_EXTENDED)


async def facts_of(session: Reading, week: Week) -> Facts:
    """What the next transition depends on."""
    return Facts(
        nominations=await nominations.standing_count(session, week.id),
        ballots=await ballots.counted_ballots(session, week.id),
    )


async def apply(
    session: Writing,
    club: Club,
    transition: Transition,
    *,
    now: datetime,
    by: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> Week:
    """Store a transition with everything that follows from it; `by` is the host, None when a deadline passed."""
    week = transition.week
    opens = transition.before is Phase.SCHEDULED and week.is_open and week.phase is not Phase.SCHEDULED
    if opens:
        # It may open before its turn, and numbers follow the order of opening.
        numbers = await weeks.renumber_scheduled(session, club.id, first=week.id)
        week = replace(week, number=numbers[week.id])
        transition = replace(transition, week=week)
    if transition.move is Move.WON:
        week = await results.decide(session, club, week, unopposed=transition.unopposed)
        transition = replace(transition, week=week)
    await weeks.save_week(session, week)
    await automatic.week_moved(session, transition, now)
    await showing.week_moved(session, transition, now)
    await memory.week_moved(session, transition, now)
    await outbox_queries.skip_reminders(session, week.id, now)
    drafts = drafts_for(
        transition,
        layout=week.rules.layout,
        event=week.rules.event,
        lock=week.rules.lock_threads,
        guide=await guide.posted(session, week.id),
    )
    drafts += await _reminder(session, club, transition, now)
    await outbox.record(session, week, drafts, now, in_turn=True)  # it is held by nobody else
    await audit.add(
        session,
        club_id=club.id,
        user_id=by,
        week_id=week.id,
        action=str(transition.move),
        details={"from": str(transition.before), "to": str(week.phase), **(details or {})},
        at=now,
    )
    if opens or week.cancelled_from is Phase.SCHEDULED:
        await plan_next(session, club, now)
    return week


async def _reminder(session: Reading, club: Club, transition: Transition, now: datetime) -> list[Draft]:
    """The one reminder of the present deadline, due in the future; none where it would only disturb."""
    week = transition.week
    if week.phase is Phase.SCHEDULED or week.phase_began_at is None or week.ends_at is None:
        return []
    if week.phase is Phase.NOMINATIONS and week.rules.pick is Pick.HOST:
        return []  # the club has nothing to do
    # The notice of an extension is the reminder of what was there before: the added day counts by itself.
    began = now if transition.move in EXTENDED else week.phase_began_at
    at = reminder_at(began, week.ends_at, club.timezone)
    if at is None or at <= now:
        # Its moment has passed: the deadline was pulled in.
        if transition.move is Move.MOVED and await outbox_queries.has_reminded(session, week.id, week.phase):
            return []
        at = reminder_at(now, week.ends_at, club.timezone)
    if at is None:
        return []
    pinged = await outbox_queries.pings_of_week(session, week.id)
    ping = club.reminder_role_id is not None and week.phase in PINGING and pinged < PINGS_A_WEEK
    payload = {"phase": str(week.phase), "ping": ping, "due": at.isoformat()}
    return [Draft(Kind.REMINDER, not_before=at, payload=payload)]


async def plan_next(session: Writing, club: Club, now: datetime) -> Week | None:
    """With the template on, the week that follows exists as soon as the one before it opened; it is made here, once.

    Hold the club, so that two do not make it.
    """
    if club.schedule is None:
        return None
    waiting = await weeks.weeks_in(session, club.id, (Phase.SCHEDULED,))
    for week in waiting:
        if week.from_template:
            return week
    day = await _next_day(session, club, club.schedule, now, waiting)
    week = Week(
        id=new_id(now),
        club_id=club.id,
        number=await weeks.next_number(session, club.id),
        opens_on=day,
        phase=Phase.SCHEDULED,
        run=0,
        deadlines=deadlines_for(club.schedule, day, club.timezone),
        rules=club.rules,
        from_template=True,
    )
    await weeks.add_week(session, week, now)
    await weeks.renumber_scheduled(session, club.id)
    return await weeks.week(session, week.id)


async def _next_day(session: Reading, club: Club, schedule: Schedule, now: datetime, waiting: Iterable[Week]) -> date:
    """The template's next date: not over, paused or skipped, and no week was or is planned for it.

    A date whose week opened early, or was cancelled before it opened, does not come again.
    """
    after = now
    if club.paused_until is not None:
        after = max(after, club.paused_until - timedelta.resolution)  # it may open with the end of the pause
    last = await weeks.last_template_day(session, club.id)
    if last is not None:
        after = max(after, resolve(last, schedule.opens.clock, club.timezone).instant)
    planned = {week.opens_on for week in waiting if not week.is_demo}  # a demo week takes no other week's place
    taken = await clubs.skipped_dates(session, club.id) | planned
    return next_opening(schedule, club.timezone, after, taken)


async def replan(session: Writing, club: Club, now: datetime, *, redate: bool = True) -> Week | None:
    """Weeks that have not opened follow changed settings; returns the template's one, None while it is off.

    With `redate` that one follows a changed schedule, zone or pause too, else only when its date is skipped: a host may
    have moved it. Hold the club.
    """
    waiting = await weeks.weeks_in(session, club.id, (Phase.SCHEDULED,))
    for week in waiting:
        pick = club.rules.pick if week.from_template else week.rules.pick
        rules = replace(club.rules, pick=pick)
        if week.is_demo:
            rules = rules_of_demos(rules, blind=week.rules.anonymous)
        if week.rules != rules:
            await weeks.save_week(session, replace(week, rules=rules))
    own = next((week for week in waiting if week.from_template), None)
    if own is None:
        return await plan_next(session, club, now)
    if club.schedule is None:
        await weeks.drop_scheduled(session, club.id, own.id)
    elif redate or own.opens_on in await clubs.skipped_dates(session, club.id):
        others = [week for week in waiting if not week.from_template]
        day = await _next_day(session, club, club.schedule, now, others)
        planned = deadlines_for(club.schedule, day, club.timezone)
        await weeks.save_week(session, replace(own, opens_on=day, deadlines=planned, rules=club.rules))
    await weeks.renumber_scheduled(session, club.id)
    return await weeks.week(session, own.id)


def planned_schedule(club: Club) -> Schedule:
    """The club's template, or the default one while it is off: a week opened by hand needs lengths."""
    return club.schedule or Schedule()
