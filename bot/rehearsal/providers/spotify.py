"""Spotify on the loopback: the made-up catalogue in the shapes that are left since February 2026."""

from __future__ import annotations

import re
from typing import Any

from bot.rehearsal.providers.catalogue import (
    MadeAlbum,
    MadeTrack,
    find_album,
    find_track,
    search_albums,
    search_fields,
    search_tracks,
)
from bot.rehearsal.providers.covers import cover_address
from bot.rehearsal.providers.server import Asked, Reply, as_json

Json = dict[str, Any]
TOKEN = "a-loopback-token"
PLACE = re.compile(r"/v1/(albums|tracks)/(\w{22})(/tracks)?/?")
FIELDS = re.compile(r"track:(?P<title>.+) artist:(?P<artist>.+)")
"""A search that names the fields its words belong to."""
MOST = 10
"""Results of a search."""
PAGE = 50


def spotify(asked: Asked) -> Reply | None:
    """Answer a request; without the token of the accounts service it is refused."""
    if asked.path == "/api/token" and asked.method == "POST":
        return _token(asked)
    if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
        return _error(401, "No token provided")
    if asked.path == "/v1/search":
        return _search(asked)
    return _lookup(asked) or _error(404, "Resource not found")


def _token(asked: Asked) -> Reply:
    if asked.form.get("grant_type") != "client_credentials" or not asked.headers.get("Authorization", "").startswith(
        "Basic "
    ):
        return as_json({"error": "invalid_client", "error_description": "Invalid client"}, status=400)
    return as_json({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})


def _error(status: int, message: str) -> Reply:
    return as_json({"error": {"status": status, "message": message}}, status=status)


def _search(asked: Asked) -> Reply:
    words, kind = asked.query.get("q", ""), asked.query.get("type", "")
    limit = int(asked.query.get("limit", 5))
    if not words or limit > MOST:
        return _error(400, "Invalid limit" if words else "No search query")
    if kind == "album":
        return as_json({"albums": _page([_album(each) for each in search_albums(words)], asked, limit)})
    code, fields = words.removeprefix("isrc:"), FIELDS.fullmatch(words)
    if fields is not None:
        found = search_fields(fields["title"], fields["artist"])
    elif code != words:
        hit = find_track(lambda track: track.isrc == code)
        found = [hit] if hit else []
    else:
        found = search_tracks(words)
    return as_json({"tracks": _page([_full_track(*each) for each in found], asked, limit)})


def _lookup(asked: Asked) -> Reply | None:
    place = PLACE.fullmatch(asked.path)
    if place is None:
        return None
    if place[1] == "tracks":
        hit = find_track(lambda track: track.spotify_id == place[2])
        return as_json(_full_track(*hit)) if hit else None
    album = find_album(lambda each: each.spotify_id == place[2])
    if album is None:
        return None
    listed = [_track(album, track) for track in album.tracks]
    if place[3]:
        return as_json(_page(listed, asked, int(asked.query.get("limit", PAGE))))
    return as_json(
        {
            **_album(album), "tracks": _page(listed, asked, PAGE), "genres": [],
            "external_ids": {"upc": album.barcode}, "copyrights": [],
        }
    )  # fmt: skip


def _page(rows: list[Json], asked: Asked, limit: int) -> Json:
    offset = int(asked.query.get("offset", 0))
    more = offset + limit < len(rows)
    href = f"{asked.origin}{asked.path}"
    return {
        "href": href, "limit": limit, "offset": offset, "total": len(rows), "previous": None,
        "next": f"{href}?offset={offset + limit}&limit={limit}" if more else None,
        "items": rows[offset : offset + limit],
    }  # fmt: skip


def _artists(album: MadeAlbum) -> list[Json]:
    return [_named("artist", album.artist.spotify_id, album.artist.name)]


def _named(kind: str, spotify_id: str, name: str) -> Json:
    return {
        "id": spotify_id, "name": name, "type": kind, "uri": f"spotify:{kind}:{spotify_id}",
        "href": f"https://api.spotify.com/v1/{kind}s/{spotify_id}",
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{spotify_id}"},
    }  # fmt: skip


def _album(album: MadeAlbum) -> Json:
    picture = cover_address("i.scdn.co", album)
    return {
        **_named("album", album.spotify_id, album.title), "album_type": "album", "artists": _artists(album),
        "images": [{"url": picture, "width": side, "height": side} for side in (640, 300, 64)],
        "release_date": album.released, "release_date_precision": "day", "total_tracks": len(album.tracks),
    }  # fmt: skip


def _track(album: MadeAlbum, track: MadeTrack) -> Json:
    return {
        **_named("track", track.spotify_id, track.title), "artists": _artists(album), "disc_number": 1,
        "track_number": track.position, "duration_ms": track.seconds * 1_000, "explicit": False, "is_local": False,
    }  # fmt: skip


def _full_track(album: MadeAlbum, track: MadeTrack) -> Json:
    return {**_track(album, track), "album": _album(album), "external_ids": {"isrc": track.isrc}}
