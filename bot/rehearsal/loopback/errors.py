"""How the loopback Discord says no: to the bot with an error code, to a person with a refusal, to a test by a cut."""

from __future__ import annotations

from typing import Any, TypeVar

from bot.rehearsal.loopback.limits import LimitError

_T = TypeVar("_T")

_CODES: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10070: (404, "Unknown Guild Scheduled Event"),
    30003: (400, "Maximum number of pins reached for the channel (250)"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30038: (400, "Maximum number of guild scheduled events reached (100)"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40061: (400, "Tag names must be unique"),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid Role"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    180000: (400, "Cannot update a finished event"),
    520001: (400, "Poll expired"),
}
"""Discord's JSON error codes with the HTTP status and message they come with."""


class ApiError(Exception):
    """An HTTP answer of 4xx or 5xx: status, Discord's code, message, and the tree of faulty fields of a bad form."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors or {}

    def body(self) -> dict[str, Any]:
        """Give the JSON body as it goes over the wire."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def error(code: int) -> ApiError:
    """Build the answer that belongs to one of Discord's error codes."""
    status, message = _CODES[code]
    return ApiError(status, code, message)


def bad_form(field: str, why: str, *, code: str = "BASE_TYPE_BAD") -> ApiError:
    """Build 50035 for one faulty field, given as a dotted path such as `data.components.0`."""
    tree: dict[str, Any] = {"_errors": [{"code": code, "message": why}]}
    for part in reversed(field.split(".")):
        tree = {part: tree}
    return ApiError(400, 50035, "Invalid Form Body", tree)


def found(thing: _T | None, code: int) -> _T:
    """Give the thing, or raise the error code that says it is unknown."""
    if thing is None:
        raise error(code)
    return thing


def judged(verdict: LimitError | None) -> None:
    """Raise the verdict of a limit check, if there is one."""
    if verdict is not None:
        raise ApiError(verdict.status, verdict.code, verdict.message, verdict.errors)


class Refused(Exception):  # noqa: N818 - reads as what happened to the person
    """A person tried something that the Discord client would not let them do."""


class Cut(Exception):  # noqa: N818 - an order, not a fault
    """Raised by an `on_effect` callback to cut the caller's connection at that point, before or after the effect."""
