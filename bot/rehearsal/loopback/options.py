"""Typing a command: finding it, and turning what a person enters into options as the client checks and sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.rehearsal.loopback import access, payloads
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import Refused
from bot.rehearsal.loopback.interactions import resolved_member
from bot.rehearsal.loopback.state import Entity, Guild, Json, State, Stored, id_of

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
_TYPED: dict[int, tuple[type, ...]] = {
    STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float),
}  # fmt: skip
MEMBER_KINDS = {5: USER, 6: ROLE, 7: MENTIONABLE, 8: CHANNEL}
"""Which kind of option an entity select (by component type) is like."""


def find_command(
    double: LoopbackDiscord, user_id: str, guild: Guild | None, channel: Entity, kind: int, name: str
) -> Entity:
    """Find a registered command that this person is shown here; a guild's own command hides a global one."""
    state = double.state
    own = state.commands.get(guild.id, []) if guild else []
    candidates = [each for each in [*own, *state.commands.get("", [])] if (each["type"], each["name"]) == (kind, name)]
    if not candidates:
        raise Refused(f"there is no command {name!r}")
    command = candidates[0]
    context = 0 if guild else 1
    contexts = command["contexts"]
    if (contexts is not None and context not in contexts) or (guild is None and command["dm_permission"] is False):
        raise Refused(f"the command {name!r} is not offered here")
    if guild is not None:
        held = access.channel_permissions(state, channel, user_id)
        needed = command["default_member_permissions"]
        if not held & bits.USE_APPLICATION_COMMANDS:
            raise Refused("this person may not use commands here")
        # "0" shows a command to administrators only.
        wanted = 0 if needed is None else int(needed) or bits.ADMINISTRATOR
        if not held & bits.ADMINISTRATOR and held & wanted != wanted:
            raise Refused(f"the command {name!r} is not shown to this person")
    return command


def descend(command: Entity, words: list[str]) -> tuple[list[tuple[int, str]], list[Json]]:
    """Follow the words after a command's name; give the steps as (type, name) and the options of the leaf."""
    steps: list[tuple[int, str]] = []
    options: list[Json] = command["options"] or []
    for word in words:
        step = next((each for each in options if each["name"] == word and each["type"] in (SUBCOMMAND, GROUP)), None)
        if step is None:
            raise Refused(f"{command['name']!r} has no subcommand {word!r}")
        steps.append((step["type"], word))
        options = step.get("options") or []
    if any(each["type"] in (SUBCOMMAND, GROUP) for each in options):
        raise Refused(f"{command['name']!r} needs one of its subcommands")
    return steps, options


class Entries:
    """The options a person entered, encoded, with the objects they refer to."""

    def __init__(self, state: State, guild: Guild | None, channel: Entity, user_id: str) -> None:
        self._state = state
        self._user_id = user_id
        self._guild = guild
        self._channel = channel
        self.resolved: Json = {}

    def encode(self, declared: list[Json], given: Mapping[str, Any]) -> list[Json]:
        """Encode complete options: required ones present, each of its type and within its bounds."""
        names = {each["name"] for each in declared}
        if strange := given.keys() - names:
            raise Refused(f"no such option: {', '.join(sorted(strange))}")
        missing = [each["name"] for each in declared if each.get("required") and given.get(each["name"]) is None]
        if missing:
            raise Refused(f"required option left out: {', '.join(missing)}")
        filled = [each for each in declared if given.get(each["name"]) is not None]
        return [self._option(each, given[each["name"]]) for each in filled]

    def encode_partial(self, declared: list[Json], given: Mapping[str, Any], focused: str) -> list[Json]:
        """Encode options while one of them is being typed: that one as it stands, nothing required yet."""
        one = next((each for each in declared if each["name"] == focused), None)
        if one is None or not one.get("autocomplete"):
            raise Refused(f"the option {focused!r} has no autocomplete")
        others = {name: value for name, value in given.items() if name != focused}
        relaxed = [{**each, "required": False} for each in declared]
        typed = {"name": focused, "type": one["type"], "value": str(given.get(focused, "")), "focused": True}
        return [*self.encode(relaxed, others), typed]

    def _option(self, declared: Json, value: Any) -> Json:
        kind, name = declared["type"], declared["name"]
        if kind in (USER, CHANNEL, ROLE, MENTIONABLE):
            value = self.refer(kind, value, declared.get("channel_types"))
        elif kind == ATTACHMENT:
            value = self.attach(*value)
        else:
            value = _checked(declared, value)
        return {"name": name, "type": kind, "value": value}

    def refer(self, kind: int, thing: Any, channel_types: list[int] | None = None) -> str:
        """Note a user, role or channel among the resolved objects, and give its id."""
        key = id_of(thing)
        guild = self._guild
        if kind in (USER, MENTIONABLE) and key in self._state.users:
            self._note("users", key, dict(self._state.users[key]))
            if guild is not None and key in guild.members:
                self._note("members", key, resolved_member(self._state, guild, key))
        elif kind in (ROLE, MENTIONABLE) and guild is not None and key in guild.roles:
            self._note("roles", key, dict(guild.roles[key]))
        elif kind == CHANNEL and key in self._state.channels:
            self._note("channels", key, self._channel_part(self._state.channels[key], channel_types))
        else:
            raise Refused(f"{key} is nothing that can be chosen here")
        return key

    def _channel_part(self, channel: Entity, channel_types: list[int] | None) -> Json:
        if channel_types and channel["type"] not in channel_types:
            raise Refused(f"a channel of type {channel['type']} cannot be chosen here")
        keys = (
            "id", "type", "name", "parent_id", "thread_metadata", "flags", "position", "topic", "nsfw",
            "last_message_id", "rate_limit_per_user", "owner_id", "message_count", "member_count", "guild_id",
            "total_message_sent", "applied_tags",
        )  # fmt: skip
        held = access.channel_permissions(self._state, channel, self._user_id)
        return {**{key: channel[key] for key in keys if key in channel}, "permissions": str(held)}

    def attach(self, filename: str, content: bytes) -> str:
        """Upload a file with the interaction, and give its id."""
        file_id = self._state.snowflake()
        self._state.files[file_id] = Stored(filename, content, "application/octet-stream")
        url = f"{self._state.base_url}/attachments/{self._channel.id}/{file_id}/{quote(filename)}"
        shaped = payloads.attachment(file_id, filename, len(content), url, "application/octet-stream", None)
        self._note("attachments", file_id, {**shaped, "ephemeral": True})
        return file_id

    def message(self, shaped: Json) -> None:
        """Note the message a menu was opened on, with its content."""
        self._note("messages", shaped["id"], shaped)

    def _note(self, collection: str, key: str, thing: Json) -> None:
        self.resolved.setdefault(collection, {})[key] = thing


def _checked(declared: Json, value: Any) -> Any:
    name, kind = declared["name"], declared["type"]
    by_name = {each["name"]: each["value"] for each in declared.get("choices") or []}
    if by_name:
        value = by_name.get(value, value)
        if value not in by_name.values():
            raise Refused(f"{value!r} is no choice of {name!r}")
    if not isinstance(value, _TYPED[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
        raise Refused(f"{name!r} does not take {value!r}")
    size = len(value) if kind == STRING else value
    low, high = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    if declared.get(low) is not None and size < declared[low]:
        raise Refused(f"{name!r} is below {declared[low]}")
    # A text option holds 6,000 characters when it sets no limit itself.
    limit = declared.get(high) if declared.get(high) is not None else (6000 if kind == STRING else None)
    if limit is not None and size > limit:
        raise Refused(f"{name!r} is above {limit}")
    return value
