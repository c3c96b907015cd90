"""What hosts press: end a phase, save the set-up, turn the schedule on, open a week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import discord

from bot.domain.calendar import Schedule
from bot.domain.club.week import Phase
from bot.domain.errors import ClubNotSetUp, MissingPermissions, NotAHost, PanelOutdated, SettingRefused
from bot.services.club import phases, planning, setup
from bot.services.people import require_host
from cogs.club import actions
from cogs.club.cards.hosts import proposal_card, set_up_card, week_done_card
from cogs.club.reading import opening_ahead
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.permissions import missing_permissions
from cogs.shared.replies import answer, hold, think, update

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MENTION = re.compile(r"<?[#@&!]*(\d{1,19})>?", re.ASCII)
"""A channel or a role as it arrives from a text option, or its bare id."""
ROLES = ("host_role", "reminder_role")
TEXT_CHANNEL = "a text channel of this server, like #album-club"


SNOWFLAKES = range(1 << 63)
"""What can be an id of Discord's; the database has no larger numbers."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a set-up would save; it travels in the buttons' ids, since there is no club to keep it with."""

    channel_id: int
    zone: str
    host_role_id: int | None = None
    reminder_role_id: int | None = None

    def write(self) -> str:
        """As an id's argument: three numbers to base 36 and the zone."""
        numbers = (self.channel_id, self.host_role_id or 0, self.reminder_role_id or 0)
        return ".".join([*map(to_base36, numbers), self.zone])

    @classmethod
    def read(cls, argument: str) -> Proposal:
        """Back from an id's argument; raises `PanelOutdated`."""
        try:
            channel, host, reminder, zone = argument.split(".", 3)
            numbers = [int(each, 36) for each in (channel, host, reminder)]
        except ValueError:
            raise PanelOutdated from None
        if not all(number in SNOWFLAKES for number in numbers):
            raise PanelOutdated
        return cls(numbers[0], zone, numbers[1] or None, numbers[2] or None)


def to_base36(number: int) -> str:
    """A snowflake in at most 13 letters."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"


def check_channel(interaction: discord.Interaction[Any], channel_id: int) -> None:
    """Raises `MissingPermissions` for what the bot lacks in a channel, `SettingRefused` for one without threads."""
    guild = interaction.guild
    channel = guild.get_channel(channel_id) if guild is not None else None
    if channel is not None and not isinstance(channel, discord.TextChannel):
        raise SettingRefused("channel", f"#{channel.name}", "foreign", TEXT_CHANNEL)
    if channel is not None and guild is not None and guild.me is not None:
        permissions = channel.permissions_for(guild.me)
    elif channel_id == interaction.channel_id:
        permissions = interaction.app_permissions
    else:
        return  # not in memory yet: the first errand will tell
    missing = missing_permissions(permissions)
    if missing:
        raise MissingPermissions(channel_id, missing)


def check_setting(interaction: discord.Interaction[Any], name: str, value: str) -> None:
    """A channel or role that a setting names must be one of this server that Longplay can use.

    Other settings and words pass: the service reads them. Raises `SettingRefused`, `MissingPermissions`.
    """
    guild, found = interaction.guild, MENTION.fullmatch(value.strip())
    if guild is None or found is None:
        return
    if name == "channel":
        if not isinstance(guild.get_channel(int(found[1])), discord.TextChannel):
            raise SettingRefused(name, value, "foreign", TEXT_CHANNEL)
        check_channel(interaction, int(found[1]))
    elif name in ROLES:
        check_role(guild, name, int(found[1]))


def check_role(guild: discord.Guild, name: str, role_id: int | None) -> None:
    """Raises `SettingRefused` for a role that is not of this server, and for everyone's."""
    if role_id is not None and (guild.get_role(role_id) is None or role_id == guild.id):
        raise SettingRefused(name, "@everyone", "foreign", "a role of this server that some people have, or off")


async def propose(
    interaction: discord.Interaction[Any],
    *,
    channel_id: int,
    zone: str | None,
    host_role_id: int | None,
    reminder_role_id: int | None,
) -> None:
    """Check and show what would be saved; the answer was promised before."""
    tools, caller = tools_of(interaction), caller_of(interaction)
    try:
        club = await setup.club_of(tools, guild_id=caller.guild_id)
    except ClubNotSetUp:
        club = None
        if not caller.manages:
            raise NotAHost from None
    else:
        require_host(club, caller)
    check_channel(interaction, channel_id)
    if interaction.guild is not None:
        check_role(interaction.guild, "host_role", host_role_id)
        check_role(interaction.guild, "reminder_role", reminder_role_id)
    proposal = Proposal(
        channel_id,
        setup.known_zone(zone) if zone else club.zone if club else "UTC",
        host_role_id or (club.host_role_id if club else None),
        reminder_role_id or (club.reminder_role_id if club else None),
    )
    await answer(interaction, _card(proposal, new=club is None))


def _card(proposal: Proposal, *, new: bool) -> Any:
    return proposal_card(
        channel_id=proposal.channel_id,
        zone=proposal.zone,
        host_role_id=proposal.host_role_id,
        reminder_role_id=proposal.reminder_role_id,
        argument=proposal.write(),
        new=new,
    )


@actions.SETUP_ZONE.answers
async def on_zone(press: Press) -> None:
    """Choose another time zone; nothing is saved yet."""
    await hold(press.interaction)
    before = Proposal.read(press.argument)
    zone = setup.known_zone(press.values[0]) if press.values else before.zone
    proposal = Proposal(before.channel_id, zone, before.host_role_id, before.reminder_role_id)
    await update(press.interaction, _card(proposal, new=True))


@actions.SAVE_CLUB.answers
async def on_save(press: Press) -> None:
    """Save the set-up."""
    await hold(press.interaction)
    proposal = Proposal.read(press.argument)
    check_channel(press.interaction, proposal.channel_id)
    done = await setup.set_up(
        tools_of(press.interaction),
        caller=caller_of(press.interaction),
        now=now_of(press.interaction),
        channel_id=proposal.channel_id,
        zone=proposal.zone,
        host_role_id=proposal.host_role_id,
        reminder_role_id=proposal.reminder_role_id,
    )
    await update(press.interaction, set_up_card(done))


@actions.SCHEDULE_ON.answers
async def on_schedule(press: Press) -> None:
    """Turn the template on, as it was or as it is by default."""
    await hold(press.interaction)
    tools, caller, now = tools_of(press.interaction), caller_of(press.interaction), now_of(press.interaction)
    club = await setup.club_of(tools, guild_id=caller.guild_id)
    club = await setup.change_schedule(tools, caller=caller, now=now, schedule=club.schedule or Schedule())
    done = setup.SetUp(club, created=False, next_opening=await opening_ahead(press.interaction, club))
    await update(press.interaction, set_up_card(done))


@actions.OPEN_WEEK.answers
async def on_open(press: Press) -> None:
    """Open a week now."""
    await think(press.interaction)
    week = await planning.open_week(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction)
    )
    await answer(press.interaction, week_done_card(week, "Opened"))


@actions.ADVANCE.answers
async def on_advance(press: Press) -> None:
    """End the phase that the host saw; one that has ended since is not ended twice."""
    await think(press.interaction)
    try:
        phase = Phase(press.argument)
    except ValueError:
        raise PanelOutdated from None
    week = await phases.advance_week(
        tools_of(press.interaction),
        caller=caller_of(press.interaction),
        now=now_of(press.interaction),
        week=press.row,
        phase=phase,
    )
    await answer(press.interaction, week_done_card(week, "Done"))
