"""The table of REST routes: which handler answers a method and path, and what it is handed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request, with the index its field name carries."""

    index: int
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """One REST request, taken apart: path arguments by Discord's names, query, JSON body and files."""

    method: str
    template: str
    path: str
    args: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: tuple[Upload, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.args[name]


Reply = tuple[int, Any]
Handler = Callable[["LoopbackDiscord", Ask], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the REST API."""

    method: str
    template: str
    handler: Handler
    pattern: re.Pattern[str]
    open: bool


_routes: list[Route] = []


def route(method: str, template: str, *, open: bool = False) -> Callable[[Handler], Handler]:  # noqa: A002
    """Register the handler of an operation; an `open` one needs no Authorization header (its path holds a token)."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template.replace("@", "(?:@|%40)")))

    def register(handler: Handler) -> Handler:
        _routes.append(Route(method, template, handler, pattern, open))
        # "@me" and "@original" must win over a parameter in the same place.
        _routes.sort(key=lambda each: each.template.count("{"))
        return handler

    return register


def match(method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
    """Find the operation for a still encoded path, and the decoded path arguments."""
    for each in _routes:
        if each.method == method and (hit := each.pattern.fullmatch(raw_path)):
            return each, {name: unquote(value) for name, value in hit.groupdict().items()}
    return None
