"""Discord's own description of its API, asked whether a request, an answer or an event could be real.

Two published files are read when they are at hand: the OpenAPI description of the REST API, and the JSON schema of
the gateway's events. They know shapes and lengths; what they do not know is in `bot.rehearsal.loopback.limits`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.rehearsal.loopback.schemas.documents import (
    Document,
    events,
    requests,
    responses,
    unknown_keys,
    vocabulary,
)

OPENAPI, GATEWAY = "openapi.json", "gateway-dispatch.schema.json"

# Routes of the client library that the description leaves out. Nothing about them can be checked.
UNDESCRIBED = frozenset(
    {
        ("GET", "/applications/{}/skus"),
        ("POST", "/auth/logout"),
        ("POST", "/guilds"),
        ("POST", "/guilds/templates/{}"),
        ("DELETE", "/guilds/{}"),
        ("POST", "/guilds/{}/integrations"),
        ("PATCH", "/guilds/{}/integrations/{}"),
        ("POST", "/guilds/{}/integrations/{}/sync"),
        ("POST", "/guilds/{}/mfa"),
        ("PATCH", "/guilds/{}/vanity-url"),
        ("POST", "/users/{}/channels"),
    }
)
# Keys that the service sends and neither file describes.
_UNDESCRIBED_WORDS = frozenset(
    {
        "banner_color",
        "burst_count",
        "burst_me",
        "clan",
        "command_type",
        "display_name_styles",
        "is_discoverable",
        "is_monetized",
        "latest_onboarding_question_id",
        "storefront_available",
    }
)
_PARAMETER = re.compile(r"\{[^{}]*\}")


class Schemas:
    """Checks payloads against Discord's description; every answer is a list of readable violations, empty when fine.

    Routes are named by their template; the names of the parameters do not matter ("/channels/{}/messages").
    """

    def __init__(self, openapi: bytes, gateway: bytes) -> None:
        self._requests: Document = requests(openapi)
        self._responses: Document = responses(openapi)
        self._events: Document = events(gateway)
        self._words = vocabulary(self._responses, self._events) | _UNDESCRIBED_WORDS
        self._paths: Mapping[str, Any] = self._responses.contents["paths"]
        self._templates = {_PARAMETER.sub("{}", path): path for path in self._paths}
        self._event_pointers = {
            definition["properties"]["t"]["const"]: f"/definitions/{_escaped(name)}"
            for name, definition in self._events.contents["definitions"].items()
            if "const" in definition.get("properties", {}).get("t", {})
        }

    @classmethod
    def load(cls, folder: Path) -> Schemas | None:
        """Read the two files from a folder, or give None when they are not there."""
        if not all((folder / name).is_file() for name in (OPENAPI, GATEWAY)):
            return None
        return cls((folder / OPENAPI).read_bytes(), (folder / GATEWAY).read_bytes())

    def template_for(self, template: str) -> str | None:
        """Give a route the parameter names of the description, or None when the description has no such route."""
        return self._templates.get(_PARAMETER.sub("{}", template))

    def request(self, method: str, template: str, body: Any) -> list[str]:
        """Check the JSON body of a request (of an upload its `payload_json`), None for no body; keys must be known."""
        where = f"{method} {template}"
        found = self._operation(method, template)
        if found is None:
            known_gap = (method, _PARAMETER.sub("{}", template)) in UNDESCRIBED
            return [] if known_gap else [f"{where}: Discord describes no such route"]
        pointer, operation = found
        description: Mapping[str, Any] | None = operation.get("requestBody")
        if description is None:
            return [] if not body else [f"{where}: takes no body"]
        if "application/json" not in description["content"]:
            return []
        if body is None:
            return [f"{where}: needs a body"] if description.get("required") else []
        at = f"{pointer}/requestBody/content/application~1json/schema"
        return [f"{where}: request {fault}" for fault in self._requests.faults(at, body)]

    def response(self, method: str, template: str, status: int, body: Any) -> list[str]:
        """Check an answer, body None for none; a status that is not described is a violation.

        A status of 500 and above is not judged: no operation describes the failures of the service itself.
        """
        where = f"{method} {template}: answer {status}"
        found = self._operation(method, template)
        if found is None or status >= 500:
            return []
        pointer, operation = found
        described: Mapping[str, Any] = operation["responses"]
        key = next((key for key in (str(status), f"{status // 100}XX") if key in described), None)
        if key is None:
            return [f"{where} is not described, only {', '.join(described)}"]
        at, description = self._responses.follow(f"{pointer}/responses/{key}")
        if "application/json" not in description.get("content", {}):
            return [f"{where} has no body"] if body else []
        faults = self._responses.faults(f"{at}/content/application~1json/schema", body)
        if status < 400:  # the error tree of a refused form has the keys of that form
            faults += unknown_keys(body, self._words)
        return [f"{where} {fault}" for fault in faults]

    def dispatch(self, event: str, data: Any) -> list[str]:
        """Check the data of a gateway event."""
        if event == "RESUMED":
            # The types say it carries nothing; the service sends an object that holds a trace.
            return [] if isinstance(data, Mapping) else ["RESUMED: data is not an object"]
        pointer = self._event_pointers.get(event)
        if pointer is None:
            return [f"{event}: Discord describes no such event"]
        faults = self._events.faults(f"{pointer}/properties/d", data) + unknown_keys(data, self._words)
        return [f"{event}: {fault}" for fault in faults]

    def _operation(self, method: str, template: str) -> tuple[str, Mapping[str, Any]] | None:
        path = self.template_for(template)
        operation = self._paths[path].get(method.lower()) if path is not None else None
        return None if path is None or operation is None else (f"/paths/{_escaped(path)}/{method.lower()}", operation)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
