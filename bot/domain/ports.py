"""What the club asks of the world: the contracts that providers and doubles fulfil."""

from __future__ import annotations

from typing import Protocol

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, Service


class AlbumSource(Protocol):
    """A catalogue of albums and tracks in the world.

    Every call raises `Unavailable` when the source does not answer, refuses, or answers what nobody can read; what it
    does not have is an empty list or None.
    """

    service: Service

    async def search_albums(self, words: str, *, limit: int = 10) -> list[FoundAlbum]:
        """Albums that fit the words, best first as the source sees it."""
        ...

    async def search_tracks(self, words: str, *, limit: int = 10) -> list[FoundTrack]:
        """Tracks that fit the words, each with its album where the source tells it."""
        ...

    async def fetch_album(self, link: Link) -> FoundAlbum | None:
        """The album of a link, with its track list; None for another service's link or one that leads nowhere."""
        ...

    async def fetch_track(self, link: Link) -> FoundTrack | None:
        """The track of a link, with its album; None for another service's link or one that leads nowhere."""
        ...

    async def tracks_of_isrc(self, isrc: str) -> list[FoundTrack]:
        """Tracks of a recording by its ISRC; empty where the source cannot be asked so."""
        ...


class LinkReader(Protocol):
    """Somebody who opens a short link, guarded, to see where it leads."""

    async def follow(self, link: Link) -> str | None:
        """The address that a short link leads to; None when it leads nowhere or where nobody may look.

        Raises `Unavailable` when its service does not answer.
        """
        ...
