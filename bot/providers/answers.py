"""What an answer over HTTP means to us: the same outcomes for every service, with nothing secret in their details."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import Unavailable, Why

STRUCK = "[struck out]"
SECRET_FIELDS = re.compile(
    r"(?P<name>api_key|api_sig|access_token|refresh_token|client_secret|authorization|password|token|code|state|sk)"
    r"(?P<mid>['\"]?\s*[=:]\s*['\"]?(?:Bearer |Basic )?)[^\s&'\"<>,;}]+",
    re.IGNORECASE,
)
"""Fields of addresses, forms and JSON bodies whose values nobody may read in a log."""
NOTHING = frozenset({404, 410})
LONGEST_WAIT = timedelta(days=365)
"""A Retry-After beyond this is no number of seconds anybody means."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP, read whole."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    url: str

    @property
    def place(self) -> str:
        """Host and path: what may be told of an address, whose query may hold a key."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}{parts.path}"


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without keys, tokens and passwords: those that are known, and the values of fields that hold such."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, STRUCK)
    return SECRET_FIELDS.sub(rf"\g<name>\g<mid>{STRUCK}", text)


def judge(source: str, answer: Answer, now: datetime) -> bool:
    """Whether an answer holds something to read; False when it says that there is nothing.

    Raises `Unavailable`: 401 and 403 REFUSED, 429 (and 503 with a Retry-After) BUSY, other 5xx DOWN; a redirect that
    was not followed and any other status REFUSED, since asking the same again would not help.
    """
    status = answer.status
    if 200 <= status < 300:
        return True
    if status in NOTHING:
        return False
    detail = f"{status} from {answer.place}"
    retry_after = answer.headers.get("Retry-After")
    if status == 429 or (status == 503 and retry_after is not None):
        raise Unavailable(source, Why.BUSY, read_retry_after(retry_after, now, answer.headers.get("Date")), detail)
    if status >= 500:
        raise Unavailable(source, Why.DOWN, None, detail)
    raise Unavailable(source, Why.REFUSED, None, detail)


def read_retry_after(value: str | None, now: datetime, date: str | None = None) -> datetime | None:
    """The instant that a Retry-After means, in seconds or as an HTTP date; None where it means nothing.

    A date is taken relative to the `Date` of the same answer, so that a clock of theirs or ours that is wrong does not
    matter.
    """
    if value is None:
        return None
    try:
        pause = timedelta(seconds=float(value))
    except (ValueError, OverflowError):
        instant = _http_date(value)
        if instant is None:
            return None
        pause = instant - (_http_date(date) or now)
    if not timedelta(0) <= pause <= LONGEST_WAIT:
        return now if pause < timedelta(0) else None
    return now + pause


def read_json(source: str, answer: Answer) -> Any:
    """The JSON of a body; raises `Unavailable` (GARBLED) for anything else, a body cut short included."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Unavailable(source, Why.GARBLED, None, f"no JSON from {answer.place}") from None


def _http_date(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        instant = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
