"""When two found albums or tracks are the same, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.catalog.credits import Credit, credit_distance, parse_credit
from bot.domain.catalog.distance import is_single, may_be_repeated
from bot.domain.catalog.editions import Name, parse_name
from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.links import Link
from bot.domain.catalog.vocabulary import GENERIC_TITLES

SAME_CREDIT = 0.1
"""Credits that are at most this far apart are one: `A` and `A & B`."""
YEARS_BETWEEN_SERVICES = 1
SAME_LENGTH_MS = 4_000


def same_work(one: FoundAlbum, other: FoundAlbum) -> bool:
    """Whether two found albums are editions or uploads of one work: a sure choice need not tell them apart."""
    name, other_name = parse_name(one.title), parse_name(other.title)
    credit, other_credit = parse_credit(one.artist), parse_credit(other.artist)
    if not _same_name(name, other_name) or not _same_credit(name, credit, other_name, other_credit):
        return False
    if may_be_repeated(name, credit) and one.year and other.year and abs(one.year - other.year) > 1:
        return bool(name.editions or other_name.editions) or _as_many_tracks(one, other)
    return True


def _as_many_tracks(one: FoundAlbum, other: FoundAlbum) -> bool:
    return one.track_count is not None and one.track_count == other.track_count


def same_recording(one: FoundTrack, other: FoundTrack) -> bool:
    """Whether two found tracks are one song as its artist made it, wherever it was released."""
    if one.isrc and one.isrc == other.isrc:
        return True
    name, other_name = parse_name(one.title), parse_name(other.title)
    if not _same_name(name, other_name):
        return False
    if not _same_credit(name, parse_credit(one.artist), other_name, parse_credit(other.artist)):
        return False
    if name.core in GENERIC_TITLES and one.duration_ms and other.duration_ms:
        return abs(one.duration_ms - other.duration_ms) <= SAME_LENGTH_MS
    return True


def _same_name(name: Name, other: Name) -> bool:
    if name.whole == other.whole:
        return True
    if (name.versions, name.detail) != (other.versions, other.detail):
        return False
    return name.core.replace(" ", "") == other.core.replace(" ", "")


def _same_credit(name: Name, credit: Credit, other_name: Name, other: Credit) -> bool:
    """Whether two credits are one, or one of them names some of the artists of the other."""
    one_way = credit_distance(credit, other, name.guests, other_name.guests)
    return min(one_way, credit_distance(other, credit, other_name.guests, name.guests)) <= SAME_CREDIT


def join(found: Sequence[FoundAlbum]) -> list[FoundAlbum]:
    """The albums with the same release group from several services as one album each, in the order they came.

    An album that is joined has the links of all and the best-filled values; different works are never joined.
    """
    groups: list[list[int]] = []
    order = sorted(range(len(found)), key=lambda place: album_key(found[place]))
    for place in order:
        group = next((group for group in groups if all(_joins(found[place], found[member]) for member in group)), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    groups.sort(key=min)
    return [
        _joined([found[place] for place in sorted(group, key=lambda place: _fill(found[place]))]) for group in groups
    ]


def album_key(album: FoundAlbum) -> tuple[object, ...]:
    """What puts albums into an order that does not depend on the order they came in."""
    return (
        parse_name(album.title).core,
        album.title,
        album.artist,
        album.kind == "single",
        album.year or 9999,
        -(album.track_count or 0),
        album.source.value,
        album.url or "",
        album.barcode,
        album.kind,
        album.track_count is None,
        album.cover_url or "",
        album.genres,
        album.country,
        len(album.tracks),
    )


def track_key(track: FoundTrack) -> tuple[object, ...]:
    """What puts tracks into an order that does not depend on the order they came in."""
    album = track.album
    return (
        parse_name(track.title).core,
        track.title,
        track.artist,
        album is None,
        *(album_key(album) if album else ()),
        track.position or 0,
        track.isrc,
        track.link.url if track.link else "",
        track.duration_ms or 0,
    )


def _joins(one: FoundAlbum, other: FoundAlbum) -> bool:
    if one.barcode and one.barcode.lstrip("0") == other.barcode.lstrip("0"):
        return True
    if {(link.service, link.kind, link.external_id) for link in one.links} & {
        (link.service, link.kind, link.external_id) for link in other.links
    }:
        return True
    if not same_work(one, other) or is_single(one) != is_single(other):
        return False
    apart = abs(one.year - other.year) if one.year and other.year else 0
    if apart > YEARS_BETWEEN_SERVICES and not (one.source != other.source and _as_many_tracks(one, other)):
        return False  # one service may tell the year of the work, another that of a reissue of as many tracks
    editions, others = parse_name(one.title).editions, parse_name(other.title).editions
    if editions - {"ep", "single"} != others - {"ep", "single"}:
        return False
    counts = one.track_count, other.track_count
    if None in counts:
        return one.source != other.source
    return counts[0] == counts[1]


def _fill(album: FoundAlbum) -> tuple[object, ...]:
    """The best-filled first."""
    filled = (album.tracks, album.year, album.track_count, album.cover_url, album.genres, album.country, album.barcode)
    return (-sum(bool(value) for value in filled), album_key(album))


def _joined(albums: Sequence[FoundAlbum]) -> FoundAlbum:
    base = albums[0]
    links: dict[tuple[str, str, str], Link] = {}
    for album in albums:
        for link in album.links:
            links.setdefault((link.service, link.kind, link.external_id), link)
    years = [album.year for album in albums if album.year]
    return replace(
        base,
        links=tuple(links.values()),
        year=min(years, default=None),
        kind=next((album.kind for album in albums if album.kind), ""),
        track_count=next((album.track_count for album in albums if album.track_count), None),
        tracks=next((album.tracks for album in albums if album.tracks), ()),
        cover_url=next((album.cover_url for album in albums if album.cover_url), None),
        genres=next((album.genres for album in albums if album.genres), ()),
        country=next((album.country for album in albums if album.country), ""),
        barcode=next((album.barcode for album in albums if album.barcode), ""),
    )
