"""Albums: understood from what members type or paste, kept once for all clubs, offered again as they type."""

from bot.services.catalog.fields import COVER_LIMIT, YEARS, read_cover, read_year
from bot.services.catalog.keep import keep_album
from bot.services.catalog.resolve import resolve_album
from bot.services.catalog.resolved import ALBUM_PREFIX, Resolved
from bot.services.catalog.suggest import SUGGESTIONS, album_suggestions
from bot.services.catalog.tracks import set_tracks, track_suggestions, tracks_of

__all__ = [
    "ALBUM_PREFIX",
    "COVER_LIMIT",
    "SUGGESTIONS",
    "YEARS",
    "Resolved",
    "album_suggestions",
    "keep_album",
    "read_cover",
    "read_year",
    "resolve_album",
    "set_tracks",
    "track_suggestions",
    "tracks_of",
]
