"""REST: channels of a guild, their overwrites, and direct message channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rehearsal.loopback import access, limits, payloads
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import error, found, judged
from bot.rehearsal.loopback.routes_messages import channel_of
from bot.rehearsal.loopback.routes_threads import edit_thread
from bot.rehearsal.loopback.routing import Ask, Reply, route
from bot.rehearsal.loopback.state import FORUM, HAS_THREAD, THREADS, Entity, Guild, Json

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

_CHANNEL = "/channels/{channel_id}"
_PLAIN_FIELDS = (
    "name", "topic", "nsfw", "rate_limit_per_user", "position", "flags", "default_auto_archive_duration",
    "default_reaction_emoji", "default_sort_order", "default_forum_layout", "default_thread_rate_limit_per_user",
)  # fmt: skip


@route("GET", _CHANNEL)
def get_channel(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give a channel or thread."""
    double.tick()
    channel = channel_of(double, ask)
    if channel["type"] in THREADS:
        return 200, payloads.thread_for(double.state, channel, double.bot_id)
    return 200, channel


@route("PATCH", _CHANNEL)
def edit_channel(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Change a channel or thread."""
    double.tick()
    channel = channel_of(double, ask)
    if channel["type"] in THREADS:
        judged(limits.check_thread(ask.body, edit=True))
        edit_thread(double, channel, ask.body)
        return 200, payloads.thread_for(double.state, channel, double.bot_id)
    access.demand(double.state, channel, double.bot_id, bits.MANAGE_CHANNELS)
    judged(limits.check_channel(ask.body, kind=channel["type"], edit=True))
    _fill(double, channel, ask.body)
    double.publish("CHANNEL_UPDATE", channel, channel=channel)
    return 200, channel


def _fill(double: LoopbackDiscord, channel: Entity, body: Json) -> None:
    for key in _PLAIN_FIELDS:
        if key in body:
            channel[key] = body[key]
    if "parent_id" in body:
        channel["parent_id"] = None if body["parent_id"] is None else str(body["parent_id"])
    if "permission_overwrites" in body:
        channel["permission_overwrites"] = [_overwrite(each) for each in body["permission_overwrites"] or []]
    if channel["type"] == FORUM and body.get("available_tags") is not None:
        names = [each["name"] for each in body["available_tags"]]
        if len(set(names)) < len(names):
            raise error(40061)
        channel["available_tags"] = [
            {
                "id": str(each.get("id") or double.state.snowflake()), "name": each["name"],
                "moderated": each.get("moderated") or False, "emoji_id": each.get("emoji_id"),
                "emoji_name": each.get("emoji_name"),
            }
            for each in body["available_tags"]
        ]  # fmt: skip


def _overwrite(given: Json) -> Json:
    return {
        "id": str(given["id"]), "type": int(given.get("type", 0)), "allow": str(given.get("allow") or 0),
        "deny": str(given.get("deny") or 0),
    }  # fmt: skip


@route("DELETE", _CHANNEL)
def delete_channel(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Delete a channel or thread."""
    channel = channel_of(double, ask)
    needed = bits.MANAGE_THREADS if channel["type"] in THREADS else bits.MANAGE_CHANNELS
    access.demand(double.state, channel, double.bot_id, needed)
    remove(double, channel)
    return 200, channel


def remove(double: LoopbackDiscord, channel: Entity) -> None:
    """Take a channel away, and with it its threads and messages."""
    state = double.state
    if channel["type"] in THREADS:
        event = {key: channel[key] for key in ("id", "guild_id", "parent_id", "type")}
        double.publish("THREAD_DELETE", event, channel=channel)
        starter = state.message(channel["parent_id"], channel.id)
        if starter is not None:
            starter.pop("thread", None)
            starter["flags"] &= ~HAS_THREAD
    else:
        double.publish("CHANNEL_DELETE", channel, channel=channel)
        for thread in state.threads(parent_id=channel.id):
            state.channels.pop(thread.id, None)
            state.messages.pop(thread.id, None)
    state.channels.pop(channel.id, None)
    state.messages.pop(channel.id, None)
    state.pinned.pop(channel.id, None)


@route("GET", "/guilds/{guild_id}/channels")
def list_channels(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the channels of a guild, without threads."""
    return 200, double.state.guild_channels(_guild(double, ask).id)


@route("POST", "/guilds/{guild_id}/channels")
def create_channel(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Create a channel."""
    guild = _guild(double, ask)
    access.demand_in_guild(double.state, guild, double.bot_id, bits.MANAGE_CHANNELS)
    judged(limits.check_channel(ask.body))
    channel = add_channel(double, guild, ask.body["name"], int(ask.body.get("type") or 0), [])
    _fill(double, channel, ask.body)
    double.publish("CHANNEL_CREATE", channel, channel=channel)
    return 201, channel


def add_channel(double: LoopbackDiscord, guild: Guild, name: str, kind: int, overwrites: list[Json]) -> Entity:
    """Put a channel into a guild, below the others."""
    state = double.state
    position = len(state.guild_channels(guild.id))
    channel = payloads.channel(
        state.snowflake(), guild.id, name, kind, position, [_overwrite(each) for each in overwrites]
    )
    state.channels[channel.id] = channel
    return channel


@route("PUT", _CHANNEL + "/permissions/{overwrite_id}")
def set_overwrite(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Set the overwrite of one role or member."""
    channel = channel_of(double, ask, bits.MANAGE_ROLES)
    overwrite(double, channel, {**ask.body, "id": ask["overwrite_id"]})
    return 204, None


@route("DELETE", _CHANNEL + "/permissions/{overwrite_id}")
def delete_overwrite(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Take the overwrite of one role or member away."""
    channel = channel_of(double, ask, bits.MANAGE_ROLES)
    kept = [each for each in channel["permission_overwrites"] if each["id"] != ask["overwrite_id"]]
    channel["permission_overwrites"] = kept
    double.publish("CHANNEL_UPDATE", channel, channel=channel)
    return 204, None


def overwrite(double: LoopbackDiscord, channel: Entity, given: Json) -> None:
    """Set an overwrite and tell the bot; threads that this lets it see again arrive with THREAD_LIST_SYNC."""
    state, bot_id = double.state, double.bot_id
    blind = not access.may(state, channel, bot_id, bits.VIEW_CHANNEL)
    new = _overwrite(given)
    kept = [each for each in channel["permission_overwrites"] if each["id"] != new["id"]]
    channel["permission_overwrites"] = [*kept, new]
    double.publish("CHANNEL_UPDATE", channel, channel=channel)
    if blind and access.may(state, channel, bot_id, bits.VIEW_CHANNEL):
        threads = [each for each in state.threads(parent_id=channel.id) if not each["thread_metadata"]["archived"]]
        mine = [state.thread_members.get(each.id, {}).get(bot_id) for each in threads]
        event: Json = {
            "guild_id": channel["guild_id"], "channel_ids": [channel.id],
            "threads": [payloads.thread_for(state, each, bot_id) for each in threads],
            "members": [each for each in mine if each is not None],
        }  # fmt: skip
        double.publish("THREAD_LIST_SYNC", event, channel=channel)


@route("POST", "/users/@me/channels")
def open_dm(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Open the direct message channel with a user: always the same one."""
    return 200, dm_with(double, str(ask.body["recipient_id"]))


def dm_with(double: LoopbackDiscord, user_id: str) -> Entity:
    """Find or make the direct message channel between the bot and a user."""
    state = double.state
    recipient = found(state.users.get(user_id), 10013)
    if user_id not in state.dm_of:
        channel = payloads.dm_channel(state.snowflake(), recipient)
        state.channels[channel.id] = channel
        state.dm_of[user_id] = channel.id
    return state.channels[state.dm_of[user_id]]


def _guild(double: LoopbackDiscord, ask: Ask) -> Guild:
    guild = found(double.state.guilds.get(ask["guild_id"]), 10004)
    if double.bot_id not in guild.members:
        raise error(50001)
    return guild
