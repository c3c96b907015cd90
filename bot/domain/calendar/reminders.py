"""When the one reminder of a deadline is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar.wall import resolve

AHEAD = timedelta(hours=24)
LONG_PHASE = timedelta(hours=48)
"""Phases shorter than this are reminded of at half time."""
NOTICE = timedelta(hours=1)
"""A reminder that had to be moved still leaves this much time."""

NIGHT_BEGINS = time(22)
NIGHT_ENDS = time(8)
EVENING = time(21, 45)
"""Where a night's reminder goes when it moves earlier: a slow delivery still beats the night."""


def is_quiet(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether it is night for the club, from 22:00 to 08:00: nobody is reminded then."""
    clock = instant.astimezone(zone).time()
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def reminder_at(phase_opened_at: datetime, deadline: datetime, zone: ZoneInfo) -> datetime | None:
    """When to remind of a deadline, in UTC: 24 h before it, or at half time of a phase under 48 h; never at night.

    A reminder that would fall into the night moves to the nearer of 21:45 before and 08:00 after it that lies within
    the phase and at least an hour before the deadline; None when neither does, or the phase has no length.
    """
    length = deadline - phase_opened_at
    if length <= timedelta(0):
        return None
    wanted = (deadline - AHEAD if length >= LONG_PHASE else phase_opened_at + length / 2).astimezone(UTC)
    if not is_quiet(wanted, zone):
        return wanted
    local = wanted.astimezone(zone)
    evening = local.date() if local.time() >= NIGHT_BEGINS else local.date() - timedelta(days=1)
    edges = (resolve(evening, EVENING, zone), resolve(evening + timedelta(days=1), NIGHT_ENDS, zone))
    fitting = [
        edge.instant
        for edge in edges
        if phase_opened_at < edge.instant <= deadline - NOTICE and not is_quiet(edge.instant, zone)
    ]
    return min(fitting, key=lambda instant: abs(instant - wanted), default=None)
