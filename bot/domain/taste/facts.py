"""What is known of an artist or an album: what each source told, and what Longplay makes of all of it.

What was told is kept as it came; genres, country and decade are derived from it, so that a better mapping asks nobody
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.catalog.countries import country_name
from bot.domain.taste.genre_table import GENRES_VERSION
from bot.domain.taste.genres import WHOLE, country_of_tag, decade_of_tag, in_thousandths, weighted

FACTS_VERSION = GENRES_VERSION * 100 + 1
"""Of the mapping and of the rules here; what was derived by another one is derived anew from what was told."""

KNOWN_FOR = timedelta(days=180)
"""After so long a source is asked again."""
UNKNOWN_FOR = timedelta(days=30)
"""After so long a source is asked again for what it did not know."""
FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_TAGS = 25
"""That are kept of what a source tells of one artist or album: half a kilobyte."""
MOST_GENRES = 8
LONGEST_TAG = 80


class Of(StrEnum):
    """What plays name, and facts are told of."""

    ARTIST = "artist"
    ALBUM = "album"
    """An album as players name it (`heard_albums`)."""


class Fact(StrEnum):
    """Kinds of what is derived; a profile has a histogram of each."""

    GENRE = "genre"
    COUNTRY = "country"
    DECADE = "decade"


class Teller(StrEnum):
    """Who tells facts."""

    LASTFM = "lastfm"
    MUSICBRAINZ = "musicbrainz"
    CATALOGUE = "catalogue"
    """What the club's own catalogue knows of an album it nominated."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An artist or an album, by the key that is made from its names (`bot.domain.listening.names`)."""

    of: Of
    id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    """What one source tells of an artist or an album; everything may be missing."""

    teller: Teller
    tags: tuple[tuple[str, float], ...] = ()
    """Tags or genres with their weights, which mean something inside this list alone."""
    country: str = ""
    """A code or a name."""
    year: int | None = None
    found: bool = True
    """False where the source does not know it."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is derived; each with who told of it."""

    genres: Mapping[str, int] = field(default_factory=dict[str, int])
    """In thousandths of the whole, the strongest first; empty where nobody knows."""
    country: str = ""
    decade: int | None = None
    """`1990`."""
    tellers: Mapping[Fact, tuple[Teller, ...]] = field(default_factory=dict["Fact", "tuple[Teller, ...]"])

    def shares(self) -> list[tuple[Fact, str, int, tuple[Teller, ...]]]:
        """Kind, value, thousandths and who told it, row by row."""
        rows = [(Fact.GENRE, genre, share) for genre, share in self.genres.items()]
        if self.country:
            rows.append((Fact.COUNTRY, self.country, WHOLE))
        if self.decade is not None:
            rows.append((Fact.DECADE, str(self.decade), WHOLE))
        return [(fact, value, share, self.tellers.get(fact, ())) for fact, value, share in rows]


def traits_of(of: Of, told: Iterable[Told]) -> Traits:
    """What several sources' words come to.

    Genres: the mean of what each source's tags come to. The country of an artist: MusicBrainz' own, else what most of
    the tags name. The decade of an album: its year where a source tells one, else what its tags name most.
    """
    known = sorted((one for one in told if one.found), key=lambda one: one.teller.value)
    by_teller = {one.teller: genres for one in known if (genres := weighted(one.tags))}
    mixed: dict[str, float] = {}
    for genres in by_teller.values():
        for genre, share in genres.items():
            mixed[genre] = mixed.get(genre, 0.0) + share
    tellers: dict[Fact, tuple[Teller, ...]] = {}
    if by_teller:
        tellers[Fact.GENRE] = tuple(by_teller)
    country, decade = "", None
    if of is Of.ARTIST:
        country, teller = _country(known)
        if country:
            tellers[Fact.COUNTRY] = (teller,)
    else:
        decade, teller = _decade(known)
        if decade is not None:
            tellers[Fact.DECADE] = (teller,)
    strongest = sorted(mixed.items(), key=lambda one: (-one[1], one[0]))[:MOST_GENRES]
    return Traits(in_thousandths(dict(strongest)), country, decade, tellers)


def _country(known: Sequence[Told]) -> tuple[str, Teller]:
    for one in known:
        if one.country and (name := country_name(one.country)):
            return name, one.teller
    for one in known:
        named = _heaviest((country_of_tag(tag), weight) for tag, weight in one.tags)
        if named:
            return named, one.teller
    return "", Teller.LASTFM


def _decade(known: Sequence[Told]) -> tuple[int | None, Teller]:
    for one in known:
        if one.year is not None and FIRST_YEAR <= one.year < LAST_YEAR:
            return one.year // 10 * 10, one.teller
    for one in known:
        named = _heaviest((str(decade_of_tag(tag) or ""), weight) for tag, weight in one.tags)
        if named:
            return int(named), one.teller
    return None, Teller.LASTFM


def _heaviest(named: Iterable[tuple[str, float]]) -> str:
    """What most of the weight names, empty where nothing does."""
    sums: dict[str, float] = {}
    for name, weight in named:
        if name:
            sums[name] = sums.get(name, 0.0) + weight
    return max(sums, key=lambda name: (sums[name], name), default="")
