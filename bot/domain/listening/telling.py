"""What is compared when plays are: one play as one source told it, without its names."""

from __future__ import annotations

from collections.abc import Iterable
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
    return next(iter(tellings_of((told,))), None)


def tellings_of(plays: Iterable[Told]) -> list[Telling]:
    """The same of many plays; those that name nothing that shows are left out."""
    tellings: list[Telling] = []
    source, value = None, ""
    for told in plays:
        keys = keys_of(told.artist, told.title, told.album)
        if keys is None:
            continue
        if told.source is not source:  # the value of an enum's member is dear, and a page has one source
            source, value = told.source, told.source.value
        played = told.played
        tellings.append(
            Telling(
                told.started_at,
                keys[0],
                value,
                told.ordinal,
                told.ended_at,
                None if played is None else max(0, played // MILLISECOND),
                told.resolution is Resolution.MINUTE,
                played is None or is_play(told),
                keys[1],
                keys[2],
            )
        )
    return tellings


@lru_cache(maxsize=CACHED)
def keys_of(artist: str, title: str, album: str) -> tuple[UUID, UUID, UUID | None] | None:
    """The keys of the work, artist and album of these names; None where they name nothing that shows."""
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
