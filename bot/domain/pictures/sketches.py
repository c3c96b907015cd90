"""Everything that can be painted."""

from __future__ import annotations

from typing import TypeAlias

from bot.domain.pictures.charts import Calendar, Clock, Comparison, GenreSpread, Recap, TasteCard, Waveform
from bot.domain.pictures.collages import Collage

Sketch: TypeAlias = Collage | TasteCard | Comparison | Recap | Clock | Calendar | GenreSpread | Waveform
"""What a picture shall show, complete: equal sketches are equal pictures."""

KINDS: dict[type[Sketch], str] = {
    Collage: "collage",
    TasteCard: "taste",
    Comparison: "comparison",
    Recap: "recap",
    Clock: "clock",
    Calendar: "calendar",
    GenreSpread: "genres",
    Waveform: "waveform",
}


def kind_of(sketch: Sketch) -> str:
    """What kind of picture it is, in one word."""
    return KINDS[type(sketch)]
