"""Open boxes: nominations and ballots are taken while their phase lasts and its deadline lies ahead."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.club.week import DEADLINE_OF, Club, Phase, Week, WeekKind
from bot.domain.errors import NominationsClosed, NoSuchWeek, PollClosed, WrongPhase
from bot.domain.library.demos import DemoRefused
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
    kind: WeekKind | None = None,
) -> Week:
    """The week that takes nominations or ballots now, held as `lock` says; of that `kind` where one is told.

    The deadline is kept to the instant, whether or not the week has moved on yet. Raises `NominationsClosed` or
    `PollClosed` with the week's label, `WrongPhase` for a cancelled week, `NoSuchWeek`, `WhichWeek`, and
    `DemoRefused` for a named week of another kind.
    """
    try:
        found = await week_for(
            session, club, where=where, number=number, week=week, phases=(phase,), lock=lock, kind=kind
        )
    except NoSuchWeek:
        if week is not None or number is not None:
            raise
        others = [] if kind is None else await weeks.weeks_in(session, club.id, (phase,))
        if others:  # what is open takes something else
            raise DemoRefused("takes_tracks" if others[0].is_demo else "takes_albums", others[0].label) from None
        latest = await _latest(session, club, kind)
        if latest is None:
            raise
        raise _closed(latest, phase) from None
    except WrongPhase:
        found = await week_for(session, club, where=where, number=number, week=week, phases=ORDER)
        if found.phase is Phase.CANCELLED:
            raise
        raise _closed(found, phase) from None
    if kind is not None and found.kind is not kind:
        raise DemoRefused("takes_tracks" if found.is_demo else "takes_albums", found.label)
    if deadline_of(found, phase) <= now:
        raise _closed(found, phase)
    return found


async def _latest(session: Reading, club: Club, kind: WeekKind | None) -> Week | None:
    """The week somebody had in mind who came too early or too late, and named none."""
    running = await weeks.weeks_in(session, club.id, (Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING, Phase.RATINGS))
    fitting = (week for week in running if kind is None or week.kind is kind)
    return max(fitting, key=lambda week: week.number, default=None)


def _closed(week: Week, phase: Phase) -> NominationsClosed | PollClosed:
    """That a box of the week is closed: since when, or not yet open."""
    over = ORDER.index(week.phase) >= ORDER.index(phase)
    return CLOSED[phase](week.label, deadline_of(week, phase) if over else None)


def deadline_of(week: Week, phase: Phase) -> datetime:
    """When this phase of the week ends."""
    closes_at: datetime = getattr(week.deadlines, DEADLINE_OF[phase])
    return closes_at
