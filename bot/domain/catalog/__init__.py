"""The catalogue's rules: how albums are named, told apart, linked, and read out of what members type or paste."""

from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.links import (
    Link,
    LinkKind,
    Service,
    canonical_url,
    find_link,
    parse_link,
    readable,
    service_name,
)
from bot.domain.catalog.names import decade_of, identity_key, normalised, visible
from bot.domain.catalog.reading import TITLE_LIMIT, Understood, understand
from bot.domain.catalog.tracklist import TRACKS_LIMIT, TrackLine, parse_track_list

__all__ = [
    "TITLE_LIMIT",
    "TRACKS_LIMIT",
    "FoundAlbum",
    "FoundTrack",
    "Link",
    "LinkKind",
    "Service",
    "TrackLine",
    "Understood",
    "canonical_url",
    "decade_of",
    "find_link",
    "identity_key",
    "normalised",
    "parse_link",
    "parse_track_list",
    "readable",
    "service_name",
    "understand",
    "visible",
]
