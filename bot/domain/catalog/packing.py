"""Found albums as text, to be kept between two steps of a member without asking the sources again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.links import Link, LinkKind, Service
from bot.domain.catalog.sound import sound_album

PACKED_LIMIT = 200_000
"""Characters; albums beyond them are kept without their track lists, which are told again later."""


def pack(albums: Iterable[FoundAlbum]) -> str:
    """Albums as JSON of plain ASCII; empty for none."""
    listed = list(albums)
    text = _dumped(listed)
    return text if len(text) <= PACKED_LIMIT else _dumped([replace(album, tracks=()) for album in listed])


def _dumped(albums: list[FoundAlbum]) -> str:
    return json.dumps([_packed(album) for album in albums], separators=(",", ":")) if albums else ""


def unpack(text: str) -> tuple[FoundAlbum, ...]:
    """Albums that `pack` wrote, read as carefully as those of a source; what another version wrote is left out."""
    try:
        values = cast("list[dict[str, Any]]", json.loads(text)) if text else []
        found = [_album(value) for value in values]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(sound for album in found if (sound := sound_album(album)) is not None)


def _packed(album: FoundAlbum) -> dict[str, Any]:
    return {
        "source": str(album.source),
        "title": album.title,
        "artist": album.artist,
        "year": album.year,
        "links": [_link(link) for link in album.links],
        "kind": album.kind,
        "count": album.track_count,
        "tracks": [
            [track.title, track.artist, track.duration_ms, track.isrc, _link(track.link)] for track in album.tracks
        ],
        "cover": album.cover_url,
        "genres": list(album.genres),
        "country": album.country,
        "barcode": album.barcode,
    }


def _link(link: Link | None) -> list[str] | None:
    return None if link is None else [str(link.service), str(link.kind), link.external_id, link.url]


def _album(value: dict[str, Any]) -> FoundAlbum:
    return FoundAlbum(
        source=Service(value["source"]),
        title=str(value["title"]),
        artist=str(value["artist"]),
        year=value["year"],
        links=tuple(_read_link(link) for link in value["links"]),
        kind=str(value["kind"]),
        track_count=value["count"],
        tracks=tuple(
            FoundTrack(title, artist, place, duration, isrc, _read_link(link) if link else None)
            for place, (title, artist, duration, isrc, link) in enumerate(value["tracks"], start=1)
        ),
        cover_url=value["cover"],
        genres=tuple(value["genres"]),
        country=str(value["country"]),
        barcode=str(value["barcode"]),
    )


def _read_link(value: list[str]) -> Link:
    service, kind, external_id, url = value
    return Link(Service(service), LinkKind(kind), external_id, url)
