"""Which genres a tag means: many spellings, one genre; and weighted genres of weighted tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from bot.domain.taste.genre_table import NO_GENRES, ORIGINS, TABLE

WHOLE = 1_000
"""Shares are thousandths, whole numbers: sums of them never drift."""
MOST = 6
"""Genres of one artist or album; the weaker ones are noise."""
FAINTEST = 0.08
"""Of the strongest tag's weight; below it a tag is somebody's joke."""

TOGETHER = re.compile(r"\s*(?:&|\+|\band\b|\bn\b|['’]n['’]?)\s*")
DECADE = re.compile(r"(?:(?:19|20)(\d)0|(\d)0) ?['’]?s")
YEAR = re.compile(r"(?:19|20)\d\d")


@cache
def spelling_key(tag: str) -> str:
    """A tag as it is compared: case, accents, gaps and dashes make no difference, nor how `and` is written."""
    plain = unicodedata.normalize("NFKD", tag.casefold()).strip()
    plain = TOGETHER.sub("n", plain)
    return "".join(char for char in plain if char.isalnum())


@cache
def _table() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The genre of each spelling, and the parent of each genre that has one."""
    spellings: dict[str, str] = {}
    parents: dict[str, str] = {}
    for line in TABLE.replace(",\n+", ",").strip().splitlines():
        head, _, further = line.partition(":")
        genre, _, parent = (part.strip() for part in head.partition("<"))
        if parent:
            parents[genre] = parent
        spellings[spelling_key(genre)] = genre
        for spelling in further.split(","):
            if spelling.strip():
                spellings.setdefault(spelling_key(spelling), genre)
    return MappingProxyType(spellings), MappingProxyType(parents)


@cache
def _origins() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in ORIGINS.replace(",\n+", ",").strip().splitlines():
        country, _, words = line.partition(":")
        found |= {spelling_key(word): country.strip() for word in words.split(",")}
    return MappingProxyType(found)


@cache
def refused_tags() -> frozenset[str]:
    """Spellings that are no genre, however often they are given."""
    return frozenset(spelling_key(word) for word in NO_GENRES.replace("\n", " ").split(",") if word.strip())


def known_genres() -> frozenset[str]:
    """Every genre there is."""
    return frozenset(_table()[0].values())


def genre_of(tag: str) -> str | None:
    """The genre a tag means; None for what is none, such as `seen live`, a year or a country."""
    key = spelling_key(tag[:60])
    found = _table()[0].get(key)
    if found is None and key.endswith("music"):
        found = _table()[0].get(key.removesuffix("music"))
    return found


def lineage(genre: str) -> tuple[str, ...]:
    """The genre and what it is a kind of, the widest last: `shoegaze`, `alternative rock`, `rock`."""
    chain = [genre]
    while (parent := _table()[1].get(chain[-1])) is not None and parent not in chain:
        chain.append(parent)
    return tuple(chain)


def country_of_tag(tag: str) -> str:
    """The country a tag names, empty where it names none."""
    return _origins().get(spelling_key(tag[:60]), "")


def decade_of_tag(tag: str) -> int | None:
    """The decade a tag names, `1990` for `90s`, `1990s` and `1994`; None where it names none."""
    plain = tag.casefold().strip()
    if YEAR.fullmatch(plain):
        return int(plain) // 10 * 10
    found = DECADE.fullmatch(plain)
    if found is None:
        return None
    if found[1] is not None:
        return int(plain[:3]) * 10
    return (1900 if int(found[2]) >= 3 else 2000) + int(found[2]) * 10


def weighted(tags: Iterable[tuple[str, float]]) -> dict[str, int]:
    """The genres of weighted tags in thousandths of the whole, the strongest first; empty where no tag is a genre.

    Spellings of one genre are as strong as the strongest of them, since the same people give several. A genre whose
    own kind is told as well lends it nothing: `shoegaze` beside `rock` are two tags, and the closer one counts double.
    """
    strongest: dict[str, float] = {}
    for tag, weight in tags:
        genre = genre_of(tag)
        if genre is not None and weight > 0:
            strongest[genre] = max(strongest.get(genre, 0.0), float(weight))
    if not strongest:
        return {}
    top = max(strongest.values())
    kept = {genre: weight for genre, weight in strongest.items() if weight >= top * FAINTEST}
    wider = {parent for genre in kept for parent in lineage(genre)[1:]}
    told = {genre: weight / 2 if genre in wider else weight for genre, weight in kept.items()}
    ranked = sorted(told.items(), key=lambda one: (-one[1], one[0]))[:MOST]
    return in_thousandths(dict(ranked))


def in_thousandths(weights: Mapping[str, float]) -> dict[str, int]:
    """Weights as whole thousandths that add up to the whole exactly, by largest remainders; the strongest first."""
    total = sum(weights.values())
    if total <= 0:
        return {}
    exact = {name: weight * WHOLE / total for name, weight in weights.items()}
    shares = {name: int(value) for name, value in exact.items()}
    left = WHOLE - sum(shares.values())
    for name in sorted(exact, key=lambda one: (shares[one] - exact[one], one))[:left]:
        shares[name] += 1
    ranked = sorted(shares.items(), key=lambda one: (-one[1], one[0]))
    return {name: share for name, share in ranked if share}
