"""People who click: able to do what the Discord client lets a person do in that place, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from bot.rehearsal.loopback import access, forms, options, payloads, posting
from bot.rehearsal.loopback import components as parts
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import ApiError, Refused
from bot.rehearsal.loopback.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    DEFER_MESSAGE,
    DEFER_UPDATE,
    MODAL,
    MODAL_SUBMIT,
    UPDATE,
    Interaction,
)
from bot.rehearsal.loopback.render import message_text, modal_text
from bot.rehearsal.loopback.routes_messages import react
from bot.rehearsal.loopback.routing import Upload
from bot.rehearsal.loopback.state import THREADS, Entity, Guild, Json, Message, id_of

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

NO_ANSWER = "The application did not respond"

Kind = Literal["message", "update", "modal", "none", "failed"]


class Answer:
    """What a person sees in answer to an act; it stays current when the bot edits its answer later."""

    def __init__(self, double: LoopbackDiscord, one: Interaction, failed: str | None = None) -> None:
        self._double = double
        self._one = one
        self.failed = failed

    @property
    def kind(self) -> Kind:
        """A new message, a changed one, a form, nothing to see, or a failure."""
        one = self._one
        if self.failed is not None:
            return "failed"
        if one.answered == MODAL:
            return "modal"
        if one.answered == UPDATE:
            return "update"
        if one.answered == DEFER_UPDATE:
            changed = one.source is not None and (one.source.edits > one.edits_before or one.source.deleted)
            return "message" if one.followups and not changed else "update" if changed else "none"
        return "none" if self._shown() is None else "message"

    def _shown(self) -> Message | None:
        one = self._one
        standing = [each for each in one.followups if not each.deleted]
        if one.answered == DEFER_UPDATE and one.followups and self.kind == "message":
            return standing[0] if standing else None
        if one.original is not None and not one.original.deleted:
            return one.original
        return standing[0] if standing else None

    @property
    def message(self) -> Json | None:
        """The message answered, or the one changed, as it is now."""
        if self.kind not in ("message", "update"):
            return None
        shown = self._shown()
        return None if shown is None else payloads.message_for(shown, self._one.user_id)

    @property
    def modal(self) -> Json | None:
        """The form that opened."""
        return self._one.modal

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer."""
        shown = self._shown()
        return shown is not None and shown.only_for is not None

    @property
    def followups(self) -> list[Json]:
        """The messages that came after the first answer, as they are now."""
        return [payloads.message_for(each, self._one.user_id) for each in self._one.followups if not each.deleted]

    @property
    def text(self) -> str:
        """The words of the answer as a person reads them."""
        if self.failed is not None:
            return self.failed
        name_of, now = self._double.name_of, self._double.state.now()
        if self.kind == "modal" and self.modal is not None:
            return modal_text(self.modal, name_of, now=now)
        return message_text(self.message, name_of, now=now) if self.message is not None else ""

    @property
    def interaction(self) -> Interaction:
        """The interaction behind the answer."""
        return self._one

    def __repr__(self) -> str:
        return f"<Answer {self.kind}: {self.text!r}>"


