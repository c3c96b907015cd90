"""Which gateway events a bot is sent: Discord's intents, and the events that each one brings."""

from __future__ import annotations

GUILDS, GUILD_MEMBERS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_MESSAGE_REACTIONS, GUILD_MESSAGE_TYPING = 1 << 9, 1 << 10, 1 << 11
DIRECT_MESSAGES, DIRECT_MESSAGE_REACTIONS = 1 << 12, 1 << 13
MESSAGE_CONTENT, GUILD_SCHEDULED_EVENTS, GUILD_POLLS, DIRECT_MESSAGE_POLLS = 1 << 15, 1 << 16, 1 << 24, 1 << 25

PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT

_ALWAYS = frozenset({"READY", "RESUMED", "INTERACTION_CREATE", "USER_UPDATE", "GUILD_MEMBERS_CHUNK"})
_BY_PREFIX: tuple[tuple[str, int, int], ...] = (
    # event prefix, intent inside a guild, intent in direct messages; the first prefix that fits counts
    ("MESSAGE_REACTION_", GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    ("MESSAGE_POLL_", GUILD_POLLS, DIRECT_MESSAGE_POLLS),
    ("MESSAGE_", GUILD_MESSAGES, DIRECT_MESSAGES),
    ("TYPING_START", GUILD_MESSAGE_TYPING, 1 << 14),
    ("GUILD_MEMBER_", GUILD_MEMBERS, 0),
    ("THREAD_MEMBERS_UPDATE", GUILD_MEMBERS, 0),
    ("GUILD_SCHEDULED_EVENT_", GUILD_SCHEDULED_EVENTS, 0),
    ("CHANNEL_PINS_UPDATE", GUILDS, DIRECT_MESSAGES),
    ("GUILD_", GUILDS, 0),
    ("CHANNEL_", GUILDS, 0),
    ("THREAD_", GUILDS, 0),
)


def lets_through(intents: int, event: str, *, in_guild: bool, about_bot: bool = False) -> bool:
    """Tell whether a bot with these intents is sent an event.

    Membership events about the bot itself are sent whatever the intents.
    """
    if event in _ALWAYS:
        return True
    if about_bot and event in ("GUILD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE"):
        return True
    for prefix, guild_intent, direct_intent in _BY_PREFIX:
        if event.startswith(prefix):
            return bool(intents & (guild_intent if in_guild else direct_intent))
    raise LookupError(f"no intent is known for {event}")
