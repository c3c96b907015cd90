"""Which of the albums that sources found is meant, and which ones a member may pick from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.catalog import FoundAlbum, FoundTrack, Service
from bot.domain.catalog.countries import country_name
from bot.domain.catalog.distance import Candidate, distance_of
from bot.domain.catalog.joining import join
from bot.domain.catalog.matching import rank_albums
from bot.domain.catalog.names import normalised
from bot.domain.catalog.sound import sound_album
from bot.domain.catalog.wanted import Wanted
from bot.domain.club.entries import Album
from bot.services.catalog.resolved import Choice

OFFERED = 10
"""Albums offered to pick from."""
PLAUSIBLE = 0.45
"""Farther away than this it is another title, or a title of somebody else: no use in offering it unasked."""
SAME_NAME = 0.35
"""As near as words with slips of the fingers are to the name they mean."""
NAMES_ARTIST = 0.1
"""By how much words that name the artist are nearer to the album than to the same title of nobody."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found: the album that is surely meant, or those that may be, the nearest first."""

    sure: FoundAlbum | None
    choices: tuple[Choice, ...]


def judge(wanted: Wanted, found: Iterable[FoundAlbum], *, within: float = PLAUSIBLE) -> Judged:
    """One album surely meant, and up to ten near ones; the same album at several services counts once."""
    joined = join(sound_albums(found))
    verdict = rank_albums(wanted, joined)
    near = [one for one in verdict.candidates if one.distance <= within or _of_artist(wanted, one.found)]
    choices = tuple(Choice(one.found, _why(one)) for one in near[:OFFERED] if isinstance(one.found, FoundAlbum))
    sure = verdict.sure.found if verdict.sure is not None else None
    return Judged(sure if isinstance(sure, FoundAlbum) else None, choices)


def _of_artist(wanted: Wanted, found: FoundAlbum | FoundTrack) -> bool:
    """Whether the words are nothing but the artist's name: whoever types it wants to see the albums."""
    return not wanted.artist and normalised(wanted.title) == normalised(found.artist)


def sound_albums(found: Iterable[FoundAlbum]) -> list[FoundAlbum]:
    """The albums that can be shown and kept, with their country as members read it."""
    sound = (sound_album(album) for album in found)
    return [replace(album, country=country_name(album.country)) for album in sound if album is not None]


def _why(candidate: Candidate) -> str:
    """What differs, in a few words; empty when nothing does."""
    return ", ".join(reason.words for reason in candidate.reasons if reason.name != "reading")


def with_others(found: FoundAlbum, others: Iterable[FoundAlbum]) -> FoundAlbum:
    """The album together with what other services hold of the same release group."""
    groups = join([found, *sound_albums(others)])
    own = {(link.service, link.external_id) for link in found.links}
    same = (one for one in groups if own & {(link.service, link.external_id) for link in one.links})
    joined = next(same, found)
    return replace(joined, title=found.title, artist=found.artist)


def completed(found: FoundAlbum, told: Sequence[FoundAlbum]) -> FoundAlbum:
    """A found album with what its pages tell of it besides, the page of its own source first."""
    pages = sorted(sound_albums(told), key=lambda page: page.source is not found.source)
    every = [found, *pages]
    tracks = next((album.tracks for album in every if album.tracks), ())
    for page in pages:
        tracks = _with_codes(tracks, page.tracks)
    links = {(link.service, link.external_id): link for album in every for link in album.links}
    return replace(
        found,
        year=next((album.year for album in every if album.year), None),
        links=tuple(links.values()),
        kind=next((album.kind for album in every if album.kind), ""),
        track_count=len(tracks) or found.track_count,
        tracks=tracks,
        cover_url=next((album.cover_url for album in every if album.cover_url), None),
        genres=next((album.genres for album in every if album.genres), ()),
        country=next((album.country for album in every if album.country), ""),
        barcode=next((album.barcode for album in every if album.barcode), ""),
    )


def _with_codes(tracks: tuple[FoundTrack, ...], others: tuple[FoundTrack, ...]) -> tuple[FoundTrack, ...]:
    """A list with the lengths and codes that another list of the same songs has and it lacks."""
    if len(tracks) != len(others):
        return tracks
    return tuple(
        replace(one, isrc=one.isrc or other.isrc, duration_ms=one.duration_ms or other.duration_ms)
        if normalised(one.title) == normalised(other.title)
        else one
        for one, other in zip(tracks, others, strict=True)
    )


def may_be(wanted: Wanted, found: FoundAlbum) -> bool:
    """Whether names may mean this album, with another edition or slips of the fingers."""
    return distance_of(wanted, found).distance <= SAME_NAME


def names_it(wanted: Wanted, album: Album) -> bool:
    """Whether words name this album, title and artist, however they slip."""
    known = FoundAlbum(Service.MUSICBRAINZ, album.title, album.artist, album.year)
    near = distance_of(wanted, known).distance
    return near <= SAME_NAME and distance_of(wanted, replace(known, artist="")).distance - near >= NAMES_ARTIST


def is_same(found: FoundAlbum, album: Album) -> bool:
    """Whether an album that was found is one that is known by its name, a year more or less."""
    other = next(service for service in Service if service is not found.source)
    return len(join([found, FoundAlbum(other, album.title, album.artist, album.year)])) == 1
