"""What a change of a week does in its transaction: the row, errands, the reminder, the audit line, the next week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.domain.calendar import Schedule, deadlines_for, next_opening, reminder_at
from bot.domain.club.phases import Facts, Move, Transition
from bot.domain.club.week import Club, Phase, Week
from bot.domain.ids import new_id
from bot.domain.outbox import Draft, Kind, drafts_for
from bot.services import outbox
from bot.services.club import results
from db.queries import audit
from db.queries import outbox as outbox_queries
from db.queries.club import ballots, clubs, nominations, weeks
from db.session import Reading, Writing

PINGS_A_WEEK = 3
"""At most so many reminders of a week mention the opt-in role."""
PINGING = (Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING)
"""Phases whose reminder mentions the role: nominate, vote, come to the discussion."""


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
    if transition.move is Move.WON:
        week = await results.decide(session, club, week, unopposed=transition.unopposed)
        transition = replace(transition, week=week)
    await weeks.save_week(session, week)
    await outbox_queries.skip_pending(session, week.id, (Kind.REMINDER,), now)
    drafts = drafts_for(transition, layout=week.rules.layout, event=week.rules.event, lock=week.rules.lock_threads)
    await outbox.record(session, week, [*drafts, *await _reminder(session, club, week)], now)
    await audit.add(
        session,
        club_id=club.id,
        user_id=by,
        week_id=week.id,
        action=str(transition.move),
        details={"from": str(transition.before), "to": str(week.phase), **(details or {})},
        at=now,
    )
    if transition.before is Phase.SCHEDULED:
        await plan_next(session, club, now)
    return week


async def _reminder(session: Reading, club: Club, week: Week) -> list[Draft]:
    """The one reminder of the present deadline, due in the future; none where it would only disturb."""
    if week.phase not in (Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING, Phase.RATINGS):
        return []
    if week.phase_began_at is None or week.ends_at is None:
        return []
    at = reminder_at(week.phase_began_at, week.ends_at, club.timezone)
    if at is None:
        return []
    pinged = await outbox_queries.pings_of_week(session, week.id)
    ping = club.reminder_role_id is not None and week.phase in PINGING and pinged < PINGS_A_WEEK
    return [Draft(Kind.REMINDER, not_before=at, payload={"phase": str(week.phase), "ping": ping})]


async def plan_next(session: Writing, club: Club, now: datetime) -> Week | None:
    """With the template on, the week that follows exists as soon as the one before it opened; it is made here, once."""
    if club.schedule is None:
        return None
    waiting = await weeks.weeks_in(session, club.id, (Phase.SCHEDULED,))
    for week in waiting:
        if week.from_template:
            return week
    after = max(now, club.paused_until or now)
    day = next_opening(club.schedule, club.timezone, after, await clubs.skipped_dates(session, club.id))
    taken = {week.opens_on for week in waiting}
    while day in taken:
        opening = deadlines_for(club.schedule, day, club.timezone).opens_at
        day = next_opening(club.schedule, club.timezone, opening, await clubs.skipped_dates(session, club.id))
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
    return week


async def replan(session: Writing, club: Club, now: datetime) -> Week | None:
    """The template's waiting week follows a changed schedule, zone, pause or skipped date; None without a template."""
    waiting = [week for week in await weeks.weeks_in(session, club.id, (Phase.SCHEDULED,)) if week.from_template]
    if not waiting:
        return await plan_next(session, club, now)
    week = waiting[0]
    if club.schedule is None:
        await weeks.drop_scheduled(session, club.id, week.id)
        await weeks.renumber_scheduled(session, club.id)
        return None
    after = max(now, club.paused_until or now)
    day = next_opening(club.schedule, club.timezone, after, await clubs.skipped_dates(session, club.id))
    moved = replace(week, opens_on=day, deadlines=deadlines_for(club.schedule, day, club.timezone), rules=club.rules)
    await weeks.save_week(session, moved)
    await weeks.renumber_scheduled(session, club.id)
    return moved


def planned_schedule(club: Club) -> Schedule:
    """The club's template, or the default one while it is off: a week opened by hand needs lengths."""
    return club.schedule or Schedule()
