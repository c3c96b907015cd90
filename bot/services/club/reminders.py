"""Reminders: one per deadline in the thread, and a private one to members who asked and have something left to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.club.rules import Pick
from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase, Week
from bot.domain.outbox import Draft, Errand, Kind
from bot.domain.people import Member
from bot.services import outbox
from bot.services.club.views import week_view
from bot.services.tools import Tools
from db.queries import people
from db.queries.club import ballots, nominations, ratings, weeks
from db.session import Reading

GRACE = timedelta(minutes=30)
"""A reminder later than this is not sent at all."""


@dataclass(frozen=True, slots=True)
class Remind:
    """A reminder that is still wanted."""

    view: WeekView
    phase: Phase
    closes_at: datetime
    role_id: int | None
    """The opt-in role to mention, where this reminder may."""


async def remind(tools: Tools, errand: Errand, *, now: datetime) -> Remind | None:
    """What to say, or None when the deadline moved, the phase ended, or the moment has passed.

    Private reminders are recorded here, once per member and reminder, so that a crash in between doubles none.
    """
    assert errand.week_id is not None, "reminders belong to weeks"
    async with tools.database.writing() as session:
        week = await weeks.week(session, errand.week_id, lock="share")
        if week is None or week.run != errand.run or week.phase != errand.phase or week.ends_at is None:
            return None
        if now >= week.ends_at or now - datetime.fromisoformat(errand.payload["due"]) > GRACE:
            return None
        view = await week_view(session, week.id, now)
        for member in await _with_something_left(session, week):
            await outbox.record_dm(
                session,
                week,
                Draft(Kind.DM, payload={"words": "reminder", "discord_id": member.discord_id}),
                key=f"{errand.id}",
                discord_id=member.discord_id,
                now=now,
            )
        ping = bool(errand.payload.get("ping"))
        return Remind(view, week.phase, week.ends_at, view.club.reminder_role_id if ping else None)


async def _finished(session: Reading, week: Week) -> frozenset[UUID]:
    """Who has done in this phase what it is there for."""
    if week.phase is Phase.NOMINATIONS:
        return await nominations.nominators(session, week.id)
    if week.phase is Phase.POLL:
        return await ballots.voters(session, week.id)
    return frozenset(rating.user_id for rating in await ratings.ratings_of_week(session, week.id))


async def _with_something_left(session: Reading, week: Week) -> list[Member]:
    """Members who asked to be reminded privately and have something left to do."""
    if week.phase is Phase.NOMINATIONS and week.rules.pick is Pick.HOST:
        return []
    finished = await _finished(session, week)
    left = [member for member in await people.dm_members(session, week.club_id) if member.user_id not in finished]
    if week.phase is not Phase.LISTENING:
        return left
    return [member for member in left if not await ratings.has_heard(session, week.id, member.user_id)]
