"""Messages coming into being, changing and going, whoever causes it: the bot, an answer to a press, or a person."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.rehearsal.loopback import limits, mentions, payloads
from bot.rehearsal.loopback.components import completed, texts
from bot.rehearsal.loopback.errors import bad_form, judged
from bot.rehearsal.loopback.routing import Upload
from bot.rehearsal.loopback.state import (
    COMPONENTS_V2,
    DM,
    LOADING,
    SILENT,
    THREADS,
    Entity,
    Json,
    Message,
    State,
    Stored,
)

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

THREAD_STARTER = 21
_KEPT_FLAGS = 4 | SILENT | COMPONENTS_V2
_UNCOUNTED = frozenset({THREAD_STARTER})


def judge(body: Json, files: Sequence[Upload], *, message: Message | None = None) -> None:
    """Raise what Discord answers to a message that is too long, too large or misshapen."""
    judged(limits.check_files([len(each.content) for each in files]))
    was_v2 = bool(message and message["flags"] & COMPONENTS_V2)
    judged(limits.check_message(body, v2_already=was_v2, has_files=len(files), edit=message is not None))


def post(
    double: LoopbackDiscord,
    channel: Entity,
    author: Json,
    body: Json,
    files: Sequence[Upload] = (),
    *,
    kind: int = 0,
    only_for: str | None = None,
    flags: int = 0,
    extra: Json | None = None,
    message_id: str | None = None,
) -> Message:
    """Put a new message into a channel, or before one person's eyes only; tell the gateway and whom it calls."""
    state = double.state
    message_id = message_id or state.snowflake()
    attached, fresh = _attach(state, channel.id, body, files, [])
    message = Message(
        {
            "id": message_id, "channel_id": channel.id, "type": kind, "content": body.get("content") or "",
            "author": author, "mentions": [], "mention_roles": [], "attachments": attached,
            "embeds": _embeds(body.get("embeds") or [], fresh), "timestamp": state.stamp(), "edited_timestamp": None,
            "flags": (int(body.get("flags") or 0) & _KEPT_FLAGS) | flags,
            "components": completed(body.get("components") or [], _resolver(state, fresh)), "pinned": False,
            "mention_everyone": False, "tts": False, **(extra or {}),
        },
        only_for=only_for,
    )  # fmt: skip
    if body.get("nonce") is not None:
        message["nonce"] = body["nonce"]
    _refer(state, message, body)
    who = _call(state, channel, message, body)
    if only_for is not None:
        state.private[message_id] = message
        return message
    state.messages.setdefault(channel.id, {})[message_id] = message
    _arrived(double, channel, message)
    mentions.deliver(state, channel, message, who, silent=bool(message["flags"] & SILENT))
    announce(double, "MESSAGE_CREATE", channel, message)
    return message


def edit(double: LoopbackDiscord, message: Message, body: Json, files: Sequence[Upload] = ()) -> Message:
    """Change the named fields of a message, attachments as a whole list; a loading answer becomes a real one."""
    state = double.state
    channel = state.channels[message["channel_id"]]
    attached, fresh = _attach(state, channel.id, body, files, message["attachments"])
    if "components" in body:
        message["components"] = completed(body["components"] or [], _resolver(state, fresh))
    if "content" in body:
        message["content"] = body["content"] or ""
    if "embeds" in body:
        message["embeds"] = _embeds(body["embeds"] or [], fresh)
    if files or "attachments" in body:
        message["attachments"] = attached
    if body.get("flags") is not None:
        message["flags"] = message["flags"] & ~4 | int(body["flags"]) & (4 | COMPONENTS_V2)
    if message["flags"] & LOADING:
        # The first answer to a deferred interaction replaces "is thinking…": for the reader it is new, not edited.
        message["flags"] &= ~LOADING
        who = _call(state, channel, message, body)
        if message.only_for is None:
            mentions.deliver(state, channel, message, who, silent=False)
    else:
        message["edited_timestamp"] = state.stamp()
        _call(state, channel, message, body)
    message.edits += 1
    if message.only_for is None:
        announce(double, "MESSAGE_UPDATE", channel, message)
    double.changed(message)
    return message


def delete(double: LoopbackDiscord, message: Message) -> None:
    """Take a message away; a thread made from it stays."""
    state = double.state
    message.deleted = True
    channel_id = message["channel_id"]
    double.changed(message)
    if message.only_for is not None:
        state.private.pop(message.id, None)
        return
    state.messages.get(channel_id, {}).pop(message.id, None)
    state.pinned.get(channel_id, {}).pop(message.id, None)
    channel = state.channels[channel_id]
    if channel["type"] in THREADS and message["type"] not in _UNCOUNTED:
        channel["message_count"] = max(0, channel["message_count"] - 1)
    gone: Json = {"id": message.id, "channel_id": channel_id}
    if channel.get("guild_id"):
        gone["guild_id"] = channel["guild_id"]
    double.publish("MESSAGE_DELETE", gone, channel=channel)


def reopen(double: LoopbackDiscord, thread: Entity) -> None:
    """Bring an archived thread back, as sending to it does."""
    meta = thread["thread_metadata"]
    thread["thread_metadata"] = {**meta, "archived": False, "archive_timestamp": double.state.stamp()}
    double.publish("THREAD_UPDATE", payloads.thread_for(double.state, thread, double.bot_id), channel=thread)


