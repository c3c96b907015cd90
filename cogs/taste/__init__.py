"""The face of taste: what members love, who is close to whom, what to play next."""

from bot.client import LongplayBot
from cogs.taste.follow import Following
from cogs.taste.lists import Lists
from cogs.taste.match import Matching
from cogs.taste.pictures import Pictures
from cogs.taste.taste import Taste


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in (Following(), Matching(), Pictures(), Taste(), Lists()):
        await bot.add_cog(cog)
