"""A rehearsal's time runs like real time and jumps forward, never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.rehearsal.clock import RehearsalClock

START = datetime(2026, 11, 23, 19, tzinfo=UTC)


class Still:
    """A clock of the real world that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


def test_it_runs_like_real_time() -> None:
    real = Still()
    clock = RehearsalClock(real=real)
    real.at += timedelta(seconds=3)
    assert clock.now() == START + timedelta(seconds=3)


def test_it_jumps_to_an_instant_and_by_a_length() -> None:
    real = Still()
    clock = RehearsalClock(START + timedelta(days=1), real=real)
    assert clock.advance(by=timedelta(hours=1)) == START + timedelta(days=1, hours=1)
    assert clock.advance(to=START + timedelta(days=9)) == START + timedelta(days=9)
    real.at += timedelta(minutes=1)
    assert clock.now() == START + timedelta(days=9, minutes=1)


def test_it_never_goes_back() -> None:
    clock = RehearsalClock(real=Still())
    with pytest.raises(ValueError, match="forward"):
        clock.advance(to=START - timedelta(seconds=1))
    with pytest.raises(ValueError, match="forward"):
        clock.advance(by=timedelta(seconds=-1))
    with pytest.raises(ValueError, match="where to"):
        clock.advance()
    with pytest.raises(ValueError, match="forward"):
        RehearsalClock(START - timedelta(days=1), real=Still())
    assert clock.now() == START
