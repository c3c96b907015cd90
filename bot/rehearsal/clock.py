"""Time in a rehearsal: it runs like real time, and jumps forward when nothing is left to wait for."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.clock import Clock, SystemClock

FORWARD = "a rehearsal's time only moves forward"


class RehearsalClock:
    """Real seconds plus an offset that grows; weeks pass in moments, and what measures seconds still does.

    It begins at `starts_at`, else now. The client library compares ids with the machine's own time, so a start in the
    past is refused.
    """

    def __init__(self, starts_at: datetime | None = None, *, real: Clock | None = None) -> None:
        self._real = real or SystemClock()
        self._ahead = timedelta(0)
        if starts_at is not None:
            self.advance(to=starts_at)

    def now(self) -> datetime:
        """The rehearsal's present instant, aware, in UTC."""
        return self._real.now() + self._ahead

    def advance(self, *, to: datetime | None = None, by: timedelta | None = None) -> datetime:
        """Jump forward to an instant or by a length, and give the new present; backwards is a `ValueError`."""
        if (to is None) == (by is None):
            raise ValueError("say either where to or how far")
        length = by if by is not None else (to - self.now() if to is not None else timedelta(0))
        if length < timedelta(0):
            raise ValueError(FORWARD)
        self._ahead += length
        return self.now()
