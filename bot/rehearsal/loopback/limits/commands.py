"""The limits of application commands: names, options, choices and the size of a whole set."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.rehearsal.loopback.limits.form import Form, LimitError

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10

CHARACTERS_IN_A_COMMAND = 8000
COMMANDS_OF_A_KIND = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
PERMISSIONS_HIGH = 18014398509481983
_MENU_LENGTH = 32
_WITH_CHOICES = (STRING, INTEGER, NUMBER)
# Combining vowel signs are no letters, yet names in these two scripts need them.
_SCRIPTS_WITH_SIGNS = ("DEVANAGARI", "THAI")


def check_commands(commands: Sequence[Any]) -> LimitError | None:
    """Judge a whole set of commands, as a bulk overwrite sends it; the error tree starts at the command's place."""
    faults: dict[str, Any] = {}
    taken: set[tuple[int, str]] = set()
    kinds: Counter[int] = Counter()
    root = Form({}, faults=faults)
    for place, command in enumerate(commands):
        form = Form(command, path=(str(place),), faults=faults)
        kind = form.choice("type", tuple(COMMANDS_OF_A_KIND)) or CHAT
        name = str(form.get("name"))
        if (kind, name) in taken:
            form.fault("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        taken.add((kind, name))
        kinds[kind] += 1
        _check_command(form, kind)
    for kind, high in COMMANDS_OF_A_KIND.items():
        if kinds[kind] > high:
            message = f"Maximum number of application commands reached ({high})."
            return LimitError(400, 30032, message)
    return root.error()


def check_choices(choices: Any) -> LimitError | None:
    """Judge the choices that answer an autocomplete request."""
    form = Form({"choices": choices}, path=("data",))
    _check_choices(form, None)
    return form.error()


def _check_command(command: Form, kind: int) -> None:
    permissions = command.get("default_member_permissions")
    # A decimal string is Discord's own way to write permissions; a number is accepted too.
    if not isinstance(permissions, str) or not permissions.isdecimal() or int(permissions) > PERMISSIONS_HIGH:
        command.number("default_member_permissions", 0, PERMISSIONS_HIGH)
    if kind != CHAT:
        command.text("name", _MENU_LENGTH, 1, required=True)
        for key in ("description", "options"):
            if command.get(key):
                command.fault(key, "APPLICATION_COMMAND_CONTEXT_MENU_FIELD", f"A context menu command has no {key}")
        return
    _check_named(command)
    _check_options(command, depth=0)
    if _characters(command.data) > CHARACTERS_IN_A_COMMAND:
        command.fault(None, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_named(form: Form) -> None:
    _check_name(form, "name", form.text("name", 32, 1, required=True))
    form.text("description", 100, 1, required=True)
    for key, high in (("name_localizations", 32), ("description_localizations", 100)):
        local = form.child(key) or Form({})
        for locale in local.data:
            text = local.text(locale, high, 1, required=True)
            if key == "name_localizations":
                _check_name(local, locale, text)


def _check_name(form: Form, key: str, name: str) -> None:
    if name and (name != name.lower() or not all(map(_may_stand_in_a_name, name))):
        form.fault(key, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _may_stand_in_a_name(character: str) -> bool:
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").startswith(_SCRIPTS_WITH_SIGNS)


def _check_options(command: Form, depth: int) -> None:
    options = command.items("options", 25)
    names: set[str] = set()
    optional = False
    kinds = [option.get("type") for option in options]
    if any(kind in (SUBCOMMAND, GROUP) for kind in kinds) and any(kind not in (SUBCOMMAND, GROUP) for kind in kinds):
        command.fault("options", "APPLICATION_COMMAND_OPTIONS_TYPE_MIXED", "Subcommands and values cannot be mixed")
    for option in options:
        kind = option.choice("type", tuple(range(1, 12)), required=True)
        _check_named(option)
        name = str(option.get("name"))
        if name in names:
            option.fault("name", "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option names must be unique")
        names.add(name)
        if kind in (SUBCOMMAND, GROUP):
            _check_nested(option, kind, depth)
            continue
        if option.get("required") and optional:
            option.fault(
                "required",
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional = optional or not option.get("required")
        _check_value(option, kind)


def _check_nested(option: Form, kind: int, depth: int) -> None:
    # A group stands at the top only; a subcommand at the top or in a group.
    if (kind == GROUP and depth > 0) or depth > 1:
        option.fault("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command groups cannot be nested")
        return
    children = [child.get("type") for child in option.items("options", 25)]
    if kind == GROUP and any(child != SUBCOMMAND for child in children):
        option.fault("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A group holds subcommands only")
    if kind == SUBCOMMAND and any(child in (SUBCOMMAND, GROUP) for child in children):
        option.fault("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A subcommand holds values only")
    _check_options(option, depth + 1)


def _check_value(option: Form, kind: Any) -> None:
    if option.get("choices"):
        if kind not in _WITH_CHOICES:
            option.fault("choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This type takes no choices")
        if option.get("autocomplete"):
            option.fault("autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Choices exclude autocomplete")
        _check_choices(option, kind)
    if option.get("autocomplete") and kind not in _WITH_CHOICES:
        option.fault("autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID", "This type takes no autocomplete")
    if kind == STRING:
        low, high = option.number("min_length", 0, 6000), option.number("max_length", 1, 6000)
    else:
        low, high = option.get("min_value"), option.get("max_value")
    if low is not None and high is not None and low > high:
        option.fault("min_length" if kind == STRING else "min_value", "BASE_TYPE_MIN_EXCEEDS_MAX", f"{low} > {high}")


def _check_choices(form: Form, kind: Any) -> None:
    names: set[str] = set()
    for choice in form.items("choices", 25):
        name = choice.text("name", 100, 1, required=True)
        if kind is not None and name in names:
            choice.fault("name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Choice names are unique")
        names.add(name)
        value = choice.get("value")
        if kind == STRING or isinstance(value, str) or value is None:
            choice.text("value", 100, 1, required=True)
        if kind == INTEGER and not isinstance(value, int):
            choice.fault("value", "NUMBER_TYPE_COERCE", f"Value {value!r} is not int.")


def _characters(part: Any) -> int:
    """Count the name, description and value texts of a command as Discord does: the longest localisation counts."""
    if not isinstance(part, dict):
        return 0
    total = 0
    for key in ("name", "description"):
        local: dict[str, Any] = part.get(f"{key}_localizations") or {}
        total += max((len(str(text)) for text in (part.get(key) or "", *local.values())), default=0)
    total += len(part["value"]) if isinstance(part.get("value"), str) else 0
    return total + sum(_characters(child) for key in ("options", "choices") for child in part.get(key) or ())
