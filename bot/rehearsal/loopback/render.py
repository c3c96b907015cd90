"""What a member reads: messages, forms and channels as plain accessible lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.rehearsal.loopback.markup import NameOf, plain

EPHEMERAL, LOADING, IS_COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15

Json = Mapping[str, Any]
_INDENT = "    "
_RULE = "———"
_SYSTEM_LINES = {6: "pinned a message to this channel", 18: "started a thread: {content}", 21: "(start of the thread)"}
_PLACEHOLDERS = {
    3: "Make a selection",
    5: "Select a user",
    6: "Select a role",
    7: "Select a mention",
    8: "Select a channel",
}


def by_id(kind: str, snowflake: str) -> str:
    """Name nobody: the id stands for the name."""
    return snowflake


def message_text(message: Json, name_of: NameOf = by_id, *, now: datetime | None = None) -> str:
    """Give the words of one message from top to bottom, one line for each thing a member sees.

    Buttons are `[ Label ]`, disabled ones `( Label )`, links `[ Label → url ]`, selects `[ placeholder ▾ ]`, pictures
    `[picture: alt text]`. Times are in UTC; a relative time needs `now` and is otherwise shown as a date.
    """
    return "\n".join(_Reader(name_of, now).message(message))


def modal_text(modal: Json, name_of: NameOf = by_id, *, now: datetime | None = None) -> str:
    """Give the words of a form: its title, then each item with its label, description, input and preset value."""
    return "\n".join(_Reader(name_of, now).modal(modal))


def channel_text(
    messages: Iterable[Json],
    name_of: NameOf = by_id,
    *,
    threads: Iterable[tuple[Json, Sequence[Json]]] = (),
    now: datetime | None = None,
) -> str:
    """Give a channel as a transcript: author and time over every message, threads indented under their message.

    `threads` holds (thread channel, its messages); a thread that belongs to none of the messages stands at the end.
    """
    waiting = {str(thread["id"]): (thread, inside) for thread, inside in threads}
    parts: list[str] = []
    for message in messages:
        parts.append(_entry(message, name_of, now))
        if started := waiting.pop(str(message["id"]), None):
            parts.append(_thread_text(*started, name_of, now))
    parts += [_thread_text(thread, inside, name_of, now) for thread, inside in waiting.values()]
    return "\n\n".join(parts)


def author_words(message: Json, name_of: NameOf = by_id) -> list[str]:
    """Name who wrote a message, when, and what a client notes beside it: a command used, an edit, its privacy."""
    author: Json = message.get("author") or {}
    words = [name_of("user", str(author["id"])) if "id" in author else "unknown"]
    if author.get("bot"):
        words.append("[app]")
    if stamp := message.get("timestamp"):
        words.append(datetime.fromisoformat(stamp).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    metadata: Json = message.get("interaction_metadata") or {}
    if metadata.get("name"):
        user: Json = metadata.get("user") or {}
        words.append(f"(answers {name_of('user', str(user.get('id')))}: /{metadata['name']})")
    if message.get("edited_timestamp"):
        words.append("(edited)")
    if flags(message) & EPHEMERAL:
        words.append("(only you can see this)")
    return words


def flags(message: Json) -> int:
    """Give the flag bits of a message, 0 when it has none."""
    return int(message.get("flags") or 0)


def is_waiting(message: Json) -> bool:
    """Tell whether this is a deferred answer that still has nothing to say."""
    return bool(flags(message) & LOADING) and not message.get("content")


def thread_title(thread: Json) -> str:
    """Name a thread with its state: archived, locked."""
    metadata: Json = thread.get("thread_metadata") or {}
    state = [word for word in ("archived", "locked") if metadata.get(word)]
    return f"Thread: {thread.get('name', '')}" + (f" ({', '.join(state)})" if state else "")


def _entry(message: Json, name_of: NameOf, now: datetime | None) -> str:
    return "  ".join(author_words(message, name_of)) + "\n" + message_text(message, name_of, now=now)


def _thread_text(thread: Json, inside: Sequence[Json], name_of: NameOf, now: datetime | None) -> str:
    entries = [thread_title(thread), *(_entry(message, name_of, now) for message in inside)]
    return "\n\n".join("\n".join(_INDENT + line for line in entry.split("\n")) for entry in entries)


class _Reader:
    """Reads the parts of messages and forms into lines, with one way to name people and one idea of now."""

    def __init__(self, name_of: NameOf, now: datetime | None) -> None:
        self.name_of = name_of
        self.now = now

    def words(self, text: object) -> list[str]:
        return plain(str(text), self.name_of, self.now).split("\n") if text else []

    def message(self, message: Json) -> Iterator[str]:
        content = str(message.get("content") or "")
        if system := _SYSTEM_LINES.get(int(message.get("type") or 0)):
            yield system.format(content=content)
            return
        if is_waiting(message):
            yield "(thinking …)"
        yield from self.words(content)
        for embed in message.get("embeds") or ():
            yield from self.embed(embed)
        for component in message.get("components") or ():
            yield from self.component(component)
        if not flags(message) & IS_COMPONENTS_V2:
            yield from self.attachments(message)
        if poll := message.get("poll"):
            yield from self.poll(poll)
        if reactions := message.get("reactions"):
            yield "  ".join(f"{emoji_text(each['emoji'])} {each['count']}" for each in reactions)

    def embed(self, embed: Json) -> Iterator[str]:
        author, footer = embed.get("author") or {}, embed.get("footer") or {}
        yield from self.words(author.get("name"))
        yield from self.words(embed.get("title"))
        yield from self.words(embed.get("description"))
        for field in embed.get("fields") or ():
            name, *more = self.words(field.get("name")) or [""]
            value = self.words(field.get("value"))
            yield from [f"{name}: {value[0]}"] if len(value) == 1 and not more else [f"{name}:", *more, *value]
        for key in ("image", "thumbnail"):
            if embed.get(key):
                yield "[picture]"
        yield from self.words(footer.get("text"))

    def component(self, component: Json) -> Iterator[str]:
        kind = component.get("type")
        if kind == 1:
            yield " ".join(self.control(child) for child in component.get("components") or ())
        elif kind == 9:
            for text in component.get("components") or ():
                yield from self.component(text)
            yield from self.component(component.get("accessory") or {})
        elif kind == 10:
            yield from self.words(component.get("content"))
        elif kind == 11:
            yield picture_text(component)
        elif kind == 12:
            yield from map(picture_text, component.get("items") or ())
        elif kind == 13:
            yield file_text(component)
        elif kind == 14:
            yield _RULE if component.get("divider", True) else ""
        elif kind == 17:
            for child in component.get("components") or ():
                yield from self.component(child)
        elif kind is not None:
            yield self.control(component)

    def control(self, control: Json) -> str:
        """Give a button or a select as one word in brackets; round ones cannot be used."""
        if control.get("type") == 2:
            label = button_label(control)
            label = f"{label} → {control['url']}" if control.get("url") else label
        else:
            label = f"{select_label(control, self.name_of)} ▾"
        return f"( {label} )" if control.get("disabled") else f"[ {label} ]"

    def attachments(self, message: Json) -> Iterator[str]:
        shown = {str((embed.get("image") or {}).get("url")) for embed in message.get("embeds") or ()}
        for attachment in message.get("attachments") or ():
            if attachment.get("url") not in shown:
                picture = str(attachment.get("content_type") or "").startswith("image/")
                yield picture_text(attachment) if picture else file_text(attachment)

    def poll(self, poll: Json) -> Iterator[str]:
        yield f"Poll: {(poll.get('question') or {}).get('text', '')}"
        results: Json = poll.get("results") or {}
        counts = {each["id"]: each["count"] for each in results.get("answer_counts") or ()}
        for answer in poll.get("answers") or ():
            media: Json = answer.get("poll_media") or {}
            count = counts.get(answer.get("answer_id"), 0)
            yield f"( ) {emoji_prefix(media)}{media.get('text') or ''} – {count} vote{'' if count == 1 else 's'}"

    def modal(self, modal: Json) -> Iterator[str]:
        yield f"Form: {modal.get('title', '')}"
        for item in modal.get("components") or ():
            if item.get("type") == 10:
                yield from self.words(item.get("content"))
            elif item.get("type") == 18:
                yield from self.labelled(
                    str(item.get("label", "")), item.get("description"), item.get("component") or {}
                )
            else:
                for child in item.get("components") or ():
                    yield from self.labelled(str(child.get("label", "")), None, child)

    def labelled(self, label: str, description: object, component: Json) -> Iterator[str]:
        # A single checkbox is a plain yes or no: there is nothing in it that could be required.
        needed = component.get("type") != 23 and component.get("required", True)
        yield f"{label} (required)" if needed else label
        yield from self.words(description)
        yield from (_INDENT + line for line in self.input(component))

    def input(self, component: Json) -> Iterator[str]:
        kind = component.get("type")
        if kind == 4:
            yield f"[ {component.get('value') or component.get('placeholder') or ''} ]".replace("[  ]", "[ ]")
        elif kind in (21, 22):
            on, off = ("(•)", "( )") if kind == 21 else ("[x]", "[ ]")
            for option in component.get("options") or ():
                about = f" – {option['description']}" if option.get("description") else ""
                yield f"{on if option.get('default') else off} {option.get('label', '')}{about}"
        elif kind == 23:
            yield "[x]" if component.get("default") else "[ ]"
        elif kind == 19:
            yield "[ Choose a file ]"
        else:
            yield self.control(component)


def button_label(button: Json) -> str:
    """Give the emoji and the label that stand on a button."""
    return f"{emoji_prefix(button)}{button.get('label') or ''}".strip()


def select_label(select: Json, name_of: NameOf = by_id) -> str:
    """Give what a closed select shows: the chosen values, else its placeholder, else what Discord puts there."""
    chosen = [str(option.get("label")) for option in select.get("options") or () if option.get("default")]
    chosen += [name_of(str(each.get("type")), str(each["id"])) for each in select.get("default_values") or ()]
    kind = int(select.get("type") or 0)
    return ", ".join(chosen) or str(select.get("placeholder") or _PLACEHOLDERS.get(kind, ""))


def picture_text(picture: Json) -> str:
    """Give a picture by its alternative text, which is all that some members get of it."""
    return f"[picture: {picture['description']}]" if picture.get("description") else "[picture]"


def file_text(file: Json) -> str:
    """Give a file by its name."""
    media: Json = file.get("file") or {}
    name = file.get("filename") or file.get("name") or str(media.get("url", "")).split("?")[0].rpartition("/")[2]
    return f"[file: {name}]"


def emoji_prefix(holder: Json) -> str:
    """Give the emoji of a button, option or answer with a space after it, or nothing."""
    emoji = holder.get("emoji")
    return f"{emoji_text(emoji)} " if emoji else ""


def emoji_text(emoji: Json) -> str:
    """Give an emoji as its character, and a custom one by its name."""
    return f":{emoji.get('name')}:" if emoji.get("id") else str(emoji.get("name"))
