"""Who may do what where: permissions of users in channels, and the rules of archived and locked threads."""

from __future__ import annotations

from datetime import datetime

from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import error
from bot.rehearsal.loopback.state import THREADS, Entity, Guild, State


def guild_permissions(state: State, guild: Guild, user_id: str) -> int:
    """Compute what a member may do in the guild at large."""
    return _effective(state, guild, user_id, [], thread=False)


def channel_permissions(state: State, channel: Entity, user_id: str) -> int:
    """Compute what a user may do in a channel, thread or DM; 0 for one who is not in the guild."""
    guild = state.guild_of(channel)
    if guild is None:
        recipients = {each["id"] for each in channel.get("recipients", [])}
        return bits.ALL if user_id in recipients | {state.bot_id} else 0
    thread = channel["type"] in THREADS
    return _effective(state, guild, user_id, state.parent(channel).get("permission_overwrites", []), thread=thread)


def _effective(state: State, guild: Guild, user_id: str, overwrites: list[dict[str, object]], *, thread: bool) -> int:
    member = guild.members.get(user_id)
    if member is None:
        return 0
    until = member["communication_disabled_until"]
    return bits.effective(
        owner_id=guild["owner_id"],
        guild_id=guild.id,
        roles=guild.roles,
        member_id=user_id,
        member_roles=member["roles"],
        overwrites=overwrites,
        thread=thread,
        timed_out=until is not None and datetime.fromisoformat(until) > state.now(),
    )


def may(state: State, channel: Entity, user_id: str, needed: int) -> bool:
    """Tell whether a user has all the given permission bits in a channel."""
    return channel_permissions(state, channel, user_id) & needed == needed


def demand(state: State, channel: Entity, user_id: str, needed: int = 0) -> None:
    """Raise 50001 for a user who cannot see the channel, 50013 for one who lacks a needed permission."""
    held = channel_permissions(state, channel, user_id)
    if not held & bits.VIEW_CHANNEL:
        raise error(50001)
    if held & needed != needed:
        raise error(50013)


def demand_in_guild(state: State, guild: Guild, user_id: str, needed: int) -> None:
    """Raise 50013 for a member who lacks a needed permission in the guild at large."""
    if guild_permissions(state, guild, user_id) & needed != needed:
        raise error(50013)


def sending_bit(channel: Entity) -> int:
    """Give the permission that sending asks for here: a thread has its own."""
    return bits.SEND_MESSAGES_IN_THREADS if channel["type"] in THREADS else bits.SEND_MESSAGES


def demand_open(state: State, channel: Entity, user_id: str) -> None:
    """Refuse what an archived thread forbids to all (50083) and a locked one to members (160005).

    Sending a message is the exception that re-opens an archived thread; it asks `demand_unlocked` alone.
    """
    if channel["type"] not in THREADS:
        return
    if channel["thread_metadata"]["archived"]:
        raise error(50083)
    demand_unlocked(state, channel, user_id)


def demand_unlocked(state: State, channel: Entity, user_id: str) -> None:
    """Refuse a locked thread to those who do not manage threads (160005)."""
    if channel["type"] not in THREADS or not channel["thread_metadata"]["locked"]:
        return
    if not may(state, channel, user_id, bits.MANAGE_THREADS):
        raise error(160005)


def visible_to(state: State, channel: Entity, user_id: str) -> bool:
    """Tell whether a user can see a channel; a private thread is for its members and those who manage threads."""
    if not may(state, channel, user_id, bits.VIEW_CHANNEL):
        return False
    if channel["type"] != 12:
        return True
    inside = user_id in state.thread_members.get(channel.id, {})
    return inside or may(state, channel, user_id, bits.MANAGE_THREADS)


def outranks(guild: Guild, user_id: str, role: Entity) -> bool:
    """Tell whether a member's highest role is above a role, as managing it requires; the owner is above all."""
    if user_id == guild["owner_id"]:
        return True
    held = [guild.roles[each]["position"] for each in guild.members[user_id]["roles"] if each in guild.roles]
    return max(held, default=0) > role["position"]
