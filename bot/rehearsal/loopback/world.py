"""Making and looking at the world of the loopback Discord: what a test or a rehearsal sets up and reads back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from bot.rehearsal.loopback import payloads, routes_channels, routes_events, routes_guilds
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.state import Entity, Guild, Json, Message, Ping, State, created, id_of, iso

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

BOT_PERMISSIONS = 2_269_718_685_797_440
"""What a bot is invited with unless told otherwise."""

EVERYONE = (
    bits.VIEW_CHANNEL | bits.SEND_MESSAGES | bits.ADD_REACTIONS | bits.READ_MESSAGE_HISTORY | bits.EMBED_LINKS
    | bits.ATTACH_FILES | bits.SEND_MESSAGES_IN_THREADS | bits.CREATE_PUBLIC_THREADS | bits.CHANGE_NICKNAME
    | bits.USE_APPLICATION_COMMANDS | bits.SEND_POLLS
)  # fmt: skip
"""What a new guild's role of everyone may do."""


class World:
    """The part of the loopback Discord that is set up and inspected, without its server."""

    def __init__(self, state: State) -> None:
        self.state = state
        bot = payloads.user(state.snowflake(), "bot", bot=True)
        owner = payloads.user(state.snowflake(), "developer", display="Developer")
        state.users |= {bot.id: bot, owner.id: owner}
        state.bot_id = bot.id
        # For applications made in recent years the two ids are one.
        state.application_id = bot.id
        self.owner_id = owner.id

    @property
    def _me(self) -> LoopbackDiscord:
        return cast("LoopbackDiscord", self)

    @property
    def bot_id(self) -> str:
        """The user id of the bot."""
        return self.state.bot_id

    @property
    def application_id(self) -> str:
        """The id of the bot's application."""
        return self.state.application_id

    # Making

    def add_user(self, name: str, display: str | None = None) -> Entity:
        """Make a user."""
        user = payloads.user(self.state.snowflake(), name, display=display)
        self.state.users[user.id] = user
        return user

    def add_guild(self, name: str, *, bot_permissions: int = BOT_PERMISSIONS, with_bot: bool = True) -> Guild:
        """Make a guild with its own owner, a role of everyone, and the bot with a role of the given permissions."""
        state = self.state
        owner = self.add_user(f"owner_of_{name.lower().replace(' ', '_')}", display=f"Owner of {name}")
        guild = payloads.guild(state.snowflake(), name, owner.id)
        everyone = payloads.role(guild.id, "@everyone", permissions=EVERYONE, position=0)
        guild.roles[guild.id] = everyone
        guild.members[owner.id] = payloads.member(owner, state.stamp(), [])
        state.guilds[guild.id] = guild
        if with_bot:
            self.invite_bot(guild, permissions=bot_permissions)
        return guild

    def invite_bot(self, guild: Any, *, permissions: int = BOT_PERMISSIONS) -> None:
        """Bring the bot into a guild; its role stands above all that are there."""
        state, chosen = self.state, self._guild(guild)
        top = max(each["position"] for each in chosen.roles.values()) + 100
        role = payloads.role(state.snowflake(), "bot", permissions=permissions, position=top)
        role["managed"] = True
        role["tags"] = {"bot_id": self.bot_id}
        chosen.roles[role.id] = role
        chosen.bot_joined = state.stamp()
        chosen.members[self.bot_id] = payloads.member(state.users[self.bot_id], chosen.bot_joined, [role.id])
        self._me.publish("GUILD_CREATE", self._me.gateway.guild_create(chosen, everybody=False), guild=chosen)

    def remove_bot(self, guild: Any) -> None:
        """Kick the bot out of a guild."""
        chosen = self._guild(guild)
        member = chosen.members.pop(self.bot_id)
        for role_id in member["roles"]:
            chosen.roles.pop(role_id, None)
        self._me.publish("GUILD_DELETE", {"id": chosen.id}, guild=chosen)

    def add_channel(self, guild: Any, name: str, type: int = 0, overwrites: Iterable[Json] = ()) -> Entity:  # noqa: A002
        """Make a channel; overwrites are `{id, type (0 role, 1 member), allow, deny}`."""
        channel = routes_channels.add_channel(self._me, self._guild(guild), name, type, list(overwrites))
        self._me.publish("CHANNEL_CREATE", channel, channel=channel)
        return channel

    def overwrite(self, channel: Any, target: Any, *, allow: int = 0, deny: int = 0, member: bool = False) -> None:
        """Set what one role (or member) may and may not do in a channel."""
        given: Json = {"id": id_of(target), "type": int(member), "allow": allow, "deny": deny}
        routes_channels.overwrite(self._me, self.state.channels[id_of(channel)], given)

    def delete_channel(self, channel: Any) -> None:
        """Delete a channel or thread, as a moderator would."""
        routes_channels.remove(self._me, self.state.channels[id_of(channel)])

    def add_role(self, guild: Any, name: str, permissions: int = 0, *, mentionable: bool = True) -> Entity:
        """Make a role, below the bot's."""
        chosen = self._guild(guild)
        position = 1 + sum(not each["managed"] for each in chosen.roles.values() if each.id != chosen.id)
        role = payloads.role(
            self.state.snowflake(), name, permissions=permissions, position=position, mentionable=mentionable
        )
        chosen.roles[role.id] = role
        self._me.publish("GUILD_ROLE_CREATE", {"guild_id": chosen.id, "role": role}, guild=chosen)
        return role

    def delete_role(self, guild: Any, role: Any) -> None:
        """Delete a role, as a moderator would."""
        chosen = self._guild(guild)
        routes_guilds.remove_role(self._me, chosen, chosen.roles[id_of(role)])

    def set_permissions(self, guild: Any, role: Any, permissions: int) -> None:
        """Change what a role may do in the guild at large."""
        chosen = self._guild(guild)
        chosen.roles[id_of(role)]["permissions"] = str(permissions)
        event = {"guild_id": chosen.id, "role": chosen.roles[id_of(role)]}
        self._me.publish("GUILD_ROLE_UPDATE", event, guild=chosen)

    def bot_role(self, guild: Any) -> Entity:
        """Find the role that came with the bot."""
        return next(each for each in self._guild(guild).roles.values() if each.get("tags", {}).get("bot_id"))

    def join(self, guild: Any, user: Any, roles: Iterable[Any] = ()) -> Json:
        """Let a user join a guild, with roles."""
        chosen, key = self._guild(guild), id_of(user)
        member = payloads.member(self.state.users[key], self.state.stamp(), [id_of(each) for each in roles])
        chosen.members[key] = member
        self._me.publish("GUILD_MEMBER_ADD", {**member, "guild_id": chosen.id}, guild=chosen, about=key)
        return member

    def leave(self, guild: Any, user: Any) -> None:
        """Let a member leave a guild."""
        chosen, key = self._guild(guild), id_of(user)
        chosen.members.pop(key)
        for thread in self.state.threads(chosen.id):
            self.state.thread_members.get(thread.id, {}).pop(key, None)
        event = {"guild_id": chosen.id, "user": self.state.users[key]}
        self._me.publish("GUILD_MEMBER_REMOVE", event, guild=chosen, about=key)

    def set_roles(self, guild: Any, user: Any, roles: Iterable[Any]) -> None:
        """Give a member exactly these roles."""
        chosen, key = self._guild(guild), id_of(user)
        chosen.members[key]["roles"] = [id_of(each) for each in roles]
        routes_guilds.tell_member(self._me, chosen, key)

    def close_dms(self, user: Any) -> None:
        """Let a user refuse direct messages: the bot is answered 50007."""
        self.state.dms_closed.add(id_of(user))

    def open_dms(self, user: Any) -> None:
        """Let a user accept direct messages again."""
        self.state.dms_closed.discard(id_of(user))

    def set_thread(self, thread: Any, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """Archive, re-open, lock or unlock a thread, as a moderator would."""
        found = self.state.channels[id_of(thread)]
        changed = {key: value for key, value in (("archived", archived), ("locked", locked)) if value is not None}
        stamp = {"archive_timestamp": self.state.stamp()} if archived is not None else {}
        found["thread_metadata"] = {**found["thread_metadata"], **changed, **stamp}
        self._me.publish("THREAD_UPDATE", payloads.thread_for(self.state, found, self.bot_id), channel=found)

    def interested(self, event: Any, user: Any) -> None:
        """Let a member say that they are interested in a scheduled event."""
        key, user_id = id_of(event), id_of(user)
        guild = next(each for each in self.state.guilds.values() if key in each.events)
        guild.event_users.setdefault(key, []).append(user_id)
        guild.events[key]["user_count"] += 1
        told = {"guild_scheduled_event_id": key, "guild_id": guild.id, "user_id": user_id}
        self._me.publish("GUILD_SCHEDULED_EVENT_USER_ADD", told, guild=guild)

    def tick(self) -> None:
        """Do what Discord does by itself as time passes: archive idle threads, start and end external events.

        Reads of threads and events call it; call it after moving the clock when the bot should be told at once.
        """
        now = self.state.now()
        for thread in self.state.threads():
            meta = thread["thread_metadata"]
            if meta["archived"]:
                continue
            last = max(iso(created(thread["last_message_id"] or thread.id)), meta["archive_timestamp"])
            idle = (now - datetime.fromisoformat(last)).total_seconds() / 60
            if idle >= meta["auto_archive_duration"]:
                self.set_thread(thread, archived=True)
        for guild in self.state.guilds.values():
            routes_events.follow_clock(self._me, guild)

    # Looking

    def channel_messages(self, channel: Any) -> list[Json]:
        """List what stands in a channel, oldest first; private answers are not part of it."""
        held = self.state.messages.get(id_of(channel), {}).values()
        return [payloads.message_for(each, self.bot_id) for each in held]

    def message(self, message: Any) -> Json | None:
        """Give a message as it is now, wherever it is; None when it is gone."""
        found = self.state.any_message(id_of(message))
        return None if found is None else payloads.message_for(found, self.bot_id)

    def threads(self, guild: Any) -> list[Entity]:
        """List the threads of a guild, archived ones included, oldest first."""
        return sorted(self.state.threads(id_of(guild)), key=lambda each: int(each.id))

    def events(self, guild: Any, *, past: bool = False) -> list[Entity]:
        """List the scheduled events of a guild; with `past` also those completed and cancelled."""
        self.tick()
        chosen = self._guild(guild)
        return [*(chosen.past_events.values() if past else ()), *chosen.events.values()]

    def pins(self, channel: Any) -> list[Json]:
        """List the pinned messages of a channel, oldest pin first."""
        key = id_of(channel)
        held = self.state.messages.get(key, {})
        return [payloads.message_for(held[each], self.bot_id) for each in self.state.pinned.get(key, {})]

    def dm_channel(self, user: Any) -> Entity:
        """Give the direct message channel between the bot and a user."""
        return routes_channels.dm_with(self._me, id_of(user))

    def dms(self, user: Any) -> list[Json]:
        """List the direct messages between the bot and a user, oldest first."""
        key = self.state.dm_of.get(id_of(user))
        return [] if key is None else self.channel_messages(key)

    def pings(self, user: Any) -> list[Ping]:
        """List the notifications a user got, oldest first."""
        key = id_of(user)
        return [each for each in self.state.pings if each.user_id == key]

    def private_answers(self, user: Any) -> list[Json]:
        """List the answers that only this user sees, oldest first."""
        key = id_of(user)
        mine: list[Message] = [each for each in self.state.private.values() if each.only_for == key]
        return [payloads.message_for(each, key) for each in mine]

    def name_of(self, kind: str, key: str) -> str:
        """Name a user, role or channel as a person would read it."""
        if kind == "role":
            return next((g.roles[key]["name"] for g in self.state.guilds.values() if key in g.roles), "unknown-role")
        if kind == "channel":
            return self.state.channels.get(key, {}).get("name", "unknown")
        user = self.state.users.get(key)
        return "unknown-user" if user is None else user["global_name"] or user["username"]

    def _guild(self, guild: Any) -> Guild:
        return self.state.guilds[id_of(guild)]
