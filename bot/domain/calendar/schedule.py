"""The schedule template: at which weekdays and hours a club's weeks open and their phases end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from bot.domain.calendar.wall import resolve
from bot.domain.errors import ScheduleRefused

SlotName = Literal["opens", "nominations_close", "poll_close", "discussion", "ratings_close"]
SLOTS: tuple[SlotName, ...] = ("opens", "nominations_close", "poll_close", "discussion", "ratings_close")
"""The template's slots in the order in which a week passes them."""

MOST_WEEKS = 52
SHORTEST_PHASE = timedelta(hours=1)
FIRST_MONDAY = date(2001, 1, 1)
"""Where the count of every-n-weeks begins for a schedule without an anchor."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekday (0 is Monday) and a wall clock, `weeks_later` calendar weeks after the week of the opening."""

    weekday: int
    clock: time
    weeks_later: int = 0

    @property
    def offset(self) -> timedelta:
        """Wall time since Monday 00:00 of the week of the opening; a clock change in between is not counted."""
        clock = timedelta(hours=self.clock.hour, minutes=self.clock.minute)
        return timedelta(weeks=self.weeks_later, days=self.weekday) + clock

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"weekday": self.weekday, "clock": self.clock.strftime("%H:%M"), "weeks_later": self.weeks_later}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A club's template, in wall times of its zone; the default is the one of a new club.

    Raises `ScheduleRefused` with the slot's name and a reason: `every`, `anchor`, `weekday`, `clock` or `weeks_later`
    for a value out of range, `order` for a slot less than an hour after the one before it, `overlap` for a choice that
    would last into the next one.
    """

    every: int = 1
    """A week opens every so many weeks, counted from the anchor."""
    opens: Slot = Slot(0, time(19))
    nominations_close: Slot = Slot(2, time(19))
    poll_close: Slot = Slot(3, time(19))
    discussion: Slot = Slot(2, time(20), 1)
    ratings_close: Slot = Slot(3, time(20), 1)
    anchor: date | None = None
    """The first week opens on the first opening weekday from here on; None counts from a Monday long past."""

    def __post_init__(self) -> None:
        if not _is_number(self.every, 1, MOST_WEEKS):
            raise ScheduleRefused("every", "every")
        for name in SLOTS:
            _check_slot(name, getattr(self, name))
        if self.opens.weeks_later != 0:
            raise ScheduleRefused("opens", "weeks_later")
        for before, name in pairwise(SLOTS):
            if self.offset(name) - self.offset(before) < SHORTEST_PHASE:
                raise ScheduleRefused(name, "order")
        if self.offset("poll_close") - self.offset("opens") > timedelta(weeks=self.every):
            raise ScheduleRefused("poll_close", "overlap")

    def offset(self, name: SlotName) -> timedelta:
        """Wall time from Monday 00:00 of the opening's week to a slot."""
        slot: Slot = getattr(self, name)
        return slot.offset

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        slots = {name: getattr(self, name).to_dict() for name in SLOTS}
        return {"every": self.every, **slots, "anchor": self.anchor.isoformat() if self.anchor else None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Schedule:
        """A schedule from stored values; missing names have their default. Raises `ScheduleRefused`."""
        given: dict[str, Any] = {name: _read_slot(name, values[name]) for name in SLOTS if name in values}
        if "every" in values:
            given["every"] = values["every"]
        if values.get("anchor") is not None:
            try:
                given["anchor"] = date.fromisoformat(values["anchor"])
            except (TypeError, ValueError):
                raise ScheduleRefused("anchor", "anchor") from None
        return cls(**given)


def next_opening(schedule: Schedule, zone: ZoneInfo, after: datetime, skipped: Collection[date] = ()) -> date:
    """The club's local date of the first opening later than `after`, every n weeks from the anchor.

    A skipped date is passed over and does not shift the count of weeks.
    """
    step = timedelta(weeks=schedule.every)
    start = schedule.anchor or FIRST_MONDAY
    first = start + timedelta(days=(schedule.opens.weekday - start.weekday()) % 7)
    # Two days earlier than the local date: no clock change carries an opening further than one day.
    earliest = after.astimezone(zone).date() - timedelta(days=2)
    day = first + max(0, (earliest - first) // step) * step
    while day in skipped or resolve(day, schedule.opens.clock, zone).instant <= after.astimezone(UTC):
        day += step
    return day


def _is_number(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _check_slot(name: SlotName, slot: Slot) -> None:
    if not _is_number(slot.weekday, 0, 6):
        raise ScheduleRefused(name, "weekday")
    if not _is_number(slot.weeks_later, 0, MOST_WEEKS):
        raise ScheduleRefused(name, "weeks_later")
    if slot.clock.tzinfo is not None or slot.clock.second or slot.clock.microsecond:
        raise ScheduleRefused(name, "clock")


def _read_slot(name: str, value: object) -> Slot:
    if not isinstance(value, Mapping):
        raise ScheduleRefused(name, "weekday")
    stored = cast("Mapping[str, Any]", value)
    try:
        clock = time.fromisoformat(stored["clock"])
    except (KeyError, TypeError, ValueError):
        raise ScheduleRefused(name, "clock") from None
    if set(stored) > {field.name for field in fields(Slot)} or "weekday" not in stored:
        raise ScheduleRefused(name, "weekday")
    return Slot(stored["weekday"], clock, stored.get("weeks_later", 0))
