"""What every service works with; the composition root picks the pieces."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.domain.ports import AlbumSource, LinkReader
from db.session import Database


@dataclass(frozen=True)
class Tools:
    """The database, the clock, and the sources of albums (none are needed)."""

    database: Database
    clock: Clock
    album_sources: tuple[AlbumSource, ...] = ()
    link_reader: LinkReader | None = None
    """Opens short links; without one they are refused with a sentence."""
