"""The face of the library: tracks that members share, playlists, and the memory of tracks."""

from bot.client import LongplayBot


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
