"""The face of taste: what members love, who is close to whom, what to play next."""

from bot.client import LongplayBot
from cogs.club.club import Clubs
from cogs.taste.follow import Following
from cogs.taste.lists import Lists
from cogs.taste.match import Matching
from cogs.taste.pictures import Pictures
from cogs.taste.recommend import Recommending, suggestions_command
from cogs.taste.taste import Taste


async def setup(bot: LongplayBot) -> None:
    """Add the commands; what hosts ask for the club stands among its others."""
    for cog in (Following(), Matching(), Pictures(), Taste(), Lists(), Recommending()):
        await bot.add_cog(cog)
    for club in bot.cogs.values():
        if isinstance(club, Clubs) and club.app_command is not None:
            club.app_command.add_command(suggestions_command())
