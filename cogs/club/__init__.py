"""The club's face: commands, buttons, forms and cards of a listening week."""

from bot.client import LongplayBot
from cogs.club import parts
from cogs.club.club import Clubs, Reminders
from cogs.club.nominate import Nominating
from cogs.club.party import Parties
from cogs.club.rate import Rating
from cogs.club.vote import Voting
from cogs.club.week import Weeks

__all__ = ["parts", "setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the club's commands; its buttons and forms came with the import."""
    for cog in (Nominating(bot), Voting(), Rating(), Weeks(), Parties(), Clubs(), Reminders()):
        await bot.add_cog(cog)
