"""The face of listening: what members hear, and what the club made of the album."""

from bot.client import LongplayBot
from cogs.club.club import Clubs
from cogs.listening import hearing
from cogs.listening.charts import charts_command
from cogs.listening.importing import Importing
from cogs.listening.seeing import Listening, Tops, WhoKnows

__all__ = ["hearing", "setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands; the charts stand among those of the club."""
    for cog in (Listening(), Tops(), WhoKnows(), Importing()):
        await bot.add_cog(cog)
    for club in bot.cogs.values():
        if isinstance(club, Clubs) and club.app_command is not None:
            club.app_command.add_command(charts_command())
