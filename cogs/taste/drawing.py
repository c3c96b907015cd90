"""A picture for a message, or why there is none; what it would show stands in words in any case."""

from __future__ import annotations

from typing import Any

import discord

from bot.domain.pictures.painting import Painted, PictureRefused, Theme
from bot.domain.pictures.sketches import Sketch
from bot.services.pictures import painting
from cogs.shared import picture_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import tools_of
from cogs.shared.refusals import refusal_words

LOOK = "Dark or light ground; dark, when left out"


async def drawn(interaction: discord.Interaction[Any], sketch: Sketch, look: Theme) -> tuple[Painted | None, str]:
    """The picture; where it cannot be drawn, why not, so that its words stand alone."""
    try:
        return await painting.paint(tools_of(interaction), sketch=sketch, theme=look), ""
    except PictureRefused as refusal:
        return None, refusal_words(refusal)
