"""What MusicBrainz tells, read: release groups, their releases, recordings; and which release stands for a group.

<https://musicbrainz.org/doc/MusicBrainz_API>. Every function raises `KeyError`, `TypeError` or `ValueError` for an
answer of another shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service, canonical_url
from bot.providers.shapes import country_of, isrc_of, mbid_of, name_of, number_of, rows_of, text_of, year_of

VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"
KINDS = ("compilation", "live", "soundtrack", "remix", "dj-mix", "demo")
"""Secondary types that say more than the primary one."""
FILM = ("dvd", "blu-ray", "vhs", "vcd", "svcd", "laserdisc", "hd-dvd")
"""Formats, by how their names begin, whose tracks are videos."""
FIRST_YEAR = 365
"""Days after the first release in which an edition is the album as it came out; later ones are reissues."""


@dataclass(frozen=True, slots=True)
class Group:
    """A release group: what the club calls an album."""

    id: str
    title: str
    artist: str
    artist_id: str
    year: int | None
    kind: str
    genres: tuple[str, ...]
    country: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One release of a group, as far as it matters for choosing one."""

    id: str
    date: str
    """As far as it is known: `1997`, `1997-05`, `1997-05-21`, or empty."""
    official: bool
    discs: int
    tracks: int
    addresses: tuple[str, ...] = ()
    barcode: str = ""
    listed: tuple[FoundTrack, ...] = ()
    """Its tracks over all discs, where the answer told them."""

    @property
    def complete(self) -> bool:
        """Whether every track was told."""
        return 0 < self.tracks <= len(self.listed)


def choose(editions: Sequence[Edition]) -> Edition | None:
    """The release whose track list is the album's; None when there is none with tracks.

    Official before others, then those of the first year; among them the track count that most have, so that neither a
    single early edition with bonus tracks nor a later box with more discs stands for the album; then the earliest.
    """
    known = [each for each in editions if each.tracks]
    pool = [each for each in known if each.official] or known
    if not pool:
        return None
    first = min(_day(each.date) for each in pool)
    early = [each for each in pool if _day(each.date) <= first + FIRST_YEAR]
    counts = Counter((each.discs, each.tracks) for each in early)
    most = max(counts.values())
    shape = min(each for each, count in counts.items() if count == most)
    return min(
        (each for each in early if (each.discs, each.tracks) == shape), key=lambda each: (_day(each.date), each.id)
    )


def _day(date: str) -> int:
    """A number that grows with time; an unknown month or day counts as the last there may be, no date as the end."""
    parts = [int(part) for part in date.split("-") if part.isdecimal()]
    if not parts:
        return 4_000_000
    year, month, day = (*parts, 12, 31)[:3] if len(parts) == 1 else (*parts, 31)[:3]
    return year * 372 + month * 31 + day


def read_groups(body: Any) -> list[FoundAlbum]:
    """Release groups of a search."""
    return [_found(each) for each in rows_of(body["release-groups"])]


def _found(group: dict[str, Any]) -> FoundAlbum:
    return FoundAlbum(
        Service.MUSICBRAINZ,
        name_of(group["title"]),
        artist_name(group.get("artist-credit")),
        year_of(group.get("first-release-date")),
        (group_link(mbid_of(group["id"])),),
        kind_of(group),
        genres=_strongest(group.get("tags")),
    )


def read_group(body: Any) -> Group:
    """A release group that was looked up, with its genres and links."""
    credit = rows_of(body.get("artist-credit") or [])
    artist: dict[str, Any] = credit[0].get("artist") or {} if credit else {}
    return Group(
        mbid_of(body["id"]),
        name_of(body["title"]),
        artist_name(credit),
        mbid_of(artist["id"]) if artist.get("id") else "",
        year_of(body.get("first-release-date")),
        kind_of(body),
        _strongest(body.get("genres")) or _strongest(body.get("tags")),
        country_of(artist.get("country")),
        _addresses(body),
    )


def read_artist(body: Any) -> tuple[str, tuple[str, ...]]:
    """An artist's country and genres."""
    return country_of(body.get("country")), _strongest(body.get("genres"))


def read_editions(body: Any) -> list[Edition]:
    """Releases of a group."""
    return [_edition(each) for each in rows_of(body["releases"])]


def _edition(release: dict[str, Any]) -> Edition:
    heard = [each for each in rows_of(release.get("media") or []) if not _is_film(each)]
    return Edition(
        mbid_of(release["id"]),
        text_of(release.get("date")),
        text_of(release.get("status")).lower() == "official",
        len(heard),
        sum(number_of(each.get("track-count")) or 0 for each in heard),
        _addresses(release),
        text_of(release.get("barcode")),
        _tracks(release),
    )


def read_release(body: Any) -> tuple[str, Edition]:
    """The id of a release's group (empty when not told), and the release with its tracks."""
    group: dict[str, Any] = body.get("release-group") or {}
    return mbid_of(group["id"]) if group.get("id") else "", _edition(body)


