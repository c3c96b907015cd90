"""The comparison card: a score, why, and what both hear, to either side of a line."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.domain.pictures.charts import Comparison, SharedArtist
from bot.pictures.card import NAMELESS, RIGHT, ROOM, begin, cautions, finish, heading, short
from bot.pictures.look import BODY, BOLD, GAP, HERO, LINE, MARGIN, RADIUS, SECTION, SMALL, STRONG, WIDTH, Palette
from bot.pictures.sheet import Sheet
from bot.pictures.writing import drawable, fitted, width_of

ARTISTS, REASONS, LOVED = 8, 3, 5
ROW = 36.0
COUNT = 40.0
"""Room for a number at the end of a bar."""


def sheet(sketch: Comparison, palette: Palette, _covers: Collection[str] = ()) -> Sheet:
    """How close two members are."""
    drawn, y = begin(palette, f"{sketch.left} & {sketch.right}", "how close their taste is")
    y = cautions(drawn, y, sketch.cautions)
    y = _score(drawn, y, sketch)
    if sketch.reasons:
        y = heading(drawn, y, "Why") + BODY * 0.9
        for reason in sketch.reasons[:REASONS]:
            drawn.circle(MARGIN + 3, y - BODY * 0.36, 3, palette.accent)
            y = drawn.texts(MARGIN + 14, y, reason, BODY, room=ROOM - 14, lines=2) + BODY * LINE + 4
        y += SECTION - BODY
    if sketch.artists:
        y = _artists(drawn, y, sketch)
    for lover, other, loved in (
        (sketch.right, sketch.left, sketch.right_loves),
        (sketch.left, sketch.right, sketch.left_loves),
    ):
        if loved:
            y = _missed(drawn, y, lover, other)
            y = drawn.texts(MARGIN, y, " · ".join(loved[:LOVED]), BODY, room=ROOM, lines=2) + SECTION + 4
    return finish(drawn, y)


def _missed(drawn: Sheet, y: float, lover: str, other: str) -> float:
    """Who loves what the other has not heard; both names show, however long they are."""
    room = ROOM * 0.3
    lover, other = (fitted(drawable(name, NAMELESS), room, STRONG, BOLD) for name in (lover, other))
    return heading(drawn, y, f"{lover} loves, {other} has not heard") + BODY - 2


def _score(drawn: Sheet, y: float, sketch: Comparison) -> float:
    palette = drawn.palette
    foot = y + HERO * 0.72
    told = str(sketch.score)
    drawn.text(MARGIN, foot, told, HERO, room=ROOM / 2, weight=BOLD)
    left = MARGIN + width_of(told, HERO, BOLD) + GAP
    drawn.text(left, foot, "of 100", BODY, room=60, fill=palette.muted)
    if sketch.verdict:
        drawn.text(left, foot - BODY * LINE - 2, sketch.verdict, STRONG, room=RIGHT - left, weight=BOLD)
    y = foot + 16
    drawn.rect(MARGIN, y, ROOM, 10, palette.panel, radius=5)
    drawn.rect(MARGIN, y, max(10.0, ROOM * max(0, min(100, sketch.score)) / 100), 10, palette.accent, radius=5)
    return y + 10 + SECTION


def _artists(drawn: Sheet, y: float, sketch: Comparison) -> float:
    palette = drawn.palette
    y = heading(drawn, y, "Both hear", "plays of each")
    middle, half = WIDTH / 2, ROOM / 2
    foot = y + SMALL
    drawn.text(middle - GAP, foot, sketch.left, SMALL, room=half - GAP, anchor="end", fill=palette.accent, weight=BOLD)
    drawn.text(middle + GAP, foot, sketch.right, SMALL, room=half - GAP, fill=palette.other, weight=BOLD)
    y = foot + GAP
    shown: Sequence[SharedArtist] = sketch.artists[:ARTISTS]
    most = max(max(one.left, one.right) for one in shown) or 1
    room = half - 2 - COUNT
    for one in shown:
        drawn.text(middle, y + BODY, one.name, BODY, room=ROOM, anchor="middle", instead="?")
        top = y + BODY + 5
        left, right = (max(3.0, plays / most * room) if plays else 0.0 for plays in (one.left, one.right))
        drawn.rect(middle - 2 - left, top, left, 10, palette.accent, radius=RADIUS / 2)
        drawn.rect(middle + 2, top, right, 10, palette.other, radius=RADIUS / 2)
        drawn.rect(middle + 2, top, right, 10, palette.ground, radius=RADIUS / 2, opacity=0.35, hatched=True)
        drawn.down(middle, top - 2, 14, palette.muted)
        at = top + 5 + SMALL * 0.36
        drawn.text(middle - 2 - left - 5, at, short(one.left), SMALL, room=COUNT - 5, anchor="end", fill=palette.muted)
        drawn.text(middle + 2 + right + 5, at, short(one.right), SMALL, room=COUNT - 5, fill=palette.muted)
        y += ROW
    return y + SECTION - 8
