"""What every service works with; the composition root picks the pieces."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.domain.ports import AlbumSource
from db.session import Database


@dataclass(frozen=True)
class Tools:
    """The database, the clock, and the sources of albums (none are needed)."""

    database: Database
    clock: Clock
    album_sources: tuple[AlbumSource, ...] = ()
