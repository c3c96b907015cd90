"""The taste card: genres, decades, countries, the hours of a week, three numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.pictures.charts import HOURS, WEEKDAYS, Bar, TasteCard
from bot.pictures.card import RIGHT, ROOM, begin, cautions, counted, figures, finish, heading, percent, possessive
from bot.pictures.look import BODY, BOLD, GAP, LINE, MARGIN, RADIUS, SECTION, SMALL, Palette
from bot.pictures.sheet import Sheet, evenly

GENRES, DECADES, COUNTRIES = 6, 8, 4
ARTISTS = 6
NAMES = 118.0
"""Room for the names of genres and countries."""
ROW = 24.0
COLUMNS = 64.0
"""Height of the longest decade."""
DAYS = 32.0


def sheet(sketch: TasteCard, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """What a member loves."""
    under = f"{sketch.period} · {counted(sketch.plays, 'play')}"
    drawn, y = begin(palette, f"{possessive(sketch.name)} taste", under)
    y = cautions(drawn, y, sketch.cautions)
    if sketch.artists:
        told = " · ".join(sketch.artists[:ARTISTS])
        y = heading(drawn, y, "Artists") + BODY - 2
        y = drawn.texts(MARGIN, y, told, BODY, room=ROOM, lines=2) + SECTION + 4
    if sketch.genres:
        y = _bars(drawn, heading(drawn, y, "Genres"), sketch.genres[:GENRES], palette.accent)
    if sketch.decades:
        y = _decades(drawn, heading(drawn, y, "Decades"), sketch.decades)
    if sketch.countries:
        y = _bars(drawn, heading(drawn, y, "Countries"), sketch.countries[:COUNTRIES], palette.other)
    if any(map(sum, sketch.hours)):
        beside = " · ".join(filter(None, (sketch.zone, "larger is more")))
        y = _week(drawn, heading(drawn, y, "The week", beside), sketch.hours)
    return finish(drawn, figures(drawn, y - 8, _numbers(sketch)))


def _bars(drawn: Sheet, y: float, bars: Sequence[Bar], fill: str) -> float:
    room = ROOM - NAMES - 44
    for bar, part in zip(bars, evenly(bar.share for bar in bars), strict=True):
        foot = y + ROW / 2 + BODY * 0.36
        drawn.text(MARGIN, foot, bar.name, BODY, room=NAMES - GAP, instead="?")
        drawn.rect(MARGIN + NAMES, y + 5, room, ROW - 10, drawn.palette.panel, radius=RADIUS)
        drawn.rect(MARGIN + NAMES, y + 5, max(4.0, part * room), ROW - 10, fill, radius=RADIUS)
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
    drawn.across(MARGIN, foot + 0.5, wide * len(shown), drawn.palette.line)
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
