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

_TTS: Json = {"tts": {"type": "boolean"}}
# Keys the service takes (the client library sends them with every such request) and the description leaves out.
_UNDESCRIBED_KEYS: dict[str, Json] = {
    "/components/schemas/ApplicationCommandUpdateRequest": {"nsfw": {"type": ["boolean", "null"]}},
    "/components/schemas/ApplicationCommandCreateRequest": {"nsfw": {"type": ["boolean", "null"]}},
    "/components/schemas/RichEmbed": {"flags": {"type": "integer"}},
    "/components/schemas/CreateForumThreadRequest": {"type": {"type": "integer"}},
    "/components/schemas/BaseCreateMessageCreateRequest": _TTS,
    "/components/schemas/MessageEditRequestPartial": _TTS,
    "/components/schemas/IncomingWebhookUpdateRequestPartial": _TTS,
    "/components/schemas/IncomingWebhookUpdateForInteractionCallbackRequestPartial": _TTS,
    "/paths/~1channels~1{channel_id}~1permissions~1{overwrite_id}/put/requestBody/content/application~1json/schema": {
        "id": {"type": ["integer", "string"]}
    },
}
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
        if self.fits(pointer, payload):
            return []
        return self.reasons(pointer, payload) or ["refused, though the reference implementation finds it sound"]

    def fits(self, pointer: str, payload: Any) -> bool:
        """Tell quickly whether a payload fits."""
        return self._compiler.at(pointer)(payload)

    def reasons(self, pointer: str, payload: Any) -> list[str]:
        """Ask the reference implementation, slowly, what is wrong with a payload."""
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
    for pointer, keys in _UNDESCRIBED_KEYS.items():
        resolve(contents, pointer)["properties"].update(keys)
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
    schemas = contents["components"]["schemas"]
    # The code of the whole answer is a number as described; those of its single faults are words.
    schemas["Error"]["properties"]["code"]["type"] = ["integer", "string"]
    # A rate limit has a code only when one of Discord's own numbers applies.
    schemas["RatelimitedResponse"]["allOf"][0] = {**schemas["Error"], "required": ["message"]}
    # A picture without alternative text is sent without the key, though the description requires it.
    schemas["MediaGalleryItemResponse"]["required"].remove("description")
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


def vocabulary(*documents: Document) -> frozenset[str]:
    """Collect the name of every key that the documents describe anywhere."""
    return frozenset(key for each in documents for node in _objects(each.contents) for key in node["properties"])


def unknown_keys(payload: Any, words: frozenset[str]) -> list[str]:
    """List the keys of a payload that are no known word; ids as keys, and the texts of a language, are no words."""
    found: list[str] = []
    waiting = [payload]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found += [f"unknown key {key!r}" for key in node if key not in words and not key.isdigit()]
            waiting += [value for key, value in node.items() if not key.endswith("_localizations")]
        elif isinstance(node, list):
            waiting += node
    return list(dict.fromkeys(found))


def _close(contents: Json) -> None:
    """Let no object have keys that are not described; the description itself leaves nearly all of them open.

    The parts of an `allOf` each describe only some keys of one object and stay open; in requests those are the
    multipart forms, whose JSON half is judged by itself.
    """
    parts = {id(part) for node in _nodes(contents, lambda node: "allOf" in node) for part in node["allOf"]}
    for node in _objects(contents):
        if id(node) not in parts:
            node.setdefault("additionalProperties", False)


def _objects(contents: Mapping[str, Any]) -> Iterator[Json]:
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
