"""An album's record: what is known of it, and what one club made of it, as one person may see it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.club.entries import Album, Track
from bot.domain.club.ratings import Summary
from bot.domain.covers import Picture


@dataclass(frozen=True, slots=True)
class Facts:
    """What sources tell of an album beside its name; empty where nobody told."""

    kind: str = ""
    genres: tuple[str, ...] = ()
    country: str = ""
    track_count: int | None = None


@dataclass(frozen=True, slots=True)
class Outing:
    """A week that the album was nominated in."""

    label: str
    nominator: str
    """Empty while nominators are hidden."""
    host_pick: bool = False
    void: bool = False
    """Taken out of the race by a host."""
    won: bool | None = None
    """None while the week has not chosen."""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class AlbumRecord:
    """What the card of an album shows."""

    album: Album
    facts: Facts
    links: tuple[tuple[str, str], ...] = ()
    """Service and address, one per service."""
    tracks: tuple[Track, ...] = ()
    outings: tuple[Outing, ...] = ()
    """The latest first."""
    summary: Summary | None = None
    """Of the official ratings of every week it won, as far as they may be seen."""
    unseen: bool = False
    """There are ratings that show only after the person has rated, or after the close."""
    picture: Picture | None = None
