"""The limits of messages: content, embeds, mentions, polls, attachments and the rules of version 2 components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rehearsal.loopback.limits.commands import check_choices
from bot.rehearsal.loopback.limits.components import ALT_TEXT, ATTACHMENT, check_components
from bot.rehearsal.loopback.limits.form import Form, LimitError
from bot.rehearsal.loopback.limits.modals import check_modal

EPHEMERAL = 1 << 6
IS_COMPONENTS_V2 = 1 << 15

CONTENT = 2000
FILES = 10
FILE_BYTES = 10 * 2**20
REQUEST_BYTES = 25 * 2**20
# Above this sum of UTF-8 bytes and 12 per text display the service answers 500; it is documented nowhere.
V2_BYTES, V2_BYTES_PER_TEXT = 10_170, 12

_EMPTY = LimitError(400, 50006, "Cannot send an empty message")
_TOO_LARGE = LimitError(413, 40005, "Request entity too large")
_FORWARD = 1


def check_message(
    body: Mapping[str, Any], *, v2_already: bool = False, has_files: int = 0, edit: bool = False
) -> LimitError | None:
    """Judge the body of a new message or of an edit; `has_files` counts the files uploaded with it."""
    form = Form(body)
    asked = form.number("flags", 0, 2**31 - 1)
    v2 = v2_already or bool((asked or 0) & IS_COMPONENTS_V2)
    if v2_already and asked is not None and not asked & IS_COMPONENTS_V2:
        form.fault("flags", "MESSAGE_FLAGS_CANNOT_REMOVE_COMPONENTS_V2", "IS_COMPONENTS_V2 cannot be removed")
    form.text("content", CONTENT)
    _check_nonce(form)
    pictures = _check_embeds(form)
    _check_allowed_mentions(form)
    _check_poll(form)
    form.values("sticker_ids", 3)
    if v2:
        _refuse_old_fields(form)
    census = check_components(form, v2=v2)
    _check_attachments(form, census.attachment_names | pictures, has_files, edit=edit)
    error = form.error()
    if error is None and _is_empty(form, v2=v2, has_files=has_files, edit=edit):
        return _EMPTY
    if error is None and census.utf8_bytes + V2_BYTES_PER_TEXT * census.texts > V2_BYTES:
        return LimitError(500, 0, "500: Internal Server Error")
    return error


def check_files(sizes: Sequence[int], *, limit: int = FILE_BYTES) -> LimitError | None:
    """Judge the sizes in bytes of the files uploaded in one request."""
    if len(sizes) > FILES or sum(sizes) > REQUEST_BYTES or any(size > limit for size in sizes):
        return _TOO_LARGE
    return None


def check_callback(body: Mapping[str, Any], *, v2_already: bool = False, has_files: int = 0) -> LimitError | None:
    """Judge the first answer to an interaction: 4 and 7 carry a message, 5 flags alone, 8 choices, 9 a form."""
    form = Form(body)
    kind = form.choice("type", (1, 4, 5, 6, 7, 8, 9, 10, 12), required=True)
    data: dict[str, Any] = form.get("data") or {}
    if kind == 4:
        return form.error() or check_message(data, has_files=has_files)
    if kind == 7:
        return form.error() or check_message(data, v2_already=v2_already, has_files=has_files, edit=True)
    if kind == 8:
        return form.error() or check_choices(data.get("choices"))
    if kind == 9:
        return form.error() or check_modal(data)
    answer = form.child("data")
    flags = answer.number("flags", 0, 2**31 - 1) if answer else None
    if answer and kind == 5 and flags is not None and flags & ~EPHEMERAL:
        answer.fault("flags", "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL may be set on a deferred answer")
    return form.error()


def _check_nonce(form: Form) -> None:
    if isinstance(form.get("nonce"), str):
        form.text("nonce", 25)


def _check_embeds(form: Form) -> set[str]:
    """Judge the embeds and give the names of the attachments they show."""
    pictures: set[str] = set()
    total = 0
    for embed in form.items("embeds", 10):
        texts = [embed.text("title", 256), embed.text("description", 4096)]
        for key, part, high in (("footer", "text", 2048), ("author", "name", 256)):
            child = embed.child(key)
            texts.append(child.text(part, high) if child else "")
        for field in embed.items("fields", 25):
            texts += [field.text("name", 256, 1, required=True), field.text("value", 1024, 1, required=True)]
        embed.text("url", 2048)
        embed.number("color", 0, 0xFFFFFF)
        total += sum(map(len, texts))
        for key in ("image", "thumbnail"):
            picture = embed.child(key)
            url = picture.text("url", 2048, 1, required=True) if picture else ""
            if url.startswith(ATTACHMENT):
                pictures.add(url.removeprefix(ATTACHMENT))
    if total > 6000:
        form.fault("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    return pictures


def _check_allowed_mentions(form: Form) -> None:
    mentions = form.child("allowed_mentions")
    if mentions is None:
        return
    parse = mentions.values("parse", 3)
    for kind in parse:
        if kind not in ("users", "roles", "everyone"):
            mentions.fault("parse", "BASE_TYPE_CHOICES", "Value must be one of ('everyone', 'roles', 'users').")
    for kind in ("users", "roles"):
        if mentions.values(kind, 100) and kind in parse:
            mentions.fault(
                None,
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )


def _check_poll(form: Form) -> None:
    poll = form.child("poll")
    if poll is None:
        return
    question = poll.child("question", required=True)
    if question is not None:
        question.text("text", 300, 1, required=True)
    for answer in poll.items("answers", 10, 1, required=True):
        media = answer.child("poll_media", required=True)
        if media is not None and not media.get("emoji"):
            media.text("text", 55, 1, required=True)
        elif media is not None:
            media.text("text", 55)
    poll.number("duration", 1, 768)


def _refuse_old_fields(form: Form) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if form.get(key):
            form.fault(
                key,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _check_attachments(form: Form, shown: set[str], has_files: int, *, edit: bool) -> None:
    listed = form.items("attachments", FILES)
    for attachment in listed:
        attachment.text("description", ALT_TEXT)
        attachment.text("filename", 1024, 1)
    names = {attachment.get("filename") for attachment in listed}
    if has_files > FILES:
        form.fault("files", "BASE_TYPE_MAX_LENGTH", f"Must be {FILES} or fewer in length.")
    # A file that an edit keeps may be listed by its id alone, so only its presence in the list can be asked for.
    kept = edit and any(not attachment.get("filename") for attachment in listed)
    for name in sorted(shown - names):
        if not kept:
            form.fault(
                "components" if form.get("components") else "embeds",
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The referenced attachment was not found: {ATTACHMENT}{name}",
            )


def _is_empty(form: Form, *, v2: bool, has_files: int, edit: bool) -> bool:
    parts = ("embeds", "components", "attachments", "sticker_ids", "poll")
    content = form.get("content")
    if has_files or any(form.get(part) for part in parts) or (isinstance(content, str) and content.strip()):
        return False
    if edit:
        # An edit leaves unnamed parts as they are: only one that names and clears them all leaves nothing.
        shown = ("components",) if v2 else ("content", "embeds", "components", "attachments")
        return all(part in form.data for part in shown)
    reference = form.get("message_reference")
    return not (isinstance(reference, Mapping) and reference.get("type") == _FORWARD)
