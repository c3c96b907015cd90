"""Deezer, as the contract suite tries it."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.domain.catalog import Link, LinkKind, Service, canonical_url
from bot.domain.errors import Why
from bot.domain.ports import AlbumSource, Manners
from bot.providers.deezer import Deezer
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.rehearsal.providers import Fault, LoopbackProviders
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.deezer import deezer
from tests.contracts.cases import DISCOVERY, Known, Trouble, UsualCase
from tests.contracts.replay import Replay

HARBOUR = ALBUMS[0]


def link_to(number: int, kind: LinkKind = LinkKind.ALBUM) -> Link:
    link = Link(Service.DEEZER, kind, str(number), "")
    return replace(link, url=canonical_url(link))


def made(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource:
    return Deezer(http, manners, address=server.address("deezer"), patience=patience)


def error(code: int, kind: str, why: Why | None) -> Trouble:
    """An error as Deezer tells it: with status 200."""
    body = json.dumps({"error": {"type": kind, "message": "", "code": code}}).encode()
    return Trouble(Fault("deezer/*", "garbage", body=body, content_type="application/json"), why)


ERRORS = {
    "quota used up, in a 200": error(4, "Exception", Why.BUSY),
    "service busy, in a 200": error(700, "Exception", Why.BUSY),
    "no data, in a 200": error(800, "DataException", None),
    "no permission, in a 200": error(200, "OAuthException", Why.REFUSED),
    "a wrong parameter, in a 200": error(500, "ParameterException", Why.REFUSED),
    "an error of another shape": Trouble(Fault("deezer/*", "garbage", body=b'{"error": "later"}'), Why.GARBLED),
}
WRITTEN = Known(
    words="daft punk discovery",
    title="Discovery",
    artist="Daft Punk",
    link=link_to(302127),
    year=2001,
    titles=DISCOVERY,
    first_ms=320_000,
    first_isrc="GBDUW0000053",
    genres=("Dance", "Electro"),
    kind="album",
    track_words="daft punk digital love",
    track_title="Digital Love",
    track_link=link_to(3135555, LinkKind.TRACK),
    isrc="GBDUW0000055",
    missing=link_to(1),
    bare=link_to(999001),
)
MADE_UP = Known(
    words="low tides glass harbour",
    title="Glass Harbour",
    artist="The Low Tides",
    link=link_to(HARBOUR.number),
    year=1997,
    titles=tuple(track.title for track in HARBOUR.tracks),
    first_ms=HARBOUR.tracks[0].seconds * 1_000,
    first_isrc=HARBOUR.tracks[0].isrc,
    genres=("Indie Rock", "Dream Pop"),
    kind="album",
    track_words="glass harbour ferry song",
    track_title="Ferry song",
    track_link=link_to(HARBOUR.tracks[5].number, LinkKind.TRACK),
    isrc=HARBOUR.tracks[5].isrc,
    missing=link_to(1),
)

DEEZER = [
    UsualCase("Deezer as written", WRITTEN, "deezer", Replay("deezer"), made, more_faults=ERRORS),
    UsualCase("Deezer in rehearsal", MADE_UP, "deezer", deezer, made),
]
