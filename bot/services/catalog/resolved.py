"""An album as it was understood, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service, TrackLine, normalised
from bot.domain.club.entries import Album

ALBUM_PREFIX = "album:"
"""An autocomplete value that names an album of the catalogue by its key."""
SUGGESTIONS = 25
"""Choices Discord shows for one option."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An album that may be meant, and what speaks for it or against it, in words members read."""

    found: FoundAlbum
    why: str = ""


@dataclass(frozen=True, slots=True)
class Meant:
    """Words under which a member picked an album, in their normalised spelling, and the server where that was."""

    words: str
    guild_id: int


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
    """A pasted list; it wins over a source's."""
    genre: str = ""
    country: str = ""
    """As members read it."""
    dropped: str = ""
    """An address that stood beside the words and is not kept: of no known service, or of another album."""
    found: FoundAlbum | None = None
    """What a source told of it, or several of one album together."""
    choices: tuple[Choice, ...] = ()
    """Albums of which the member has to pick one, best first; then everything else is as they wrote it."""
    unheard: tuple[str, ...] = ()
    """Names of the services that were asked and did not answer in time."""
    unread: tuple[Service, ...] = ()
    """Services whose page of it was not read in time: it may tell more of the album."""
    pitch_track: str = ""
    """The track whose link was given."""
    meant: Meant | None = None
    """Set when the member picked it: the words are remembered once the album is kept."""

    @property
    def song(self) -> Link | None:
        """The link of a single song that was given a title: an entry of its own, whatever album it is on."""
        single = self.link is not None and self.link.kind is LinkKind.TRACK and self.link.service is not Service.YOUTUBE
        return self.link if single else None

    @property
    def shown(self) -> str:
        """`Title — Artist (year)`, raw: escape before showing."""
        return Album(UUID(int=0), self.title, self.artist, self.year).shown

    @property
    def links(self) -> tuple[Link, ...]:
        """The links by which it is the album it is: a source's, unless the member gave it another name."""
        same = self.found is not None and normalised(self.found.title) == normalised(self.title)
        return self.found.links if self.found is not None and same else ()

    @property
    def listed(self) -> tuple[FoundTrack, ...]:
        """The track list: the pasted one, else what a source told."""
        if self.tracks:
            return tuple(FoundTrack(line.title, "", line.position, line.duration_ms) for line in self.tracks)
        return self.found.tracks if self.found is not None else ()
