"""Streaks: days in a row on which somebody heard something, and how far their plays are from a round number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.listening.periods import midnight

DAY = timedelta(days=1)
FIRST_MILESTONES = (100, 250, 500)
FORESEEN = timedelta(days=3_653)
"""Further ahead nobody is told when they will get there."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many, the first and the last among them."""
        return (self.last - self.first).days + 1


def day_bounds(first: date, last: date, zone: ZoneInfo) -> list[datetime]:
    """The instants at which each day from the first to the last begins, and the one at which the last ends."""
    return [midnight(first + DAY * place, zone) for place in range((last - first).days + 2)]


def runs(days: Iterable[date]) -> list[Run]:
    """The runs that some days make, earliest first; the days come in any order, and may come twice."""
    found: list[Run] = []
    for day in sorted(set(days)):
        if found and day - found[-1].last == DAY:
            found[-1] = Run(found[-1].first, day)
        else:
            found.append(Run(day, day))
    return found


def current(found: list[Run], today: date) -> Run | None:
    """The run that goes on: its last day is today, or yesterday as long as today is not over."""
    return next((run for run in reversed(found) if timedelta(0) <= today - run.last <= DAY), None)


def longest(found: list[Run]) -> Run | None:
    """The longest run, of several the latest."""
    return max(found, key=lambda run: (run.days, run.last), default=None)


def next_milestone(plays: int) -> int:
    """The next round number of plays: hundreds at first, then thousands, then as round as the number is large."""
    for milestone in FIRST_MILESTONES:
        if plays < milestone:
            return milestone
    step = 1_000 if plays < 10_000 else 5_000 if plays < 50_000 else 10_000 if plays < 200_000 else 50_000
    return (plays // step + 1) * step


def per_day(plays: int, since: date, today: date) -> float:
    """Plays of a day on average, from the first day to today."""
    return plays / max(1, (today - since).days + 1)


def reached_on(plays: int, milestone: int, pace: float, today: date) -> date | None:
    """The day on which the milestone is reached if it goes on so; None where nobody can say."""
    if pace <= 0 or (milestone - plays) / pace > FORESEEN.days:
        return None
    return today + timedelta(days=max(1, round((milestone - plays) / pace)))