class Person:
    """One user's hands in one guild, or in direct messages."""

    def __init__(self, double: LoopbackDiscord, user: Entity, guild: Guild | None) -> None:
        self._double = double
        self.user = user
        self.guild = guild

    @property
    def id(self) -> str:
        """The user's id."""
        return self.user.id

    @property
    def mention(self) -> str:
        """How a message calls this person."""
        return f"<@{self.id}>"

    # Acts that the bot answers

    async def slash(self, where: Any, command: str, /, *, patience: float | None = None, **given: Any) -> Answer:
        """Send a command such as `week open` with options by name; files are (name, bytes)."""
        channel = self._usable(where)
        found, steps, declared = self._command(channel, command)
        entries = self._entries(channel)
        data = self._command_data(found, steps, entries.encode(declared, given), entries)
        return await self._answer(self._double.interactions.begin(COMMAND, self.id, channel, data), patience)

    async def autocomplete(self, where: Any, command: str, /, focused: str, **given: Any) -> list[Json]:
        """Type into one option and read what is suggested; no answer in time is an empty list."""
        channel = self._usable(where)
        found, steps, declared = self._command(channel, command)
        entries = self._entries(channel)
        data = self._command_data(found, steps, entries.encode_partial(declared, given, focused), entries)
        one = self._double.interactions.begin(AUTOCOMPLETE, self.id, channel, data)
        await self._first(one)
        return one.choices or []

    async def press(self, message: Any, button: str, *, patience: float | None = None) -> Answer:
        """Press a button by its label, emoji or custom id."""
        current, channel = self._panel(message)
        buttons = [each for each in parts.walk(current["components"]) if each["type"] == parts.BUTTON]
        hits = [each for each in buttons if button in parts.button_names(each)]
        exact = [each for each in hits if each.get("custom_id") == button]
        if len(exact or hits) != 1:
            shown = [parts.button_names(each)[-1] for each in buttons if parts.button_names(each)]
            raise Refused(f"{len(hits)} buttons are called {button!r}; the message has {shown}")
        one = (exact or hits)[0]
        if one["style"] == parts.LINK_BUTTON:
            raise Refused(f"{button!r} opens a link")
        return await self._component(current, channel, one, {}, patience)

    async def choose(self, message: Any, select: str, values: Any, *, patience: float | None = None) -> Answer:
        """Choose in a select, named by custom id or placeholder: options by value or label, or members and channels."""
        current, channel = self._panel(message)
        selects = [each for each in parts.walk(current["components"]) if each["type"] in parts.SELECTS]
        hits = [each for each in selects if select in (each["custom_id"], each.get("placeholder"))]
        if len(hits) != 1:
            raise Refused(f"{len(hits)} selects are called {select!r}")
        entries = self._entries(channel)
        wanted = list(values) if isinstance(values, (list, tuple)) else [values]
        data: Json = {"values": forms.choose(hits[0], wanted, entries, name=select)}
        if entries.resolved:
            data["resolved"] = entries.resolved
        return await self._component(current, channel, hits[0], data, patience)

    async def submit(self, form: Any, given: Mapping[str, Any], *, patience: float | None = None) -> Answer:
        """Fill in and send a form, given as the answer that opened it or as its JSON; inputs by label or custom id."""
        one = self._opened(form)
        modal, channel = one.modal, self._double.state.channels[one.channel_id]
        if modal is None:
            raise Refused("no form is open")
        entries = self._entries(channel)
        filled = forms.fill(modal, given, entries)
        data: Json = {"custom_id": modal["custom_id"], "components": filled, "resolved": entries.resolved}
        begun = self._double.interactions.begin(MODAL_SUBMIT, self.id, channel, data, source=one.source, cause=one)
        return await self._answer(begun, patience)

    async def menu(self, message: Any, name: str, *, patience: float | None = None) -> Answer:
        """Use an app's menu on a message; the bot is given the message in full."""
        current, channel = self._panel(message)
        found = options.find_command(self._double, self.id, self._guild_of(channel), channel, 3, name)
        entries = self._entries(channel)
        entries.message(payloads.message_for(current, self._double.bot_id))
        data = {**self._command_data(found, [], [], entries), "type": 3, "target_id": current.id}
        del data["options"]
        return await self._answer(self._double.interactions.begin(COMMAND, self.id, channel, data), patience)

    async def user_menu(self, where: Any, user: Any, name: str, *, patience: float | None = None) -> Answer:
        """Use an app's menu on a member."""
        channel = self._usable(where)
        found = options.find_command(self._double, self.id, self._guild_of(channel), channel, 2, name)
        entries = self._entries(channel)
        target = entries.refer(options.USER, user)
        data = {**self._command_data(found, [], [], entries), "type": 2, "target_id": target}
        del data["options"]
        return await self._answer(self._double.interactions.begin(COMMAND, self.id, channel, data), patience)

    # Acts of a member among members

    async def say(self, where: Any, text: str, *, files: Mapping[str, bytes] | None = None, reply: Any = None) -> Json:
        """Write a message; in an archived, unlocked thread this opens it again."""
        channel = self._channel(where)
        body: Json = {"content": text}
        if reply is not None:
            body["message_reference"] = {"message_id": id_of(reply), "channel_id": channel.id}
        uploads = [Upload(index, name, content) for index, (name, content) in enumerate((files or {}).items())]
        needed = access.sending_bit(channel) | (bits.ATTACH_FILES if uploads else 0)
        try:
            access.demand(self._double.state, channel, self.id, needed)
            access.demand_unlocked(self._double.state, channel, self.id)
            posting.judge(body, uploads)
        except ApiError as refusal:
            raise Refused(refusal.message) from refusal
        message = posting.post(self._double, channel, dict(self.user), body, uploads)
        return payloads.message_for(message, self.id)

    async def react(self, message: Any, emoji: str) -> None:
        """React to a message."""
        current, channel = self._visible(message)
        if current.only_for is not None:
            raise Refused("a private answer takes no reactions")
        try:
            react(self._double, channel, current, self.id, emoji)
        except ApiError as refusal:
            raise Refused(refusal.message) from refusal

    async def delete(self, message: Any) -> None:
        """Delete one's own message."""
        current, _ = self._visible(message)
        if current["author"]["id"] != self.id:
            raise Refused("only one's own messages")
        posting.delete(self._double, current)

    async def dismiss(self, message: Any) -> None:
        """Wave a private answer away."""
        current, _ = self._visible(message)
        if current.only_for != self.id:
            raise Refused("only private answers can be dismissed")
        posting.delete(self._double, current)

    # Seeing

    async def history(self, where: Any) -> list[Json]:
        """Read a channel, oldest message first."""
        channel = self._channel(where)
        if not access.may(self._double.state, channel, self.id, bits.READ_MESSAGE_HISTORY):
            return []
        held = self._double.state.messages.get(channel.id, {}).values()
        return [payloads.message_for(each, self.id) for each in held]

    def sees(self, message: Any) -> Json | None:
        """Give a message as this person sees it now; None when they cannot see it or it is gone."""
        try:
            return payloads.message_for(self._visible(message)[0], self.id)
        except Refused:
            return None

    def reads(self, message: Any) -> str:
        """Give the words of a message as this person reads them now."""
        shown = payloads.message_for(self._visible(message)[0], self.id)
        return message_text(shown, self._double.name_of, now=self._double.state.now())

    # Inside

    def _guild_of(self, channel: Entity) -> Guild | None:
        return self._double.state.guild_of(channel)

    def _entries(self, channel: Entity) -> options.Entries:
        return options.Entries(self._double.state, self._guild_of(channel), channel, self.id)

    def _channel(self, where: Any) -> Entity:
        channel = self._double.state.channel(id_of(where))
        if channel is None or not access.visible_to(self._double.state, channel, self.id):
            raise Refused("this person sees no such channel")
        return channel

    def _usable(self, where: Any) -> Entity:
        self._double.tick()
        channel = self._channel(where)
        if channel["type"] in THREADS:
            meta = channel["thread_metadata"]
            if meta["archived"]:
                raise Refused("the thread is archived")
            if meta["locked"] and not access.may(self._double.state, channel, self.id, bits.MANAGE_THREADS):
                raise Refused("the thread is locked")
        return channel

    def _visible(self, message: Any) -> tuple[Message, Entity]:
        if isinstance(message, Answer):
            message = message.message
        current = None if message is None else self._double.state.any_message(id_of(message))
        if current is None or current.only_for not in (None, self.id):
            raise Refused("this person sees no such message")
        return current, self._channel(current["channel_id"])

    def _panel(self, message: Any) -> tuple[Message, Entity]:
        current, channel = self._visible(message)
        self._usable(channel)
        return current, channel

    def _command(self, channel: Entity, command: str) -> tuple[Entity, list[tuple[int, str]], list[Json]]:
        name, *words = command.removeprefix("/").split()
        found = options.find_command(self._double, self.id, self._guild_of(channel), channel, 1, name)
        steps, declared = options.descend(found, words)
        return found, steps, declared

    def _command_data(
        self, command: Entity, steps: list[tuple[int, str]], entered: list[Json], entries: options.Entries
    ) -> Json:
        for kind, name in reversed(steps):
            entered = [{"type": kind, "name": name, "options": entered}]
        data: Json = {"id": command.id, "name": command["name"], "type": command["type"], "options": entered}
        if entries.resolved:
            data["resolved"] = entries.resolved
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _opened(self, form: Any) -> Interaction:
        if isinstance(form, Answer):
            one = form.interaction
        else:
            found = self._double.interactions.latest_modal(self.id, form["custom_id"])
            if found is None:
                raise Refused("no such form is open")
            one = found
        if one.user_id != self.id:
            raise Refused("the form is open on somebody else's screen")
        return one

    async def _component(
        self, message: Message, channel: Entity, component: Json, more: Json, patience: float | None
    ) -> Answer:
        if component.get("disabled"):
            raise Refused(f"{parts.button_names(component) or component['custom_id']} is disabled")
        kind = component["type"]
        data = {"custom_id": component["custom_id"], "component_type": kind, "id": component["id"], **more}
        one = self._double.interactions.begin(COMPONENT, self.id, channel, data, source=message)
        return await self._answer(one, patience)

    async def _first(self, one: Interaction) -> bool:
        try:
            await _until(one, lambda: one.answered is not None or one.abandoned, self._double.first_answer)
            return one.answered is not None
        finally:
            self._double.interactions.give_up(one)

    async def _answer(self, one: Interaction, patience: float | None) -> Answer:
        if not await self._first(one):
            return Answer(self._double, one, NO_ANSWER)
        wait = self._double.patience if patience is None else patience
        answer = Answer(self._double, one)
        if one.answered == DEFER_MESSAGE:
            await _until(one, lambda: one.settled or one.abandoned, wait)
            failed = not one.settled
        elif one.answered == DEFER_UPDATE:
            await _until(one, lambda: one.settled or one.abandoned or answer.kind != "none", wait)
            failed = one.abandoned and not one.settled and answer.kind == "none"
        else:
            failed = False
        return Answer(self._double, one, NO_ANSWER) if failed else answer


async def _until(one: Interaction, condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        one.news.clear()
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await one.news.wait()
        except TimeoutError:
            return condition()
    return True
