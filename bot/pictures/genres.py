"""Genres over time: bands that grow and shrink, numbered like the list below them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from bot.domain.pictures.charts import MOST_BANDS, GenreSpread
from bot.pictures.card import RIGHT, ROOM, begin, finish, percent
from bot.pictures.look import BODY, BOLD, GAP, MARGIN, SECTION, SMALL, Palette
from bot.pictures.sheet import Point, Sheet
from bot.pictures.writing import width_of

HIGH = 210.0
BADGE = 8.5
ROW = 22.0
SOFT = 16
"""Straight pieces between two moments."""

Band = tuple[str, tuple[float, ...]]


def sheet(sketch: GenreSpread, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """Shares of genres from moment to moment."""
    drawn, y = begin(palette, f"Genres {sketch.name} hears", sketch.period)
    bands = sketch.bands[:MOST_BANDS]
    top = y - 8
    drawn.rect(MARGIN, top, ROOM, HIGH, palette.panel, radius=4)
    edges = _edges(bands, len(sketch.moments))
    shapes = [_band(lower, upper, top) for lower, upper in pairwise(edges)]
    drawn.bands(shapes, palette.series[: len(shapes)], edge=palette.ground, width=1.2)
    for place in range(len(bands)):
        _number(drawn, place, edges[place], edges[place + 1], top)
    y = _moments(drawn, top + HIGH + SMALL + 6, sketch.moments)
    for place, (name, shares) in enumerate(bands):
        foot = y + ROW * place
        _badge(drawn, place, MARGIN + BADGE, foot - BODY * 0.36)
        drawn.text(MARGIN + 2 * BADGE + GAP, foot, name, BODY, room=ROOM - 150, instead="?")
        heard = [share for share in shares if share]
        told = f"{percent(sum(shares) / max(1, sum(map(bool, _totals(bands)))))} of all" if heard else ""
        drawn.text(RIGHT, foot, told, BODY, room=110, anchor="end", fill=palette.muted)
    return finish(drawn, y + ROW * len(bands) + SECTION - BODY)


def _totals(bands: Sequence[Band]) -> list[float]:
    return [sum(column) for column in zip(*(shares for _, shares in bands), strict=True)]


def _edges(bands: Sequence[Band], moments: int) -> list[list[float]]:
    """The lower edge of every band and the upper one of the last, by moment, from 0 to 1."""
    found = [[0.0] * moments]
    for _, shares in bands:
        found.append([min(1.0, low + max(0.0, share)) for low, share in zip(found[-1], shares, strict=True)])
    return found


def _x(place: int, moments: int) -> float:
    return MARGIN + (ROOM * place / (moments - 1) if moments > 1 else 0.0)


def _band(lower: Sequence[float], upper: Sequence[float], top: float) -> list[Point]:
    """A band with soft edges; a single moment is a bar of full width."""
    if len(lower) == 1:
        lower, upper = [lower[0]] * 2, [upper[0]] * 2
    count = len(lower)
    above = [(_x(place, count), top + HIGH * (1 - value)) for place, value in enumerate(upper)]
    below = [(_x(place, count), top + HIGH * (1 - value)) for place, value in enumerate(lower)]
    return [*_curve(above), *reversed(_curve(below))]


def _curve(points: Sequence[Point]) -> list[Point]:
    """From one point to the next level at first, then steep, then level again."""
    found = [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        pieces = max(2, min(SOFT, round((x2 - x1) / 2)))
        for piece in range(1, pieces + 1):
            part = piece / pieces
            # Bézier's curve with both handles in the middle.
            across = 1.5 * part * (1 - part) + part**3
            found.append((x1 + (x2 - x1) * across, y1 + (y2 - y1) * part * part * (3 - 2 * part)))
    return found


def _number(drawn: Sheet, place: int, lower: Sequence[float], upper: Sequence[float], top: float) -> None:
    """The band's number where it is widest, if there is room."""
    count = len(lower)
    inside = range(1, count - 1) if count > 2 else range(count)
    best = max(inside, key=lambda moment: upper[moment] - lower[moment])
    if (upper[best] - lower[best]) * HIGH >= 2 * BADGE + 2:
        x = min(max(_x(best, count), MARGIN + 2 * BADGE), RIGHT - 2 * BADGE)
        _badge(drawn, place, x, top + HIGH * (1 - (upper[best] + lower[best]) / 2), ringed=True)


def _badge(drawn: Sheet, place: int, x: float, y: float, *, ringed: bool = False) -> None:
    """A number on the band's colour."""
    palette = drawn.palette
    if ringed:
        drawn.circle(x, y, BADGE + 0.5, palette.ground)
        ink = palette.ink
    else:
        drawn.circle(x, y, BADGE, palette.series[place])
        drawn.circle(x, y, BADGE - 2.5, palette.ground)
        ink = palette.ink
    drawn.text(x, y + SMALL * 0.37, f"{place + 1}", SMALL, room=2 * BADGE, anchor="middle", weight=BOLD, fill=ink)


def _moments(drawn: Sheet, foot: float, moments: Sequence[str]) -> float:
    """The first and the last moment, and those between them for which there is room."""
    count = len(moments)
    widest = max((width_of(name, SMALL) for name in moments), default=0.0) + 14
    every = max(1, -(-count // max(1, int(ROOM // widest))))
    for place in range(0, count, every):
        x = _x(place, count)
        wide = width_of(moments[place], SMALL)
        if place == 0:
            drawn.text(MARGIN, foot, moments[place], SMALL, room=wide + 1, fill=drawn.palette.muted)
        elif x + wide / 2 > RIGHT:
            drawn.text(RIGHT, foot, moments[place], SMALL, room=wide + 1, fill=drawn.palette.muted, anchor="end")
        else:
            drawn.text(x, foot, moments[place], SMALL, room=wide + 1, fill=drawn.palette.muted, anchor="middle")
    return foot + SECTION
