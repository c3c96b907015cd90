"""The face of people: their accounts elsewhere, and what is kept of them."""

from bot.client import LongplayBot

__all__ = ["setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in ():
        await bot.add_cog(cog)
