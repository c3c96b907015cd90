"""Which work, artist and album a play means, told from the names alone.

A key is made from the names and nothing else, so that a million plays need no look-up, two processes agree without
asking each other, and the track of an album's list is found among the plays by its own names.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from bot.domain.catalog.editions import name_to_search
from bot.domain.catalog.names import normalised

GUESTS = re.compile(r"\s+[(\[]?(?:feat\.?|ft\.?|featuring)\s+.*$", re.IGNORECASE)
MARKED = re.compile(r"[(\[{【「『〈《]|\s[-–—―−]+\s|\b(?:feat|ft|featuring)\b|[:;,]\s|\s/\s", re.IGNORECASE)
"""Where a title may tell more than its name: brackets, a dash, a guest. Taking one apart is dear; most have none."""
CACHED = 65_536


@lru_cache(maxsize=CACHED)
def artist_key(artist: str) -> str:
    """An artist's name as it is compared: normalised, without guests."""
    return normalised(GUESTS.sub("", artist)) or normalised(artist)


@lru_cache(maxsize=CACHED)
def title_key(title: str) -> str:
    """A title as it is compared: a remaster is the work, a live recording or a remix is another one."""
    return normalised(name_to_search(title) if _is_marked(title) else title) or normalised(title)


def _is_marked(title: str) -> bool:
    """Whether a title may tell more than its name; words alone are seen without searching, unless a guest is near."""
    if title.replace(" ", "").isalnum() and "ft" not in (lower := title.lower()) and "feat" not in lower:
        return False
    return MARKED.search(title) is not None


def artist_id(artist: str) -> UUID:
    """The key of an artist."""
    return _key("artist", artist_key(artist))


def work_id(artist: str, title: str) -> UUID:
    """The key of the work that a play of these names is one of; it is the key of its track."""
    return _key("work", artist_key(artist), title_key(title))


def heard_album_id(artist: str, album: str) -> UUID:
    """The key of an album as players name it, its editions taken together."""
    return _key("album", artist_key(artist), title_key(album))


@lru_cache(maxsize=CACHED)
def _key(*names: str) -> UUID:
    digest = blake2b("\x1f".join(names).encode(), digest_size=16, person=b"longplay").digest()
    return UUID(bytes=digest, version=5)
