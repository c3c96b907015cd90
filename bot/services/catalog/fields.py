"""The fields that a member types around an album, read one by one."""

from __future__ import annotations

from bot.domain.catalog import visible
from bot.domain.catalog.sound import YEARS, plain_address
from bot.domain.errors import AlbumNeeded, BadYear


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
    address = plain_address(text)
    if address is None:
        raise AlbumNeeded("bad_cover", text)
    return address
