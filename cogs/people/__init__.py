"""The face of people: their accounts elsewhere, and what is kept of them."""

from bot.client import LongplayBot
from cogs.people.linking import Accounts, Linking
from cogs.people.privacy import Privacy

__all__ = ["setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in (Linking(), Accounts(), Privacy()):
        await bot.add_cog(cog)
