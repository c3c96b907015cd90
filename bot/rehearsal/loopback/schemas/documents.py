"""The published files as three documents, each amended where it is known to differ from the service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from bot.rehearsal.loopback.schemas.checks import Compiler, resolve
from bot.rehearsal.loopback.schemas.faults import explain

Json = dict[str, Any]

_PERMISSION_KEYS = ("permissions", "allow", "deny", "default_member_permissions")
_DIGITS = "^[0-9]+$"


class Document:
    """One JSON schema document: says quickly whether a payload fits a part of it, and slowly why not."""

    def __init__(self, contents: Json) -> None:
        self.contents: Mapping[str, Any] = contents
        self._compiler = Compiler(contents)
        self._registry: Registry[Any] = Registry().with_resource("urn:doc", DRAFT202012.create_resource(contents))

    def faults(self, pointer: str, payload: Any) -> list[str]:
        """List what is wrong with a payload, each with its place; the pointer names the schema in the document."""
        if self._compiler.at(pointer)(payload):
            return []
        return explain({"$ref": f"urn:doc#{quote(pointer, safe='/~')}"}, self._registry, payload)

    def follow(self, pointer: str) -> tuple[str, Mapping[str, Any]]:
        """Give the end of a chain of references, as its pointer and what stands there."""
        found = resolve(self.contents, pointer)
        return self.follow(found["$ref"].removeprefix("#")) if "$ref" in found else (pointer, found)


def requests(openapi: bytes) -> Document:
    """Amend the description for judging requests: what the service accepts beyond it, and no unknown keys."""
    contents: Json = json.loads(openapi)
    # The service takes ids as numbers too, and the client library sends some of them so.
    contents["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
    for node in _objects(contents):
        for key in _PERMISSION_KEYS:
            schema = node["properties"].get(key)
            # Permissions are described as numbers; Discord writes them as decimal strings and accepts both.
            if schema and "integer" in (kinds := _kinds(schema)):
                schema.update(type=[*kinds, "string"], pattern=_DIGITS)
    _close(contents)
    return Document(contents)


def responses(openapi: bytes) -> Document:
    """Amend the description for judging answers."""
    contents: Json = json.loads(openapi)
    # A picture without alternative text is sent without the key, though the description requires it.
    contents["components"]["schemas"]["MediaGalleryItemResponse"]["required"].remove("description")
    return Document(contents)


def events(gateway: bytes) -> Document:
    """Amend the types of the gateway's events: a type of flags lists its bits, while a payload carries their sum."""
    contents: Json = json.loads(gateway)
    for name, definition in contents["definitions"].items():
        if name.endswith("Flags") and ("enum" in definition or "const" in definition):
            definition.pop("enum", None)
            definition.pop("const", None)
            definition["type"] = "integer"
    for node in _nodes(contents, lambda node: isinstance(node.get("items"), list)):
        node["prefixItems"] = node.pop("items")  # the older draft's word for the same thing
    return Document(contents)


def _close(contents: Json) -> None:
    """Let no object have keys that are not described; the description itself leaves nearly all of them open.

    The parts of an `allOf` each describe only some keys of one object and stay open; in requests those are the
    multipart forms, whose JSON half is judged by itself.
    """
    parts = {id(part) for node in _nodes(contents, lambda node: "allOf" in node) for part in node["allOf"]}
    for node in _objects(contents):
        if id(node) not in parts:
            node.setdefault("additionalProperties", False)


def _objects(contents: Json) -> Iterator[Json]:
    return _nodes(contents, lambda node: isinstance(node.get("properties"), dict) and "type" in node)


def _nodes(value: Any, wanted: Callable[[Json], bool]) -> Iterator[Json]:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if wanted(node):
                yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _kinds(schema: Json) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds
