"""The club's calendar: wall clocks and instants, the schedule template, a week's deadlines, reminders, week labels.

Calendar steps are taken in local dates and durations in UTC, never mixed, so that a club keeps its hours when the
clocks change.
"""

from bot.domain.calendar.deadlines import DEADLINES, Deadlines, deadlines_for, planned_from
from bot.domain.calendar.reminders import is_quiet, reminder_at
from bot.domain.calendar.schedule import Schedule, Slot, next_opening
from bot.domain.calendar.wall import Resolved, label, resolve

__all__ = [
    "DEADLINES",
    "Deadlines",
    "Resolved",
    "Schedule",
    "Slot",
    "deadlines_for",
    "is_quiet",
    "label",
    "next_opening",
    "planned_from",
    "reminder_at",
    "resolve",
]
