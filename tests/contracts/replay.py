"""A shop of the loopback server that answers from files: what a service said once, or what its documentation says."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bot.rehearsal.providers import Asked, Reply

FIXTURES = Path(__file__).parent / "fixtures"


class Replay:
    """Answers by the first entry of `answers.json` whose path and query fit; None, a 404, where none does."""

    def __init__(self, folder: str) -> None:
        self._folder = FIXTURES / folder
        self._entries: list[dict[str, Any]] = json.loads((self._folder / "answers.json").read_text())

    def __call__(self, asked: Asked) -> Reply | None:
        for entry in self._entries:
            wanted: dict[str, str | None] = entry.get("query", {})
            fits = all(
                name in asked.query and (value is None or asked.query[name].casefold() == value.casefold())
                for name, value in wanted.items()
            )
            if fits and fnmatchcase(asked.path, entry["path"]):
                file = entry.get("file")
                body = (self._folder / file).read_bytes() if file else b""
                return Reply(body, entry.get("status", 200), "application/json", entry.get("headers", {}))
        return None
