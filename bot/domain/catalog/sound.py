"""What a source tells, before anybody believes it: names that show, links that are links, numbers that can be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.links import Link, LinkKind, Service, parse_link
from bot.domain.catalog.names import visible
from bot.domain.catalog.tracklist import TRACKS_LIMIT
from bot.domain.errors import AlbumNeeded

NAME_LIMIT = 500
"""Characters of a title or an artist; a source's longer one is cut."""
WORD_LIMIT = 50
"""Characters of a kind, a genre, a country."""
GENRES_LIMIT = 10
LINKS_LIMIT = 20
COVER_LIMIT = 2_048
YEARS = range(1800, 2200)
LONGEST_MS = 24 * 60 * 60 * 1_000
"""A day: longer is no track but a mistake."""
ISRC = re.compile(r"[A-Z0-9]{12}")


def sound_album(found: FoundAlbum) -> FoundAlbum | None:
    """The album with what can be shown and kept of it; None when nothing visible is left of its title.

    Names lose what does not show and are cut at 500 characters. A link stays when its address is a plain one of the
    service it claims; a cover when its address is a plain secure one.
    """
    title = _name(found.title)
    if not title:
        return None
    tracks = [track for track in map(sound_track, found.tracks[:TRACKS_LIMIT]) if track is not None]
    return replace(
        found,
        title=title,
        artist=_name(found.artist),
        year=found.year if found.year in YEARS else None,
        links=_links(found.links, LinkKind.ALBUM),
        kind=_word(found.kind).lower(),
        track_count=found.track_count if 0 < (found.track_count or 0) < 10_000 else None,
        # Places are counted anew: a list with holes or doubles would not fit the table's order.
        tracks=tuple(replace(track, position=place, album=None) for place, track in enumerate(tracks, start=1)),
        cover_url=plain_address(found.cover_url or ""),
        genres=tuple(dict.fromkeys(word for genre in found.genres if (word := _word(genre))))[:GENRES_LIMIT],
        country=_word(found.country),
        barcode=found.barcode if found.barcode.isascii() and found.barcode.isdecimal() else "",
    )


def sound_track(found: FoundTrack) -> FoundTrack | None:
    """The track with what can be shown and kept of it; None when nothing visible is left of its title."""
    title = _name(found.title)
    if not title:
        return None
    isrc = found.isrc.replace("-", "").upper()
    links = _links([found.link] if found.link else [], LinkKind.TRACK)
    return replace(
        found,
        title=title,
        artist=_name(found.artist),
        duration_ms=found.duration_ms if 0 < (found.duration_ms or 0) <= LONGEST_MS else None,
        isrc=isrc if ISRC.fullmatch(isrc) else "",
        link=links[0] if links else None,
        album=sound_album(found.album) if found.album else None,
    )


def plain_address(text: str) -> str | None:
    """An address that a browser may be sent to for a picture: https, a host, no user, no port; None for any other."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port is None
    except ValueError:
        return None
    if not sound or len(text) > COVER_LIMIT or any(char.isspace() for char in text) or visible(text) != text:
        return None
    return text


def _name(text: str) -> str:
    return " ".join(visible(text).split())[:NAME_LIMIT].rstrip()


def _word(text: str) -> str:
    return " ".join(visible(text).split())[:WORD_LIMIT].rstrip()


def _links(links: Iterable[Link], kind: LinkKind) -> tuple[Link, ...]:
    """The links as their addresses read, one for each id; an address of another service or thing is dropped."""
    kept: dict[tuple[Service, str], Link] = {}
    for claimed in links:
        try:
            read = parse_link(claimed.url)
        except AlbumNeeded:
            continue
        # Albums are uploaded to YouTube as one video or one playlist.
        fits = read is not None and (read.kind is kind or read.service is Service.YOUTUBE)
        if read is not None and fits and read.service is claimed.service:
            kept.setdefault((read.service, read.external_id), read)
    return tuple(kept.values())[:LINKS_LIMIT]
