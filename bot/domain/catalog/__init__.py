"""The catalogue's rules: how albums are named, told apart, linked, and read out of what members type or paste."""

from bot.domain.catalog.distance import WEIGHTS, Candidate, Reason, distance_of
from bot.domain.catalog.editions import Name, parse_name
from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.joining import join, same_recording, same_work
from bot.domain.catalog.links import (
    Link,
    LinkKind,
    Service,
    album_of_track,
    canonical_url,
    find_link,
    parse_link,
    readable,
    service_name,
)
from bot.domain.catalog.matching import Verdict, rank_albums, rank_tracks
from bot.domain.catalog.names import decade_of, identity_key, normalised, visible
from bot.domain.catalog.reading import TITLE_LIMIT, Understood, understand
from bot.domain.catalog.tracklist import TRACKS_LIMIT, TrackLine, parse_track_list
from bot.domain.catalog.wanted import Wanted, words_for_search

__all__ = [
    "TITLE_LIMIT",
    "TRACKS_LIMIT",
    "WEIGHTS",
    "Candidate",
    "FoundAlbum",
    "FoundTrack",
    "Link",
    "LinkKind",
    "Name",
    "Reason",
    "Service",
    "TrackLine",
    "Understood",
    "Verdict",
    "Wanted",
    "album_of_track",
    "canonical_url",
    "decade_of",
    "distance_of",
    "find_link",
    "identity_key",
    "join",
    "normalised",
    "parse_link",
    "parse_name",
    "parse_track_list",
    "rank_albums",
    "rank_tracks",
    "readable",
    "same_recording",
    "same_work",
    "service_name",
    "understand",
    "visible",
    "words_for_search",
]
