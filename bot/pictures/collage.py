"""Collages: covers in a square, their names on them while they can be read."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.pictures.collages import NAMED, Collage, Tile
from bot.domain.pictures.painting import PHONE_WIDTH, SMALLEST_TEXT
from bot.pictures import writing
from bot.pictures.card import disc
from bot.pictures.look import BOLD, LINE, REGULAR, Palette
from bot.pictures.sheet import ASCENT, DESCENT, Sheet

LARGE, SMALL, MANY = 300, 180, 40
"""Pixels of a tile, and of how many tiles on it is the smaller one."""
FULL_VEIL = 0.7
"""The part of a veil, from its foot, that is dark enough for text; above it fades."""
ON_VEIL, BELOW_IT = "#ffffff", "#d7dae0"
SIZES = {2: (16.0, 13.0), 3: (13.0, 12.0), 4: (12.0, 11.0)}
"""Title and artist, by tiles beside each other."""
EDGE = 5.0


def sheet(sketch: Collage, palette: Palette, covers: Collection[str] = ()) -> Sheet:
    """The covers, with names where they are wanted and can be read."""
    tile = LARGE if sketch.columns * sketch.rows <= MANY else SMALL
    drawn = Sheet(palette, PHONE_WIDTH, tile * sketch.columns / PHONE_WIDTH)
    side = PHONE_WIDTH / sketch.columns
    drawn.height = side * sketch.rows
    named = sketch.titles and sketch.columns <= NAMED
    for place, one in enumerate(sketch.tiles):
        x, y = place % sketch.columns * side, place // sketch.columns * side
        if one.cover is not None and one.cover in covers:
            veil = _names(drawn, one, x, y + side, side, sketch.columns) if named else 0.0
            drawn.cover(one.cover, x, y, side, veil=veil)
        else:
            _placeholder(drawn, one, x, y, side, sketch.columns)
    return drawn


def _names(drawn: Sheet, tile: Tile, x: float, bottom: float, side: float, columns: int) -> float:
    """Title and artist at the foot of a cover; how much of it is to be veiled."""
    large, small = SIZES.get(columns, (float(SMALLEST_TEXT), float(SMALLEST_TEXT)))
    room = side - 2 * EDGE
    title = writing.wrapped(writing.drawable(tile.title, weight=BOLD), room, large, BOLD, lines=2)
    artist = writing.fitted(writing.drawable(tile.artist), room, small)
    if not title and not artist:
        return 0.0
    text = (len(title) - 1) * large * LINE * bool(title) + (small * LINE if artist and title else 0)
    first = bottom - EDGE - (small if artist else large) * DESCENT - text
    top = first - (large if title else small) * ASCENT
    for place, line in enumerate(title):
        drawn.text(x + EDGE, first + place * large * LINE, line, large, room=room, fill=ON_VEIL, weight=BOLD)
    if artist:
        drawn.text(x + EDGE, bottom - EDGE - small * DESCENT, artist, small, room=room, fill=BELOW_IT, weight=REGULAR)
    return (bottom - top) / FULL_VEIL + 2


def _placeholder(drawn: Sheet, tile: Tile, x: float, y: float, side: float, columns: int) -> None:
    """A tile without a cover says so: a record, and the name it stands for; small ones have room for a title alone."""
    palette = drawn.palette
    large, small = SIZES.get(columns, (float(SMALLEST_TEXT), float(SMALLEST_TEXT)))
    drawn.rect(x, y, side, side, palette.panel)
    drawn.rect(x + 0.5, y + 0.5, side - 1, side - 1, palette.ground, radius=3, opacity=0.35)
    roomy = columns <= NAMED
    edge = EDGE if roomy else 2.0
    room = side - 2 * edge
    head = side * 0.28 if roomy else 0.0
    if roomy:
        disc(drawn, x + side - edge - side * 0.1, y + edge + side * 0.1, side * 0.1)
    lines = 2 if roomy else max(1, int((side - 2 * edge) / (large * LINE)))
    first = y + edge + large * ASCENT + head
    foot = drawn.texts(x + edge, first, tile.title, large, room=room, lines=lines, weight=BOLD, instead="?")
    if roomy and tile.artist and foot + small * (LINE + DESCENT) <= y + side - 1:
        drawn.text(x + edge, foot + small * LINE, tile.artist, small, room=room, fill=palette.muted)
