"""The limits of modal forms: their title, their one to five items, and every input that may stand in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.rehearsal.loopback.limits.components import (
    ACTION_ROW,
    SELECTS,
    TEXT_DISPLAY,
    TEXT_INPUT,
    Census,
    check_options,
    check_range,
    check_select,
    check_text,
    refuse_type,
)
from bot.rehearsal.loopback.limits.form import Form, LimitError

LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
INPUTS = (*SELECTS, TEXT_INPUT, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)


def check_modal(data: Mapping[str, Any]) -> LimitError | None:
    """Judge the form an interaction is answered with."""
    form = Form(data)
    census = Census()
    form.text("title", 45, 1, required=True)
    form.text("custom_id", 100, 1, required=True)
    for item in form.items("components", 5, 1, required=True):
        census.take(item)
        if refuse_type(item, (ACTION_ROW, TEXT_DISPLAY, LABEL)):
            continue
        if item.get("type") == TEXT_DISPLAY:
            check_text(item, census)
        elif item.get("type") == LABEL:
            _check_label(item, census)
        else:
            _check_row(item, census)
    return form.error()


def _check_label(label: Form, census: Census) -> None:
    label.text("label", 45, 1, required=True)
    if label.get("description") is not None:
        label.text("description", 100, 1)
    component = label.child("component", required=True)
    if component is None:
        return
    census.take(component)
    if refuse_type(component, INPUTS):
        return
    if component.get("disabled"):
        component.fault("disabled", "COMPONENT_DISABLED_IN_MODAL", "A component of a form cannot be disabled")
    if component.get("type") == TEXT_INPUT and component.get("label"):
        component.fault("label", "COMPONENT_LABEL_IN_LABEL", "The label component carries the label")
    _CHECKS[component.get("type")](component, census)


def _check_row(row: Form, census: Census) -> None:
    for component in row.items("components", 1, 1, required=True):
        census.take(component)
        if not refuse_type(component, (TEXT_INPUT,)):
            component.text("label", 45, 1, required=True)
            _check_text_input(component, census)


def _check_text_input(text: Form, census: Census) -> None:
    census.take_custom_id(text)
    text.choice("style", (1, 2), required=True)
    low = text.number("min_length", 0, 4000)
    high = text.number("max_length", 1, 4000)
    check_range(text, "min_length", low, high)
    text.text("placeholder", 100)
    value = text.text("value", 4000)
    if value and high is not None and high < len(value) <= 4000:
        text.fault("value", "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")


def _check_radio(radio: Form, census: Census) -> None:
    census.take_custom_id(radio)
    options = radio.items("options", 10, 2, required=True)
    check_options(options)
    if sum(bool(option.get("default")) for option in options) > 1:
        radio.fault("options", "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "At most one option is chosen by default")


def _check_checkboxes(group: Form, census: Census) -> None:
    census.take_custom_id(group)
    options = group.items("options", 10, 1, required=True)
    check_options(options)
    low, high = group.number("min_values", 0, 10), group.number("max_values", 1, 10)
    check_range(group, "min_values", low, high)
    check_range(group, "min_values", low, len(options))
    check_range(group, "max_values", high, len(options))


def _check_checkbox(checkbox: Form, census: Census) -> None:
    census.take_custom_id(checkbox)
    if checkbox.get("required"):
        checkbox.fault("required", "CHECKBOX_CANNOT_BE_REQUIRED", "A single checkbox cannot be required")


def _check_upload(upload: Form, census: Census) -> None:
    census.take_custom_id(upload)
    low, high = upload.number("min_values", 0, 10), upload.number("max_values", 1, 10)
    check_range(upload, "min_values", low, 1 if high is None else high)


_CHECKS: dict[int, Callable[[Form, Census], None]] = {
    **dict.fromkeys(SELECTS, check_select),
    TEXT_INPUT: _check_text_input,
    RADIO_GROUP: _check_radio,
    CHECKBOX_GROUP: _check_checkboxes,
    CHECKBOX: _check_checkbox,
    FILE_UPLOAD: _check_upload,
}
