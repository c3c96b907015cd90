"""Deezer on the loopback: the made-up catalogue in the shapes of its API."""

from __future__ import annotations

import re
from typing import Any

from bot.rehearsal.providers.catalogue import MadeAlbum, MadeTrack, find_album, find_track, search_albums, search_tracks
from bot.rehearsal.providers.covers import cover_address
from bot.rehearsal.providers.server import Asked, Reply, as_json

Json = dict[str, Any]
PLACE = re.compile(r"/(album|track)/(\d+)(/tracks)?")
ISRC = re.compile(r"/track/isrc:([A-Z0-9]{12})")
NOT_THERE = {"error": {"type": "DataException", "message": "no data", "code": 800}}
SIZES = ("small", "medium", "big", "xl")
PAGE = 25


def deezer(asked: Asked) -> Reply | None:
    """Answer a request; what is not there is an error with status 200, as at Deezer."""
    if asked.path == "/search/album":
        return _page([_album(each) for each in search_albums(asked.query.get("q", ""))], asked)
    if asked.path == "/search/track":
        found = search_tracks(asked.query.get("q", ""))
        return _page([_track(album, track) for album, track in found], asked)
    return as_json(_lookup(asked) or NOT_THERE) if not asked.path.endswith("/tracks") else _tracks(asked)


def _lookup(asked: Asked) -> Json | None:
    code, place = ISRC.fullmatch(asked.path), PLACE.fullmatch(asked.path)
    if place and place[1] == "album":
        album = find_album(lambda each: each.number == int(place[2]))
        return {**_album(album), **_more(album)} if album else None
    hit = None
    if code:
        hit = find_track(lambda track: track.isrc == code[1])
    elif place:
        hit = find_track(lambda track: track.number == int(place[2]))
    if hit is None:
        return None
    album, track = hit
    return {**_track(album, track), **_place(track), "release_date": album.released}


def _tracks(asked: Asked) -> Reply:
    place = PLACE.fullmatch(asked.path)
    album = find_album(lambda each: place is not None and each.number == int(place[2]))
    if album is None:
        return as_json(NOT_THERE)
    listed = [{**_track(album, track), **_place(track)} for track in album.tracks]
    return _page([{name: value for name, value in each.items() if name != "album"} for each in listed], asked)


def _page(rows: list[Json], asked: Asked) -> Reply:
    index, limit = int(asked.query.get("index", 0)), int(asked.query.get("limit", PAGE))
    page: Json = {"data": rows[index : index + limit], "total": len(rows)}
    if index + limit < len(rows):
        page["next"] = f"{asked.origin}{asked.path}?index={index + limit}"
    return as_json(page)


def _artist(album: MadeAlbum) -> Json:
    artist = album.artist
    link = f"https://www.deezer.com/artist/{artist.number}"
    return {"id": artist.number, "name": artist.name, "link": link, "type": "artist"}


def _album(album: MadeAlbum) -> Json:
    picture = cover_address("cdn-images.dzcdn.net", album)
    covers = {f"cover_{size}": picture for size in SIZES}
    return {
        "id": album.number, "title": album.title, "link": f"https://www.deezer.com/album/{album.number}",
        "cover": picture, **covers, "md5_image": str(album.number), "genre_id": 0,
        "nb_tracks": len(album.tracks), "record_type": "album", "explicit_lyrics": False, "artist": _artist(album),
        "type": "album",
    }  # fmt: skip


def _more(album: MadeAlbum) -> Json:
    genres = [{"id": place, "name": name.title(), "type": "genre"} for place, name in enumerate(album.genres, start=1)]
    return {
        "upc": album.barcode, "genres": {"data": genres}, "label": "Nobody's", "fans": 8, "available": True,
        "duration": sum(track.seconds for track in album.tracks), "release_date": album.released,
    }  # fmt: skip


def _track(album: MadeAlbum, track: MadeTrack) -> Json:
    told = _album(album)
    return {
        "id": track.number, "readable": True, "title": track.title, "title_short": track.title, "title_version": "",
        "link": f"https://www.deezer.com/track/{track.number}", "duration": track.seconds, "rank": 1_000,
        "explicit_lyrics": False, "preview": "", "artist": _artist(album), "type": "track",
        "album": {name: told[name] for name in ("id", "title", "cover", "cover_xl", "cover_big", "type")},
    }  # fmt: skip


def _place(track: MadeTrack) -> Json:
    return {"isrc": track.isrc, "track_position": track.position, "disk_number": 1}
