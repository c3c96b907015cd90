"""The five instants of a week: planned from the template, or from a week that a host opens by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from bot.domain.calendar.schedule import SLOTS, Schedule
from bot.domain.calendar.wall import resolve
from bot.domain.errors import OutOfOrder

Deadline = Literal["opens_at", "nominations_close_at", "poll_close_at", "discussion_at", "ratings_close_at"]
DEADLINES: tuple[Deadline, ...] = get_args(Deadline)
"""A week's deadlines in the order in which they pass."""

ENDS: dict[str, int] = {"nominations": 1, "poll": 2, "listening": 3, "ratings": 4}
"""Phase → place of the deadline that ends it; the one before it begins the phase."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When a week opens and when each of its phases ends; aware instants in UTC, none before its predecessor."""

    opens_at: datetime
    nominations_close_at: datetime
    poll_close_at: datetime
    discussion_at: datetime
    ratings_close_at: datetime

    def moved(self, name: str, to: datetime) -> Deadlines:
        """One deadline moved and every later one by the same elapsed time; raises `OutOfOrder` before its predecessor.

        The shift is elapsed time, so that no phase gets longer or shorter; across a clock change the later deadlines
        therefore stand an hour off the template's wall times.
        """
        place = _place(name)
        if place > 0 and to < self._at(place - 1):
            raise OutOfOrder(name, to, self._at(place - 1))
        shift = to - self._at(place)
        later = {later: self._at(_place(later)) + shift for later in DEADLINES[place:]}
        return replace(self, **later)

    def length(self, phase: str) -> timedelta:
        """How long a phase is planned to last; `nominations`, `poll`, `listening` or `ratings`."""
        return self.ends_at(phase) - self.begins_at(phase)

    def begins_at(self, phase: str) -> datetime:
        """The deadline with which a phase begins."""
        return self._at(ENDS[phase] - 1)

    def ends_at(self, phase: str) -> datetime:
        """The deadline at which a phase ends."""
        return self._at(ENDS[phase])

    def _at(self, place: int) -> datetime:
        instant: datetime = getattr(self, DEADLINES[place])
        return instant


def _place(name: str) -> int:
    return DEADLINES.index(name)  # pyright: ignore[reportArgumentType] - an unknown name is the ValueError it deserves


def deadlines_for(schedule: Schedule, day: date, zone: ZoneInfo) -> Deadlines:
    """The deadlines of the template's week that holds `day`; any day from Monday to Sunday means the same week."""
    monday = datetime.combine(day - timedelta(days=day.weekday()), time())
    walls = [monday + schedule.offset(name) for name in SLOTS]
    return _resolved(walls, resolve(walls[0].date(), walls[0].time(), zone).instant, zone)


def planned_from(schedule: Schedule, zone: ZoneInfo, opens_at: datetime) -> Deadlines:
    """The deadlines of a week that a host opens by hand.

    It joins the template where its nominations then last at least a day (or as long as planned, if that is less) and at
    most a day longer than planned: opened on Monday morning or on Tuesday, it ends with the template's week. Else every
    phase gets its planned length in wall time, to the full minute: opened on Friday at 20:15 under the default, the
    nominations close on Sunday at 20:15.
    """
    local = opens_at.astimezone(zone)
    planned = schedule.offset("nominations_close") - schedule.offset("opens")
    for weeks in range(-schedule.nominations_close.weeks_later - 1, 2):
        template = deadlines_for(schedule, local.date() + timedelta(weeks=weeks), zone)
        lasting = template.nominations_close_at - opens_at
        if min(ONE_DAY, planned) <= lasting <= planned + ONE_DAY:
            return replace(template, opens_at=opens_at.astimezone(UTC))
    start = local.replace(tzinfo=None, fold=0)
    if start.second or start.microsecond:
        start = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    walls = [start + schedule.offset(name) - schedule.offset("opens") for name in SLOTS]
    return _resolved(walls, opens_at.astimezone(UTC), zone)


def _resolved(walls: Sequence[datetime], opens_at: datetime, zone: ZoneInfo) -> Deadlines:
    """Wall times as instants that strictly follow each other.

    Two slots around a clock change may fall together or swap; the later one then keeps its distance to the earlier.
    """
    instants = [opens_at]
    for before, wall in pairwise(walls):
        instant = resolve(wall.date(), wall.time(), zone).instant
        instants.append(instant if instant > instants[-1] else instants[-1] + (wall - before))
    return Deadlines(*instants)
