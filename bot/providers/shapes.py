"""Reading what services tell: fields that may be missing, empty or of another type, and words on their way out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from bot.domain.catalog import Link, LinkKind, parse_link, visible
from bot.domain.errors import AlbumNeeded

T = TypeVar("T")

WORDS_LIMIT = 200
"""Characters of a search; nobody remembers more of a title."""
QUERY_SIGNS = str.maketrans(dict.fromkeys('+-&|!(){}[]^"~*?:\\/<>=;', " "))
"""What search languages read as operators; inside a word they only separate it."""
YEAR = re.compile(r"(?:18|19|20|21)\d\d(?!\d)")
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUNTRY = re.compile(r"[A-WYZ][A-Z]", re.ASCII)
"""Two letters; what begins with X is no country but the world, Europe, or nobody."""


def search_words(text: str) -> str:
    """The words of a search without signs that a search language would read; empty when no letter or digit is left."""
    plain = " ".join(visible(text).translate(QUERY_SIGNS).split())[:WORDS_LIMIT]
    return plain if any(char.isalnum() for char in plain) else ""


def isrc_of(text: str) -> str:
    """An ISRC in its twelve characters; empty for anything else."""
    code = text.strip().upper().replace("-", "")
    return code if ISRC.fullmatch(code) else ""


def text_of(value: Any) -> str:
    """A text on one line, of what is visible in it; empty for anything else."""
    return " ".join(visible(value).split()) if isinstance(value, str) else ""


def name_of(value: Any) -> str:
    """A text that must be there; raises `ValueError` when it is not."""
    found = text_of(value)
    if not found:
        raise ValueError("a name is missing")
    return found


def mbid_of(value: Any) -> str:
    """An id of MusicBrainz; raises `ValueError` for anything else, since it becomes a part of an address."""
    if not isinstance(value, str) or not MBID.fullmatch(value):
        raise ValueError("an id is missing")
    return value


def number_of(value: Any) -> int | None:
    """A whole number above zero, also one written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if number > 0 else None


def year_of(date: Any) -> int | None:
    """The year that a date begins with (`1997`, `1997-05-21`); None for `0000-00-00` and what is no date."""
    found = YEAR.match(date) if isinstance(date, str) else None
    return int(found[0]) if found else None


def country_of(value: Any) -> str:
    """A country's two letters; empty for anything else."""
    return value if isinstance(value, str) and COUNTRY.fullmatch(value) else ""


def rows_of(value: Any) -> list[dict[str, Any]]:
    """A list of objects; raises `TypeError` when it is something else."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise TypeError("a list of objects was expected")
    return value


def album_links(addresses: Iterable[Any], own: Link) -> tuple[Link, ...]:
    """An album's own link, then what other addresses tell: the first album at each other service."""
    found: dict[str, Link] = {own.service: own}
    for address in addresses:
        try:
            link = parse_link(address) if isinstance(address, str) else None
        except AlbumNeeded:
            continue
        if link is not None and link.kind is LinkKind.ALBUM:
            found.setdefault(link.service, link)
    return tuple(found.values())
