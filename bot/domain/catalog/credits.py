"""Who an album or a track is credited to: one name, several in any order, or various artists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.catalog.names import normalised
from bot.domain.catalog.spelling import ANOTHER_NAME, spelling

SEPARATORS = re.compile(
    r"\s*[,;|/]\s*|\s*&\s*|\s+[x×+]\s+|\s+(?:and|und|et|y|vs\.?|versus|with|feat\.?|ft\.?|featuring|pres\.?|presents)\s+",
    re.IGNORECASE,
)
VARIOUS = frozenset(
    (
        "various artists",
        "various",
        "va",
        "v a",
        "diverse",
        "divers",
        "verschiedene",
        "verschiedene interpreten",
        "varios",
        "varios artistas",
        "varios artists",
        "vari",
        "artisti vari",
        "artistes varies",
        "multi interpretes",
        "original soundtrack",
        "soundtrack",
        "ost",
        "original cast",
        "original motion picture soundtrack",
    )
)
"""What services and people write, normalised, where an album has no artist of its own."""

PART_OF_CREDIT = 0.08
"""One of several artists is named, or one more than the source credits."""
SHARED_NAME = 0.3
"""Some names are the same and both sides have others."""


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist credit: as a whole, and the names it may consist of (`Simon & Garfunkel` is both)."""

    whole: str
    names: tuple[str, ...]

    @property
    def various(self) -> bool:
        """No artist of its own: a compilation or soundtrack of several."""
        return self.whole in VARIOUS


@lru_cache(maxsize=4096)
def parse_credit(text: str) -> Credit:
    """The credit in an artist's name as people and services write it."""
    whole = normalised(text)
    names = (normalised(part) for part in SEPARATORS.split(text) if part.strip())
    return Credit(whole, tuple(dict.fromkeys(name for name in names if name)) or (whole,))


def credit_distance(wanted: Credit, found: Credit, guests: tuple[str, ...] = ()) -> float:
    """How far two credits are apart, 0 to 1: names in any order, some of them left out, and slips.

    `guests` are artists that the found title names: `feat. …`.
    """
    if wanted.whole == found.whole or (wanted.various and found.various):
        return 0.0
    if wanted.various or found.various:
        return 1.0
    whole = spelling(wanted.whole, found.whole)
    if whole < ANOTHER_NAME and len(wanted.names) == len(found.names):
        return whole
    available = (*found.names, found.whole, *guests)
    asked = wanted.names
    missing = [_nearest(name, available) for name in asked]
    unasked = [_nearest(name, (*asked, wanted.whole)) for name in found.names]
    if max(missing) < ANOTHER_NAME:
        same = max(unasked) < ANOTHER_NAME
        return min(whole, max(missing) + (0.0 if same else PART_OF_CREDIT))
    if max(unasked) < ANOTHER_NAME:
        return min(whole, max(unasked) + PART_OF_CREDIT)
    return min(whole, SHARED_NAME) if min(missing) < ANOTHER_NAME / 3 else whole


def _nearest(name: str, names: tuple[str, ...]) -> float:
    return 0.0 if name in names else min(spelling(name, other) for other in names)
