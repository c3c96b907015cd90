"""From what a clock on the club's wall shows to an instant, and the label a week carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["ok", "gap", "fold"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The instant, in UTC, at which a clock in the club's zone shows a date and a time."""

    instant: datetime
    kind: Kind
    """`gap`: the clock jumps over that time, the instant lies after it. `fold`: it shows it twice, the first counts."""


def resolve(day: date, clock: time, zone: ZoneInfo) -> Resolved:
    """The instant of a local date and time.

    A time that the clocks jump over moves forward by the jump (02:30 becomes 03:30); a time that comes twice means the
    first. Zones jump at midnight, by half an hour, and once over a whole day, so no band of hours is safe to assume.
    """
    local = datetime.combine(day, clock.replace(fold=0), tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None, fold=0) != local.replace(tzinfo=None):
        return Resolved(instant, "gap")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return Resolved(instant, "fold")
    return Resolved(instant, "ok")


def label(number: int, opens_on: date) -> str:
    """`WEEK 003 [2026-11-23]`: the week's number and the club's local date of its opening."""
    return f"WEEK {number:03d} [{opens_on.isoformat()}]"
