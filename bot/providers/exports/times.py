"""Times as exports write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

WORDED = re.compile(r"(\d{1,2}) ([A-Za-z]{3,9})\.? (\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
"""`20 Nov 2020 09:35`, `24 Jan 2023, 09:42`."""
ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.ASCII,
)
NUMBER = re.compile(r"(\d{1,15})(?:\.\d{0,9})?", re.ASCII)
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
MILLISECONDS = 100_000_000_000
"""A number from here on counts milliseconds: as seconds it would be the year 5138."""


class Written(NamedTuple):
    """A time as it was written: with its zone, or without one where it names none."""

    at: datetime
    seconds: bool
    """Whether it tells seconds."""
    number: bool = False
    """Whether it is a count of seconds since 1970."""

    @property
    def local(self) -> bool:
        """Whether it names no zone."""
        return self.at.tzinfo is None


def read_time(text: str) -> Written | None:
    """The time that a text means; None where it means none that we know."""
    text = text.strip()
    if (found := NUMBER.fullmatch(text)) is not None:
        return from_unix(int(found[1]))
    if (found := WORDED.fullmatch(text)) is not None:
        month = MONTHS.get(found[2][:3].lower())
        return _made(int(found[3]), month or 0, int(found[1]), int(found[4]), int(found[5]), found[6], None)
    if (found := ISO.fullmatch(text)) is not None:
        year, month, day, hour, minute = (int(part) for part in found.group(1, 2, 3, 4, 5))
        return _made(year, month, day, hour, minute, found[6], found[7])
    return None


def from_unix(number: float) -> Written | None:
    """The instant of a count of seconds or milliseconds since 1970."""
    try:
        return Written(datetime.fromtimestamp(number / 1_000 if number >= MILLISECONDS else number, UTC), True, True)
    except (OverflowError, OSError, ValueError):
        return None


def _made(
    year: int, month: int, day: int, hour: int, minute: int, second: str | None, zone: str | None
) -> Written | None:
    try:
        at = datetime(year, month, day, hour, minute, int(second or 0), tzinfo=_zone(zone) if zone else None)
        return Written(at.astimezone(UTC) if zone else at, second is not None)
    except (OverflowError, ValueError):
        return None


@lru_cache(maxsize=64)
def _zone(text: str) -> timezone:
    """`Z`, `UTC`, `+01:00`, `-0330`; raises `ValueError` for more than a day."""
    if text in ("Z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
