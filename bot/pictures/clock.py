"""The listening clock: the hours of a day around a dial, the longer the more was heard."""

from __future__ import annotations

from collections.abc import Collection
from math import cos, pi, sin

from bot.domain.pictures.charts import HOURS, Clock
from bot.pictures.card import begin, counted, finish
from bot.pictures.look import BODY, BOLD, SECTION, SMALL, WIDTH, Palette
from bot.pictures.sheet import Point, Sheet, evenly

INNER, OUTER = 54.0, 138.0
LABELS = 155.0
"""Radius on which the hours are written."""
APART = 0.018
"""Of a turn between two hours, in radians to either side."""
QUARTERS = 6
ARC = 6
"""Straight pieces of an hour's bow."""


def sheet(sketch: Clock, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """A dial of 24 hours, midnight on top."""
    drawn, y = begin(palette, f"When {sketch.name} listens", f"{sketch.period} · {counted(sketch.plays, 'play')}")
    middle, centre = WIDTH / 2, y + LABELS
    for radius in (INNER, (INNER + OUTER) / 2, OUTER):
        drawn.ring(middle, centre, radius, palette.line, width=0.7)
    for hour, part in enumerate(evenly(sketch.hours)):
        if part:
            step = min(len(palette.ramp) - 1, 1 + int(part * (len(palette.ramp) - 1.001)))
            reach = INNER + max(2.0, part * (OUTER - INNER))
            drawn.shape(_wedge(middle, centre, hour, reach), palette.ramp[step])
    for hour in range(0, HOURS, QUARTERS // 2):
        large = hour % QUARTERS == 0
        x, foot = _at(middle, centre, hour, LABELS)
        drawn.text(
            x,
            foot + SMALL * 0.36,
            f"{hour:02}",
            BODY if large else SMALL,
            room=30,
            weight=BOLD if large else 400,
            fill=palette.ink if large else palette.muted,
            anchor="middle",
        )
    _heart(drawn, sketch, middle, centre)
    foot = f"Hours of {sketch.zone}, midnight on top" if sketch.zone else "Midnight on top"
    return finish(drawn, centre + LABELS + SMALL + SECTION, foot)


def _heart(drawn: Sheet, sketch: Clock, middle: float, centre: float) -> None:
    """The busiest hour, in the middle of the dial."""
    if not sketch.plays:
        drawn.text(middle, centre + 5, "silence", BODY, room=2 * INNER - 16, anchor="middle")
        return
    busiest = sketch.hours.index(max(sketch.hours))
    drawn.text(middle, centre + 3, f"{busiest:02}:00", 26, room=2 * INNER - 12, weight=BOLD, anchor="middle")
    told = counted(sketch.hours[busiest], "play")
    drawn.text(middle, centre + 21, told, SMALL, room=2 * INNER - 24, fill=drawn.palette.muted, anchor="middle")


def _at(middle: float, centre: float, hour: float, radius: float) -> tuple[float, float]:
    angle = 2 * pi * hour / HOURS - pi / 2
    return middle + radius * cos(angle), centre + radius * sin(angle)


def _wedge(middle: float, centre: float, hour: int, reach: float) -> list[Point]:
    half = pi / HOURS - APART
    turn = 2 * pi * hour / HOURS - pi / 2
    steps = [turn - half + 2 * half * step / ARC for step in range(ARC + 1)]
    around = [(INNER, angle) for angle in steps] + [(reach, angle) for angle in reversed(steps)]
    return [(middle + radius * cos(angle), centre + radius * sin(angle)) for radius, angle in around]
