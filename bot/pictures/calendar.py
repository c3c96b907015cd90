"""The calendar: a square for each day, larger and warmer the more was heard."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from bot.domain.pictures.charts import WEEKDAYS, Calendar
from bot.domain.timewords import MONTHS
from bot.pictures.card import ROOM, begin, counted, figures, finish
from bot.pictures.look import GAP, MARGIN, SECTION, SMALL, Palette
from bot.pictures.sheet import Sheet
from bot.pictures.writing import width_of

BLOCK = 27
"""Weeks beside each other; a year stands in two rows."""
SIDE = 30.0
"""Room for the names of weekdays."""
LARGEST = 24.0
EMPTY, LEAST = 0.3, 0.5
"""The side of a silent day and of the quietest one, of its square."""


def sheet(sketch: Calendar, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """Weeks as columns, Monday on top."""
    drawn, y = begin(palette, f"Days {sketch.name} listened", f"{sketch.period} · {counted(sketch.plays, 'play')}")
    begins = sketch.first.weekday()
    weeks = -(-(begins + len(sketch.days)) // 7)
    square = min(LARGEST, (ROOM - SIDE) / min(weeks, BLOCK))
    steps = _steps(sketch)
    for first in range(0, weeks, BLOCK):
        y = _block(drawn, sketch, steps, y, square, range(first, min(weeks, first + BLOCK)))
    y = _legend(drawn, y - SECTION + SMALL + GAP, steps)
    return finish(drawn, figures(drawn, y, _told(sketch)))


def _block(drawn: Sheet, sketch: Calendar, steps: tuple[int, ...], y: float, square: float, weeks: range) -> float:
    palette = drawn.palette
    begins = sketch.first.weekday()
    top = y + SMALL + 2
    for row, name in enumerate(WEEKDAYS):
        if row % 2 == 0:
            drawn.text(
                MARGIN, top + row * square + square / 2 + SMALL * 0.36, name, SMALL, room=SIDE, fill=palette.muted
            )
    free = MARGIN + SIDE
    for week in weeks:
        left = MARGIN + SIDE + (week - weeks.start) * square
        for row in range(7):
            place = week * 7 + row - begins
            if not 0 <= place < len(sketch.days):
                continue
            day = sketch.first + timedelta(days=place)
            if left >= free and _names_month(sketch, place, week, weeks.start):
                name = MONTHS[day.month - 1][:3].title()
                wide = width_of(name, SMALL) + 1
                if left + wide <= MARGIN + ROOM:
                    drawn.text(left, y, name, SMALL, room=wide, fill=palette.muted)
                    free = left + wide + 5
            step = sum(sketch.days[place] >= least for least in steps) if sketch.days[place] else 0
            side = square * (LEAST + (0.92 - LEAST) * step / len(steps) if step else EMPTY)
            drawn.rect(
                left + (square - side) / 2,
                top + row * square + (square - side) / 2,
                side,
                side,
                palette.ramp[step],
                radius=square * 0.18,
            )
    return top + 7 * square + SECTION


def _names_month(sketch: Calendar, place: int, week: int, first: int) -> bool:
    """Whether a month is written above a day: it begins in that week, or a block begins in the middle of it."""
    day = sketch.first + timedelta(days=place)
    soon = (sketch.first + timedelta(days=min(place + 14, len(sketch.days) - 1))).month
    return day.day <= 7 or (week == first and soon == day.month)


def _steps(sketch: Calendar) -> tuple[int, ...]:
    """From how many plays on a day is of each warmth: quarters of the days that are not silent."""
    heard = sorted(plays for plays in sketch.days if plays)
    if not heard:
        return (1, 2, 3, 4)
    found = [1]
    for quarter in (1, 2, 3):
        found.append(max(found[-1] + 1, heard[len(heard) * quarter // 4]))
    return tuple(found)


def _legend(drawn: Sheet, y: float, steps: tuple[int, ...]) -> float:
    """What the squares mean."""
    left = MARGIN + SIDE
    for step, least in enumerate((0, *steps)):
        side = 12 * (LEAST + (0.92 - LEAST) * step / len(steps) if step else EMPTY)
        drawn.rect(left + 6 - side / 2, y - 4 - side / 2, side, side, drawn.palette.ramp[step], radius=2)
        top = steps[step] - 1 if step < len(steps) else None
        words = f"{least}+" if top is None else f"{least}" if least == top else f"{least}–{top}"
        left += 16 + drawn.text(left + 15, y, words, SMALL, room=48, fill=drawn.palette.muted) + 12
    return y + SECTION - 4


def _told(sketch: Calendar) -> list[tuple[str, str, str]]:
    heard = sum(bool(plays) for plays in sketch.days)
    longest = run = 0
    for plays in sketch.days:
        run = run + 1 if plays else 0
        longest = max(longest, run)
    best = max(range(len(sketch.days)), key=lambda place: sketch.days[place], default=0)
    day = sketch.first + timedelta(days=best)
    most = sketch.days[best] if sketch.days else 0
    return [
        (f"{heard:,}", "day" if heard == 1 else "days", f"of {len(sketch.days):,} heard"),
        (f"{longest:,}", "in a row", "days at most"),
        (
            f"{most:,}",
            "play" if most == 1 else "plays",
            f"on {day.day} {MONTHS[day.month - 1][:3].title()} {day.year}" if most else "on any day",
        ),
    ]
