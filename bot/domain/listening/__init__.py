"""What members hear: plays as sources tell them, when two of them are one, and what the club sees of it."""

from bot.domain.listening.names import artist_id, artist_key, heard_album_id, title_key, work_id
from bot.domain.listening.plays import Family, Resolution, Source, Told, family, is_play

__all__ = [
    "Family",
    "Resolution",
    "Source",
    "Told",
    "artist_id",
    "artist_key",
    "family",
    "heard_album_id",
    "is_play",
    "title_key",
    "work_id",
]
