"""Spotify, as the contract suite tries it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.catalog import Link, LinkKind, Service, canonical_url
from bot.domain.errors import Why
from bot.domain.ports import AlbumSource, Manners
from bot.providers.http import Http
from bot.providers.manners import Patience
from bot.providers.spotify import Spotify
from bot.rehearsal.providers import Asked, Fault, LoopbackProviders, Reply, as_json
from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.spotify import TOKEN, spotify
from tests.contracts.cases import Known, Trouble, UsualCase

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "api" / "spotify_joostlek"
API = "spotify/v1/*"
HARBOUR = ALBUMS[0]
TRACK_FIELDS = ("artists", "disc_number", "duration_ms", "external_urls", "id", "name", "track_number")
QUOTA = {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}


def link_to(external_id: str, kind: LinkKind = LinkKind.ALBUM) -> Link:
    link = Link(Service.SPOTIFY, kind, external_id, "")
    return replace(link, url=canonical_url(link))


def made(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> AlbumSource:
    shop = server.address("spotify")
    return Spotify(
        http,
        manners,
        client_id="an-app",
        client_secret="a-very-secret-key",
        address=f"{shop}/v1",
        accounts=f"{shop}/api/token",
        patience=patience,
    )


def error(
    status: int, body: Any, why: Why | None, waits: float | None = None, *, at: str = API, **headers: str
) -> Trouble:
    """An error in JSON, or in text where it is a text."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/plain" if isinstance(body, str) else "application/json"
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    fault = Fault(at, "status", status=status, headers=told, body=text.encode(), content_type=kind)
    return Trouble(fault, why, waits)


ERRORS = {
    "an endpoint withdrawn": error(403, {"error": {"status": 403, "message": "Forbidden"}}, Why.REFUSED),
    "an account not on the list": error(403, "User not registered in the Developer Dashboard", Why.REFUSED),
    "the day's quota used up": error(429, QUOTA, Why.BUSY, 48_925, Retry_After="48925"),
    "an error that is a text": error(403, {"error": "forbidden"}, Why.REFUSED),
    "nothing at all": error(204, "", Why.GARBLED),
    "no token for a wrong secret": error(400, {"error": "invalid_client"}, Why.REFUSED, at="spotify/api/token"),
    "accounts busy": error(429, "Too many requests", Why.BUSY, 7, at="spotify/api/token", Retry_After="7"),
    "accounts down": error(503, "upstream connect error", Why.DOWN, at="spotify/api/token"),
    "a token that is none": Trouble(Fault("spotify/api/token", "garbage", body=b'{"token": 1}'), Why.GARBLED),
    "accounts slow": Trouble(Fault("spotify/api/token", "slow", seconds=60.0), Why.SLOW),
}
MADE_UP = Known(
    words="low tides glass harbour",
    title="Glass Harbour",
    artist="The Low Tides",
    link=link_to(HARBOUR.spotify_id),
    year=1997,
    titles=tuple(track.title for track in HARBOUR.tracks),
    first_ms=HARBOUR.tracks[0].seconds * 1_000,
    kind="album",
    track_words="glass harbour ferry song",
    track_title="Ferry song",
    track_link=link_to(HARBOUR.tracks[5].spotify_id, LinkKind.TRACK),
    isrc=HARBOUR.tracks[5].isrc,
    missing=link_to("0" * 22),
)


class Recorded:
    """What Spotify said once of one album, before fields went; a search is put together of the objects it said."""

    def __init__(self) -> None:
        self.album: dict[str, Any] = json.loads((RECORDED / "get_album.json").read_text(encoding="utf-8"))
        self.tracks: list[dict[str, Any]] = self.album["tracks"]["items"]

    def __call__(self, asked: Asked) -> Reply | None:
        if asked.path == "/api/token":
            return as_json({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
        words = set(asked.query.get("q", "").casefold().split())
        if asked.path == "/v1/search" and asked.query["type"] == "album":
            fits = words <= set(f"{self.album['name']} area 11".casefold().split())
            return as_json({"albums": {"items": [self.album] if fits else []}})
        if asked.path == "/v1/search":
            found = [track for track in self.tracks if words <= set(f"{track['name']} area 11".casefold().split())]
            return as_json({"tracks": {"items": [{**track, "album": self.album} for track in found]}})
        if asked.path == f"/v1/albums/{self.album['id']}":
            return as_json(self.album)
        track = next((each for each in self.tracks if asked.path == f"/v1/tracks/{each['id']}"), None)
        return as_json({**track, "album": self.album}) if track else None

    def known(self) -> Known:
        album, tracks = self.album, self.tracks
        return Known(
            words="area 11 singlarity",
            title="SINGLARITY",
            artist="Area 11",
            link=link_to(album["id"]),
            year=2020,
            titles=tuple(track["name"] for track in tracks),
            first_ms=260_372,
            kind="album",
            track_words="kaleidoscope area 11",
            track_title="Kaleidoscope",
            track_link=link_to(tracks[6]["id"], LinkKind.TRACK),
            missing=link_to("0" * 22),
        )


SPOTIFY = [UsualCase("Spotify in rehearsal", MADE_UP, "spotify", spotify, made, struck=API, more_faults=ERRORS)]
if RECORDED.exists():
    answers = Recorded()
    SPOTIFY.append(UsualCase("Spotify as recorded", answers.known(), "spotify", answers, made, struck=API))