def _tracks(release: dict[str, Any]) -> tuple[FoundTrack, ...]:
    """The tracks over all discs, as far as they are told."""
    media = sorted(rows_of(release.get("media") or []), key=lambda each: number_of(each.get("position")) or 0)
    tracks = [track for medium in media if not _is_film(medium) for track in rows_of(medium.get("tracks") or [])]
    artist = artist_name(release.get("artist-credit"))
    return tuple(_track(each, position, artist) for position, each in enumerate(tracks, start=1))


def _track(track: dict[str, Any], position: int, album_artist: str) -> FoundTrack:
    recording: dict[str, Any] = track.get("recording") or {}
    recording_id = mbid_of(recording["id"]) if recording.get("id") else ""
    return FoundTrack(
        name_of(track["title"]),
        artist_name(track.get("artist-credit") or recording.get("artist-credit")) or album_artist,
        position,
        number_of(track.get("length")) or number_of(recording.get("length")),
        _first_isrc(recording.get("isrcs")),
        recording_link(recording_id) if recording_id else None,
    )


def read_recordings(body: Any) -> list[FoundTrack]:
    """Recordings of a search."""
    return [read_recording(each) for each in rows_of(body["recordings"])]


def read_recording(recording: Any) -> FoundTrack:
    """A recording with the album it is best known from."""
    artist = artist_name(recording.get("artist-credit"))
    release = _best_known(rows_of(recording.get("releases") or []))
    return FoundTrack(
        name_of(recording["title"]),
        artist,
        _position(release) if release else None,
        number_of(recording.get("length")),
        _first_isrc(recording.get("isrcs")),
        recording_link(mbid_of(recording["id"])),
        _album_of(release, artist) if release else None,
    )


def _best_known(releases: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The release that a recording is known from: official, a plain album, the earliest."""

    def rank(release: dict[str, Any]) -> tuple[bool, bool, bool, int]:
        group: dict[str, Any] = release.get("release-group") or {}
        official = text_of(release.get("status")).lower() == "official"
        album = text_of(group.get("primary-type")).lower() == "album"
        return not official, not album, bool(group.get("secondary-types")), _day(text_of(release.get("date")))

    return min(releases, key=rank, default=None)


def _album_of(release: dict[str, Any], artist: str) -> FoundAlbum:
    group: dict[str, Any] = release.get("release-group") or {}
    group_id = mbid_of(group["id"]) if group.get("id") else ""
    return FoundAlbum(
        Service.MUSICBRAINZ,
        text_of(group.get("title")) or name_of(release["title"]),
        artist_name(release.get("artist-credit") or group.get("artist-credit")) or artist,
        year_of(group.get("first-release-date")) or year_of(release.get("date")),
        (group_link(group_id) if group_id else _link(LinkKind.ALBUM, f"release/{name_of(release['id'])}"),),
        kind_of(group),
    )


def _position(release: dict[str, Any]) -> int | None:
    """A track's place on the first disc; on later ones a search does not tell how many came before."""
    media = rows_of(release.get("media") or [])
    if not media or number_of(media[0].get("position")) != 1 or not media[0].get("track"):
        return None
    offset = media[0].get("track-offset")
    return offset + 1 if isinstance(offset, int) else None


def artist_name(credit: Any) -> str:
    """The artists of a credit as printed, with the words between them."""
    parts = rows_of(credit or [])
    return text_of("".join(f"{each.get('name') or ''}{each.get('joinphrase') or ''}" for each in parts))


def kind_of(group: dict[str, Any]) -> str:
    """`album`, `ep`, `single`, `compilation`, `live`…; empty when it is not told."""
    secondary = {text_of(each).lower() for each in group.get("secondary-types") or []}
    telling = next((kind for kind in KINDS if kind in secondary), "")
    return telling or text_of(group.get("primary-type")).lower()


def group_link(group_id: str) -> Link:
    """The link to a release group's page."""
    return _link(LinkKind.ALBUM, f"release-group/{group_id}")


def recording_link(recording_id: str) -> Link:
    """The link to a recording's page."""
    return _link(LinkKind.TRACK, f"recording/{recording_id}")


def _link(kind: LinkKind, external_id: str) -> Link:
    link = Link(Service.MUSICBRAINZ, kind, external_id, "")
    return Link(link.service, kind, external_id, canonical_url(link))


def _strongest(tags: Any) -> tuple[str, ...]:
    """Genres or tags by their votes; those that were voted down are left out."""
    rated = [(-int(each.get("count") or 0), text_of(each.get("name"))) for each in rows_of(tags or [])]
    return tuple(name for count, name in sorted(rated) if count < 0 and name)


def _first_isrc(codes: Any) -> str:
    """The first of a recording's codes; older answers wrap each in an object."""
    plain: Iterable[Any] = (each.get("id") if isinstance(each, dict) else each for each in codes or [])
    return next((code for each in plain if isinstance(each, str) and (code := isrc_of(each))), "")


def _addresses(entity: dict[str, Any]) -> tuple[str, ...]:
    """Where the relations of something lead that are still true."""
    found = (
        each.get("url", {}).get("resource") for each in rows_of(entity.get("relations") or []) if not each.get("ended")
    )
    return tuple(each for each in found if isinstance(each, str))


def _is_film(medium: dict[str, Any]) -> bool:
    kind = text_of(medium.get("format")).lower()
    return kind.startswith(FILM) and "audio" not in kind
