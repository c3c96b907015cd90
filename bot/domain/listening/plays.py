"""A play as a source tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST_PLAY = timedelta(seconds=30)
"""What is heard this long counts as a play, whatever the track's length."""


class Source(StrEnum):
    """Who told of a play."""

    LASTFM = "lastfm"
    SPOTIFY = "spotify"
    LISTENBRAINZ = "listenbrainz"
    SPOTIFY_ACCOUNT = "spotify_account"
    """The account data of a Spotify export: minutes, ends, no ids."""
    SPOTIFY_EXTENDED = "spotify_extended"
    """The extended streaming history of a Spotify export: seconds, ends."""
    LASTFM_FILE = "lastfm_file"
    LISTENBRAINZ_FILE = "listenbrainz_file"
    MALOJA = "maloja"
    KOITO = "koito"
    LEGACY = "legacy"


class Family(StrEnum):
    """Sources that tell the same plays of the same service."""

    LASTFM = "lastfm"
    SPOTIFY = "spotify"
    LISTENBRAINZ = "listenbrainz"
    MALOJA = "maloja"
    KOITO = "koito"
    LEGACY = "legacy"


_FAMILIES = {
    Source.SPOTIFY_ACCOUNT: Family.SPOTIFY,
    Source.SPOTIFY_EXTENDED: Family.SPOTIFY,
    Source.LASTFM_FILE: Family.LASTFM,
    Source.LISTENBRAINZ_FILE: Family.LISTENBRAINZ,
}


def family(source: Source) -> Family:
    """The service whose plays a source tells."""
    return _FAMILIES.get(source) or Family(source.value)


class Resolution(StrEnum):
    """How exactly a source tells the time."""

    SECOND = "second"
    """Seconds or finer."""
    MINUTE = "minute"


@dataclass(frozen=True, slots=True)
class Told:
    """One play as a source tells it, before anybody asked whether it is known already."""

    source: Source
    artist: str
    title: str
    started_at: datetime
    """Start of the play, UTC; reckoned back from the end where a source tells the end."""
    album: str = ""
    """Empty where the source does not tell."""
    ended_at: datetime | None = None
    """Where the source tells the end; for a source of minutes the minute, at its second 0."""
    resolution: Resolution = Resolution.SECOND
    played: timedelta | None = None
    """How long it was heard, where the source tells."""
    duration: timedelta | None = None
    """The track's own length, where the source tells."""
    finished: bool = False
    """The source says that the track was heard to its end."""
    ordinal: int = 0
    """Tells apart equal rows of one file of a source of minutes: 0 for the first, 1 for the second."""
    track_ref: str = ""
    """The track's id at the service, where the source tells."""


def is_play(told: Told) -> bool:
    """Whether it counts: heard for half a minute, for half its length, or to its end; what tells no length counts."""
    if told.played is None or told.finished or told.played >= SHORTEST_PLAY:
        return True
    return told.duration is not None and told.played * 2 >= told.duration
