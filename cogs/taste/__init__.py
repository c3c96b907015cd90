"""The face of taste: what members love, who is close to whom, what to play next."""

from bot.client import LongplayBot


async def setup(bot: LongplayBot) -> None:
    """Add the commands."""
