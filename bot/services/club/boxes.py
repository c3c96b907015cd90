"""Open boxes: nominations and ballots are taken while their phase lasts and its deadline lies ahead."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.club.week import DEADLINE_OF, Club, Phase, Week
from bot.domain.errors import NominationsClosed, PollClosed, WrongPhase
from bot.services.club.finding import Lock, week_for
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
    except WrongPhase:
        found = await week_for(session, club, where=where, number=number, week=week, phases=ORDER)
        if found.phase is Phase.CANCELLED:
            raise
        over = ORDER.index(found.phase) > ORDER.index(phase)
        raise CLOSED[phase](found.label, deadline_of(found, phase) if over else None) from None
    if deadline_of(found, phase) <= now:
        raise CLOSED[phase](found.label, deadline_of(found, phase))
    return found


def deadline_of(week: Week, phase: Phase) -> datetime:
    """When this phase of the week ends."""
    closes_at: datetime = getattr(week.deadlines, DEADLINE_OF[phase])
    return closes_at
