"""Interactions: what a person's act sends to the bot, and the life of its token from first answer to follow-ups."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.rehearsal.loopback import access, payloads
from bot.rehearsal.loopback.errors import error
from bot.rehearsal.loopback.state import EPHEMERAL, THREADS, Entity, Json, Message

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER_MESSAGE, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

TOKEN_LIFE = timedelta(minutes=15)
UPLOAD_LIMIT = 10 * 1024 * 1024


@dataclass
class Interaction:
    """One interaction and everything the bot has answered to it so far."""

    id: str
    token: str
    kind: int
    user_id: str
    channel_id: str
    guild_id: str | None
    begun: datetime
    data: Json
    source: Message | None = None
    cause: Interaction | None = None
    answered: int | None = None
    given_up: bool = False
    abandoned: bool = False
    ephemeral: bool = False
    original: Message | None = None
    modal: Json | None = None
    choices: list[Json] | None = None
    followups: list[Message] = field(default_factory=list)
    edits_before: int = 0
    settled: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake whoever waits for something new on this interaction."""
        self.news.set()


class Interactions:
    """All interactions, by id and by token."""

    def __init__(self, double: LoopbackDiscord) -> None:
        self._double = double
        self._by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._open: set[str] = set()
        self._recent: deque[Interaction] = deque(maxlen=200)

    def begin(
        self,
        kind: int,
        user_id: str,
        channel: Entity,
        data: Json,
        *,
        source: Message | None = None,
        cause: Interaction | None = None,
    ) -> Interaction:
        """Start an interaction and dispatch it to the bot."""
        state = self._double.state
        interaction_id = state.snowflake()
        one = Interaction(
            interaction_id, f"token-{state.token('interaction', interaction_id)[:40]}", kind, user_id, channel.id,
            channel.get("guild_id"), state.now(), data, source, cause,
            edits_before=source.edits if source is not None else 0,
        )  # fmt: skip
        self._by_id[one.id] = self._by_token[one.token] = one
        self._open.add(one.id)
        self._recent.append(one)
        self._double.publish("INTERACTION_CREATE", self._payload(one, channel), channel=channel)
        return one

    def give_up(self, one: Interaction) -> None:
        """End the wait for a first answer; when there was none, a later one is refused."""
        one.given_up = one.answered is None
        self._open.discard(one.id)

    def forget(self, one: Interaction) -> None:
        """Drop an interaction that was answered, with its private answers: nobody looks at them any more."""
        del self._by_id[one.id], self._by_token[one.token]
        for message in (one.original, *one.followups):
            if message is not None:
                self._double.state.private.pop(message.id, None)

    def abandon(self) -> None:
        """End every wait: the bot is gone, and what it has not said by now it never will."""
        for one in self._recent:
            one.abandoned = True
            one.tell()

    def for_callback(self, interaction_id: str, token: str) -> Interaction:
        """Find the interaction a first answer belongs to, or raise 10062 (unknown, too late) or 40060 (answered)."""
        one = self._by_id.get(interaction_id)
        if one is None or one.token != token or one.given_up:
            raise error(10062)
        if one.answered is not None:
            raise error(40060)
        return one

    def for_webhook(self, application_id: str, token: str) -> Interaction:
        """Find the interaction of a follow-up, or raise 10015 (unknown, over 15 minutes) or 50027 (a bad token)."""
        if application_id != self._double.application_id:
            raise error(10015)
        one = self._by_token.get(token)
        if one is None:
            raise error(50027)
        if one.answered is None or self._double.state.now() - one.begun > TOKEN_LIFE:
            raise error(10015)
        return one

    def mark(self, one: Interaction, kind: int) -> None:
        """Note the first answer."""
        one.answered = kind
        self._open.discard(one.id)
        one.tell()

    def latest_modal(self, user_id: str, custom_id: str) -> Interaction | None:
        """Find the interaction that last showed a person the form with that custom id."""
        shown = (one for one in reversed(self._by_id.values()) if one.user_id == user_id and one.modal)
        return next((one for one in shown if one.modal and one.modal["custom_id"] == custom_id), None)

    def touched(self, message: Message) -> None:
        """Wake those who wait on a message that was just edited or deleted."""
        for one in self._recent:
            if message in (one.original, one.source) or any(message is each for each in one.followups):
                one.tell()

    @property
    def waiting(self) -> int:
        """How many interactions have no first answer yet."""
        return len(self._open)

    def metadata(self, one: Interaction) -> Json:
        """Shape what an answer tells about the interaction behind it."""
        state = self._double.state
        meta: Json = {
            "id": one.id, "type": one.kind, "user": dict(state.users[one.user_id]),
            "authorizing_integration_owners": self._owners(one),
        }  # fmt: skip
        if one.kind == COMMAND:
            meta.update(name=one.data["name"], command_type=one.data["type"])
        elif one.kind == COMPONENT and one.source is not None:
            meta["interacted_message_id"] = one.source.id
        elif one.cause is not None:
            meta["triggering_interaction_metadata"] = self.metadata(one.cause)
        return meta

    def _owners(self, one: Interaction) -> Json:
        return {"0": one.guild_id or "0"}

    def _payload(self, one: Interaction, channel: Entity) -> Json:
        double, state = self._double, self._double.state
        held = access.channel_permissions(state, channel, one.user_id)
        payload: Json = {
            "id": one.id, "application_id": double.application_id, "type": one.kind, "data": one.data,
            "channel": self._partial_channel(channel, held), "channel_id": channel.id, "token": one.token, "version": 1,
            "app_permissions": str(access.channel_permissions(state, channel, double.bot_id)), "locale": "en-US",
            "entitlements": [], "authorizing_integration_owners": self._owners(one),
            "context": 0 if one.guild_id else 1, "attachment_size_limit": UPLOAD_LIMIT,
        }  # fmt: skip
        if one.guild_id:
            guild = state.guilds[one.guild_id]
            payload["guild_id"] = guild.id
            payload["guild"] = {"id": guild.id, "locale": guild["preferred_locale"], "features": guild["features"]}
            payload["guild_locale"] = guild["preferred_locale"]
            payload["member"] = {**guild.members[one.user_id], "permissions": str(held)}
        else:
            payload["user"] = dict(state.users[one.user_id])
        if one.source is not None:
            payload["message"] = payloads.message_for(one.source, double.bot_id)
        return payload

    def _partial_channel(self, channel: Entity, held: int) -> Json:
        keys = (
            "id", "type", "name", "parent_id", "guild_id", "flags", "position", "nsfw", "topic", "last_message_id",
            "rate_limit_per_user", "thread_metadata", "recipients", "owner_id", "message_count", "member_count",
        )  # fmt: skip
        part = {key: channel[key] for key in keys if key in channel}
        if channel["type"] in THREADS:
            part.update(total_message_sent=channel["total_message_sent"], applied_tags=channel["applied_tags"])
        if channel.get("guild_id"):
            part["permissions"] = str(held)
        return part


def resolved_member(state: Any, guild: Any, user_id: str) -> Json:
    """Shape a member inside `resolved`: without user, mute and deaf, with permissions."""
    member = guild.members[user_id]
    kept = {key: value for key, value in member.items() if key not in ("user", "mute", "deaf")}
    return {**kept, "permissions": str(access.guild_permissions(state, guild, user_id))}


def is_ephemeral(flags: int | None) -> bool:
    """Tell whether the flags of an answer ask for the invoking person's eyes only."""
    return bool((flags or 0) & EPHEMERAL)
