"""What is compared when plays are: one play as one source told it, without its names."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from bot.domain.listening.names import CACHED, artist_id, artist_key, heard_album_id, title_key, work_id
from bot.domain.listening.plays import Resolution, Source, Told, is_play

MILLISECOND = timedelta(milliseconds=1)
NO_TIME = timedelta()

Key = tuple[datetime, UUID, str, int]
"""Start, track, source and ordinal: with the member it is the key of a telling, kept or twin."""


class Telling(NamedTuple):
    """A play as one source told it. A named tuple, not a dataclass: a million of them are made in an import."""

    started_at: datetime
    track_id: UUID
    source: str
    ordinal: int
    ended_at: datetime | None
    ms_played: int | None
    minute: bool
    """Told by the minute: what it says of start or end lies up to a minute before the truth."""
    counts: bool
    artist_id: UUID
    album_id: UUID | None

    @property
    def key(self) -> Key:
        """What tells it from every other telling of the member."""
        return self[:4]

    @property
    def length(self) -> timedelta:
        """How long the play was, as far as it was told; nothing for a source that tells starts alone."""
        return NO_TIME if self.ended_at is None else max(NO_TIME, self.ended_at - self.started_at)


def telling_of(told: Told) -> Telling | None:
    """What is compared of a play; None where it names nothing that shows."""
    keys = _keys(told.artist, told.title, told.album)
    if keys is None:
        return None
    track, artist, album = keys
    played = told.played
    return Telling(
        told.started_at,
        track,
        told.source.value,
        told.ordinal,
        told.ended_at,
        None if played is None else max(0, played // MILLISECOND),
        told.resolution is Resolution.MINUTE,
        is_play(told),
        artist,
        album,
    )


@lru_cache(maxsize=CACHED)
def _keys(artist: str, title: str, album: str) -> tuple[UUID, UUID, UUID | None] | None:
    """The keys of work, artist and album."""
    if not artist_key(artist) or not title_key(title):
        return None
    heard = heard_album_id(artist, album) if album and title_key(album) else None
    return work_id(artist, title), artist_id(artist), heard


_EXACTNESS = {
    source.value: place
    for place, source in enumerate(
        (
            Source.LASTFM,
            Source.LISTENBRAINZ,
            Source.LASTFM_FILE,
            Source.LISTENBRAINZ_FILE,
            Source.MALOJA,
            Source.KOITO,
            Source.LEGACY,
            Source.SPOTIFY_EXTENDED,  # its start is reckoned from the end, so that a pause moves it
            Source.SPOTIFY,  # so is this one, from the track's whole length
            Source.SPOTIFY_ACCOUNT,
        )
    )
}


def exactness(telling: Telling) -> tuple[bool, int, datetime, int]:
    """Orders tellings of one play, the one that is kept first: seconds before minutes, told starts before reckoned."""
    return (telling.minute, _EXACTNESS[telling.source], telling.started_at, telling.ordinal)
