"""JSON schemas compiled to plain functions: a rehearsal judges tens of thousands of payloads, most of them sound.

Only the vocabulary of the two published files is understood; an unknown keyword is an error, never ignored. A verdict
is a bare yes or no. The reasons of a no come from the reference implementation (`faults`), which also stands guard:
tests hold the two against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

Check = Callable[[Any], bool]
Schema = Mapping[str, Any]

FORMATS: dict[str, Check] = {
    "date-time": lambda value: not isinstance(value, str) or _DATE_TIME.match(value) is not None,
    "uri": lambda value: not isinstance(value, str) or _URI.match(value) is not None,
    "int32": lambda value: not _is_integer(value) or -(2**31) <= value < 2**31,
    "int64": lambda value: not _is_integer(value) or -(2**63) <= value < 2**63,
}
"""The formats that are checked; the others of the files say nothing that a pattern or a type does not."""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+\Z")
_ANNOTATIONS = frozenset(
    {"title", "description", "default", "deprecated", "discriminator", "contentEncoding", "readOnly", "examples"}
)
# Keywords that look at the same keys or items are compiled together.
_OF_OBJECTS = frozenset({"required", "properties", "additionalProperties"})
_OF_ARRAYS = frozenset({"items", "prefixItems"})
_SKIPPED = _ANNOTATIONS | _OF_OBJECTS | _OF_ARRAYS
_MOST_DISCRIMINATING = ("type", "component_type", "t", "style", "entity_type")


class Compiler:
    """Compiles the parts of one document when they are first asked for, each reference once."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._checks: dict[str, Check] = {}

    def at(self, pointer: str) -> Check:
        """Give the check for the schema at a JSON pointer."""
        check = self._checks.get(pointer)
        if check is None:
            # A schema may contain itself: until it stands, references go through this detour.
            self._checks[pointer] = lambda value: self._checks[pointer](value)
            check = self._checks[pointer] = self.compile(resolve(self._document, pointer))
        return check

    def compile(self, schema: Schema | bool) -> Check:
        """Turn one schema into a check."""
        if isinstance(schema, bool):
            return _anything if schema else _nothing
        checks: list[Check] = []
        for keyword, value in schema.items():
            if keyword not in _SKIPPED and not keyword.startswith("x-"):
                checks += self._keyword(keyword, value)
        if schema.keys() & _OF_OBJECTS:
            checks.append(self._object(schema))
        if schema.keys() & _OF_ARRAYS:
            checks.append(self._array(schema))
        return _all(checks)

    def _keyword(self, keyword: str, value: Any) -> Sequence[Check]:
        if keyword == "$ref":
            return (self.at(unquote(value.removeprefix("#"))),)
        if keyword == "allOf":
            return [self.compile(each) for each in value]
        if keyword in ("anyOf", "oneOf"):
            return (self._union(value, exactly_one=keyword == "oneOf"),)
        if keyword == "not":
            refused = self.compile(value)
            return (lambda payload: not refused(payload),)
        if keyword == "format":
            return (FORMATS[value],) if value in FORMATS else ()
        return (_SIMPLE[keyword](value),)

    def _object(self, schema: Schema) -> Check:
        required = tuple(schema.get("required", ()))
        properties = {key: self.compile(each) for key, each in schema.get("properties", {}).items()}
        extra = self.compile(schema.get("additionalProperties", True))

        def check(payload: Any) -> bool:
            if not isinstance(payload, dict):
                return True
            if not all(map(payload.__contains__, required)):
                return False
            return all(properties.get(key, extra)(value) for key, value in payload.items())

        return check

    def _array(self, schema: Schema) -> Check:
        front = [self.compile(each) for each in schema.get("prefixItems", ())]
        rest = self.compile(schema.get("items", True))

        def check(payload: Any) -> bool:
            if not isinstance(payload, list):
                return True
            if front and not all(each(value) for each, value in zip(front, payload, strict=False)):
                return False
            return all(map(rest, payload[len(front) :]))

        return check

    def _union(self, branches: Sequence[Schema], *, exactly_one: bool) -> Check:
        if all("const" in branch and not branch.keys() - {"const"} - _ANNOTATIONS for branch in branches):
            return _enum([branch["const"] for branch in branches])
        checks = [self.compile(branch) for branch in branches]
        key, table = self._discriminator(branches)

        def check(payload: Any) -> bool:
            candidates = checks
            if key is not None and isinstance(payload, dict) and key in payload:
                # Every object branch fixes this key, so those that fix it otherwise need no look.
                candidates = [checks[place] for place in table.get(_hashable(payload[key]), ())]
            if exactly_one:
                return sum(1 for candidate in candidates if candidate(payload)) == 1
            return any(candidate(payload) for candidate in candidates)

        return check

    def _discriminator(self, branches: Sequence[Schema]) -> tuple[str | None, dict[object, list[int]]]:
        """Find a key that every branch for objects fixes to certain values, and the branches of each value."""
        fixed = [self._fixed(branch) for branch in branches]
        shared = set[str]().union(*(each for each in fixed if each is not None))
        for each in fixed:
            if each is not None:
                shared &= each.keys()
        if not shared:
            return None, {}
        key = min(shared, key=lambda name: (name not in _MOST_DISCRIMINATING, name))
        table: dict[object, list[int]] = {}
        for place, each in enumerate(fixed):
            for value in each[key] if each is not None else ():
                table.setdefault(_hashable(value), []).append(place)
        return key, table

    def _fixed(self, schema: Schema, depth: int = 0) -> dict[str, list[Any]] | None:
        """Give the keys a schema fixes with their values; None for a schema that refuses objects."""
        if depth > 12:
            return {}
        if "$ref" in schema:
            return self._fixed(resolve(self._document, unquote(schema["$ref"].removeprefix("#"))), depth + 1)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                inner = [self._fixed(branch, depth + 1) for branch in schema[word]]
                objects = [each for each in inner if each is not None]
                keys = set(objects[0]).intersection(*objects) if objects else set[str]()
                return {key: [value for each in objects for value in each[key]] for key in keys} if objects else None
        kinds = schema.get("type")
        if kinds is not None and "object" not in ([kinds] if isinstance(kinds, str) else kinds):
            return None
        found: dict[str, list[Any]] = {}
        for key, each in schema.get("properties", {}).items():
            values = self._values(each)
            if values is not None:
                found[key] = values
        return found

    def _values(self, schema: Schema) -> list[Any] | None:
        while "$ref" in schema and "const" not in schema and "enum" not in schema:
            schema = resolve(self._document, unquote(schema["$ref"].removeprefix("#")))
        return [schema["const"]] if "const" in schema else schema.get("enum")


