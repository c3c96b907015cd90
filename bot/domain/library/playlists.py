"""Playlists: ordered lists of tracks, who may see which of them, and the rules of their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.club.entries import Track
from bot.domain.errors import TextTooLong
from bot.domain.post_errors import PlaylistRefused

NAME_LIMIT = 255
DESCRIPTION_LIMIT = 2_000
MOST_TRACKS = 500
"""Tracks of one playlist; longer ones are two."""
MOST_PLAYLISTS = 100
"""Playlists that one member keeps in a club."""


class Automatic(StrEnum):
    """What a list of the club's own holds; the weeks themselves keep it right."""

    NOMINEES = "nominees"
    """The pitch tracks of a week's nominations, to be heard before the vote."""
    WINNERS = "winners"
    """A track of every album that won, oldest first."""
    FAVOURITES = "favourites"
    """The favourite tracks of a week, most named first."""


class Made(StrEnum):
    """What a member's list is made of, where it was made for them; it can be made anew."""

    BLEND = "blend"
    """What they love and another member loves."""
    CATCHUP = "catchup"
    """Winners of the club that they missed."""


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """A track at its place in a playlist, from 0."""

    position: int
    track: Track
    album: str = ""
    """The album's title, where the track is of one."""
    artist: str = ""
    url: str = ""
    """Where it, or its album, is heard; empty where nobody knows."""
    owner_id: UUID | None = None
    """Whose track it is, where it is a member's own."""
    is_public: bool = True
    gone: bool = False
    """Its member has deleted it."""
    hidden: bool = False
    """Not to be seen by whoever looks: it keeps its place, and nothing else is told of it."""

    def open_to(self, user_id: UUID | None) -> bool:
        """Whether somebody may see the track: its owner, and everybody where it is public."""
        return not self.gone and (self.is_public or (user_id is not None and user_id == self.owner_id))


@dataclass(frozen=True, slots=True)
class Playlist:
    """An ordered list of tracks."""

    id: UUID
    name: str
    user_id: UUID | None
    """Whose it is; None for the club's own."""
    is_public: bool = True
    description: str = ""
    entries: Sequence[PlaylistEntry] = ()
    owner: str = ""
    """The owner's name, as the club sees it."""
    automatic: Automatic | None = None
    made_of: Made | None = None
    with_user_id: UUID | None = None
    """Of a blend: the other of the two."""
    mine: bool = False
    """It is that of whoever looks."""

    @property
    def track_count(self) -> int:
        """How many tracks it has."""
        return len(self.entries)

    @property
    def known_ms(self) -> int:
        """The lengths of its tracks together, as far as they are known and seen."""
        return sum(entry.track.duration_ms or 0 for entry in self.entries if not entry.hidden)

    @property
    def unknown_lengths(self) -> int:
        """How many of its tracks have no known length."""
        return sum(entry.hidden or not entry.track.duration_ms for entry in self.entries)

    def open_to(self, user_id: UUID | None) -> bool:
        """Whether somebody may see it: its owner, and everybody where it is public."""
        return self.is_public or (user_id is not None and user_id == self.user_id)

    def kept_by(self, user_id: UUID | None) -> bool:
        """Whether somebody may change it; the club's own changes with its weeks alone."""
        return user_id is not None and user_id == self.user_id

    def seen_by(self, user_id: UUID | None) -> Playlist:
        """The playlist as somebody may see it: of a track that is closed to them only the place is left."""
        entries = tuple(
            entry
            if entry.open_to(user_id)
            else PlaylistEntry(entry.position, Track(entry.track.id, 0, "", None), hidden=True)
            for entry in self.entries
        )
        return replace(self, entries=entries, mine=self.kept_by(user_id))


@dataclass(frozen=True, slots=True)
class Listed:
    """A playlist in a list of them."""

    id: UUID
    name: str
    user_id: UUID | None
    is_public: bool
    owner: str
    track_count: int
    automatic: Automatic | None = None


def check_words(name: str, description: str) -> tuple[str, str]:
    """A playlist's name on one line and its description as they are kept.

    Raises `PlaylistRefused` (`no_name`), `TextTooLong`.
    """
    name, description = " ".join(visible(name).split()), visible(description).strip()
    if not name:
        raise PlaylistRefused("no_name")
    for field, text, limit in (("name", name, NAME_LIMIT), ("description", description, DESCRIPTION_LIMIT)):
        if len(text) > limit:
            raise TextTooLong(field, limit, len(text))
    return name, description


def place_for(playlist: Playlist, position: int | None, *, joins: bool) -> int:
    """The place a track takes, from 0: the end where none is asked for. Raises `PlaylistRefused` (`no_place`).

    A track that `joins` may stand behind the last one; one that moves takes the place of one that is there.
    """
    end = playlist.track_count - (0 if joins else 1)
    if position is None:
        return end
    if not 0 <= position <= end:
        raise PlaylistRefused("no_place", playlist.name)
    return position
