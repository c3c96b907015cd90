"""The recap poster of a week: the album, what the club made of it, how the scores lie."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.pictures.charts import SCORES, Recap
from bot.pictures.card import DISC, RIGHT, ROOM, disc, figures, finish, heading, short
from bot.pictures.look import (
    BODY,
    BOLD,
    GAP,
    LINE,
    MARGIN,
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
from bot.pictures.writing import width_of

COVER = 128.0
BARS = 96.0
"""Height of the most given score."""
FAVOURITES = 3


def sheet(sketch: Recap, palette: Palette, covers: Collection[str] = ()) -> Sheet:
    """A week's album with the club's ratings."""
    drawn = Sheet(palette, WIDTH, SCALE)
    _album(drawn, sketch, covers)
    y = MARGIN + COVER + SECTION
    if not sketch.ratings:
        drawn.text(MARGIN, y, "Nobody rated it in time.", STRONG, room=ROOM)
        return finish(drawn, y + SECTION)
    ratings = f"{short(sketch.ratings, 999)} rating{'' if sketch.ratings == 1 else 's'}"
    told = [
        (f"{sketch.mean:.2f}", "on average", f"from {ratings}"),
        (f"{sketch.median:.1f}".replace(".0", ""), "median", f"spread {sketch.spread:.2f}"),
    ]
    if sketch.rank is not None:
        told.append((f"#{sketch.rank}", "in the club", f"of {sketch.weeks:,} albums"))
    y = _histogram(drawn, heading(drawn, figures(drawn, y - 6, told), "Scores", "members"), sketch)
    if sketch.favourites:
        y = heading(drawn, y, "Favourite tracks") + BODY
        for title, count in sketch.favourites[:FAVOURITES]:
            drawn.text(MARGIN, y, title, BODY, room=ROOM - 40, instead="?")
            drawn.text(RIGHT, y, f"{short(count, 999)}×", BODY, room=34, anchor="end", weight=BOLD)
            y += BODY * LINE + 4
        y += SECTION - BODY
    return finish(drawn, y, sketch.club)


def _album(drawn: Sheet, sketch: Recap, covers: Collection[str]) -> None:
    palette = drawn.palette
    if sketch.cover is not None and sketch.cover in covers:
        drawn.cover(sketch.cover, MARGIN, MARGIN, COVER, radius=RADIUS)
    else:
        drawn.rect(MARGIN, MARGIN, COVER, COVER, palette.panel, radius=RADIUS)
        disc(drawn, MARGIN + COVER / 2, MARGIN + COVER / 2, COVER * 0.34)
    disc(drawn, RIGHT - DISC, MARGIN + DISC, DISC)
    left = MARGIN + COVER + 16
    room = RIGHT - left
    drawn.text(left, MARGIN + SMALL + 2, sketch.label, SMALL, room=room - 3 * DISC, fill=palette.muted)
    foot = drawn.texts(
        left, MARGIN + 2 * DISC + 20, sketch.title, TITLE - 2, room=room, lines=3, weight=BOLD, instead="—"
    )
    drawn.texts(left, foot + STRONG * LINE + 2, sketch.artist, STRONG, room=room, lines=1, fill=palette.muted)


def _histogram(drawn: Sheet, y: float, sketch: Recap) -> float:
    palette = drawn.palette
    wide = ROOM / SCORES
    most = max(sketch.counts)
    foot = y + 34 + BARS
    mean, middle = _at(float(sketch.mean), wide), _at(float(sketch.median), wide)
    drawn.down(mean, y + 16, foot - y - 20, palette.ink, width=1.5)
    drawn.down(middle, y + 16, foot - y - 20, palette.other, width=1.5, dash=4.5, gap=2.5)
    for place, count in enumerate(sketch.counts):
        left = MARGIN + place * wide
        high = count / most * BARS if count else 2.0
        drawn.rect(left + 3, foot - high, wide - 6, high, palette.accent if count else palette.line, radius=3)
        if count:
            told = f"{count}"
            room = width_of(told, SMALL, BOLD) + 6
            at = left + wide / 2
            # The number stands free of the lines behind it.
            drawn.rect(at - room / 2, foot - high - 6 - SMALL, room, SMALL + 5, palette.ground, radius=3)
            drawn.text(at, foot - high - 5, told, SMALL, room=wide, anchor="middle", weight=BOLD)
        score = f"{1 + place / 2:g}"
        drawn.text(left + wide / 2, foot + SMALL + 5, score, SMALL, room=wide, anchor="middle", fill=palette.muted)
    _names(drawn, y + SMALL, (mean, "mean"), (middle, "median"))
    return foot + SMALL + 5 + SECTION + GAP


def _at(score: float, wide: float) -> float:
    """Where a score stands: above the middle of its bar."""
    return MARGIN + ((score - 1) * 2 + 0.5) * wide


def _names(drawn: Sheet, foot: float, mean: tuple[float, str], median: tuple[float, str]) -> None:
    """What the two lines are, beside each other where they stand close, and never over the edge."""
    first, second = sorted((mean, median))
    wide = {words: width_of(words, SMALL) + 1 for _, words in (mean, median)}
    left = max(MARGIN, min(first[0] - wide[first[1]] - 3, RIGHT - wide[first[1]] - wide[second[1]] - GAP))
    right = max(left + wide[first[1]] + GAP, min(second[0] + 3, RIGHT - wide[second[1]]))
    for x, words in ((left, first[1]), (right, second[1])):
        fill = drawn.palette.ink if words == "mean" else drawn.palette.other
        drawn.text(x, foot, words, SMALL, room=wide[words], fill=fill)
