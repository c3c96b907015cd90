"""Albums: understood from what members type or paste, kept once for all clubs, offered again as they type."""

from bot.services.catalog.fields import read_cover, read_year
from bot.services.catalog.finding import Findings, search_further
from bot.services.catalog.keep import keep_album
from bot.services.catalog.resolve import read_album, read_on, resolve_album
from bot.services.catalog.resolved import ALBUM_PREFIX, SUGGESTIONS, Choice, Resolved
from bot.services.catalog.tracks import set_tracks, track_suggestions, tracks_of

__all__ = [
    "ALBUM_PREFIX",
    "SUGGESTIONS",
    "Choice",
    "Findings",
    "Resolved",
    "keep_album",
    "read_album",
    "read_cover",
    "read_on",
    "read_year",
    "resolve_album",
    "search_further",
    "set_tracks",
    "track_suggestions",
    "tracks_of",
]
