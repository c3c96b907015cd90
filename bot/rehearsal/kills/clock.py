"""One moving clock for several processes: real time plus an offset that lies in memory they share."""

from __future__ import annotations

from datetime import datetime, timedelta
from multiprocessing.sharedctypes import RawValue
from typing import TYPE_CHECKING, Any

from bot.domain.clock import SystemClock
from bot.rehearsal.clock import RehearsalClock

if TYPE_CHECKING:
    from ctypes import c_int64
else:
    from ctypes import c_int64

_MICROSECOND = timedelta(microseconds=1)


class LeadingClock(RehearsalClock):
    """The clock that is moved; whoever follows `ahead` (microseconds) moves with it."""

    def __init__(self, starts_at: datetime | None = None) -> None:
        self.ahead: c_int64 = RawValue(c_int64, 0)
        super().__init__(starts_at)

    def advance(self, *, to: datetime | None = None, by: timedelta | None = None) -> datetime:
        """Jump forward, and everybody who follows with it."""
        present = super().advance(to=to, by=by)
        self.ahead.value = self._ahead // _MICROSECOND
        return present


class FollowingClock:
    """The same time in another process."""

    def __init__(self, ahead: Any) -> None:
        self._real = SystemClock()
        self._ahead = ahead

    def now(self) -> datetime:
        """The present instant of the clock that leads, aware, in UTC."""
        return self._real.now() + timedelta(microseconds=self._ahead.value)
