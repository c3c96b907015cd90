"""How every picture of ours looks: colours, sizes of type, spacing. Numbers are pixels on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.pictures.painting import PHONE_WIDTH, SMALLEST_TEXT, Theme

WIDTH = PHONE_WIDTH
"""Of a card: it is laid out in the pixels that a phone shows, and drawn `SCALE` times as large."""
SCALE = 2.4
"""912 pixels across: sharp on a phone, and a third less to draw and to encode than with three."""
MOST_PIXELS, COARSEST = 1_150_000, 2.0
"""A card with more is drawn less large, but never below twice the size of a phone's pixels."""

SMALL = SMALLEST_TEXT
BODY = 13
STRONG = 15
TITLE = 21
HERO = 44
"""Sizes of type."""
REGULAR, BOLD = 400, 600

MARGIN = 20
GAP = 8
SECTION = 26
"""Between one part of a card and the next."""
LINE = 1.3
"""From one line of text to the next, in its size."""
RADIUS = 6


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a look. Text on `ground` and `panel` has a contrast of 4.5 to 1 at least."""

    ground: str
    panel: str
    line: str
    ink: str
    muted: str
    accent: str
    accent_ink: str
    """Text on the accent."""
    other: str
    """The second of two."""
    series: tuple[str, ...]
    """Six that differ in lightness too, so that they are told apart in grey."""
    ramp: tuple[str, ...]
    """From nothing to most."""


DARK = Palette(
    ground="#15171c",
    panel="#1e2128",
    line="#3a404c",
    ink="#f4f5f7",
    muted="#abb2c0",
    accent="#ff9466",
    accent_ink="#2a0f04",
    other="#74b3ff",
    series=("#ff9466", "#74b3ff", "#ffd166", "#3fbf9f", "#c79bff", "#8b93a3"),
    ramp=("#262a33", "#5a3a30", "#97543a", "#d3724a", "#ffa070"),
)
LIGHT = Palette(
    ground="#fbfaf7",
    panel="#f0eee8",
    line="#cfcac0",
    ink="#1b1c20",
    muted="#595d68",
    accent="#c4450f",
    accent_ink="#ffffff",
    other="#1f5fb8",
    series=("#d4571f", "#1f5fb8", "#e0a100", "#1d8a70", "#7c4fc4", "#7a808c"),
    ramp=("#e7e3da", "#f3c7ac", "#ec9a6c", "#dd6a31", "#b23d0a"),
)
PALETTES = {Theme.DARK: DARK, Theme.LIGHT: LIGHT}
