"""The face of people: their accounts elsewhere, and what is kept of them."""

from bot.client import LongplayBot
from cogs.people.linking import Accounts, Linking

__all__ = ["setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in (Linking(), Accounts()):
        await bot.add_cog(cog)
