"""From pictures to cards: the picture, and below it the same in words for whoever does not see it."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.pictures.collages import NAMED, Tile
from bot.domain.pictures.painting import Painted
from bot.domain.pictures.saying import lines_of
from bot.services.pictures.charting import Charted
from bot.services.pictures.patterns import Sketched
from cogs.listening.cards import counted, name_of, person_of
from cogs.shared.render import Body, Gallery, Item
from cogs.shared.text import plain

LISTED = 1_700
"""Characters of the list under a collage; more than that nobody reads."""
TITLE, ARTIST, LINE = 50, 40, 300


def chart_card(charted: Charted, painted: Painted | None, *, public: bool, trouble: str = "", button: Item) -> Body:
    """A collage with its list."""
    collage = charted.collage
    size = f"{collage.columns}×{collage.rows}"
    heading = f"### {person_of(charted.shown, public)} {collage.kind}s, {collage.period} · {size}"
    foot = [
        f"{counted(charted.skipped, collage.kind)} without a cover left out" if charted.skipped else "",
        f"{charted.missing} without a cover" if charted.missing else "",
        "artists stand by the album of theirs heard most" if collage.kind == "artist" else "",
        f"more than {NAMED} in a row: names stand here alone" if collage.titles and collage.columns > NAMED else "",
        f"days of {charted.shown.zone.key}" if charted.period.since is not None else "",
    ]
    told = " · ".join(filter(None, foot))
    return Body(
        ui.TextDisplay("\n".join(filter(None, (heading, trouble)))),
        Gallery(painted) if painted is not None else None,
        ui.TextDisplay(_list(collage.tiles) + (f"\n-# {told}" if told else "")),
        button,
        accent=painted.accent if painted is not None else None,
    )


def _list(tiles: Sequence[Tile]) -> str:
    """The names in their order, as many as fit."""
    shown: list[str] = []
    length = 0
    for place, tile in enumerate(tiles, start=1):
        artist = f" — {name_of(tile.artist, ARTIST)}" if tile.artist else ""
        line = f"**{place}.** {name_of(tile.title, TITLE)}{artist}"
        length += len(line.encode()) // 2 + len(line) // 2 + 3
        if length > LISTED:
            return f"{' · '.join(shown)} · and {len(tiles) - place + 1} more"
        shown.append(line)
    return " · ".join(shown)


def pattern_card(found: Sketched, painted: Painted | None, *, trouble: str = "") -> Body:
    """A picture of somebody's plays with its sentences."""
    first, *rest = (plain(line, LINE) for line in lines_of(found.sketch))
    return Body(
        ui.TextDisplay("\n".join(filter(None, (f"**{first}**", trouble)))),
        Gallery(painted) if painted is not None else None,
        ui.TextDisplay("\n".join(rest)) if rest else None,
    )