def blank_for_bot(double: LoopbackDiscord, message: Message) -> bool:
    """Tell whether the bot, lacking Message Content, may not read a message: another's, outside DMs, not calling it."""
    if double.reads_content or message["author"]["id"] == double.bot_id:
        return False
    in_dm = double.state.channels[message["channel_id"]]["type"] == DM
    return not in_dm and all(each["id"] != double.bot_id for each in message["mentions"])


def bot_view(double: LoopbackDiscord, message: Message) -> Json:
    """Shape a message as the bot is given it."""
    return payloads.message_for(message, double.bot_id, blank=blank_for_bot(double, message))


def announce(double: LoopbackDiscord, event: str, channel: Entity, message: Message) -> None:
    """Dispatch MESSAGE_CREATE or MESSAGE_UPDATE, always with the full message."""
    data = bot_view(double, message)
    guild = double.state.guild_of(channel)
    if guild is not None:
        data["guild_id"] = guild.id
        member = guild.members.get(message["author"]["id"])
        if member is not None:
            data["member"] = {key: value for key, value in member.items() if key != "user"}
    double.publish(event, data, channel=channel)


def _arrived(double: LoopbackDiscord, channel: Entity, message: Message) -> None:
    state = double.state
    channel["last_message_id"] = message.id
    if channel["type"] not in THREADS:
        return
    if message["type"] not in _UNCOUNTED:
        channel["message_count"] += 1
        channel["total_message_sent"] += 1
    author = message["author"]["id"]
    inside = state.thread_members.setdefault(channel.id, {})
    if author not in inside:
        inside[author] = payloads.thread_member(channel.id, author, state.stamp())
        channel["member_count"] = len(inside)
    if channel["thread_metadata"]["archived"]:
        reopen(double, channel)


def _refer(state: State, message: Message, body: Json) -> None:
    reference = body.get("message_reference")
    if not reference:
        return
    channel_id = str(reference.get("channel_id") or message["channel_id"])
    target = state.message(channel_id, str(reference["message_id"]))
    if target is None:
        if reference.get("fail_if_not_exists", True):
            raise bad_form("message_reference", "Unknown message", code="REPLIES_UNKNOWN_MESSAGE")
        return
    message["message_reference"] = {"type": 0, "channel_id": channel_id, "message_id": target.id}
    guild_id = state.channels[channel_id].get("guild_id")
    if guild_id:
        message["message_reference"]["guild_id"] = guild_id
    if message["type"] in (0, 19):
        message["type"] = 19
        message["referenced_message"] = payloads.message_for(target, state.bot_id)


def _call(state: State, channel: Entity, message: Message, body: Json) -> mentions.Called:
    text = "\n".join([message["content"], *texts(message["components"])])
    replied = (message.get("referenced_message") or {}).get("author", {}).get("id")
    who = mentions.called(state, channel, message["author"]["id"], text, body.get("allowed_mentions"), replied)
    named: list[str] = list(dict.fromkeys([*who.users, *([who.replied] if who.replied else [])]))
    message["mentions"] = [dict(state.users[each]) for each in named]
    message["mention_roles"] = list(who.roles)
    message["mention_everyone"] = who.everyone
    return who


def _attach(
    state: State, channel_id: str, body: Json, files: Sequence[Upload], before: list[Json]
) -> tuple[list[Json], dict[str, Json]]:
    """Give the message's attachments after this request, and by file name those that this request itself lists."""
    listed: list[Json] | None = body.get("attachments")
    uploads = {each.index: each for each in files}
    described = {str(entry["id"]): entry for entry in listed or []}
    kept = [each for each in before if listed is None or each["id"] in described]
    fresh: list[Json] = []
    for index, upload in uploads.items():
        if listed is not None and str(index) not in described:
            continue
        entry = described.get(str(index), {})
        fresh.append(_store(state, channel_id, upload, entry.get("filename"), entry.get("description")))
    by_name = {each["filename"]: each for each in [*(kept if listed is not None else []), *fresh]}
    return [*kept, *fresh], by_name


def _store(state: State, channel_id: str, upload: Upload, filename: str | None, description: str | None) -> Json:
    file_id = state.snowflake()
    name = filename or upload.filename
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    state.files[file_id] = Stored(name, upload.content, content_type)
    url = f"{state.base_url}/attachments/{channel_id}/{file_id}/{quote(name)}"
    return payloads.attachment(file_id, name, len(upload.content), url, content_type, description)


def _resolver(state: State, fresh: dict[str, Json]) -> Any:
    def resolve(url: str) -> Json:
        media: Json = {"id": state.snowflake(), "width": None, "height": None, "content_type": None}
        if not url.startswith("attachment://"):
            return {**media, "url": url, "proxy_url": url}
        one = fresh.get(url.removeprefix("attachment://"))
        if one is None:
            # True on edits, too: media shown by an edited message must be listed again in the same request.
            raise bad_form("components", f"The referenced attachment {url} was not found.", code="INVALID_ATTACHMENT")
        media.update(url=one["url"], proxy_url=one["url"], content_type=one["content_type"], attachment_id=one["id"])
        return {**media, "filename": one["filename"], "size": one["size"]}

    return resolve


def _embeds(embeds: list[Json], fresh: dict[str, Json]) -> list[Json]:
    shaped: list[Json] = []
    for embed in embeds:
        one = {**embed, "type": "rich"}
        for key in ("image", "thumbnail"):
            url = (embed.get(key) or {}).get("url", "")
            attached = fresh.get(url.removeprefix("attachment://")) if url.startswith("attachment://") else None
            if attached:
                one[key] = {**embed[key], "url": attached["url"], "proxy_url": attached["url"]}
        shaped.append(one)
    return shaped