def resolve(document: Schema, pointer: str) -> Any:
    """Give what stands at a JSON pointer."""
    found: Any = document
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def _all(checks: Sequence[Check]) -> Check:
    if not checks:
        return _anything
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda payload: first(payload) and second(payload)
    return lambda payload: all(check(payload) for check in checks)


def _anything(payload: Any) -> bool:
    return True


def _nothing(payload: Any) -> bool:
    return False


def _is_integer(value: Any) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KINDS: dict[str, Check] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "integer": _is_integer,
    "number": _is_number,
}


def _type(kinds: str | Sequence[str]) -> Check:
    if isinstance(kinds, str):
        return _KINDS[kinds]
    checks = [_KINDS[kind] for kind in kinds]
    return lambda payload: any(check(payload) for check in checks)


def _hashable(value: Any) -> object:
    """Give a key that is equal for equal JSON values, as JSON schema compares them: true is not 1."""
    if isinstance(value, bool | dict | list):
        return ("json", json.dumps(value, sort_keys=True))
    return value


def _enum(values: Sequence[Any]) -> Check:
    allowed = frozenset(map(_hashable, values))
    return lambda payload: _hashable(payload) in allowed


def _distinct(wanted: bool) -> Check:
    return lambda payload: (
        not wanted or not isinstance(payload, list) or len(set(map(_hashable, payload))) == len(payload)
    )


def _pattern(pattern: str) -> Check:
    search = re.compile(pattern).search
    return lambda payload: not isinstance(payload, str) or search(payload) is not None


def _sized(kind: type, fits: Callable[[int, int], bool]) -> Callable[[int], Check]:
    return lambda bound: lambda payload: not isinstance(payload, kind) or fits(len(payload), bound)


_SIMPLE: dict[str, Callable[[Any], Check]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value: _enum([value]),
    "pattern": _pattern,
    "uniqueItems": _distinct,
    "minimum": lambda bound: lambda payload: not _is_number(payload) or payload >= bound,
    "maximum": lambda bound: lambda payload: not _is_number(payload) or payload <= bound,
    "minLength": _sized(str, int.__ge__),
    "maxLength": _sized(str, int.__le__),
    "minItems": _sized(list, int.__ge__),
    "maxItems": _sized(list, int.__le__),
    "minProperties": _sized(dict, int.__ge__),
    "maxProperties": _sized(dict, int.__le__),
}
