"""The command group `/party`: hosts hold a listening party in the album's thread."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.party import State
from bot.services.club import party as parties
from cogs.club import suggest
from cogs.club.parts.party import check_place, course_words
from cogs.club.reading import instant
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of, where_of
from cogs.shared.replies import answer, think
from cogs.shared.text import when


class Parties(commands.GroupCog, group_name="party", group_description="Hear the week's album together"):
    """Listening parties, for hosts to hold; members join with the buttons."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    @app_commands.describe(
        at="When it begins, like: fri 20:00 or in 30 minutes; now when left out",
        week="Which week, where several are listened to",
    )
    @app_commands.autocomplete(at=suggest.times, week=suggest.rated_weeks)
    async def start(self, interaction: Interaction, at: str | None = None, week: int | None = None) -> None:
        """Hosts: hear the week's album together, now or at a time."""
        await think(interaction)
        view = await parties.start_party(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            at=await instant(interaction, at) if at else None,
            where=where_of(interaction),
            number=week,
            check=lambda place: check_place(interaction, place),
        )
        planned = view.party.state is State.LOBBY
        begins = f"The party begins {when(view.party.starts_at)}." if planned else course_words(view)
        await answer(interaction, f"{begins} Its card is in the album's thread; people join with its button.")

    @app_commands.command()
    @app_commands.describe(week="Which week's party, where several are held")
    @app_commands.autocomplete(week=suggest.rated_weeks)
    async def pause(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: hold the track that is on."""
        await _move(interaction, parties.pause_party, week)

    @app_commands.command()
    @app_commands.describe(week="Which week's party, where several are held")
    @app_commands.autocomplete(week=suggest.rated_weeks)
    async def resume(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: go on where the party was paused."""
        await _move(interaction, parties.resume_party, week)

    @app_commands.command()
    @app_commands.describe(week="Which week's party, where several are held")
    @app_commands.autocomplete(week=suggest.rated_weeks)
    async def skip(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: go on to the next track."""
        await _move(interaction, parties.skip_track, week)

    @app_commands.command()
    @app_commands.describe(week="Which week's party, where several are held")
    @app_commands.autocomplete(week=suggest.rated_weeks)
    async def stop(self, interaction: Interaction, week: int | None = None) -> None:
        """Hosts: end the party, or call it off before it begins."""
        await _move(interaction, parties.stop_party, week)


async def _move(interaction: discord.Interaction[Any], act: Any, week: int | None) -> None:
    await think(interaction)
    view = await act(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        where=where_of(interaction),
        number=week,
    )
    await answer(interaction, course_words(view))
