"""What every card has: its head, its parts under headings, its foot."""

from __future__ import annotations

from collections.abc import Sequence

from bot.pictures.look import (
    BODY,
    BOLD,
    COARSEST,
    GAP,
    LINE,
    MARGIN,
    MOST_PIXELS,
    RADIUS,
    SCALE,
    SECTION,
    SMALL,
    STRONG,
    TITLE,
    WIDTH,
    Palette,
)
from bot.pictures.sheet import Sheet
from bot.pictures.writing import drawable, width_of, wrapped

ROOM = WIDTH - 2 * MARGIN
RIGHT = WIDTH - MARGIN
DISC = 11
"""Radius of the record in the corner."""
NAMELESS = "—"
PAD = 10
"""Around words on a panel."""


def begin(palette: Palette, title: str, under: str) -> tuple[Sheet, float]:
    """A card with its head; where it goes on below."""
    sheet = Sheet(palette, WIDTH, SCALE)
    disc(sheet, RIGHT - DISC, MARGIN + DISC, DISC)
    foot = MARGIN + TITLE * 0.85
    last = sheet.texts(MARGIN, foot, title, TITLE, room=ROOM - 3 * DISC, lines=2, weight=BOLD, instead=NAMELESS)
    last += BODY * LINE + 3
    sheet.text(MARGIN, last, under, BODY, room=ROOM - 3 * DISC, fill=palette.muted)
    return sheet, last + SECTION


def disc(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """A record, which says whose pictures these are."""
    sheet.circle(x, y, radius, sheet.palette.accent)
    sheet.circle(x, y, radius * 0.72, sheet.palette.ground)
    sheet.circle(x, y, radius * 0.62, sheet.palette.accent)
    sheet.circle(x, y, radius * 0.2, sheet.palette.ground)


def heading(sheet: Sheet, y: float, text: str, beside: str = "") -> float:
    """A heading over a part; where the part begins."""
    wide = sheet.text(MARGIN, y, text, STRONG, room=ROOM, weight=BOLD)
    if beside:
        sheet.text(RIGHT, y, beside, SMALL, room=ROOM - wide - GAP, fill=sheet.palette.muted, anchor="end")
    return y + GAP + 4


def cautions(sheet: Sheet, y: float, told: Sequence[str]) -> float:
    """What keeps a card from being the whole truth, on a panel below the head; where it goes on below."""
    if not told:
        return y
    room = ROOM - 2 * PAD
    lines = [line for one in told for line in wrapped(drawable(one), room, SMALL, lines=3)]
    y -= PAD
    high = len(lines) * SMALL * LINE + 2 * PAD - 2
    sheet.rect(MARGIN, y, ROOM, high, sheet.palette.panel, radius=RADIUS)
    sheet.rect(MARGIN, y, 3, high, sheet.palette.accent)
    for place, line in enumerate(lines):
        sheet.text(MARGIN + PAD, y + PAD + SMALL * (0.8 + place * LINE), line, SMALL, room=room)
    return y + high + SECTION


def figures(sheet: Sheet, y: float, told: Sequence[tuple[str, str, str]]) -> float:
    """Large figures beside each other, each with what it is and what that means; where it goes on below."""
    if not told:
        return y
    wide = (ROOM - (len(told) - 1) * GAP) / len(told)
    high = 82
    for place, (figure, name, meaning) in enumerate(told):
        left = MARGIN + place * (wide + GAP)
        inner = wide - 2 * 10
        sheet.rect(left, y, wide, high, sheet.palette.panel, radius=RADIUS)
        size = 28.0
        while width_of(figure, size, BOLD) > inner and size > BODY:
            size -= 1
        sheet.text(left + 10, y + 34, figure, size, room=inner, weight=BOLD)
        sheet.text(left + 10, y + 53, name, BODY, room=inner, weight=BOLD, fill=sheet.palette.ink)
        sheet.text(left + 10, y + 70, meaning, SMALL, room=inner, fill=sheet.palette.muted)
    return y + high + SECTION


def finish(sheet: Sheet, y: float, foot: str = "") -> Sheet:
    """The foot; the sheet is as high as what is on it."""
    bottom = y - SECTION + MARGIN
    if foot:
        bottom = y - SECTION + SMALL + GAP + 4
        sheet.text(MARGIN, bottom, foot, SMALL, room=ROOM, fill=sheet.palette.muted)
        bottom += MARGIN - 4
    sheet.height = bottom
    if not sheet.places:
        # What is drawn costs by the pixel; a long card stays as quick as the others and a little less fine.
        fitting = (MOST_PIXELS / (sheet.width * sheet.height)) ** 0.5
        sheet.scale = min(SCALE, max(COARSEST, fitting))
    return sheet


def short(number: int, most: int = 9_999) -> str:
    """A number that stays whole in a small place: `9,999`, `12k`, `1.2M`."""
    if number <= most:
        return f"{number:,}"
    value, unit = (number / 1_000_000, "M") if number >= 999_500 else (number / 1_000, "k")
    return f"{value:.1f}{unit}" if value < 9.95 else f"{value:.0f}{unit}"


def counted(number: float, thing: str) -> str:
    """`1 play`, `1,234 plays`."""
    return f"{number:,.0f} {thing}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share as people read it; what is there is never nothing."""
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def possessive(name: str) -> str:
    """`Ada’s`."""
    return f"{name}’" if name.endswith(("s", "S")) else f"{name}’s"
