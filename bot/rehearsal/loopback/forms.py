"""Filling in a form: what the client lets a person enter in each input, and what it submits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.rehearsal.loopback import components as parts
from bot.rehearsal.loopback.errors import Refused
from bot.rehearsal.loopback.options import MEMBER_KINDS, Entries
from bot.rehearsal.loopback.state import Json

_TEXT_MAX = 4000
_FILES_MAX = 1


def choose(select: Json, wanted: list[Any], entries: Entries, *, name: str) -> list[str]:
    """Choose in a select, between its minimum and maximum: labels or values of options, or members, roles, channels."""
    low, high = select.get("min_values", 1), select.get("max_values", 1)
    if not low <= len(wanted) <= high:
        raise Refused(f"{name!r} takes {low} to {high} choices, not {len(wanted)}")
    if select["type"] == parts.SELECT:
        values = [_option(select, each, name) for each in wanted]
    else:
        kind = MEMBER_KINDS[select["type"]]
        values = [entries.refer(kind, each, select.get("channel_types")) for each in wanted]
    if len(set(values)) < len(values):
        raise Refused(f"{name!r} has one choice twice")
    return values


def fill(form: Json, given: Mapping[str, Any], entries: Entries) -> list[Json]:
    """Fill in a form by labels or custom ids and give the submitted components; what is not named keeps its preset."""
    inputs = parts.labelled(form["components"])
    left = dict(given)
    done: dict[str, Json] = {}
    for label, one in inputs:
        custom_id = one.get("custom_id")
        if custom_id is None:
            continue
        keys = [key for key in (custom_id, label) if key in left]
        value = left.pop(keys[0]) if keys else None
        done[custom_id] = _entry(one, label or custom_id, value, entries, named=bool(keys))
    if left:
        raise Refused(f"the form has no {', '.join(map(repr, left))}, only {[label for label, _ in inputs]}")
    return [_submitted(top, done) for top in form["components"]]


def _submitted(top: Json, done: Mapping[str, Json]) -> Json:
    if top["type"] == parts.LABEL:
        return {"type": parts.LABEL, "id": top["id"], "component": done[top["component"]["custom_id"]]}
    if top["type"] == parts.ROW:
        return {"type": parts.ROW, "id": top["id"], "components": [done[e["custom_id"]] for e in top["components"]]}
    return {"type": top["type"], "id": top["id"]}


def _entry(one: Json, name: str, value: Any, entries: Entries, *, named: bool) -> Json:
    kind = one["type"]
    entry: Json = {"type": kind, "id": one["id"], "custom_id": one["custom_id"]}
    if kind == parts.TEXT_INPUT:
        entry["value"] = _text(one, name, value if named else one.get("value") or "")
    elif kind == parts.RADIO:
        entry["value"] = _radio(one, name, value, named=named)
    elif kind == parts.CHECKBOX:
        entry["value"] = bool(value) if named else bool(one.get("default"))
    elif kind == parts.UPLOAD:
        entry["values"] = _files(one, name, value or [], entries)
    elif kind == parts.CHECKBOXES:
        chosen = _listed(value) if named else _presets(one)
        low, high = one.get("min_values", 1), one.get("max_values") or len(one["options"])
        low = 0 if one.get("required") is False and not chosen else low
        if not low <= len(chosen) <= high:
            raise Refused(f"{name!r} takes {low} to {high} ticks, not {len(chosen)}")
        entry["values"] = [_option(one, each, name) for each in chosen]
    else:
        chosen = _listed(value) if named else _presets(one)
        optional = one.get("required") is False and not chosen
        entry["values"] = [] if optional else choose(one, chosen, entries, name=name)
    return entry


def _text(one: Json, name: str, value: Any) -> str:
    text = str(value)
    if not text and one.get("required", True):
        raise Refused(f"{name!r} must be filled in")
    if text and len(text) < (one.get("min_length") or 0):
        raise Refused(f"{name!r} is shorter than {one['min_length']}")
    if len(text) > (one.get("max_length") or _TEXT_MAX):
        raise Refused(f"{name!r} is longer than {one.get('max_length') or _TEXT_MAX}")
    if one["style"] == 1 and "\n" in text:
        raise Refused(f"{name!r} is a single line")
    return text


def _radio(one: Json, name: str, value: Any, *, named: bool) -> str | None:
    if not named:
        value = next(iter(_presets(one)), None)
    if value is None:
        if one.get("required", True):
            raise Refused(f"{name!r} must be chosen")
        return None
    return _option(one, value, name)


def _files(one: Json, name: str, value: list[tuple[str, bytes]], entries: Entries) -> list[str]:
    low = one.get("min_values", 1) if one.get("required", True) else 0
    high = one.get("max_values") or _FILES_MAX
    if not low <= len(value) <= high:
        raise Refused(f"{name!r} takes {low} to {high} files, not {len(value)}")
    return [entries.attach(filename, content) for filename, content in value]


def _option(one: Json, wanted: Any, name: str) -> str:
    value = parts.option_value(one["options"], wanted)
    if value is None:
        raise Refused(f"{wanted!r} is not (or not once) among the options of {name!r}")
    return value


def _presets(one: Json) -> list[Any]:
    if one["type"] in (parts.SELECT, parts.RADIO, parts.CHECKBOXES):
        return [each["value"] for each in one.get("options", []) if each.get("default")]
    return [each["id"] for each in one.get("default_values") or []]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
