"""The command group `/club`, and `/reminders`: belonging to the club, and for hosts how it is run."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.calendar import Schedule
from bot.services import people
from bot.services.club import setup
from cogs.club import suggest
from cogs.club.cards.hosts import SETTING_WORDS, club_card, opening_words, schedule_words
from cogs.club.parts.hosts import check_setting, propose
from cogs.club.parts.member import set_reminders
from cogs.club.reading import changed_schedule, instant, local_date, opening_ahead
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.replies import answer, think
from cogs.shared.text import when

SETTINGS = [app_commands.Choice(name=f"{name}: {text}"[:100], value=name) for name, text in SETTING_WORDS.items()]


class Clubs(commands.GroupCog, group_name="club", group_description="The listening club"):
    """The club: who is in it, and how it is run."""

    def __init__(self) -> None:
        super().__init__()
        group = self.__cog_app_commands_group__
        if group is not None:
            group.guild_only = True

    @app_commands.command()
    async def join(self, interaction: Interaction) -> None:
        """Join the club; taking part joins you too."""
        await think(interaction)
        await people.join(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
        await answer(interaction, "You are in the club. `/week show` says what can be done now, `/help` how it works.")

    @app_commands.command()
    async def leave(self, interaction: Interaction) -> None:
        """Leave the club; what you gave stays as a former member's."""
        await think(interaction)
        await people.leave(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
        await answer(
            interaction,
            "You have left the club and no longer count in its turnout. Your nominations, ballots and ratings stay as "
            "a former member's. `/club join` brings you back.",
        )

    @app_commands.command()
    async def show(self, interaction: Interaction) -> None:
        """Show the club and its settings."""
        await think(interaction)
        club = await setup.club_of(tools_of(interaction), guild_id=interaction.guild_id or 0)
        await answer(interaction, club_card(club, opening=await opening_ahead(interaction, club)))

    @app_commands.command(name="setup")
    @app_commands.describe(
        channel="Where the club lives; this channel when left out",
        timezone="The club's time zone, like Europe/Berlin",
        host_role="Who may run the club, beside people with Manage Server",
        reminder_role="The opt-in role that reminders mention",
    )
    @app_commands.autocomplete(timezone=suggest.zones)
    async def set_up(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        timezone: str | None = None,
        host_role: discord.Role | None = None,
        reminder_role: discord.Role | None = None,
    ) -> None:
        """Hosts: start the club, or change where it lives."""
        await think(interaction)
        here = interaction.channel
        parent = here.parent_id if isinstance(here, discord.Thread) else interaction.channel_id
        await propose(
            interaction,
            channel_id=channel.id if channel else parent or 0,
            zone=timezone,
            host_role_id=host_role.id if host_role else None,
            reminder_role_id=reminder_role.id if reminder_role else None,
        )

    @app_commands.command()
    @app_commands.describe(setting="Which setting", value="Its new value")
    @app_commands.choices(setting=SETTINGS)
    @app_commands.autocomplete(value=suggest.setting_values)
    async def settings(self, interaction: Interaction, setting: app_commands.Choice[str], value: str) -> None:
        """Hosts: change one of the club's settings."""
        await think(interaction)
        tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
        people.require_host(await setup.club_of(tools, guild_id=caller.guild_id), caller)
        check_setting(interaction, setting.value, value)
        club = await setup.change_setting(tools, caller=caller, now=now, name=setting.value, value=value)
        await answer(
            interaction, club_card(club, opening=await opening_ahead(interaction, club), setting=setting.value)
        )

    @app_commands.command()
    @app_commands.describe(
        switch="Whether weeks open by themselves",
        every="A week opens every so many weeks",
        opens="When a week opens, like: mon 19:00",
        poll="When nominations close and the poll opens, like: wed 19:00",
        listening="When the poll closes and listening begins, like: thu 19:00",
        discussion="When the club talks about the album, like: wed 20:00",
        ratings="When ratings close, like: thu 20:00",
        first="The day from which weeks are counted, like: 2026-11-30",
    )
    @app_commands.autocomplete(first=suggest.times)
    async def schedule(
        self,
        interaction: Interaction,
        switch: Literal["on", "off"] = "on",
        every: int | None = None,
        opens: str | None = None,
        poll: str | None = None,
        listening: str | None = None,
        discussion: str | None = None,
        ratings: str | None = None,
        first: str | None = None,
    ) -> None:
        """Hosts: set when weeks open by themselves and how long they take."""
        await think(interaction)
        tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
        club = await setup.club_of(tools, guild_id=caller.guild_id)
        schedule = None
        if switch == "on":
            schedule = changed_schedule(
                club.schedule or Schedule(),
                every=every,
                slots={
                    "opens": opens,
                    "nominations_close": poll,
                    "poll_close": listening,
                    "discussion": discussion,
                    "ratings_close": ratings,
                },
                first=await local_date(interaction, first) if first else None,
            )
        club = await setup.change_schedule(tools, caller=caller, now=now, schedule=schedule)
        opening = opening_words(await opening_ahead(interaction, club))
        await answer(interaction, f"Weekly schedule: {schedule_words(club.schedule, club.zone)}.\n{opening}".strip())

    @app_commands.command()
    @app_commands.describe(until="When the club goes on, like: 2027-01-04 19:00")
    @app_commands.autocomplete(until=suggest.times)
    async def pause(self, interaction: Interaction, until: str) -> None:
        """Hosts: pause the club; open weeks keep the time they had left."""
        await think(interaction)
        club = await setup.pause(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            until=await instant(interaction, until),
        )
        goes_on = when(club.paused_until) if club.paused_until else "soon"
        await answer(
            interaction,
            f"The club pauses and goes on {goes_on}; open weeks keep the time they had left. "
            "`/club resume` ends the pause.",
        )

    @app_commands.command()
    async def resume(self, interaction: Interaction) -> None:
        """Hosts: end the pause now."""
        await think(interaction)
        club = await setup.resume(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
        opening = opening_words(await opening_ahead(interaction, club))
        await answer(interaction, f"The club goes on. {opening}".strip())

    @app_commands.command()
    @app_commands.describe(date="The day on which no week shall open, like: 2026-12-28")
    @app_commands.autocomplete(date=suggest.openings)
    async def skip(self, interaction: Interaction, date: str) -> None:
        """Hosts: skip one opening of the schedule."""
        await think(interaction)
        day = await local_date(interaction, date)
        opening = await setup.skip_date(
            tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), on=day
        )
        await answer(interaction, f"No week opens on {day.isoformat()}. {opening_words(opening)}".strip())


class Reminders(commands.Cog):
    """How a member is reminded."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        dm="Private messages before a deadline, while something is left for you",
        role="The role that reminders in the thread mention",
    )
    async def reminders(
        self,
        interaction: Interaction,
        dm: Literal["on", "off"] | None = None,
        role: Literal["on", "off"] | None = None,
    ) -> None:
        """Choose how you are reminded of deadlines."""
        await think(interaction)
        await set_reminders(
            interaction, dm=None if dm is None else dm == "on", role=None if role is None else role == "on"
        )
