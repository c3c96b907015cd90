"""What the club asks of the world: the contracts that providers and doubles fulfil."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.catalog import Link, TrackLine


@dataclass(frozen=True, slots=True)
class FoundAlbum:
    """An album as a source knows it."""

    title: str
    artist: str
    year: int | None = None
    url: str | None = None
    cover_url: str | None = None
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """Service → id there."""
    tracks: tuple[TrackLine, ...] = ()
    genre: str = ""
    country: str = ""


class AlbumSource(Protocol):
    """A catalogue of albums in the world; raises `Unavailable` when it is down."""

    name: str

    async def search_albums(self, text: str, *, limit: int) -> list[FoundAlbum]:
        """Albums that fit the text, best first."""
        ...

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album a link stands for; None when this source does not know the link's service."""
        ...
