"""Albums and tracks as a source in the world tells of them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.catalog.links import Link, Service


@dataclass(frozen=True, slots=True)
class FoundTrack:
    """A track as a source knows it."""

    title: str
    artist: str = ""
    position: int | None = None
    """Place in the album, from 1 over all discs."""
    duration_ms: int | None = None
    isrc: str = ""
    link: Link | None = None
    """The track's own link at the source."""
    album: FoundAlbum | None = None
    """The album it is on, where the source tells it with the track."""


@dataclass(frozen=True, slots=True)
class FoundAlbum:
    """An album as a source knows it; a search tells less of it than a fetch."""

    source: Service
    title: str
    artist: str
    year: int | None = None
    links: tuple[Link, ...] = ()
    """Where it stands: at the source itself first, then where the source says it stands elsewhere."""
    kind: str = ""
    """`album`, `ep`, `single`, `compilation`, `live`, in the source's words; empty when it does not tell."""
    track_count: int | None = None
    tracks: tuple[FoundTrack, ...] = ()
    cover_url: str | None = None
    genres: tuple[str, ...] = ()
    """Genres or tags, the strongest first."""
    country: str = ""
    """The artist's country, ISO 3166 in two letters."""
    barcode: str = ""

    @property
    def url(self) -> str | None:
        """Its page at the source."""
        return self.links[0].url if self.links else None
