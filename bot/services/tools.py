"""What every service works with; the composition root picks the pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID
from weakref import WeakValueDictionary

from bot.domain.clock import Clock
from bot.domain.library.known import KnownTracks
from bot.domain.listening.plays import Source
from bot.domain.ports import (
    AlbumSource,
    AssetStore,
    CoverFetcher,
    CoverStore,
    Ears,
    FactSource,
    Granter,
    Inbox,
    LinkReader,
    ListenFiles,
    ListenSource,
    ListKeeper,
    Luggage,
    Painter,
    TasteSource,
    Vault,
)
from db.session import Database


@dataclass(frozen=True)
class Covers:
    """What keeping covers takes: where they come from, where their bytes lie, and how many bytes that may be."""

    fetcher: CoverFetcher
    store: CoverStore
    most_bytes: int = 500_000_000
    _locks: WeakValueDictionary[UUID, asyncio.Lock] = field(default_factory=WeakValueDictionary[UUID, asyncio.Lock])

    def one_at_a_time(self, album_id: UUID) -> asyncio.Lock:
        """Held while an album's cover is asked for, so that several cards of it fetch it once."""
        return self._locks.setdefault(album_id, asyncio.Lock())


@dataclass(frozen=True)
class Listening:
    """What reading linked accounts takes; without a service's entry nobody links an account there."""

    sources: Mapping[Source, ListenSource] = field(default_factory=dict[Source, ListenSource])
    granters: Mapping[Source, Granter] = field(default_factory=dict[Source, Granter])
    tastes: Mapping[Source, TasteSource] = field(default_factory=dict[Source, TasteSource], kw_only=True)
    """Those of them that say what their members like."""
    vault: Vault | None = None
    """Without one, only accounts that need no secret are linked."""
    web_address: str = ""
    """Where our own pages are, without a slash at its end; empty where none are served."""
    files: ListenFiles | None = None
    """Reads exported histories."""
    luggage: Luggage | None = None
    """Keeps files that members attached; without it only the command line reads files."""
    keepers: Mapping[Source, ListKeeper] = field(default_factory=dict[Source, ListKeeper])
    """Services where members may have playlists of ours."""


@dataclass(frozen=True)
class Library:
    """What keeping members' tracks takes; without it nobody uploads any."""

    inbox: Inbox | None = None
    """Keeps files until they were heard."""
    ears: Ears | None = None
    """Decodes and measures them."""
    assets: AssetStore | None = None
    """Keeps them for good."""
    known: KnownTracks = field(default_factory=KnownTracks)
    """What was asked of tracks in the last minutes."""


@dataclass(frozen=True)
class Tools:
    """The database, the clock, and the sources of albums (none are needed)."""

    database: Database
    clock: Clock
    album_sources: tuple[AlbumSource, ...] = ()
    link_reader: LinkReader | None = None
    """Opens short links; without one they are refused with a sentence."""
    covers: Covers | None = None
    """Without it no cover is kept, and public cards show none."""
    listening: Listening = field(default_factory=Listening)
    """Accounts of members elsewhere; none by default."""
    painter: Painter | None = None
    """Draws pictures; without one they are said in words."""
    library: Library = field(default_factory=Library)
    """Tracks that members make; none are taken by default."""
    fact_sources: tuple[FactSource, ...] = ()
    """Who tells what music is; without any, genres and decades stay unknown."""
