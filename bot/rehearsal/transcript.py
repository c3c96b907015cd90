"""What people saw, written down while it happens: the channel, its threads, and what was answered to one person alone.

As lines for a terminal, and in the end as one HTML page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.rehearsal.loopback import Answer, LoopbackDiscord
from bot.rehearsal.loopback.page import Section, page_html
from bot.rehearsal.loopback.render import message_text

Json = dict[str, Any]
INDENT = "    "
SYSTEM_KINDS = (6, 18, 21)
"""Discord's own lines: pinned, thread started, start of a thread."""


@dataclass
class Transcript:
    """Follows one guild; `write` gets every line as it comes, and nothing when nobody reads along."""

    double: LoopbackDiscord
    guild: Any
    write: Callable[[str], None] | None = None
    private: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    """By name, the answers that only this person saw, in the order they came."""
    forms: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    _shown: set[str] = field(default_factory=set[str])
    _forms_read: set[str] = field(default_factory=set[str])

    def scene(self, title: str) -> None:
        """Begin a new part of the story."""
        self._lines("", f"━━ {title}", f"   {self.double.state.now():%A %Y-%m-%d %H:%M} UTC")

    def aside(self, text: str) -> None:
        """Tell what happens outside Discord."""
        self._lines("", f"({text})")

    def show_new(self) -> None:
        """Write what was posted since the last time, in the order it was posted."""
        for place, message in self._messages():
            if message["id"] in self._shown:
                continue
            self._shown.add(message["id"])
            if message.get("type") not in SYSTEM_KINDS:
                self._write_message(place, message)

    def show_again(self, message: Any) -> None:
        """Write a message that was edited in place, as it is now."""
        for place, found in self._messages():
            if found["id"] == str(message["id"]):
                self._write_message(place, found, note=" (edited)")

    def show_answer(self, name: str, act: str, answer: Answer) -> None:
        """Write what one person got for an act, which nobody else sees."""
        if answer.kind == "modal" and answer.modal is not None:
            self.forms.setdefault(name, []).append(answer.modal)
        elif answer.message is not None and answer.ephemeral:
            self.private.setdefault(name, []).append(answer.message)
        self._lines("", f"{INDENT}◌ {name}: {act}", *(f"{INDENT}  {line}" for line in self._read(answer)))

    def _read(self, answer: Answer) -> list[str]:
        """The lines of an answer; a kind of form that was read before is only named."""
        lines = answer.text.split("\n")
        if answer.kind != "modal":
            return lines
        kind = lines[0].partition(" · ")[0]
        if kind in self._forms_read:
            return [f"{lines[0]} (as before)"]
        self._forms_read.add(kind)
        return lines

    def page(self, title: str) -> str:
        """Everything as one HTML page."""
        threads = self.double.threads(self.guild)
        sections = [
            Section(
                f"{channel['name']}",
                self.double.channel_messages(channel),
                threads=[
                    Section(thread["name"], self.double.channel_messages(thread), kind="thread")
                    for thread in threads
                    if thread["parent_id"] == channel["id"]
                ],
            )
            for channel in self._channels()
        ]
        for name in dict.fromkeys([*self.private, *self.forms]):
            answers, forms = self.private.get(name, []), self.forms.get(name, [])
            sections.append(Section(name, answers, kind="private", note=f"Only {name} saw this.", forms=forms))
        state = self.double.state
        return page_html(title, sections, name_of=self.double.name_of, picture_of=self._picture, now=state.now())

    def _picture(self, address: str) -> tuple[bytes, str] | None:
        """The bytes of a picture that was uploaded here; nobody else's address is asked."""
        stored = self.double.state.file_at(address)
        shown = stored is not None and stored.content_type.startswith("image/")
        return (stored.content, stored.content_type) if stored is not None and shown else None

    def _channels(self) -> list[Any]:
        return [
            channel for channel in self.double.state.guild_channels(str(self.guild["id"])) if channel["type"] in (0, 15)
        ]

    def _messages(self) -> Iterable[tuple[str, Json]]:
        found: list[tuple[str, Json]] = []
        for channel in self._channels():
            found += [(f"#{channel['name']}", message) for message in self.double.channel_messages(channel)]
        for thread in self.double.threads(self.guild):
            found += [(f"↳ {thread['name']}", message) for message in self.double.channel_messages(thread)]
        return sorted(found, key=lambda pair: int(pair[1]["id"]))

    def _write_message(self, place: str, message: Json, note: str = "") -> None:
        if self.write is None:
            return
        author = self.double.name_of("user", message["author"]["id"])
        # "In two days" is meant from when it was written, however much later it is read.
        at = self.double.state.now() if note else datetime.fromisoformat(message["timestamp"])
        text = message_text(message, self.double.name_of, now=at)
        indent = INDENT if place.startswith("↳") else ""
        self._lines("", f"{indent}{place}  {author}{note}", *(f"{indent}  {line}" for line in text.split("\n")))

    def _lines(self, *lines: str) -> None:
        if self.write is not None:
            for line in lines:
                self.write(line)
