"""An album as it was understood, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.domain.catalog import Link, LinkKind, Service, TrackLine
from bot.domain.club.entries import Album

ALBUM_PREFIX = "album:"
"""An autocomplete value that names an album of the catalogue by its key."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An album as it was understood; nothing is stored yet."""

    album: Album | None
    """The album of the catalogue, when it is one."""
    title: str
    artist: str
    year: int | None = None
    link: Link | None = None
    cover_url: str | None = None
    tracks: tuple[TrackLine, ...] = ()
    genre: str = ""
    country: str = ""
    dropped: str = ""
    """An address of no known service that stood beside the words and is not kept."""

    @property
    def song(self) -> Link | None:
        """The link of a single song that was given a title: an entry of its own, whatever album it is on."""
        single = self.link is not None and self.link.kind is LinkKind.TRACK and self.link.service is not Service.YOUTUBE
        return self.link if single else None

    @property
    def shown(self) -> str:
        """`Title — Artist (year)`, raw: escape before showing."""
        return Album(UUID(int=0), self.title, self.artist, self.year).shown
