"""Last.fm, as the contract suite tries it."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.catalog import Link, LinkKind, Service, canonical_url
from bot.domain.errors import Why
from bot.domain.ports import AlbumSource, Manners
from bot.providers.http import Http
from bot.providers.lastfm import LastFm
from bot.providers.manners import Patience
from bot.rehearsal.providers import Asked, Fault, LoopbackProviders, Reply
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.lastfm import lastfm
from tests.contracts.cases import Known, Trouble, UsualCase
from tests.contracts.cassettes import CASSETTES, recorded

HARBOUR = ALBUMS[0]
DEEP = b'<lfm status="ok">' + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</lfm>"
STAR = "https://lastfm.freetls.fastly.net/i/u/300x300/2a96cbd8b46e442fc41c2b86b821562f.png"


def link_to(path: str, kind: LinkKind = LinkKind.ALBUM) -> Link:
    link = Link(Service.LASTFM, kind, path, "")
    return replace(link, url=canonical_url(link))


def made(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource:
    address = f"{server.address('lastfm')}/2.0/"
    return LastFm(http, manners, api_key="a-very-secret-key", address=address, patience=patience)


def error(status: int, code: int, why: Why | None, waits: float | None = None, **headers: str) -> Trouble:
    """An error with its number in XML."""
    body = f'<lfm status="failed"><error code="{code}">a-very-secret-key</error></lfm>'.encode()
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    fault = Fault("lastfm/*", "status", status=status, headers=told, body=body, content_type="text/xml")
    return Trouble(fault, why, waits)


def in_json(status: int, code: int, why: Why | None) -> Trouble:
    body = f'{{"error":{code},"message":"a-very-secret-key"}}'.encode()
    return Trouble(Fault("lastfm/*", "status", status=status, body=body, content_type="application/json"), why)


ERRORS = {
    "nothing of that name": error(404, 6, None),
    "nothing of that name, as a bad request": error(400, 6, None),
    "nothing of that name, in a 200": error(200, 6, None),
    "backend failed": error(500, 8, Why.DOWN),
    "a wrong key": error(403, 10, Why.REFUSED),
    "offline for a while, in a 200": error(200, 11, Why.DOWN),
    "temporarily unavailable": error(503, 16, Why.DOWN),
    "a key suspended": error(403, 26, Why.REFUSED),
    "too often": error(429, 29, Why.BUSY),
    "too often, with a time": error(429, 29, Why.BUSY, 30, Retry_After="30"),
    "too often, in a 200": error(200, 29, Why.BUSY),
    "too often, in JSON": in_json(429, 29, Why.BUSY),
    "backend failed, in JSON": in_json(500, 8, Why.DOWN),
    "an error without words": Trouble(
        Fault("lastfm/*", "garbage", body=b'<lfm status="failed"><error code="16"/></lfm>'), Why.DOWN
    ),
    "XML of another shape": Trouble(Fault("lastfm/*", "garbage", body=b'<lfm status="failed"></lfm>'), Why.GARBLED),
    "a body without end": Trouble(Fault("lastfm/*", "garbage", body=b"<lfm>" * 200_000), Why.GARBLED),
    "a tree that is too deep": Trouble(Fault("lastfm/*", "garbage", body=DEEP), Why.GARBLED),
}
MADE_UP = Known(
    words="low tides glass harbour",
    title="Glass Harbour",
    artist="The Low Tides",
    link=link_to("The+Low+Tides/Glass+Harbour"),
    titles=tuple(track.title for track in HARBOUR.tracks),
    first_ms=HARBOUR.tracks[0].seconds * 1_000,
    genres=("indie rock", "dream pop"),
    track_words="glass harbour ferry song",
    track_title="Ferry song",
    track_link=link_to("The+Low+Tides/_/Ferry+song", LinkKind.TRACK),
    missing=link_to("Nobody/Nothing"),
)
BELIEVE = (
    "Believe", "The Power", "Runaway", "All or Nothing", "Strong Enough", "Dov'e L'amore", "Takin' Back My Heart",
    "Taxi Taxi", "Love Is the Groove", "We All Sleep Alone",
)  # fmt: skip
RECORDED = Known(
    words="cher believe",
    title="Believe",
    artist="Cher",
    link=link_to("Cher/Believe"),
    titles=BELIEVE,
    first_ms=238_000,
    genres=("pop",),
    track_words="believe cher",
    track_title="Believe",
    track_link=link_to("Cher/_/Believe", LinkKind.TRACK),
    missing=link_to("Nobody/Nothing"),
    bare=link_to("Cher/Starred"),
)


class Recorded:
    """What Last.fm said once of one album and one track; a search is put together of what it said."""

    def __init__(self) -> None:
        self.album = recorded("TestPyLastNetwork.test_album_mbid", "artist=Cher&album=Believe&method=album.getInfo")
        self.track = recorded("TestPyLastNetwork.test_track_mbid", "artist=Cher&track=Believe&method=track.getInfo")

    def __call__(self, asked: Asked) -> Reply | None:
        method = asked.form["method"].removesuffix(".getInfo")
        if method.endswith(".search"):
            kind = method.removesuffix(".search")
            fits = set(asked.form[kind].casefold().split()) <= {"cher", "believe"}
            path = "Cher/Believe" if kind == "album" else "Cher/_/Believe"
            match = f"<name>Believe</name><artist>Cher</artist><url>https://www.last.fm/music/{path}</url>"
            inside = f"<{kind}>{match}</{kind}>" if fits else ""
            body = f'<lfm status="ok"><results><{kind}matches>{inside}</{kind}matches></results></lfm>'
            return Reply(body.encode(), content_type="text/xml")
        body = self.album if method == "album" else self.track
        if asked.form[method] == "Starred":
            return Reply(re.sub(rb"https://[^<]*/300x300/[^<]*", STAR.encode(), body), content_type="text/xml")
        if asked.form[method] != "Believe":
            return Reply(b'<lfm status="failed"><error code="6">Not found</error></lfm>', 404, "text/xml")
        return Reply(body, content_type="text/xml")


LASTFM = [UsualCase("Last.fm in rehearsal", MADE_UP, "lastfm", lastfm, made, more_faults=ERRORS)]
if CASSETTES.exists():
    LASTFM.append(UsualCase("Last.fm as recorded", RECORDED, "lastfm", Recorded(), made))
