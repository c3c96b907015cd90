"""Last.fm on the loopback: the made-up catalogue in the XML of its API."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote_plus
from xml.sax.saxutils import escape, quoteattr

from bot.domain.catalog import normalised
from bot.rehearsal.providers.catalogue import (
    ALBUMS,
    MadeAlbum,
    MadeTrack,
    find_album,
    find_track,
    search_albums,
    search_tracks,
)
from bot.rehearsal.providers.covers import cover_address
from bot.rehearsal.providers.server import Asked, Reply

SIZES = ("small", "medium", "large", "extralarge", "mega")
PAGE = 50


def lastfm(asked: Asked) -> Reply | None:
    """Answer a request; errors have their own numbers."""
    if asked.path != "/2.0/":
        return None
    if not asked.form.get("api_key"):
        return _failed(403, 10, "Invalid API key - You must be granted a valid key by last.fm")
    form = {name: asked.form.get(name, "") for name in ("method", "artist", "album", "track")}
    match form["method"]:
        case "album.search":
            found = [_match(each) for each in search_albums(form["album"])[:PAGE]]
            return _answered(f"<results for={quoteattr(form['album'])}>{_node('albummatches', *found)}</results>")
        case "track.search":
            hits = search_tracks(f"{form['artist']} {form['track']}")[:PAGE]
            found = [_track_match(*each) for each in hits]
            return _answered(f"<results for={quoteattr(form['track'])}>{_node('trackmatches', *found)}</results>")
        case "album.getInfo":
            return _album_info(form["artist"], form["album"])
        case "track.getInfo":
            return _track_info(form["artist"], form["track"])
        case "artist.getTopTags":
            return _top_tags(form["artist"])
        case "album.getTopTags":
            return _top_tags(form["artist"], form["album"])
        case _:
            return _failed(400, 3, "Invalid Method - No method with that name in this package")


def _answered(inside: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="ok">{inside}</lfm>'
    return Reply(body.encode(), content_type="text/xml")


def _failed(status: int, code: int, message: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="failed"><error code="{code}">{message}</error></lfm>'
    return Reply(body.encode(), status, "text/xml")


def _album_info(artist: str, title: str) -> Reply:
    album = find_album(lambda each: _same(each.title, title) and _same(each.artist.name, artist))
    if album is None:
        return _failed(404, 6, "Album not found")
    tags = [_node("tag", _said("name", name), _said("url", f"https://www.last.fm/tag/{name}")) for name in album.genres]
    return _answered(
        _node(
            "album",
            _said("name", album.title),
            _said("artist", album.artist.name),
            _said("url", _address(album.artist.name, album.title)),
            _pictures(album),
            _node("tracks", *(_listed(album, track) for track in album.tracks)),
            _node("tags", *tags),
        )
    )


def _track_info(artist: str, title: str) -> Reply:
    hit = find_track(lambda track: _same(track.title, title))
    if hit is None or not _same(hit[0].artist.name, artist):
        return _failed(404, 6, "Track not found")
    album, track = hit
    name = album.artist.name
    its_album = "".join(
        [_said("artist", name), _said("title", album.title), _said("url", _address(name, album.title)),
         _pictures(album)]
    )  # fmt: skip
    return _answered(
        _node(
            "track",
            _said("name", track.title),
            _said("url", _address(name, "_", track.title)),
            _said("duration", str(track.seconds * 1_000)),
            _node("artist", _said("name", name), _said("url", _address(name))),
            f'<album position="{track.position}">{its_album}</album>',
        )
    )


def _top_tags(artist: str, title: str = "") -> Reply:
    """What people call an artist or one of their albums, the strongest 100; with it what says nothing of the music."""
    albums = [each for each in ALBUMS if _same(each.artist.name, artist) and (not title or _same(each.title, title))]
    if not albums:
        return _failed(404, 6, "Album not found" if title else "The artist you supplied could not be found")
    genres = Counter(name for each in albums for name in each.genres)
    weights = {name: 100 - 12 * place for place, (name, _) in enumerate(genres.most_common())}
    weights |= {"seen live": 61, f"{min(each.year for each in albums) // 10 * 10}s": 23}
    tags = [
        _node("tag", _said("count", str(weight)), _said("name", name), _said("url", f"https://www.last.fm/tag/{name}"))
        for name, weight in sorted(weights.items(), key=lambda one: -one[1])
    ]
    said = f"artist={quoteattr(albums[0].artist.name)}" + (f" album={quoteattr(title)}" if title else "")
    return _answered(f"<toptags {said}>{''.join(tags)}</toptags>")


def _match(album: MadeAlbum) -> str:
    name = album.artist.name
    return _node(
        "album", _said("name", album.title), _said("artist", name), _said("url", _address(name, album.title)),
        _pictures(album), _said("streamable", "0"), _said("mbid", ""),
    )  # fmt: skip


def _track_match(album: MadeAlbum, track: MadeTrack) -> str:
    name = album.artist.name
    address = _address(name, "_", track.title)
    return _node(
        "track", _said("name", track.title), _said("artist", name), _said("url", address), _said("listeners", "8")
    )


def _listed(album: MadeAlbum, track: MadeTrack) -> str:
    name = album.artist.name
    inside = [
        _said("name", track.title), _said("url", _address(name, album.title, track.title)),
        _said("duration", str(track.seconds)), _node("artist", _said("name", name), _said("url", _address(name))),
    ]  # fmt: skip
    return f'<track rank="{track.position}">{"".join(inside)}</track>'


def _pictures(album: MadeAlbum) -> str:
    address = cover_address("lastfm.freetls.fastly.net", album)
    return "".join(f'<image size="{size}">{address}</image>' for size in SIZES)


def _node(name: str, *inside: str) -> str:
    return f"<{name}>{''.join(inside)}</{name}>"


def _said(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _address(*names: str) -> str:
    return "https://www.last.fm/music/" + "/".join(name if name == "_" else quote_plus(name) for name in names)


def _same(name: str, other: str) -> bool:
    return normalised(name) == normalised(other)
