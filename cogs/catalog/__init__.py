"""The catalogue's face: an album's card, and what hosts do to keep one record of each album."""

from bot.client import LongplayBot
from cogs.catalog.cog import Albums, Catalogue

__all__ = ["setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in (Albums(), Catalogue()):
        await bot.add_cog(cog)
