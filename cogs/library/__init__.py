"""The face of the library: tracks that members share, playlists, and the memory of tracks."""

from bot.client import LongplayBot
from cogs.library import desk_parts, playlist_parts
from cogs.library.desk import DemoDesk
from cogs.library.memory import Memory, Tracks
from cogs.library.plans import Ideas, Milestones, Pitches
from cogs.library.playlists import Playlists

__all__ = ["desk_parts", "playlist_parts", "setup"]


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
    for cog in (DemoDesk(), Playlists(bot), Memory(), Tracks(), Ideas(), Pitches(), Milestones()):
        await bot.add_cog(cog)
