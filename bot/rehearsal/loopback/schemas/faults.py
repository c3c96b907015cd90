"""Why a payload does not fit a schema, told by the reference implementation and cut to what a reader needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry

from bot.rehearsal.loopback.schemas.checks import FORMATS

_MOST = 12
_LONGEST = 200
_UNIONS = ("anyOf", "oneOf")
_FIXED = ("const", "enum")
_OWN_KEYS = ("required", "additionalProperties")

CHECKER = FormatChecker(formats=())
for _name, _check in FORMATS.items():
    CHECKER.checks(_name)(_check)


def explain(schema: Mapping[str, Any], registry: Registry[Any], payload: Any) -> list[str]:
    """List the faults of a payload as `place: reason`; in a union only those of the branch that was meant."""
    validator = Draft202012Validator(schema, registry=registry, format_checker=CHECKER)
    # Not `best_match`: several fields may be wrong at once, and each is worth a line.
    faults = [_line(error) for error in _leaves(validator.iter_errors(payload))]
    return list(dict.fromkeys(faults))[:_MOST]


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    for error in errors:
        if error.validator in _UNIONS and error.context:
            yield from _leaves(_meant(error.context))
        else:
            yield error


def _meant(context: Iterable[ValidationError]) -> list[ValidationError]:
    """Choose the branch that was meant: the one least wrong in its kind, its constants and its own keys."""
    branches: dict[object, list[ValidationError]] = defaultdict(list)
    for error in context:
        branches[error.relative_schema_path[0]].append(error)
    return min(branches.values(), key=_distance)


def _distance(errors: list[ValidationError]) -> tuple[int, int, int, int]:
    kinds = sum(not error.relative_path and error.validator == "type" for error in errors)
    constants = sum(len(error.relative_path) <= 1 and error.validator in _FIXED for error in errors)
    keys = sum(not error.relative_path and error.validator in _OWN_KEYS for error in errors)
    return kinds, constants, keys, len(errors)


def _line(error: ValidationError) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    reason = error.message if len(error.message) <= _LONGEST else f"{error.message[: _LONGEST - 1]}…"
    return f"{place.removeprefix('.') or 'body'}: {reason}"
