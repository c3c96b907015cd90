"""How the services fail that the bot asks: each in its own words, and only in ways that pass."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any, TypeAlias

from bot.rehearsal.providers.server import Fault

Failure: TypeAlias = Fault

JSON = "application/json"


def _told(status: int, body: Any, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(kind="status", status=status, headers=named, body=json.dumps(body).encode(), content_type=JSON)


LASTFM = {
    "error 8 with 500": _told(500, {"error": 8, "message": "Operation failed"}),
    "error 11 with 200": _told(200, {"error": 11, "message": "Service Offline"}),
    "error 16 with 503": _told(503, {"error": 16, "message": "The service is temporarily unavailable"}),
    "error 29 with 429": _told(429, {"error": 29, "message": "Rate limit exceeded"}),
    "error 29 with 200": _told(200, {"error": 29, "message": "Rate limit exceeded"}),
}
LISTENBRAINZ = {
    "429 until 2 s": _told(
        429, {"code": 429, "error": "Too many requests"}, X_RateLimit_Remaining="0", X_RateLimit_Reset_In="2"
    ),
    "503": _told(503, {"code": 503, "error": "down"}),
}
SPOTIFY = {
    "429 for 2 s": _told(429, {"error": {"status": 429, "message": "Too many requests"}}, Retry_After="2"),
    "503 in text": replace(_told(503, ""), body=b"upstream connect error", content_type="text/plain"),
}
DEEZER = {"quota with 200": _told(200, {"error": {"code": 4, "message": "Quota limit exceeded"}})}
MUSICBRAINZ = {"503 for 2 s": _told(503, {"error": "Your requests are exceeding the limit"}, Retry_After="2")}
ANYWHERE = {
    "500": Fault(kind="status", status=500),
    "a page instead of an answer": Fault(kind="garbage"),
    "half an answer": Fault(kind="truncated"),
    "connection cut": Fault(kind="cut"),
    "an answer after 2 s": Fault(kind="slow", seconds=2.0),
}
SERVICES: dict[str, tuple[int, int, dict[str, Fault]]] = {
    "lastfm/2.0/": (5, 10, LASTFM),
    "listenbrainz/*": (5, 8, LISTENBRAINZ),
    "musicbrainz/*": (2, 6, MUSICBRAINZ),
    "deezer/*": (2, 4, DEEZER),
}
"""Where a service is; how often it is chosen; how often a season asks it at least; and how it fails."""


def failure_of(draw: Random) -> Failure:
    """One way in which a service fails, at its n-th request."""
    place = draw.choices(list(SERVICES), [often for often, _, _ in SERVICES.values()])[0]
    _, asked, own = SERVICES[place]
    # A list of its own ways twice: they are what sets the services apart.
    fault = draw.choice([*own.values(), *own.values(), *ANYWHERE.values()])
    return replace(fault, match=place, times=draw.randint(1, 3), spares=draw.randrange(asked))


def failure_words(failure: Failure) -> str:
    """The failure as a person reads it."""
    _, _, own = SERVICES[failure.match]
    plain = replace(failure, match="*", times=1_000_000, spares=0)
    how = next(words for words, fault in {**own, **ANYWHERE}.items() if fault == plain)
    return f"{failure.match.partition('/')[0]}: {how} × {failure.times} at request {failure.spares + 1}"
