"""MusicBrainz and the Cover Art Archive on the loopback: the made-up catalogue in the shapes of web service 2."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from uuid import UUID, uuid5

from bot.rehearsal.providers.catalogue import (
    ALBUMS,
    MadeAlbum,
    MadeArtist,
    MadeTrack,
    find_album,
    find_track,
    search_albums,
    search_tracks,
)
from bot.rehearsal.providers.server import Asked, Reply, as_json

Json = dict[str, Any]
PLACE = re.compile(r"/(release-group|release|recording|artist)/([0-9a-f-]{36})")
COVER = re.compile(r"/release-group/([0-9a-f-]{36})/front(?:-\d+)?")


def musicbrainz(asked: Asked) -> Reply | None:
    """Answer a request below `/ws/2`."""
    include = set(re.split(r"[ +]", asked.query.get("inc", "")))
    if "query" in asked.query:
        return _search(asked.path.strip("/"), asked)
    if asked.path == "/release" and "release-group" in asked.query:
        album = find_album(lambda each: str(each.group) == asked.query["release-group"])
        releases = [_release(album, include), _reissue(album, include)] if album else []
        return as_json({"release-offset": 0, "release-count": len(releases), "releases": releases})
    place = PLACE.fullmatch(asked.path)
    return _lookup(place[1], place[2], include) if place else None


def cover_art(asked: Asked) -> Reply | None:
    """Answer a request to the Cover Art Archive: it tells where a file is, and holds none."""
    place = COVER.fullmatch(asked.path)
    album = find_album(lambda each: place is not None and str(each.group) == place[1])
    if album is None:
        return None
    at = f"https://archive.org/download/mbid-{album.release}/mbid-{album.release}-1_thumb500.jpg"
    return Reply(status=307, headers={"Location": at})


def _search(what: str, asked: Asked) -> Reply | None:
    query, limit = asked.query["query"], int(asked.query.get("limit", 25))
    if what == "release-group":
        groups = [{**_group(each), "score": 100} for each in search_albums(query)]
        return as_json({"count": len(groups), "offset": 0, "release-groups": groups[:limit]})
    if what == "artist":
        found = {album.artist: album for album in search_albums(query)}
        artists = [{**_artist(each), "score": 100, "country": each.country, "tags": _tags_of(each)} for each in found]
        return as_json({"count": len(artists), "offset": 0, "artists": artists[:limit]})
    if what == "recording":
        code = query.removeprefix("isrc:")
        hits = (
            search_tracks(query)
            if code == query
            else [(album, track) for album in ALBUMS for track in album.tracks if track.isrc == code]
        )
        recordings = [{**_recording(album, track), "score": 100} for album, track in hits]
        return as_json({"count": len(recordings), "offset": 0, "recordings": recordings[:limit]})
    return None


def _lookup(what: str, mbid: str, include: set[str]) -> Reply | None:
    if what == "artist":
        artist = next((each.artist for each in ALBUMS if str(each.artist.mbid) == mbid), None)
        return as_json({**_artist(artist), "country": artist.country}) if artist else None
    if what == "recording":
        hit = find_track(lambda track: str(track.mbid) == mbid)
        return as_json(_recording(*hit)) if hit else None
    if what == "release-group":
        album = find_album(lambda each: str(each.group) == mbid)
        return as_json(_group(album, include)) if album else None
    album = find_album(lambda each: mbid in (str(each.release), str(_reissue_id(each))))
    if album is None:
        return None
    release = _release(album, include) if str(album.release) == mbid else _reissue(album, include)
    return as_json({**release, "release-group": _group(album)})


def _artist(artist: MadeArtist) -> Json:
    return {
        "id": str(artist.mbid),
        "name": artist.name,
        "sort-name": artist.name,
        "disambiguation": "",
        "type": "Group",
    }


def _tags_of(artist: MadeArtist) -> list[Json]:
    counts = Counter(name for each in ALBUMS if each.artist is artist for name in each.genres)
    return [{"name": name, "count": count} for name, count in counts.most_common()]


def _credit(artist: MadeArtist) -> list[Json]:
    return [{"name": artist.name, "joinphrase": "", "artist": _artist(artist)}]


def _group(album: MadeAlbum, include: set[str] | None = None) -> Json:
    tags = [{"name": name, "count": 9 - place} for place, name in enumerate(album.genres)]
    credit = _credit(album.artist)
    if include is not None and "artists" in include:
        credit[0]["artist"]["country"] = album.artist.country
    group: Json = {
        "id": str(album.group), "title": album.title, "disambiguation": "", "first-release-date": album.released,
        "primary-type": "Album", "secondary-types": [], "artist-credit": credit, "tags": tags,
    }  # fmt: skip
    if include is not None and "genres" in include:
        group["genres"] = tags
    if include is not None and "url-rels" in include:
        group["relations"] = [_relation("lyrics", "https://lyrics.example.org/nothing-we-know")]
    return group


def _release(album: MadeAlbum, include: set[str]) -> Json:
    release: Json = {
        "id": str(album.release), "title": album.title, "status": "Official", "date": album.released, "country": "XW",
        "barcode": album.barcode, "disambiguation": "", "artist-credit": _credit(album.artist),
        "media": [_medium(album, tells_tracks="recordings" in include)],
        "cover-art-archive": {"artwork": True, "count": 1, "front": True, "back": False, "darkened": False},
    }  # fmt: skip
    if "url-rels" in include:
        addresses = [
            f"https://open.spotify.com/album/{album.spotify_id}",
            f"https://www.deezer.com/album/{album.number}",
        ]
        release["relations"] = [_relation("streaming", each) for each in addresses]
        if album.bandcamp:
            release["relations"].append(_relation("purchase for download", album.bandcamp))
    return release


def _reissue(album: MadeAlbum, include: set[str]) -> Json:
    """Ten years later, with a disc of demos: what must not stand for the album."""
    release = _release(album, include - {"url-rels"})
    demos = {"position": 2, "format": "CD", "track-count": 14, "title": "Demos"}
    later = {"id": str(_reissue_id(album)), "date": f"{album.year + 10}-10-01", "disambiguation": "deluxe edition"}
    return {**release, **later, "media": [*release["media"], demos]}


def _reissue_id(album: MadeAlbum) -> UUID:
    return uuid5(album.release, "reissue")


def _relation(kind: str, address: str) -> Json:
    return {"type": kind, "direction": "forward", "ended": False, "target-type": "url", "url": {"resource": address}}


def _medium(album: MadeAlbum, *, tells_tracks: bool) -> Json:
    medium: Json = {"position": 1, "format": "CD", "title": "", "track-count": len(album.tracks), "track-offset": 0}
    if not tells_tracks:
        return medium
    medium["tracks"] = [
        {
            "id": str(uuid5(album.release, str(track.position))), "number": str(track.position),
            "position": track.position, "title": track.title, "length": track.seconds * 1_000,
            "artist-credit": _credit(album.artist),
            "recording": {"id": str(track.mbid), "title": track.title, "length": None, "isrcs": [track.isrc]},
        }
        for track in album.tracks
    ]  # fmt: skip
    return medium


def _recording(album: MadeAlbum, track: MadeTrack) -> Json:
    release = _release(album, set())
    place = {"id": str(uuid5(album.release, str(track.position))), "number": str(track.position), "title": track.title}
    release["media"] = [
        {
            "position": 1,
            "format": "CD",
            "track-count": len(album.tracks),
            "track-offset": track.position - 1,
            "track": [place],
        }
    ]
    group = _group(album)
    release["release-group"] = {name: group[name] for name in ("id", "title", "primary-type", "secondary-types")}
    return {
        "id": str(track.mbid), "title": track.title, "length": track.seconds * 1_000, "video": False,
        "artist-credit": _credit(album.artist), "first-release-date": album.released, "isrcs": [track.isrc],
        "releases": [release],
    }  # fmt: skip
