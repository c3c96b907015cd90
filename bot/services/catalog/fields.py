"""The fields that a member types around an album, read one by one."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.domain.catalog import visible
from bot.domain.errors import AlbumNeeded, BadYear

COVER_LIMIT = 2_048
YEARS = range(1800, 2200)


def read_year(year: str | int | None) -> int | None:
    """A year that a member typed; empty is none. Raises `BadYear`."""
    text = str(year if year is not None else "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:5]) in YEARS):
        raise BadYear(text)
    return int(text)


def read_cover(text: str) -> str | None:
    """The address of a cover that a member typed; empty is none. Raises `AlbumNeeded` (`bad_cover`)."""
    text = visible(text).strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port is None
    except ValueError:
        sound = False
    if not sound or len(text) > COVER_LIMIT or any(char.isspace() for char in text):
        raise AlbumNeeded("bad_cover", text)
    return text
