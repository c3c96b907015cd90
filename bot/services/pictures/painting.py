"""Pictures, drawn by whoever draws here."""

from __future__ import annotations

from bot.domain.pictures.painting import Painted, PictureRefused, Theme, Unpainted
from bot.domain.pictures.sketches import Sketch
from bot.services.tools import Tools


async def paint(tools: Tools, *, sketch: Sketch, theme: Theme = Theme.DARK) -> Painted:
    """The picture of a sketch; raises `PictureRefused`, also where nobody draws."""
    if tools.painter is None:
        raise PictureRefused(Unpainted.FAILED)
    return await tools.painter.paint(sketch, theme=theme)
