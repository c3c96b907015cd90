"""How people write what they mean: each kind of query from a title and an artist, or None where it does not apply."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from tests.domain.records import PIECE, SEVERAL, VARIOUS, plain

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    key: "".join(row[place] for place in (column - 1, column + 1) if 0 <= place < len(row))
    for row in ROWS
    for column, key in enumerate(row)
}
"""The keys left and right of each key."""
LETTERS_PER_SLIP = 8
NUMERAL = re.compile(r"\b[IVX]+\b")
"""A slip in it names another volume, which nobody can tell from that being meant."""
ADDED = (
    " (Deluxe Edition)", " (Deluxe)", " (Remastered)", " (2011 Remaster)", " - Remastered 2009", " [Expanded Edition]",
    " (10th Anniversary Edition)", " (Special Edition)", " deluxe", " (Bonus Track Version)",
)  # fmt: skip
GUESTS = (" (feat. Somebody Else)", " ft. Another Name", " [featuring Kim & Kai]", " (with Friends)")
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

DROPPED = re.compile(
    r"[\s(\[-]*(?:(?:original|super|special|limited|motion|picture|digital|album|single|\d{4}|\d+th)\s){0,3}"
    r"(?:deluxe|remaster(?:ed)?|expanded|anniversary|edition|bonus track|reissue|explicit|soundtrack|"
    r"(?:single|album) version|radio edit|original mix|ep)(?:\s(?:version|edition|[0-9]{4}))?[\s)\]]*",
    re.IGNORECASE,
)

Noise = Callable[[str, str, random.Random], str | None]


def dash(title: str, artist: str, chance: random.Random) -> str:
    return f"{artist} - {title}"


def reversed_dash(title: str, artist: str, chance: random.Random) -> str:
    return f"{title} - {artist}"


def by(title: str, artist: str, chance: random.Random) -> str:
    return f"{title} by {artist}"


def bare_lower(title: str, artist: str, chance: random.Random) -> str:
    return (f"{artist} {title}" if chance.random() < 0.7 else f"{title} {artist}").lower()


def lower(title: str, artist: str, chance: random.Random) -> str:
    return f"{artist} - {title}".lower()


def accentless(title: str, artist: str, chance: random.Random) -> str | None:
    text = f"{artist} - {title}"
    without = "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
    return without if without != text and not CJK.search(text) else None


def slips(title: str, artist: str, chance: random.Random) -> str:
    """Slips of the fingers: swapped, dropped, doubled letters and neighbours on the keyboard, one in eight letters."""
    chars = list(f"{artist} - {title}")
    numerals = {place for word in NUMERAL.finditer("".join(chars)) for place in range(*word.span())}
    places = [place for place, char in enumerate(chars) if char.isascii() and char.isalpha() and place not in numerals]
    chosen = chance.sample(places, min(len(places), max(1, len(places) // LETTERS_PER_SLIP)))
    for place in chosen:
        char = chars[place]
        slip = chance.choice(("swap", "drop", "double", "neighbour"))
        if slip == "swap" and place + 1 in places and len(chars[place]) == len(chars[place + 1]) == 1:
            chars[place], chars[place + 1] = chars[place + 1], char
        elif slip == "drop":
            chars[place] = ""
        elif slip == "double":
            chars[place] = char * 2
        else:
            chars[place] = chance.choice(NEIGHBOURS.get(char.lower(), char))
    return "".join(chars)


def articles(title: str, artist: str, chance: random.Random) -> str:
    """An article more or less before the artist and the title."""
    return f"{_other_article(artist)} - {_other_article(title) if chance.random() < 0.5 else title}"


def _other_article(name: str) -> str:
    return name[4:] if name.lower().startswith("the ") and len(name) > 6 else f"The {name}"


def guests(title: str, artist: str, chance: random.Random) -> str:
    if chance.random() < 0.3:
        return f"{artist} feat. Somebody - {title}"
    return f"{artist} - {title}{chance.choice(GUESTS)}"


def edition_added(title: str, artist: str, chance: random.Random) -> str:
    return f"{artist} - {title}{chance.choice(ADDED)}"


def edition_dropped(title: str, artist: str, chance: random.Random) -> str | None:
    shorter = PIECE.sub(lambda piece: "" if DROPPED.fullmatch(piece[0]) else piece[0], title).strip()
    return f"{artist} - {shorter}" if shorter != title and any(char.isalnum() for char in shorter) else None


def self_titled(title: str, artist: str, chance: random.Random) -> str | None:
    if plain(title) != plain(artist):
        return None
    return chance.choice((f"{artist} - {title}", f"{title} by {artist}", f"{artist} {title}".lower()))


def compilation(title: str, artist: str, chance: random.Random) -> str | None:
    if artist != VARIOUS:
        return None
    return chance.choice((f"Various Artists - {title}", f"VA - {title}", f"{title} by various artists"))


def ideographs(title: str, artist: str, chance: random.Random) -> str | None:
    if not CJK.search(title + artist):
        return None
    return chance.choice((f"{artist} - {title}", f"{artist}　{title}", f"{title} by {artist}", f"{title} {artist}"))


def alone(title: str, artist: str, chance: random.Random) -> str:
    return title if chance.random() < 0.5 else title.lower()


def artist_typed(artist: str, chance: random.Random) -> str:
    """A credit as people type it: whole, with another sign between the names, or the first name alone."""
    names = artist.split(", ")
    if len(names) == 1 or len(SEVERAL.split(artist)) != len(names):
        return artist
    return chance.choice((artist, " & ".join(names), names[0], ", ".join(reversed(names))))


NOISES: dict[str, Noise] = {
    "artist - title": dash,
    "title - artist": reversed_dash,
    "title by artist": by,
    "lower case": lower,
    "lower case, nothing between": bare_lower,
    "accents dropped": accentless,
    "slips": slips,
    "articles": articles,
    "guests": guests,
    "edition added": edition_added,
    "edition dropped": edition_dropped,
    "self-titled": self_titled,
    "various artists": compilation,
    "ideographs": ideographs,
}
