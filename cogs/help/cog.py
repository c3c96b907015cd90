"""The command `/help`."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.client import LongplayBot
from cogs.help.topics import TOPICS
from cogs.shared.caller import Interaction
from cogs.shared.render import words
from cogs.shared.replies import answer

CHOICES = [app_commands.Choice(name=title, value=topic) for topic, (title, _) in TOPICS.items()]


class Help(commands.Cog):
    """How the club works, in a few sentences."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(topic="What you want to know")
    @app_commands.choices(topic=CHOICES)
    async def help(self, interaction: Interaction, topic: app_commands.Choice[str] | None = None) -> None:
        """How the listening club works."""
        name = topic.value if topic else next(iter(TOPICS))
        title, text = TOPICS[name]
        others = ", ".join(f"*{other}*" for key, (other, _) in TOPICS.items() if key != name)
        await answer(interaction, words(f"### {title}\n{text}\n-# More with `/help topic:`: {others}"))


async def setup(bot: LongplayBot) -> None:
    """Add the command."""
    await bot.add_cog(Help())
