"""The face that explains: `/help`, by topic."""

from cogs.help.cog import setup

__all__ = ["setup"]
