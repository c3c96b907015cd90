"""Which week a command means: its thread's week, else the only fitting one that runs or waits, else it asks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from bot.domain.club.week import Club, Phase, Week, WeekKind
from bot.domain.errors import NoSuchWeek, WhichWeek, WrongPhase
from db.queries.club import weeks
from db.session import Reading

NUMBERS = range(1, 1 << 31)
"""What can be a week's number; the database has no larger ones."""

Lock = Literal["none", "share", "update"]


async def week_for(
    session: Reading,
    club: Club,
    *,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
    phases: Collection[Phase],
    lock: Lock = "none",
    kind: WeekKind | None = None,
) -> Week:
    """The week that is meant, held as `lock` says; where none is named, of that `kind`.

    `week` names it by key (a button), `number` by what members know, `where` is the thread of the command. Raises
    `NoSuchWeek`, `WhichWeek` with the choices, or `WrongPhase` when the named week is in none of the phases.
    """
    found = await _named(session, club, where=where, number=number, week=week)
    if found is None:
        fitting = [one for one in await weeks.weeks_in(session, club.id, phases) if kind is None or one.kind is kind]
        if not fitting:
            raise NoSuchWeek
        # A week that waits for its opening is meant only where nothing runs that could be.
        fitting = [one for one in fitting if one.phase is not Phase.SCHEDULED] or fitting
        if len(fitting) > 1:
            raise WhichWeek(tuple((one.number, one.label) for one in fitting))
        found = fitting[0]
    if lock != "none":
        held = await weeks.week(session, found.id, lock=lock)
        assert held is not None, "weeks are never deleted"
        found = held
    if found.phase not in phases:
        raise WrongPhase(found.label, found.phase, tuple(phases))
    return found


async def _named(
    session: Reading, club: Club, *, where: int | None, number: int | None, week: UUID | None
) -> Week | None:
    if week is not None:
        found = await weeks.week(session, week)
        if found is None or found.club_id != club.id:
            raise NoSuchWeek
        return found
    if number is not None:
        found = await weeks.week_numbered(session, club.id, number) if number in NUMBERS else None
        if found is None:
            raise NoSuchWeek
        return found
    return None if where is None else await weeks.week_of_thread(session, club.id, where)
