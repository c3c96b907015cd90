"""What a member asks for themselves: their part in a week, and how they want to be reminded."""

from __future__ import annotations

from typing import Any

import discord

from bot.domain.club.week import Club
from bot.services import people
from bot.services.club import setup, views
from cogs.club import actions
from cogs.club.cards.private import your_part_card
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import words
from cogs.shared.replies import answer, think


@actions.YOUR_PART.answers
async def on_your_part(press: Press) -> None:
    """What this member has done, and what is left."""
    await think(press.interaction)
    part = await views.your_part(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )
    await answer(press.interaction, your_part_card(part))


async def set_reminders(interaction: discord.Interaction[Any], *, dm: bool | None, role: bool | None) -> None:
    """Turn private messages and the reminder role on or off; the answer was promised before."""
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    club = await setup.club_of(tools, guild_id=caller.guild_id)
    lines: list[str] = []
    if dm is not None:
        await people.set_dm_reminders(tools, caller=caller, now=now, on=dm)
        lines.append(
            "You get a private message before a deadline, only while something is left for you to do."
            if dm
            else "No more private messages."
        )
    if role is not None:
        lines.append(await _give_role(interaction, club, on=role))
    if not lines:
        offer = f" or `role:on` for <@&{club.reminder_role_id}>" if club.reminder_role_id else ""
        lines.append(f"Say what you want: `dm:on` for private messages{offer}; `off` ends it.")
    await answer(interaction, words("\n".join(lines)))


async def _give_role(interaction: discord.Interaction[Any], club: Club, *, on: bool) -> str:
    """The opt-in role that reminders mention, given or taken."""
    member = interaction.user
    if club.reminder_role_id is None:
        return "This club has no reminder role. A host can set one: `/club settings setting:reminder_role`."
    if not isinstance(member, discord.Member):
        return "That works on the server only."
    role = discord.Object(club.reminder_role_id)
    try:
        if on:
            await member.add_roles(role, reason="asked for reminders")
        else:
            await member.remove_roles(role, reason="asked for no reminders")
    except discord.Forbidden:
        return (
            f"Longplay may not hand out <@&{club.reminder_role_id}>: it needs **Manage Roles**, and its own role must "
            "stand above that one. Ask a host, or take the role yourself if the server lets you."
        )
    except discord.NotFound:
        return "The reminder role is gone. A host can set another: `/club settings setting:reminder_role`."
    return f"You {'now have' if on else 'no longer have'} <@&{club.reminder_role_id}>; reminders mention it."
