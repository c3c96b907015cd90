"""A party's buttons: join and leave for everybody, the course of it for hosts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import discord

from bot.domain.errors import MissingPermissions, PanelOutdated, PartyRefused
from bot.domain.party import PartyView, State
from bot.services.club import party as parties
from cogs.club import actions
from cogs.club.cards.party import title_words
from cogs.club.cards.phrases import counted
from cogs.shared import party_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.refusals import OFFERS
from cogs.shared.render import Item
from cogs.shared.replies import answer, think
from cogs.shared.text import short_when

NEEDED = {
    "view_channel": "View Channel",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
"""What a party needs where it is held: flag of the library → name in Discord's settings."""


def check_place(interaction: discord.Interaction[Any], channel_id: int) -> None:
    """Raises `MissingPermissions` for what the bot lacks in the thread or channel of a party."""
    guild = interaction.guild
    if guild is None or guild.me is None:
        return
    place = guild.get_channel_or_thread(channel_id)
    if isinstance(place, discord.Thread):
        place = place.parent
    if place is None:
        return  # not in memory: the first errand will tell
    permissions = place.permissions_for(guild.me)
    missing = tuple(name for flag, name in NEEDED.items() if not getattr(permissions, flag))
    if missing:
        raise MissingPermissions(place.id, missing)


def course_words(view: PartyView) -> str:
    """What a host reads who has moved the party."""
    party = view.party
    if party.state is State.LOBBY:
        return f"The party begins {short_when(party.starts_at)}."
    if party.state is State.PAUSED:
        return "Paused. **Resume** goes on where it was."
    if party.state is State.PLAYING and party.present is not None:
        return f"Now: track {party.position} of {len(party.turns)}, {title_words(party.present)}."
    return "The party is over."


Act = Callable[..., Awaitable[PartyView]]


async def _move(press: Press, act: Act, **more: Any) -> None:
    """A host's press; whoever is no host is refused by the service."""
    interaction = press.interaction
    await think(interaction)
    view = await act(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), party=press.row, **more
    )
    await answer(interaction, course_words(view))


@actions.BEGIN_PARTY.answers
async def on_begin(press: Press) -> None:
    """Begin before the planned start."""
    await _move(press, parties.begin_party)


@actions.PAUSE_PARTY.answers
async def on_pause(press: Press) -> None:
    """Hold the track."""
    await _move(press, parties.pause_party)


@actions.RESUME_PARTY.answers
async def on_resume(press: Press) -> None:
    """Let the track go on."""
    await _move(press, parties.resume_party)


@actions.SKIP_TRACK.answers
async def on_next(press: Press) -> None:
    """Go on to the next track; the one the host saw is meant."""
    if not press.argument.isdecimal():
        raise PanelOutdated
    await _move(press, parties.skip_track, seen=int(press.argument))


@actions.STOP_PARTY.answers
async def on_stop(press: Press) -> None:
    """End the party."""
    await _move(press, parties.stop_party)


@actions.JOIN_PARTY.answers
async def on_join(press: Press) -> None:
    """Come to the party."""
    interaction = press.interaction
    await think(interaction)
    view = await parties.join_party(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), party=press.row
    )
    others = counted(len(view.there), "member is", "members are")
    await answer(interaction, f"You are at the party. {course_words(view)} {others} here.")


@actions.LEAVE_PARTY.answers
async def on_leave(press: Press) -> None:
    """Go from the party."""
    interaction = press.interaction
    await think(interaction)
    await parties.leave_party(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), party=press.row
    )
    await answer(interaction, "You have left the party. **Join** lets you in again.")


def _offer(refusal: PartyRefused) -> list[Item]:
    """A party without a track list can be helped."""
    if refusal.reason != "no_tracks" or not refusal.week_id:
        return []
    style = discord.ButtonStyle.primary
    return [actions.TELL_TRACKS.button("Add the track list", UUID(refusal.week_id), style=style)]


OFFERS[PartyRefused] = _offer
