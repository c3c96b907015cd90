"""The waveform of an uploaded track: how its sound looks from beginning to end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.pictures.charts import Waveform
from bot.pictures.card import ROOM, begin, finish
from bot.pictures.look import MARGIN, SECTION, SMALL, Palette
from bot.pictures.sheet import Sheet

HIGH = 92.0
BARS = 116
"""Each is seven pixels of the picture wide, with what lies between."""


def sheet(sketch: Waveform, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """A track's sound."""
    told = " · ".join(filter(None, (sketch.artist, sketch.version, length(sketch.seconds), _loudness(sketch))))
    drawn, y = begin(palette, sketch.title, told)
    middle = y - 12 + HIGH / 2
    drawn.across(MARGIN, middle, ROOM, palette.line)
    wide = ROOM / BARS
    for place, (low, high) in enumerate(_columns(sketch.peaks)):
        top, bottom = middle - max(high, 0.012) * HIGH / 2, middle - min(low, -0.012) * HIGH / 2
        drawn.rect(MARGIN + place * wide + 0.4, top, wide - 0.8, bottom - top, palette.accent, radius=1.1)
    foot = middle + HIGH / 2 + SMALL + 8
    for part in range(5):
        x = MARGIN + ROOM * part / 4
        anchor = "start" if part == 0 else "end" if part == 4 else "middle"
        drawn.text(x, foot, length(sketch.seconds * part / 4), SMALL, room=70, fill=palette.muted, anchor=anchor)
    return finish(drawn, foot + SECTION)


def _columns(peaks: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """As many columns as are drawn, each with the lowest and highest of what falls into it, within its room."""
    if not peaks:
        return []
    found: list[tuple[float, float]] = []
    for place in range(BARS):
        first = place * len(peaks) // BARS
        last = max(first + 1, (place + 1) * len(peaks) // BARS)
        part = peaks[first:last]
        found.append((max(-1.0, min(low for low, _ in part)), min(1.0, max(high for _, high in part))))
    return found


def _loudness(sketch: Waveform) -> str:
    return f"{sketch.loudness:.1f} LUFS".replace("-", "−") if sketch.loudness is not None else ""


def length(seconds: float) -> str:
    """`3:07`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
