"""The taste card: genres, decades, the hours of a week, three numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.pictures.charts import HOURS, WEEKDAYS, Bar, TasteCard
from bot.pictures.card import RIGHT, ROOM, begin, counted, figures, finish, heading, percent, possessive
from bot.pictures.look import BODY, BOLD, GAP, LINE, MARGIN, RADIUS, SECTION, SMALL, Palette
from bot.pictures.sheet import Sheet, evenly

GENRES, DECADES = 6, 8
NAMES = 118.0
"""Room for the names of genres."""
ROW = 24.0
COLUMNS = 64.0
"""Height of the longest decade."""
DAYS = 32.0


def sheet(sketch: TasteCard, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """What a member loves."""
    drawn, y = begin(palette, f"{possessive(sketch.name)} taste", f"{sketch.period} · {counted(sketch.plays, 'play')}")
    if sketch.artists:
        told = " · ".join(sketch.artists[:5])
        y = drawn.texts(MARGIN, y, told, BODY, room=ROOM, lines=2) + SECTION + 4
    if sketch.genres:
        y = _genres(drawn, heading(drawn, y, "Genres"), sketch.genres[:GENRES])
    if sketch.decades:
        y = _decades(drawn, heading(drawn, y, "Decades"), sketch.decades)
    if any(map(sum, sketch.hours)):
        y = _week(drawn, heading(drawn, y, "The week", "larger is more"), sketch.hours)
    y = figures(drawn, y - 8, _numbers(sketch))
    unsure = "Little is known so far: this will change with more plays." if sketch.incomplete else ""
    return finish(drawn, y, unsure)


def _genres(drawn: Sheet, y: float, genres: Sequence[Bar]) -> float:
    room = ROOM - NAMES - 44
    for bar, part in zip(genres, evenly(bar.share for bar in genres), strict=True):
        foot = y + ROW / 2 + BODY * 0.36
        drawn.text(MARGIN, foot, bar.name, BODY, room=NAMES - GAP, instead="?")
        drawn.rect(MARGIN + NAMES, y + 5, room, ROW - 10, drawn.palette.panel, radius=RADIUS)
        drawn.rect(MARGIN + NAMES, y + 5, max(4.0, part * room), ROW - 10, drawn.palette.accent, radius=RADIUS)
        drawn.text(RIGHT, foot, percent(bar.share), BODY, room=42, anchor="end", weight=BOLD)
        y += ROW
    return y + SECTION


def _decades(drawn: Sheet, y: float, decades: Sequence[Bar]) -> float:
    shown = decades[-DECADES:]
    wide = min(64.0, ROOM / len(shown))
    most = max(bar.share for bar in shown)
    foot = y + SMALL + 4 + COLUMNS
    for place, (bar, part) in enumerate(zip(shown, evenly(bar.share for bar in shown), strict=True)):
        middle = MARGIN + (place + 0.5) * wide
        high = max(2.0, part * COLUMNS)
        best = bar.share == most
        fill = drawn.palette.accent if best else drawn.palette.other
        drawn.rect(middle - wide / 2 + 4, foot - high, wide - 8, high, fill, radius=3)
        drawn.text(middle, foot - high - 5, percent(bar.share), SMALL, room=wide, anchor="middle", weight=BOLD)
        name = bar.name if len(shown) < DECADES - 1 else bar.name[2:]
        drawn.text(middle, foot + SMALL + 5, name, SMALL, room=wide, fill=drawn.palette.muted, anchor="middle")
    drawn.line(MARGIN, foot + 0.5, MARGIN + wide * len(shown), foot + 0.5, drawn.palette.line)
    return foot + SMALL + 5 + SECTION


def _week(drawn: Sheet, y: float, hours: Sequence[Sequence[float]]) -> float:
    cell = (ROOM - DAYS) / HOURS
    most = max(max(day) for day in hours) or 1.0
    palette = drawn.palette
    for row, (name, day) in enumerate(zip(WEEKDAYS, hours, strict=True)):
        top = y + row * (cell + 1)
        drawn.text(MARGIN, top + cell / 2 + SMALL * 0.36, name, SMALL, room=DAYS, fill=palette.muted)
        for hour, plays in enumerate(day):
            part = plays / most
            step = min(len(palette.ramp) - 1, 1 + int(part * (len(palette.ramp) - 1.001))) if plays else 0
            side = cell * (0.4 + 0.52 * part**0.5 if plays else 0.22)
            left = MARGIN + DAYS + hour * cell
            drawn.rect(
                left + (cell - side) / 2, top + (cell - side) / 2, side, side, palette.ramp[step], radius=side * 0.28
            )
    foot = y + len(WEEKDAYS) * (cell + 1) + SMALL + 2
    for hour in range(0, HOURS, 6):
        left = MARGIN + DAYS + hour * cell
        drawn.text(left, foot, f"{hour:02}:00", SMALL, room=6 * cell, fill=palette.muted)
    return foot + SECTION * LINE


def _numbers(sketch: TasteCard) -> list[tuple[str, str, str]]:
    known = (
        (sketch.novelty, "Novelty", "new artists"),
        (sketch.loyalty, "Loyalty", "to favourites"),
        (sketch.obscurity, "Obscurity", "known to few"),
    )
    return [(f"{value}", name, meaning) for value, name, meaning in known if value is not None]
