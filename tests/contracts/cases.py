"""What a source of albums is tried with: what its provider knows, how it is built, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.domain.catalog import Link
from bot.domain.errors import Why
from bot.domain.ports import AlbumSource, Manners
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.rehearsal.providers import Fault, LoopbackProviders
from bot.rehearsal.providers.server import Shop


@dataclass(frozen=True)
class Known:
    """What a source knows, for the suite to ask and to compare."""

    words: str
    """Of an album that comes first for them."""
    title: str
    artist: str
    link: Link
    """The album's own link at the source."""
    track_words: str
    """Of a track that comes first for them."""
    track_title: str
    missing: Link
    """Looks like an album of the source, and leads nowhere."""
    year: int | None = None
    titles: tuple[str, ...] = ()
    """The album's tracks, in order."""
    first_ms: int | None = None
    """The first track's length; None where the source does not tell lengths."""
    first_isrc: str = ""
    """As a fetched album tells it; empty where the source does not."""
    genres: tuple[str, ...] = ()
    country: str = ""
    kind: str = ""
    has_cover: bool = True
    track_link: Link | None = None
    """Of the track that `track_words` find; None where tracks cannot be fetched by link."""
    isrc: str = ""
    """Of a track that is found by it; empty where the source cannot be asked so."""
    bare: Link | None = None
    """An album whose picture stands for none."""
    nothing: str = "zzyzx qwertyuiop"
    """Words that nothing fits: the source answers with an empty page."""
    elsewhere: frozenset[str] = frozenset()
    """Other services that a fetched album has links to."""


class Case(Protocol):
    """An implementation, with a provider to try it against."""

    name: str
    known: Known

    def shops(self) -> Mapping[str, Shop]:
        """What the loopback server answers with."""
        ...

    def source(self, server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource:
        """The implementation, asking that server; no limit but `manners` slows it."""
        ...

    def faults(self) -> Mapping[str, Trouble]:
        """What can go wrong with the provider, by name."""
        ...


@dataclass(frozen=True)
class Trouble:
    """A fault of a provider and the outcome it must have; None means "not there", and no error."""

    fault: Fault
    why: Why | None
    waits: float | None = None
    """Seconds from now that `until` must name; None where it must name nothing."""


def usual_faults(pattern: str) -> dict[str, Trouble]:
    """What can go wrong with any HTTP service, with the outcome each has; `pattern` says which requests are struck."""

    def status(code: int, **headers: str) -> Fault:
        return Fault(pattern, "status", status=code, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return {
        "401": Trouble(status(401), Why.REFUSED),
        "403 in plain text": Trouble(replace(status(403), body=b"Forbidden", content_type="text/plain"), Why.REFUSED),
        "404": Trouble(status(404), None),
        "429 with Retry-After in seconds": Trouble(status(429, Retry_After="48925"), Why.BUSY, 48_925),
        "429 without Retry-After": Trouble(status(429), Why.BUSY),
        "500": Trouble(status(500), Why.DOWN),
        "502": Trouble(status(502), Why.DOWN),
        "503 with Retry-After": Trouble(status(503, Retry_After="120"), Why.BUSY, 120),
        "a slow answer": Trouble(Fault(pattern, "slow", seconds=60.0), Why.SLOW),
        "a body cut short": Trouble(Fault(pattern, "truncated"), Why.GARBLED),
        "a page instead of JSON": Trouble(Fault(pattern, "garbage"), Why.GARBLED),
        "half of a JSON document": Trouble(Fault(pattern, "garbage", body=b'{"data": [{"id": 1'), Why.GARBLED),
        "JSON of another shape": Trouble(Fault(pattern, "garbage", body=b"[1, 2]"), Why.GARBLED),
        "a connection that is cut": Trouble(Fault(pattern, "cut"), Why.DOWN),
    }


@dataclass
class UsualCase:
    """A case whose provider is one shop and whose faults are the usual ones; `make` builds the source."""

    name: str
    known: Known
    shop: str
    answers: Shop
    make: SourceMaker
    struck: str = ""
    """A pattern of the requests that faults strike; everything the shop is asked when empty."""
    others: Mapping[str, Shop] = field(default_factory=dict[str, Shop])
    more_faults: Mapping[str, Trouble] = field(default_factory=dict[str, Trouble])

    def shops(self) -> Mapping[str, Shop]:
        return {self.shop: self.answers, **self.others}

    def source(self, server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource:
        return self.make(server, http, manners, patience)

    def faults(self) -> Mapping[str, Trouble]:
        return {**usual_faults(self.struck or f"{self.shop}/*"), **self.more_faults}


class SourceMaker(Protocol):
    """Builds a source that asks a loopback server."""

    def __call__(self, server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource: ...


DISCOVERY = (
    "One More Time",
    "Aerodynamic",
    "Digital Love",
    "Harder, Better, Faster, Stronger",
    "Crescendolls",
    "Nightvision",
    "Superheroes",
    "High Life",
    "Something About Us",
    "Voyager",
    "Veridis Quo",
    "Short Circuit",
    "Face to Face",
    "Too Long",
)
"""The tracks of the album that the answers kept as files tell of."""
