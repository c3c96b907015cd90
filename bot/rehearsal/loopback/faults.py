"""Faults that a test orders: rate limits, server errors, cut connections, slow answers."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Kind = Literal["status", "429", "no_via", "reset_before", "reset_after", "status_after", "slow", "slow_after"]


@dataclass
class Fault:
    """One ordered fault: it meets the next `count` requests whose method and path or template match.

    `pattern` is a shell pattern over the path ("/channels/*/messages") or Discord's template; method "*" is any.
    `status`: answer it at once; `status_after`: act, then answer it; `429`: rate limited for `retry_after` seconds with
    `scope` user, shared or global; `no_via`: an HTML 429 as of a Cloudflare ban; `reset_before` and `reset_after`: cut
    the connection before or after acting; `slow` and `slow_after`: wait `seconds` before or after acting. The first
    `after` requests pass unharmed; without `says_when` a 429 has no Retry-After and tells it in its body alone.
    """

    method: str
    pattern: str
    count: int = 1
    kind: Kind = "status"
    status: int = 500
    retry_after: float = 0.1
    scope: str = "user"
    seconds: float = 2.5
    says_when: bool = True
    after: int = 0
    met: int = 0


class Faults:
    """The orders that still stand."""

    def __init__(self) -> None:
        self._standing: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Order a fault; earlier orders are met first."""
        self._standing.append(fault)
        return fault

    def take(self, method: str, template: str, path: str) -> Fault | None:
        """Use up one count of the first standing fault that meets this request."""
        for fault in self._standing:
            if fault.method not in ("*", method):
                continue
            if not any(fnmatchcase(form, fault.pattern) for form in (path, template)):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.count -= 1
            fault.met += 1
            if fault.count <= 0:
                self._standing.remove(fault)
            return fault
        return None

    @property
    def unread(self) -> list[Fault]:
        """The faults that no request has met in full: a test that leaves any has not tested what it says."""
        return list(self._standing)

    def clear(self) -> None:
        """Withdraw every standing fault."""
        self._standing.clear()
