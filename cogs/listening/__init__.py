"""The face of listening: what members hear, and what the club made of the album."""

from bot.client import LongplayBot
from cogs.listening import hearing

__all__ = ["hearing", "setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in ():
        await bot.add_cog(cog)
