"""The limits of threads, channels and scheduled events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.rehearsal.loopback.limits.form import Form, LimitError

AUTO_ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
SLOWMODE_SECONDS = 21_600
_FORUMS = (15, 16)
_STAGE, _VOICE, _EXTERNAL = 1, 2, 3


def check_thread(body: Mapping[str, Any], *, edit: bool = False) -> LimitError | None:
    """Judge the body that opens or edits a thread; the starter message of a forum post is judged as a message."""
    form = Form(body)
    _check_name(form, edit=edit)
    form.choice("auto_archive_duration", AUTO_ARCHIVE_MINUTES)
    form.number("rate_limit_per_user", 0, SLOWMODE_SECONDS)
    form.values("applied_tags", 5)
    if not edit:
        form.choice("type", (10, 11, 12))
    return form.error()


def check_channel(body: Mapping[str, Any], *, kind: int | None = None, edit: bool = False) -> LimitError | None:
    """Judge the body that makes or edits a channel; `kind` is the type of the channel that is edited."""
    form = Form(body)
    _check_name(form, edit=edit)
    shape = form.get("type") if form.get("type") is not None else kind
    form.text("topic", 4096 if shape in _FORUMS else 1024)
    for key in ("rate_limit_per_user", "default_thread_rate_limit_per_user"):
        form.number(key, 0, SLOWMODE_SECONDS)
    form.choice("default_auto_archive_duration", AUTO_ARCHIVE_MINUTES)
    form.values("permission_overwrites", 100)
    tags = form.items("available_tags", 20)
    names = [tag.text("name", 20, 1, required=True) for tag in tags]
    if form.error() is None and len(set(names)) < len(names):
        return LimitError(400, 40061, "Tag names must be unique")
    return form.error()


def check_event(body: Mapping[str, Any], now: datetime, *, edit: bool = False) -> LimitError | None:
    """Judge the body that makes or edits a scheduled event; its start must lie after `now`."""
    form = Form(body)
    _check_name(form, edit=edit)
    form.text("description", 1000)
    form.choice("privacy_level", (2,), required=not edit)
    kind = form.choice("entity_type", (_STAGE, _VOICE, _EXTERNAL), required=not edit)
    start = _time(form, "scheduled_start_time", required=not edit)
    end = _time(form, "scheduled_end_time", required=kind == _EXTERNAL)
    if start is not None and start <= now:
        form.fault("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule event in the past.")
    if end is not None and end <= (start or now):
        form.fault(
            "scheduled_end_time", "GUILD_SCHEDULED_EVENT_INVALID_END", "Cannot schedule an end before the start."
        )
    metadata = form.child("entity_metadata", required=kind == _EXTERNAL)
    if metadata is not None:
        metadata.text("location", 100, 1, required=kind == _EXTERNAL)
    if kind == _EXTERNAL and form.get("channel_id") is not None:
        form.fault("channel_id", "GUILD_SCHEDULED_EVENT_EXTERNAL_CHANNEL", "An external event has no channel")
    if kind in (_STAGE, _VOICE) and form.get("channel_id") is None:
        form.fault("channel_id", "BASE_TYPE_REQUIRED", "This field is required")
    return form.error()


def _check_name(form: Form, *, edit: bool) -> None:
    if not edit or "name" in form.data:
        form.text("name", 100, 1, required=True)


def _time(form: Form, key: str, *, required: bool) -> datetime | None:
    text = form.text(key, 64, 1, required=required)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        form.fault(key, "DATETIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return None
    return moment
