"""Times that a profile speaks of, and how much of a play is left of it as it grows old."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bot.domain.listening.periods import SPANS


class Scope(StrEnum):
    """The last days, as `/top` counts them, or all there is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


WINDOWS: Final = {scope: SPANS[scope.value] for scope in Scope if scope is not Scope.ALL}
"""Days of each window, today among them; inside one every play counts the same."""

HALF_LIFE: Final = 365
"""Days after which a play weighs half, in the scope of all there is."""
EPOCH: Final = date(2000, 1, 1)
"""Weights grow from here on instead of shrinking from today, so that a sum of them stays right while time passes."""
ONE: Final = 1 << 16
"""The weight of a play at the epoch."""


@lru_cache(maxsize=4096)
def weight_of_day(day: date) -> int:
    """How much a play of this day weighs in the scope of all: twice as much as one a half-life earlier.

    A whole number, so that sums are exact; only the ratio of two weights means anything.
    """
    whole, rest = divmod(max((day - EPOCH).days, 0), HALF_LIFE)
    return round(ONE * 2.0 ** (rest / HALF_LIFE)) << whole


def first_day(scope: Scope, today: date) -> date:
    """The first day of a window that ends today; the beginning of time for all."""
    return date.min if scope is Scope.ALL else today - timedelta(days=WINDOWS[scope] - 1)


def weight_in(scope: Scope, day: date) -> int:
    """How much a play of this day weighs in a scope that holds it."""
    return weight_of_day(day) if scope is Scope.ALL else 1
