"""Open boxes: nominations and ballots are taken while their phase lasts and its deadline lies ahead."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.club.week import DEADLINE_OF, Club, Phase, Week
from bot.domain.errors import NominationsClosed, NoSuchWeek, PollClosed, WrongPhase
from bot.services.club.finding import Lock, week_for
from db.queries.club import weeks
from db.session import Reading

CLOSED = {Phase.NOMINATIONS: NominationsClosed, Phase.POLL: PollClosed}
ORDER = tuple(Phase)


async def open_box(
    session: Reading,
    club: Club,
    phase: Phase,
    *,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
    lock: Lock = "none",
) -> Week:
    """The week that takes nominations or ballots now, held as `lock` says.

    The deadline is kept to the instant, whether or not the week has moved on yet. Raises `NominationsClosed` or
    `PollClosed` with the week's label, `WrongPhase` for a cancelled week, `NoSuchWeek`, `WhichWeek`.
    """
    try:
        found = await week_for(session, club, where=where, number=number, week=week, phases=(phase,), lock=lock)
    except NoSuchWeek:
        if week is not None or number is not None:
            raise
        latest = await _latest(session, club)
        if latest is None:
            raise
        raise _closed(latest, phase) from None
    except WrongPhase:
        found = await week_for(session, club, where=where, number=number, week=week, phases=ORDER)
        if found.phase is Phase.CANCELLED:
            raise
        raise _closed(found, phase) from None
    if deadline_of(found, phase) <= now:
        raise _closed(found, phase)
    return found


async def _latest(session: Reading, club: Club) -> Week | None:
    """The week somebody had in mind who came too early or too late, and named none."""
    running = await weeks.weeks_in(session, club.id, (Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING, Phase.RATINGS))
    return max(running, key=lambda week: week.number, default=None)


def _closed(week: Week, phase: Phase) -> NominationsClosed | PollClosed:
    """That a box of the week is closed: since when, or not yet open."""
    over = ORDER.index(week.phase) >= ORDER.index(phase)
    return CLOSED[phase](week.label, deadline_of(week, phase) if over else None)


def deadline_of(week: Week, phase: Phase) -> datetime:
    """When this phase of the week ends."""
    closes_at: datetime = getattr(week.deadlines, DEADLINE_OF[phase])
    return closes_at
