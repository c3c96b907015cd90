"""REST: guilds, members, roles, users, and the bot's own application with its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rehearsal.loopback import access, limits, payloads
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import error, found, judged
from bot.rehearsal.loopback.routing import Ask, Reply, route
from bot.rehearsal.loopback.state import Entity, Guild, Json

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

_GUILD = "/guilds/{guild_id}"
_COMMANDS = ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands")


def guild_of(double: LoopbackDiscord, ask: Ask) -> Guild:
    """Find the guild of a request; 10004 for one that does not exist or that the bot is not in."""
    guild = found(double.state.guilds.get(ask["guild_id"]), 10004)
    if double.bot_id not in guild.members:
        raise error(10004)
    return guild


@route("GET", "/gateway/bot")
def gateway_bot(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Tell where the gateway is and how many shards to open."""
    used = len(double.gateway.identifies)
    limit = {"total": 1000, "remaining": 1000 - used, "reset_after": 86_400_000, "max_concurrency": 1}
    return 200, {"url": double.gateway_url, "shards": double.shards, "session_start_limit": limit}


@route("GET", "/oauth2/applications/@me")
def own_application(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give the bot's application."""
    owner = double.state.users[double.owner_id]
    return 200, payloads.application(double.application_id, "bot", owner, len(double.state.guilds))


@route("GET", "/users/@me")
def own_user(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give the bot's user."""
    return 200, payloads.own_user(double.state.users[double.bot_id])


@route("GET", "/users/{user_id}")
def get_user(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give a user."""
    return 200, found(double.state.users.get(ask["user_id"]), 10013)


@route("GET", _GUILD)
def get_guild(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give a guild."""
    return 200, payloads.guild_reply(guild_of(double, ask))


# Members


@route("GET", _GUILD + "/members/{user_id}")
def get_member(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give a member; 10007 for one who is not (or no longer) in the guild."""
    return 200, found(guild_of(double, ask).members.get(ask["user_id"]), 10007)


@route("PATCH", _GUILD + "/members/@me")
def edit_own_member(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Change the bot's nickname."""
    guild = guild_of(double, ask)
    access.demand_in_guild(double.state, guild, double.bot_id, bits.CHANGE_NICKNAME)
    guild.members[double.bot_id]["nick"] = ask.body.get("nick")
    tell_member(double, guild, double.bot_id)
    return 200, guild.members[double.bot_id]


@route("PUT", _GUILD + "/members/{user_id}/roles/{role_id}")
def grant(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give a member a role."""
    return _regrant(double, ask, held=True)


@route("DELETE", _GUILD + "/members/{user_id}/roles/{role_id}")
def revoke(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Take a role from a member."""
    return _regrant(double, ask, held=False)


def _regrant(double: LoopbackDiscord, ask: Ask, *, held: bool) -> Reply:
    guild = guild_of(double, ask)
    access.demand_in_guild(double.state, guild, double.bot_id, bits.MANAGE_ROLES)
    member = found(guild.members.get(ask["user_id"]), 10007)
    role = found(guild.roles.get(ask["role_id"]), 10011)
    if not access.outranks(guild, double.bot_id, role) or role["managed"]:
        raise error(50013)
    others = [each for each in member["roles"] if each != role.id]
    member["roles"] = [*others, role.id] if held else others
    tell_member(double, guild, ask["user_id"])
    return 204, None


def tell_member(double: LoopbackDiscord, guild: Guild, user_id: str) -> None:
    """Dispatch that a member changed."""
    event = {**guild.members[user_id], "guild_id": guild.id}
    double.publish("GUILD_MEMBER_UPDATE", event, guild=guild, about=user_id)


# Roles


@route("GET", _GUILD + "/roles")
def list_roles(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the roles of a guild."""
    return 200, list(guild_of(double, ask).roles.values())


@route("GET", _GUILD + "/roles/{role_id}")
def get_role(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give a role."""
    return 200, found(guild_of(double, ask).roles.get(ask["role_id"]), 10011)


@route("POST", _GUILD + "/roles")
def create_role(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Create a role below the others, with no permission that the bot does not have itself."""
    guild = guild_of(double, ask)
    access.demand_in_guild(double.state, guild, double.bot_id, bits.MANAGE_ROLES)
    wanted = int(ask.body.get("permissions") or 0)
    access.demand_in_guild(double.state, guild, double.bot_id, wanted)
    role = payloads.role(
        double.state.snowflake(), ask.body.get("name") or "new role", permissions=wanted,
        mentionable=bool(ask.body.get("mentionable")),
    )  # fmt: skip
    guild.roles[role.id] = role
    double.publish("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": role}, guild=guild)
    return 200, role


@route("PATCH", _GUILD + "/roles/{role_id}")
def edit_role(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Change a role below the bot's own highest one."""
    guild, role = _managed_role(double, ask)
    for key in ("name", "mentionable", "hoist"):
        if ask.body.get(key) is not None:
            role[key] = ask.body[key]
    if ask.body.get("permissions") is not None:
        role["permissions"] = str(ask.body["permissions"])
    double.publish("GUILD_ROLE_UPDATE", {"guild_id": guild.id, "role": role}, guild=guild)
    return 200, role


@route("DELETE", _GUILD + "/roles/{role_id}")
def delete_role(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Delete a role; it disappears from its members and from every overwrite."""
    guild, role = _managed_role(double, ask)
    remove_role(double, guild, role)
    return 204, None


def _managed_role(double: LoopbackDiscord, ask: Ask) -> tuple[Guild, Entity]:
    guild = guild_of(double, ask)
    access.demand_in_guild(double.state, guild, double.bot_id, bits.MANAGE_ROLES)
    role = found(guild.roles.get(ask["role_id"]), 10011)
    if not access.outranks(guild, double.bot_id, role):
        raise error(50013)
    return guild, role


def remove_role(double: LoopbackDiscord, guild: Guild, role: Entity) -> None:
    """Take a role away, from members and overwrites too."""
    guild.roles.pop(role.id, None)
    for member in guild.members.values():
        member["roles"] = [each for each in member["roles"] if each != role.id]
    for channel in double.state.guild_channels(guild.id):
        channel["permission_overwrites"] = [e for e in channel["permission_overwrites"] if e["id"] != role.id]
    double.publish("GUILD_ROLE_DELETE", {"guild_id": guild.id, "role_id": role.id}, guild=guild)


# Application commands


def _scope(double: LoopbackDiscord, ask: Ask) -> str:
    if ask["application_id"] != double.application_id:
        raise error(50001)
    return guild_of(double, ask).id if "guild_id" in ask.args else ""


def _list_commands(double: LoopbackDiscord, ask: Ask) -> Reply:
    return 200, double.state.commands.get(_scope(double, ask), [])


def _put_commands(double: LoopbackDiscord, ask: Ask) -> Reply:
    scope = _scope(double, ask)
    return 200, _register(double, scope, ask.body)


def _post_command(double: LoopbackDiscord, ask: Ask) -> Reply:
    scope = _scope(double, ask)
    key = (ask.body.get("type", 1), ask.body["name"])
    before = double.state.commands.get(scope, [])
    others: list[Json] = [dict(each) for each in before if (each["type"], each["name"]) != key]
    registered = _register(double, scope, [*others, ask.body])
    return (200 if len(others) < len(before) else 201), registered[-1]


def _register(double: LoopbackDiscord, scope: str, wanted: list[Json]) -> list[Entity]:
    judged(limits.check_commands(wanted))
    known = {(each["type"], each["name"]): each.id for each in double.state.commands.get(scope, [])}
    registered: list[Entity] = []
    for body in wanted:
        key = (body.get("type", 1), body["name"])
        # A command that was there keeps its id; only new names count towards the daily creations.
        double.command_creations += key not in known
        command_id = known.get(key) or double.state.snowflake()
        registered.append(payloads.command(command_id, double.application_id, body, scope or None))
    double.state.commands[scope] = registered
    return registered


def _get_command(double: LoopbackDiscord, ask: Ask) -> Reply:
    return 200, _one_command(double, ask)


def _patch_command(double: LoopbackDiscord, ask: Ask) -> Reply:
    scope, one = _scope(double, ask), _one_command(double, ask)
    held = double.state.commands[scope]
    registered = _register(double, scope, [{**each, **ask.body} if each is one else dict(each) for each in held])
    return 200, registered[held.index(one)]


def _delete_command(double: LoopbackDiscord, ask: Ask) -> Reply:
    double.state.commands[_scope(double, ask)].remove(_one_command(double, ask))
    return 204, None


def _one_command(double: LoopbackDiscord, ask: Ask) -> Entity:
    held = double.state.commands.get(_scope(double, ask), [])
    return found(next((each for each in held if each.id == ask["command_id"]), None), 10063)


for _template in _COMMANDS:
    route("GET", _template + "/{command_id}")(_get_command)
    route("PATCH", _template + "/{command_id}")(_patch_command)
    route("DELETE", _template + "/{command_id}")(_delete_command)
    route("GET", _template)(_list_commands)
    route("PUT", _template)(_put_commands)
    route("POST", _template)(_post_command)
