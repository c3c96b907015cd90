"""Who an album or a track is credited to: one name, several in any order, or various artists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from bot.domain.catalog.names import normalised
from bot.domain.catalog.spelling import ANOTHER_NAME, spelling

SEPARATORS = re.compile(
    r"\s*[,;|/]\s*|\s*&\s*|\s+[x×+]\s+|\s+(?:and|und|et|y|vs\.?|versus|with|pres\.?|presents)\s+", re.IGNORECASE
)
GUESTS = re.compile(r"\s+[(\[]?(?:feat\.?|ft\.?|featuring)\s+", re.IGNORECASE)
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

SLIPPED_VARIOUS = 0.2
PART_OF_CREDIT = 0.08
"""One of several artists is named."""
MORE_THAN_CREDITED = 0.12
"""More artists are named than the source credits."""
SHARED_NAME = 0.5
"""Some names are the same and both sides have others."""
IDEOGRAPHS = "\u2e80"
"""From here on a single character may be a word."""


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist credit: as a whole, and the names it may consist of (`Simon & Garfunkel` is both)."""

    whole: str
    """All of it but the guests."""
    names: tuple[str, ...]
    guests: tuple[str, ...] = field(default=())
    """Who is there behind a `feat.`"""

    @property
    def various(self) -> bool:
        """No artist of its own: a compilation or soundtrack of several."""
        return self.whole in VARIOUS or 0 < spelling(self.whole, "various artists") < SLIPPED_VARIOUS


@lru_cache(maxsize=4096)
def parse_credit(text: str) -> Credit:
    """The credit in an artist's name as people and services write it."""
    main, *behind = GUESTS.split(text.strip())
    whole = normalised(main)
    names = names_in(main) if SEPARATORS.search(main) else (whole,)
    return Credit(whole, names or (whole,), names_in(", ".join(behind).strip(")] ")))


def names_in(text: str) -> tuple[str, ...]:
    """The names that a list of artists may consist of, normalised."""
    names = (normalised(part) for part in SEPARATORS.split(text) if part.strip())
    return tuple(dict.fromkeys(name for name in names if name))


def credit_distance(
    wanted: Credit, found: Credit, wanted_guests: tuple[str, ...] = (), found_guests: tuple[str, ...] = ()
) -> float:
    """How far two credits are apart, 0 to 1: names in any order, some of them left out, and slips.

    The guests are artists that the titles name behind a `feat.`: they may be credited on the other side, and need not.
    """
    if wanted.whole == found.whole or set(wanted.names) == set(found.names) or (wanted.various and found.various):
        return 0.0
    if wanted.various or found.various:
        return 1.0
    whole = spelling(wanted.whole, found.whole, of_artist=True)
    if whole < ANOTHER_NAME and len(wanted.names) == len(found.names):
        return whole
    missing = [_nearest(name, (*found.names, found.whole, *found.guests, *found_guests)) for name in wanted.names]
    unasked = [_nearest(name, (*wanted.names, wanted.whole, *wanted.guests, *wanted_guests)) for name in found.names]
    if len(wanted.names) != len(found.names) and not (_tell(wanted.names) and _tell(found.names)):
        return max(whole, SHARED_NAME)
    if max(missing) < ANOTHER_NAME:
        return min(whole, max(missing) + (0.0 if max(unasked) < ANOTHER_NAME else PART_OF_CREDIT))
    if max(unasked) < ANOTHER_NAME and missing[0] < ANOTHER_NAME:  # who is named first is the one to find
        return min(whole, max(unasked) + MORE_THAN_CREDITED)
    return min(whole, SHARED_NAME) if min(missing) < ANOTHER_NAME / 3 else whole


def tells_alone(name: str) -> bool:
    """Whether a name that is one of several says who is meant: a single letter of a band's name does not."""
    return len(name) > 1 or name >= IDEOGRAPHS


def _tell(names: tuple[str, ...]) -> bool:
    return any(map(tells_alone, names))


def _nearest(name: str, names: tuple[str, ...]) -> float:
    return 0.0 if name in names else min(spelling(name, other, of_artist=True) for other in names)
