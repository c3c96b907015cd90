"""REST: messages of a channel, reactions and pins."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.rehearsal.loopback import access, payloads, posting
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import error, found
from bot.rehearsal.loopback.routing import Ask, Reply, route
from bot.rehearsal.loopback.state import DM, FORUM, Entity, Json, Message

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = _MESSAGES + "/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji_name}"
_PINS = _MESSAGES + "/pins"

PINS_MAX = 250
REACTIONS_MAX = 20


def channel_of(double: LoopbackDiscord, ask: Ask, needed: int = 0) -> Entity:
    """Find the channel of a request and demand that the bot sees it and has the needed permissions there."""
    channel = found(double.state.channel(ask["channel_id"]), 10003)
    access.demand(double.state, channel, double.bot_id, needed)
    return channel


def message_of(double: LoopbackDiscord, ask: Ask, channel: Entity) -> Message:
    """Find the message of a request in its channel's history."""
    return found(double.state.message(channel.id, ask["message_id"]), 10008)


@route("POST", _MESSAGES)
def create_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Send a message; an enforced nonce gives back the message that was sent with it before."""
    state = double.state
    channel = channel_of(double, ask)
    if channel["type"] == FORUM:
        raise error(50008)
    earlier = _by_nonce(double, ask.body)
    if earlier is not None:
        return 200, posting.bot_view(double, earlier)
    demand_sending(double, channel, ask)
    if channel["type"] == DM and not _takes_dms(double, channel["recipients"][0]["id"]):
        raise error(50007)
    posting.judge(ask.body, ask.files)
    message = posting.post(double, channel, dict(state.users[double.bot_id]), ask.body, ask.files)
    if ask.body.get("nonce") is not None:
        state.nonces[double.bot_id, str(ask.body["nonce"])] = (state.now(), channel.id, message.id)
    return 200, posting.bot_view(double, message)


def _takes_dms(double: LoopbackDiscord, user_id: str) -> bool:
    shared = any({user_id, double.bot_id} <= each.members.keys() for each in double.state.guilds.values())
    return shared and user_id not in double.state.dms_closed


def demand_sending(double: LoopbackDiscord, channel: Entity, ask: Ask) -> None:
    """Demand what this message asks for: sending here, embeds, files, polls; and a thread that is not locked."""
    body = ask.body.get("message", ask.body)
    needed = access.sending_bit(channel)
    needed |= bits.EMBED_LINKS if body.get("embeds") else 0
    needed |= bits.ATTACH_FILES if ask.files else 0
    needed |= bits.SEND_POLLS if body.get("poll") else 0
    needed |= bits.READ_MESSAGE_HISTORY if body.get("message_reference") else 0
    access.demand(double.state, channel, double.bot_id, needed)
    access.demand_unlocked(double.state, channel, double.bot_id)


def _by_nonce(double: LoopbackDiscord, body: Json) -> Message | None:
    if body.get("nonce") is None or not body.get("enforce_nonce"):
        return None
    place = double.state.remembered(double.bot_id, str(body["nonce"]))
    return None if place is None else found(double.state.message(*place), 10008)


@route("GET", _MESSAGES)
def list_messages(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List messages, newest first: the last ones, or those before, after or around an id."""
    channel = channel_of(double, ask)
    if not access.may(double.state, channel, double.bot_id, bits.READ_MESSAGE_HISTORY):
        return 200, []
    limit = int(ask.query.get("limit", 50))
    held = list(double.state.messages.get(channel.id, {}).values())
    if "before" in ask.query:
        chosen = [each for each in held if int(each.id) < int(ask.query["before"])][-limit:]
    elif "after" in ask.query:
        chosen = [each for each in held if int(each.id) > int(ask.query["after"])][:limit]
    elif "around" in ask.query:
        middle = int(ask.query["around"])
        below = [each for each in held if int(each.id) < middle][-(limit // 2) :]
        chosen = below + [each for each in held if int(each.id) >= middle][: limit - len(below)]
    else:
        chosen = held[-limit:]
    return 200, [posting.bot_view(double, each) for each in reversed(chosen)]


@route("GET", _MESSAGE)
def get_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give one message."""
    channel = channel_of(double, ask, bits.READ_MESSAGE_HISTORY)
    return 200, posting.bot_view(double, message_of(double, ask, channel))


@route("PATCH", _MESSAGE)
def edit_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Edit one of the bot's own messages."""
    channel = channel_of(double, ask)
    message = message_of(double, ask, channel)
    if message["author"]["id"] != double.bot_id:
        raise error(50005)
    access.demand_open(double.state, channel, double.bot_id)
    posting.judge(ask.body, ask.files, message=message)
    return 200, posting.bot_view(double, posting.edit(double, message, ask.body, ask.files))


@route("DELETE", _MESSAGE)
def delete_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Delete a message: one's own, or another's with MANAGE_MESSAGES."""
    channel = channel_of(double, ask)
    message = message_of(double, ask, channel)
    if message["author"]["id"] != double.bot_id:
        access.demand(double.state, channel, double.bot_id, bits.MANAGE_MESSAGES)
    access.demand_open(double.state, channel, double.bot_id)
    posting.delete(double, message)
    return 204, None


@route("POST", _MESSAGES + "/bulk-delete")
def delete_messages(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Delete up to a hundred messages at once."""
    channel = channel_of(double, ask, bits.MANAGE_MESSAGES)
    for message_id in ask.body["messages"]:
        message = double.state.message(channel.id, str(message_id))
        if message is not None:
            posting.delete(double, message)
    return 204, None


@route("POST", "/channels/{channel_id}/typing")
def typing(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Show that the bot is typing."""
    channel = found(double.state.channel(ask["channel_id"]), 10003)
    access.demand(double.state, channel, double.bot_id, access.sending_bit(channel))
    return 204, None


# Reactions


def react(double: LoopbackDiscord, channel: Entity, message: Message, user_id: str, emoji: str) -> None:
    """Add one user's reaction; a new emoji asks for ADD_REACTIONS and a free place among twenty."""
    access.demand(double.state, channel, user_id, bits.READ_MESSAGE_HISTORY)
    access.demand_open(double.state, channel, user_id)
    if emoji not in message.reactions:
        access.demand(double.state, channel, user_id, bits.ADD_REACTIONS)
        if len(message.reactions) >= REACTIONS_MAX:
            raise error(30010)
    users = message.reactions.setdefault(emoji, [])
    if user_id not in users:
        users.append(user_id)
        _tell_reaction(double, channel, message, user_id, emoji, added=True)


def unreact(double: LoopbackDiscord, channel: Entity, message: Message, user_id: str, emoji: str) -> None:
    """Take one user's reaction away."""
    access.demand_open(double.state, channel, double.bot_id)
    users = message.reactions.get(emoji, [])
    if user_id in users:
        users.remove(user_id)
        if not users:
            del message.reactions[emoji]
        _tell_reaction(double, channel, message, user_id, emoji, added=False)


def _tell_reaction(
    double: LoopbackDiscord, channel: Entity, message: Message, user_id: str, emoji: str, *, added: bool
) -> None:
    event: Json = {
        "user_id": user_id, "channel_id": channel.id, "message_id": message.id,
        "emoji": payloads.reaction_emoji(emoji), "burst": False, "type": 0,
    }  # fmt: skip
    guild = double.state.guild_of(channel)
    if guild is not None:
        event["guild_id"] = guild.id
    if added:
        event["message_author_id"] = message["author"]["id"]
        if guild is not None:
            event["member"] = guild.members[user_id]
    double.publish(f"MESSAGE_REACTION_{'ADD' if added else 'REMOVE'}", event, channel=channel)


@route("PUT", _REACTION + "/@me")
def add_reaction(double: LoopbackDiscord, ask: Ask) -> Reply:
    """React as the bot."""
    channel = channel_of(double, ask)
    react(double, channel, message_of(double, ask, channel), double.bot_id, ask["emoji_name"])
    return 204, None


@route("DELETE", _REACTION + "/@me")
def remove_own_reaction(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Take the bot's reaction away."""
    channel = channel_of(double, ask)
    unreact(double, channel, message_of(double, ask, channel), double.bot_id, ask["emoji_name"])
    return 204, None


@route("DELETE", _REACTION + "/{user_id}")
def remove_reaction(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Take another user's reaction away."""
    channel = channel_of(double, ask, bits.MANAGE_MESSAGES)
    unreact(double, channel, message_of(double, ask, channel), ask["user_id"], ask["emoji_name"])
    return 204, None


@route("GET", _REACTION)
def list_reactions(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the users who reacted with an emoji."""
    channel = channel_of(double, ask, bits.READ_MESSAGE_HISTORY)
    users = message_of(double, ask, channel).reactions.get(ask["emoji_name"], [])
    later = [each for each in sorted(users, key=int) if int(each) > int(ask.query.get("after", 0))]
    return 200, [double.state.users[each] for each in later[: int(ask.query.get("limit", 25))]]


@route("DELETE", _MESSAGE + "/reactions")
def clear_reactions(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Take all reactions of a message away."""
    channel = channel_of(double, ask, bits.MANAGE_MESSAGES)
    message = message_of(double, ask, channel)
    access.demand_open(double.state, channel, double.bot_id)
    message.reactions.clear()
    event: Json = {"channel_id": channel.id, "message_id": message.id}
    if channel.get("guild_id"):
        event["guild_id"] = channel["guild_id"]
    double.publish("MESSAGE_REACTION_REMOVE_ALL", event, channel=channel)
    return 204, None


# Pins


@route("GET", _PINS)
def list_pins(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List pinned messages, the newest pin first."""
    channel = channel_of(double, ask, bits.READ_MESSAGE_HISTORY)
    before = datetime.fromisoformat(ask.query["before"]) if "before" in ask.query else None
    limit = int(ask.query.get("limit", 50))
    held = reversed(double.state.pinned.get(channel.id, {}).items())
    fitting = [(key, at) for key, at in held if before is None or datetime.fromisoformat(at) < before]
    items = [
        {"pinned_at": at, "message": posting.bot_view(double, double.state.messages[channel.id][key])}
        for key, at in fitting[:limit]
    ]
    return 200, {"items": items, "has_more": len(fitting) > limit}


@route("PUT", _PINS + "/{message_id}")
def pin_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Pin a message; the channel shows a line that says so."""
    state = double.state
    channel = channel_of(double, ask, bits.PIN_MESSAGES)
    message = message_of(double, ask, channel)
    access.demand_open(state, channel, double.bot_id)
    pins = state.pinned.setdefault(channel.id, {})
    if message.id in pins:
        return 204, None
    if len(pins) >= PINS_MAX:
        raise error(30003)
    pins[message.id] = state.stamp()
    message["pinned"] = True
    note: Json = {"message_reference": {"channel_id": channel.id, "message_id": message.id}}
    posting.post(double, channel, dict(state.users[double.bot_id]), note, kind=6)
    _tell_pins(double, channel)
    return 204, None


@route("DELETE", _PINS + "/{message_id}")
def unpin_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Unpin a message."""
    channel = channel_of(double, ask, bits.PIN_MESSAGES)
    message = message_of(double, ask, channel)
    access.demand_open(double.state, channel, double.bot_id)
    double.state.pinned.get(channel.id, {}).pop(message.id, None)
    message["pinned"] = False
    _tell_pins(double, channel)
    return 204, None


def _tell_pins(double: LoopbackDiscord, channel: Entity) -> None:
    pins = double.state.pinned.get(channel.id, {})
    event: Json = {"channel_id": channel.id, "last_pin_timestamp": max(pins.values(), default=None)}
    if channel.get("guild_id"):
        event["guild_id"] = channel["guild_id"]
    double.publish("CHANNEL_PINS_UPDATE", event, channel=channel)
