"""Who is called by a message: what its text mentions, what `allowed_mentions` lets through, what permissions allow."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.rehearsal.loopback import access
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.state import Entity, Json, Message, Ping, State

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True, slots=True)
class Called:
    """The users, roles and everyone that a message really calls."""

    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    everyone: bool = False
    replied: str | None = None


def called(
    state: State, channel: Entity, author_id: str, text: str, allowed: Json | None, replied: str | None
) -> Called:
    """Work out whom a text calls: without `allowed_mentions` all it names, otherwise only what that permits."""
    guild = state.guild_of(channel)
    allowed = {"parse": ["users", "roles", "everyone"], "replied_user": True} if allowed is None else allowed
    parse = allowed.get("parse") or []
    listed_users = {str(each) for each in allowed.get("users") or []}
    listed_roles = {str(each) for each in allowed.get("roles") or []}
    users = [each for each in dict.fromkeys(_USER.findall(text)) if each in state.users]
    users = [each for each in users if "users" in parse or each in listed_users]
    reply = replied if allowed.get("replied_user", False) else None
    if guild is None:
        return Called(tuple(users), replied=reply)
    held = access.channel_permissions(state, channel, author_id)
    may_all = bool(held & bits.MENTION_EVERYONE)
    roles = [each for each in dict.fromkeys(_ROLE.findall(text)) if each in guild.roles]
    roles = [each for each in roles if "roles" in parse or each in listed_roles]
    roles = [each for each in roles if may_all or guild.roles[each]["mentionable"]]
    everyone = "everyone" in parse and may_all and bool(_EVERYONE.search(text))
    return Called(tuple(users), tuple(roles), everyone, reply)


def deliver(state: State, channel: Entity, message: Message, who: Called, *, silent: bool) -> None:
    """Record one ping for everybody a new message calls; its author and those who cannot see the channel get none."""
    guild = state.guild_of(channel)
    author = message["author"]["id"]
    reasons: dict[str, tuple[str, str | None]] = {}
    if guild is None:
        others = (each["id"] for each in channel.get("recipients", []))
        reasons.update((each, ("dm", None)) for each in others)
    else:
        if who.everyone:
            reasons.update((each, ("everyone", None)) for each in guild.members)
        for role_id in who.roles:
            holders = (key for key, member in guild.members.items() if role_id in member["roles"])
            reasons.update((each, ("role", role_id)) for each in holders)
        if who.replied:
            reasons[who.replied] = ("reply", None)
        reasons.update((each, ("user", None)) for each in who.users)
    for user_id, (via, role_id) in reasons.items():
        if user_id == author or not access.visible_to(state, channel, user_id):
            continue
        state.pings.append(Ping(user_id, message.id, channel.id, via, role_id, silent, state.now()))
