"""Everything the loopback Discord knows: users, guilds, channels, messages, files, and who was pinged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
"""2015-01-01 in Unix milliseconds: the zero of Discord's ids."""

TEXT, DM, VOICE, ANNOUNCEMENT, ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 2, 5, 10, 11, 12, 15
THREADS = frozenset({ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD})

EPHEMERAL, LOADING, HAS_THREAD, SILENT, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 5, 1 << 12, 1 << 15

NONCE_WINDOW = timedelta(minutes=5)
"""How long a nonce is remembered; Discord only says "the past few minutes"."""


class Entity(dict[str, Any]):
    """A Discord object as its JSON, with its id at hand."""

    @property
    def id(self) -> str:
        """The snowflake of the object, as text."""
        return str(self["id"])


class Guild(Entity):
    """A guild: its own fields as JSON, and the collections the API serves apart from it."""

    def __init__(self, fields: Json) -> None:
        super().__init__(fields)
        self.members: dict[str, Json] = {}
        self.roles: dict[str, Entity] = {}
        self.events: dict[str, Entity] = {}
        self.past_events: dict[str, Entity] = {}
        self.event_users: dict[str, list[str]] = {}
        self.bot_joined = ""


class Message(Entity):
    """A message as its JSON (without reactions), and what differs by who looks at it."""

    def __init__(self, fields: Json, *, only_for: str | None = None) -> None:
        super().__init__(fields)
        self.only_for = only_for
        self.reactions: dict[str, list[str]] = {}
        self.edits = 0
        self.deleted = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An uploaded file: name, bytes and content type."""

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Ping:
    """One notification: who was called, by which message, through what (`user`, `role`, `everyone`, `reply`, `dm`)."""

    user_id: str
    message_id: str
    channel_id: str
    via: str
    role_id: str | None
    silent: bool
    at: datetime


def id_of(thing: Any) -> str:
    """Give the id of an object, or of an id itself, as text."""
    if isinstance(thing, dict):
        return str(thing["id"])
    if isinstance(thing, (str, int)):
        return str(thing)
    return str(thing.id)


@dataclass
class State:
    """The memory of the loopback Discord; ids and times come from its clock."""

    clock: Callable[[], datetime]
    users: dict[str, Entity] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Entity] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    private: dict[str, Message] = field(default_factory=dict)
    pinned: dict[str, dict[str, str]] = field(default_factory=dict)
    thread_members: dict[str, dict[str, Json]] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)
    commands: dict[str, list[Entity]] = field(default_factory=dict)
    dm_of: dict[str, str] = field(default_factory=dict)
    dms_closed: set[str] = field(default_factory=set)
    nonces: dict[tuple[str, str], tuple[datetime, str, str]] = field(default_factory=dict)
    pings: list[Ping] = field(default_factory=list)
    bot_id: str = ""
    application_id: str = ""
    base_url: str = ""
    _last_id: int = 0

    def now(self) -> datetime:
        """Tell the time of the clock, in UTC."""
        return self.clock().astimezone(UTC)

    def stamp(self) -> str:
        """Tell the time as Discord writes it in payloads."""
        return iso(self.now())

    def snowflake(self) -> str:
        """Make the next id: its upper bits are the clock's milliseconds, and ids only ever grow."""
        milliseconds = int(self.now().timestamp() * 1000) - EPOCH_MS
        self._last_id = max(milliseconds << 22, self._last_id + 1)
        return str(self._last_id)

    def file_at(self, address: str) -> Stored | None:
        """Find an uploaded file by the address that messages show it with."""
        prefix = f"{self.base_url}/attachments/"
        return self.files.get(address.removeprefix(prefix).split("/")[1]) if address.startswith(prefix) else None

    def channel(self, channel_id: Any) -> Entity | None:
        """Find a channel, thread or DM."""
        return self.channels.get(str(channel_id))

    def guild_of(self, channel: Json) -> Guild | None:
        """Find the guild of a channel; a DM has none."""
        return self.guilds.get(str(channel.get("guild_id")))

    def parent(self, channel: Entity) -> Entity:
        """Give the channel whose overwrites count: a thread's parent, else the channel itself."""
        if channel["type"] in THREADS:
            return self.channels.get(str(channel["parent_id"]), channel)
        return channel

    def message(self, channel_id: str, message_id: str) -> Message | None:
        """Find a message that is in a channel's history."""
        return self.messages.get(channel_id, {}).get(message_id)

    def any_message(self, message_id: str) -> Message | None:
        """Find a message wherever it is, private answers included."""
        if message_id in self.private:
            return self.private[message_id]
        return next((held[message_id] for held in self.messages.values() if message_id in held), None)

    def threads(self, guild_id: str | None = None, parent_id: str | None = None) -> Iterator[Entity]:
        """Walk through the threads of a guild or of a channel, archived ones included."""
        for channel in list(self.channels.values()):
            if (
                channel["type"] in THREADS
                and (guild_id is None or channel["guild_id"] == guild_id)
                and (parent_id is None or channel["parent_id"] == parent_id)
            ):
                yield channel

    def guild_channels(self, guild_id: str) -> list[Entity]:
        """List the channels of a guild, without threads."""
        mine = (each for each in self.channels.values() if each.get("guild_id") == guild_id)
        return [each for each in mine if each["type"] not in THREADS]

    def remembered(self, author_id: str, nonce: str) -> tuple[str, str] | None:
        """Find channel and message id of an author's earlier message with that nonce, within the window."""
        known = self.nonces.get((author_id, nonce))
        if known is None or self.now() - known[0] > NONCE_WINDOW:
            return None
        return known[1], known[2]

    def token(self, *parts: str) -> str:
        """Make an opaque token that is the same whenever the same ids are."""
        return hashlib.sha256("/".join(parts).encode()).hexdigest()


def iso(moment: datetime) -> str:
    """Write a moment as Discord does: ISO 8601 in UTC with microseconds and offset."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def created(snowflake: str) -> datetime:
    """Read the moment out of an id."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + EPOCH_MS) / 1000, UTC)
