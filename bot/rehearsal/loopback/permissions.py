"""What a member may do in a channel: Discord's permission bits and the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CREATE_INSTANT_INVITE = 1 << 0
KICK_MEMBERS = 1 << 1
BAN_MEMBERS = 1 << 2
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_AUDIT_LOG = 1 << 7
PRIORITY_SPEAKER = 1 << 8
STREAM = 1 << 9
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
SEND_TTS_MESSAGES = 1 << 12
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
VIEW_GUILD_INSIGHTS = 1 << 19
CONNECT = 1 << 20
SPEAK = 1 << 21
MUTE_MEMBERS = 1 << 22
DEAFEN_MEMBERS = 1 << 23
MOVE_MEMBERS = 1 << 24
USE_VAD = 1 << 25
CHANGE_NICKNAME = 1 << 26
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
MANAGE_WEBHOOKS = 1 << 29
MANAGE_GUILD_EXPRESSIONS = 1 << 30
USE_APPLICATION_COMMANDS = 1 << 31
REQUEST_TO_SPEAK = 1 << 32
MANAGE_EVENTS = 1 << 33
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
USE_EXTERNAL_STICKERS = 1 << 37
SEND_MESSAGES_IN_THREADS = 1 << 38
USE_EMBEDDED_ACTIVITIES = 1 << 39
MODERATE_MEMBERS = 1 << 40
VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
USE_SOUNDBOARD = 1 << 42
CREATE_GUILD_EXPRESSIONS = 1 << 43
CREATE_EVENTS = 1 << 44
USE_EXTERNAL_SOUNDS = 1 << 45
SEND_VOICE_MESSAGES = 1 << 46
SEND_POLLS = 1 << 49
USE_EXTERNAL_APPS = 1 << 50
PIN_MESSAGES = 1 << 51
BYPASS_SLOWMODE = 1 << 52

NAMES: dict[int, str] = {
    value: name for name, value in dict(globals()).items() if name.isupper() and isinstance(value, int)
}
"""Every known bit with its name in Discord's documentation."""

ALL = sum(NAMES)
"""What the guild owner and an administrator have."""

_ONLY_WHILE_TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY
_ONLY_WITH_SENDING = EMBED_LINKS | ATTACH_FILES | MENTION_EVERYONE | SEND_TTS_MESSAGES


def effective(
    *,
    owner_id: str,
    guild_id: str,
    roles: Mapping[str, Mapping[str, Any]],
    member_id: str,
    member_roles: Sequence[str],
    overwrites: Sequence[Mapping[str, Any]] = (),
    thread: bool = False,
    timed_out: bool = False,
) -> int:
    """Give the permission bits of one member in one channel; a thread passes the overwrites of its parent.

    `roles` maps role ids to role objects, the role of everyone included under the guild's id; permission values are
    decimal strings as on the wire. A member without VIEW_CHANNEL gets 0. In a thread the bit for sending is
    SEND_MESSAGES_IN_THREADS; SEND_MESSAGES then still tells of the parent (see `may_send`).
    """
    if str(member_id) == str(owner_id):
        return ALL
    held = {str(role_id) for role_id in member_roles} - {str(guild_id)}
    bits = _bits(roles[str(guild_id)], "permissions")
    for role_id in held & roles.keys():
        bits |= _bits(roles[role_id], "permissions")
    if bits & ADMINISTRATOR:
        return ALL
    bits = _overwritten(bits, [each for each in overwrites if str(each["id"]) == str(guild_id)])
    # The roles' overwrites count together, whatever their order in the list: first every denial, then every grant.
    bits = _overwritten(bits, [each for each in overwrites if str(each["id"]) in held and _of_role(each)])
    mine = [each for each in overwrites if str(each["id"]) == str(member_id) and not _of_role(each)]
    bits = _overwritten(bits, mine)
    if timed_out:
        bits &= _ONLY_WHILE_TIMED_OUT
    if not bits & VIEW_CHANNEL:
        return 0
    if not may_send(bits, thread=thread):
        bits &= ~_ONLY_WITH_SENDING
    return bits


def may_send(bits: int, *, thread: bool) -> bool:
    """Tell whether these bits allow a message: a thread asks for its own bit instead of the channel's."""
    return bool(bits & (SEND_MESSAGES_IN_THREADS if thread else SEND_MESSAGES))


def names(bits: int) -> list[str]:
    """Name the bits that are set, lowest first; a bit unknown to Discord's table is named by its number."""
    set_bits = (1 << place for place in range(bits.bit_length()) if bits >> place & 1)
    return [NAMES.get(bit, f"BIT_{bit.bit_length() - 1}") for bit in set_bits]


def _bits(holder: Mapping[str, Any], key: str) -> int:
    return int(holder.get(key) or 0)


def _of_role(overwrite: Mapping[str, Any]) -> bool:
    return int(overwrite.get("type", 0)) == 0


def _overwritten(bits: int, overwrites: Iterable[Mapping[str, Any]]) -> int:
    denied = allowed = 0
    for each in overwrites:
        denied |= _bits(each, "deny")
        allowed |= _bits(each, "allow")
    return bits & ~denied | allowed
