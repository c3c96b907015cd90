"""What a member means who types an album: artist, title, year, a link, in whatever order people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.catalog.links import Link, LinkKind, Service, find_link, parse_link, readable
from bot.domain.catalog.names import visible
from bot.domain.errors import AlbumNeeded, TextTooLong

TITLE_LIMIT = 500
"""Characters of a title or an artist."""

YEAR = re.compile(r"(?<=\S)\s*[(\[]\s*((?:18|19|20)\d\d)\s*[)\]]$")
DASH = re.compile(r"\s+[-–—―−]+\s+")
BY = re.compile(r"^(?P<title>.*\S)\s+by\s+(?P<artist>\S.*)$", re.IGNORECASE)
MASKED = re.compile(r"\[([^\[\]]*)\]\(\s*<?\s*>?\s*\)")
"""What is left of `[words](address)` without its address."""
BULLETS = re.compile(r"^(?:[-–—―−•·|>:,]\s+)+")
NAME_OF_SIGNS = re.compile(r"^(?:[^\w\s]+\s+){2,}[-–—―−]+\s+(?!.*\s(?:[-–—―−]+|by)\s)", re.IGNORECASE)
"""Signs and a dash before the only name: an artist whose name is signs alone, as in `, , , - Song`."""
LEFT_OVER = ("-", "–", "—", "―", "−", "|")
"""What stays behind at the end of a line when a link is taken out; a mark of the name itself has no space before it."""
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’"}


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read from a text; a title alone when nothing tells the artist."""

    title: str
    artist: str
    """Empty when unknown."""
    year: int | None = None
    link: Link | None = None
    words: str = ""
    """What the person wrote besides the link, for a search that reads it another way."""
    dropped: str = ""
    """An address of no known service that stood beside the words: it is not kept, and the person should know."""


def understand(text: str) -> Understood:
    """An album from free text: `Artist - Album (1997)`, `Album by Artist`, a title, a link, or words and a link.

    Words win over a guess from the link's address, not over an address that spells the names out. A link that tells no
    title, or that of a track, has an empty one. Raises `AlbumNeeded`: `empty` for nothing, `unknown_link` for nothing
    but an address of no known service, `not_an_album` for a link to an artist. Raises `TextTooLong` for a title or
    artist over 500 characters.
    """
    text = visible(text)
    words, link, dropped = _without_address(text)
    if link is not None and link.kind is LinkKind.ARTIST:
        raise AlbumNeeded("not_an_album", link.url)
    year = YEAR.search(words)
    artist, title = _split(words[: year.start()] if year else words)
    told_artist, told_title = readable(link) if link else (None, None)
    exact = link is not None and link.service is Service.LASTFM
    if told_title and (not title or exact):
        of_album = link is not None and link.kind is LinkKind.ALBUM
        artist, title = told_artist or artist, told_title if of_album else title
    if not title and link is None:
        raise AlbumNeeded("empty", text)
    for field, value in (("title", title), ("artist", artist)):
        if len(value) > TITLE_LIMIT:
            raise TextTooLong(field, TITLE_LIMIT, len(value))
    return Understood(title, artist, int(year[1]) if year else None, link, words, dropped)


def _without_address(text: str) -> tuple[str, Link | None, str]:
    """The words of a text on one line, the link in it, and an address that is none."""
    found = find_link(text)
    if found is None:
        parse_link(text)  # refuses a text that is an address of another scheme
        return _trimmed(text), None, ""
    address, (start, end) = found
    rest = MASKED.sub(r"\1", text[:start] + text[end:]).replace("<>", " ")
    words = _trimmed(rest) if any(char.isalnum() for char in rest) else ""
    try:
        return words, parse_link(address), ""
    except AlbumNeeded:
        if not words:
            raise
        return words, None, address


def _trimmed(text: str) -> str:
    """On one line, without what people put around a name."""
    line = " ".join(text.split())
    name = line if NAME_OF_SIGNS.match(line) else BULLETS.sub("", line)
    while name.endswith((":", ",")) or (name.endswith(LEFT_OVER) and name[-2:-1] == " "):
        name = name[:-1].rstrip()
    return name or line


def _split(words: str) -> tuple[str, str]:
    """Artist and title."""
    parts = DASH.split(words, maxsplit=1)
    if len(parts) == 2:
        return _unquoted(parts[0]), _unquoted(parts[1])
    by = BY.match(words)
    if by and _unquoted(words) == words:
        return _unquoted(by["artist"]), _unquoted(by["title"])
    return "", _unquoted(words)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 2 and QUOTES.get(text[0]) == text[-1] and text[-1] not in text[1:-1]:
        return text[1:-1].strip()
    return text
