"""Message and form components: walking through them, and completing them as Discord does when it stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.rehearsal.loopback.state import Json

ROW, BUTTON, SELECT, TEXT_INPUT, USERS, ROLES, MENTIONABLES, CHANNELS = 1, 2, 3, 4, 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23

SELECTS = frozenset({SELECT, USERS, ROLES, MENTIONABLES, CHANNELS})
LINK_BUTTON = 5

Resolve = Callable[[str], Json]
"""Turns a media URL, `attachment://name` included, into the stored media item."""


def walk(components: list[Json]) -> Iterator[Json]:
    """Walk through all components, nested ones included, in reading order."""
    for each in components:
        yield each
        yield from walk(each.get("components", []))
        for key in ("accessory", "component"):
            if each.get(key):
                yield from walk([each[key]])


def texts(components: list[Json]) -> list[str]:
    """Collect the texts of all text displays, in reading order."""
    return [each["content"] for each in walk(components) if each["type"] == TEXT]


def completed(components: list[Json], resolve: Resolve) -> list[Json]:
    """Copy components as Discord stores them: every one with an id of its own, defaults filled in, media resolved."""
    taken = {each["id"] for each in walk(components) if each.get("id")}
    numbers = (number for number in range(1, 1 << 31) if number not in taken)
    return [_complete(each, numbers, resolve) for each in components]


def _complete(component: Json, numbers: Iterator[int], resolve: Resolve) -> Json:
    kind = component["type"]
    done: Json = {**_defaults(kind), **{key: value for key, value in component.items() if value is not None}}
    done["id"] = component.get("id") or next(numbers)
    if kind in (CONTAINER, THUMBNAIL):
        done.setdefault("accent_color" if kind == CONTAINER else "description", None)
    if "components" in component:
        done["components"] = [_complete(each, numbers, resolve) for each in component["components"]]
    for key in ("accessory", "component"):
        if component.get(key):
            done[key] = _complete(component[key], numbers, resolve)
    if kind == THUMBNAIL:
        done["media"] = resolve(component["media"]["url"])
    elif kind == GALLERY:
        done["items"] = [
            {"description": None, "spoiler": False, **item, "media": resolve(item["media"]["url"])}
            for item in component["items"]
        ]
    elif kind == FILE:
        done["file"] = media = resolve(component["file"]["url"])
        done.update(name=media.pop("filename", "file"), size=media.pop("size", 0))
    for media in _media(done):
        media.pop("filename", None)
        media.pop("size", None)
    return done


def _defaults(kind: int) -> Json:
    if kind in SELECTS:
        return {"min_values": 1, "max_values": 1}
    return {
        SEPARATOR: {"spacing": 1, "divider": True},
        CONTAINER: {"spoiler": False},
        THUMBNAIL: {"spoiler": False},
        FILE: {"spoiler": False},
    }.get(kind, {})


def _media(component: Json) -> list[Json]:
    if component["type"] == THUMBNAIL:
        return [component["media"]]
    return [item["media"] for item in component["items"]] if component["type"] == GALLERY else []


def interactive(components: list[Json]) -> list[Json]:
    """List everything that can be pressed, chosen or filled in."""
    return [each for each in walk(components) if each.get("custom_id") or each["type"] == BUTTON]


def labelled(components: list[Json]) -> list[tuple[str, Json]]:
    """List the inputs of a form with the label each one shows."""
    pairs: list[tuple[str, Json]] = []
    for top in components:
        if top["type"] == LABEL:
            pairs.append((top["label"], top["component"]))
        else:
            pairs += [(each.get("label", ""), each) for each in top.get("components", [])]
    return pairs


def button_names(button: Json) -> list[str]:
    """List what a person may call a button: its label, its emoji, both, or its custom id."""
    label, emoji = button.get("label"), (button.get("emoji") or {}).get("name")
    both = f"{emoji} {label}" if label and emoji else None
    return [name for name in (button.get("custom_id"), label, emoji, both) if name]


def option_value(options: list[Json], wanted: Any) -> str | None:
    """Find the value of the option with this value or label; None when there is none or two share the label."""
    if any(option["value"] == wanted for option in options):
        return str(wanted)
    by_label = [option["value"] for option in options if option["label"] == wanted]
    return by_label[0] if len(by_label) == 1 else None
