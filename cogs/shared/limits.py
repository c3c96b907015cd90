"""What Discord refuses, counted before the network: components, characters, bytes, forms, autocomplete.

The library checks a few of these; the rest would come back as a 400, or for too many bytes as a 500 without a reason.
Everything here works on the serialised form, so that it sees exactly what Discord would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

COMPONENTS = 40
TEXT = 4_000
"""Characters of all text displays of a message together."""
BYTES = 9_500
"""UTF-8 bytes and 12 for each text display; Discord answers 500 somewhat above 10,000."""
ROW_BUTTONS = 5
OPTIONS = 25
OPTION_TEXT = 100
PLACEHOLDER = 150
BUTTON_LABEL = 80
CUSTOM_ID = 100
URL = 512
ALT_TEXT = 1_024
GALLERY = 10
SECTION_TEXTS = 3
MODAL_TITLE = 45
MODAL_ITEMS = 5
FIELD_LABEL = 45
FIELD_DESCRIPTION = 100
FIELD_PLACEHOLDER = 100
FIELD_TEXT = 4_000
RADIO = 10
CHOICES = 25
THREAD_NAME = 100
EVENT_NAME = 100
EVENT_TEXT = 1_000
EVENT_PLACE = 100

ROW, BUTTON, SELECT, INPUT, SECTION, DISPLAY, GALLERY_TYPE, LABEL, RADIO_TYPE, CHECKS = (
    1,
    2,
    3,
    4,
    9,
    10,
    12,
    18,
    21,
    22,
)

Component = Mapping[str, Any]


class TooLarge(Exception):  # noqa: N818 - it says what the message is
    """A message or form that Discord would refuse: a fault of the card, not of the person."""


def walk(components: Iterable[Component]) -> Iterator[Component]:
    """Every component, nested ones and accessories included."""
    for component in components:
        yield component
        yield from walk(component.get("components", ()))
        for inner in ("accessory", "component"):
            if inner in component:
                yield from walk([component[inner]])


def check_message(components: Sequence[Component]) -> None:
    """Raise `TooLarge` when Discord would refuse a message of these components."""
    every = list(walk(components))
    _most("components", len(every), COMPONENTS)
    texts = [component["content"] for component in every if component["type"] == DISPLAY]
    _most("characters", sum(map(len, texts)), TEXT)
    _most("bytes", sum(len(text.encode()) + 12 for text in texts), BYTES)
    if not every:
        raise TooLarge("an empty message")
    for component in every:
        _check(component)
    for name in ("custom_id", "id"):
        values = [component[name] for component in every if component.get(name) is not None]
        if len(values) != len(set(values)):
            raise TooLarge(f"the same {name} twice")


def check_modal(modal: Component) -> None:
    """Raise `TooLarge` when Discord would refuse a form."""
    _between("form title", len(modal["title"]), 1, MODAL_TITLE)
    _between("form fields", len(modal["components"]), 1, MODAL_ITEMS)
    _between("custom id", len(modal["custom_id"]), 1, CUSTOM_ID)
    for component in walk(modal["components"]):
        _check(component)
    names = [field["custom_id"] for field in walk(modal["components"]) if "custom_id" in field]
    if len(names) != len(set(names)):
        raise TooLarge("the same field twice")


def _check(component: Component) -> None:
    kind = component["type"]
    if "custom_id" in component:
        _between("custom id", len(component["custom_id"]), 1, CUSTOM_ID)
    if kind == DISPLAY:
        _between("text", len(component["content"]), 1, TEXT)
    elif kind == ROW:
        children = component["components"]
        selects = sum(child["type"] != BUTTON for child in children)
        _between("buttons of a row", len(children), 1, 1 if selects else ROW_BUTTONS)
    elif kind == BUTTON:
        _most("button label", len(component.get("label") or ""), BUTTON_LABEL)
        _most("address", len(component.get("url") or ""), URL)
    elif kind == SECTION:
        _between("texts of a section", len(component["components"]), 1, SECTION_TEXTS)
    elif kind == GALLERY_TYPE:
        _between("pictures", len(component["items"]), 1, GALLERY)
    elif kind == LABEL:
        _between("field label", len(component["label"]), 1, FIELD_LABEL)
        _most("field description", len(component.get("description") or ""), FIELD_DESCRIPTION)
    elif kind == INPUT:
        _most("prefilled text", len(component.get("value") or ""), component.get("max_length") or FIELD_TEXT)
        _most("placeholder", len(component.get("placeholder") or ""), FIELD_PLACEHOLDER)
    elif kind in (SELECT, RADIO_TYPE, CHECKS):
        _check_options(component)
    if component.get("description") is not None and kind != LABEL:
        _most("alt text", len(component["description"]), ALT_TEXT)


def _check_options(component: Component) -> None:
    options = component["options"]
    if component["type"] == SELECT:
        _between("options", len(options), 1, OPTIONS)
        _most("placeholder", len(component.get("placeholder") or ""), PLACEHOLDER)
        _most("chosen at most", component.get("max_values", 1), len(options))
    else:
        _between("options", len(options), 2 if component["type"] == RADIO_TYPE else 1, RADIO)
    for option in options:
        _between("option label", len(option["label"]), 1, OPTION_TEXT)
        _between("option value", len(option["value"]), 1, OPTION_TEXT)
        _most("option description", len(option.get("description") or ""), OPTION_TEXT)
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        raise TooLarge("the same option twice")


def _most(name: str, value: int, most: int) -> None:
    _between(name, value, 0, most)


def _between(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise TooLarge(f"{name}: {value}, allowed are {least} to {most}")
