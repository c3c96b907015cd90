"""From a sketch to a laid-out sheet: plain arithmetic, so that it can be looked at without a drawing library."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from bot.domain.pictures.charts import Calendar, Clock, Comparison, GenreSpread, Recap, TasteCard, Waveform
from bot.domain.pictures.collages import Collage
from bot.domain.pictures.painting import Theme
from bot.domain.pictures.sketches import Sketch
from bot.pictures import calendar, clock, collage, comparison, genres, recap, taste, waveform
from bot.pictures.look import PALETTES, Palette
from bot.pictures.sheet import Order, Sheet

LAYOUTS: dict[type[Sketch], Callable[[Any, Palette, Collection[str]], Sheet]] = {
    Collage: collage.sheet,
    TasteCard: taste.sheet,
    Comparison: comparison.sheet,
    Recap: recap.sheet,
    Clock: clock.sheet,
    Calendar: calendar.sheet,
    GenreSpread: genres.sheet,
    Waveform: waveform.sheet,
}


def sheet_of(sketch: Sketch, theme: Theme, covers: Collection[str] = ()) -> Sheet:
    """The sheet of a sketch; of its covers only these are there."""
    return LAYOUTS[type(sketch)](sketch, PALETTES[theme], covers)


def laid_out(sketch: Sketch, theme: Theme, covers: Collection[str] = ()) -> Order:
    """What a painter's process prints."""
    return sheet_of(sketch, theme, covers).order()
