"""What the club made of an album: figures over the official ratings of a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from statistics import median, pstdev

from bot.domain.club.entries import SCORES, Rating

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members and the distance of their scores."""

    first: str
    second: str
    distance: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """A line of a review, with its author and score."""

    name: str
    score: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of a week's ratings; with no ratings there is no summary."""

    count: int
    mean: Decimal
    """Rounded to hundredths, half up."""
    median: Decimal
    spread: Decimal
    """Population standard deviation, hundredths."""
    histogram: tuple[tuple[Decimal, int], ...]
    """Every score from 1.0 to 5.0 with its count."""
    favourites: tuple[tuple[str, int], ...]
    """Favourite tracks, most named first."""
    quotes: tuple[Quote, ...]
    divided: Pair | None
    """The two members furthest apart; None when all agree."""
    closest: Pair | None
    """The two members closest together; None below two ratings."""
    past_mean: Decimal | None = None
    """Mean of the club's earlier weeks, each week counting once."""
    rank: int | None = None
    """Place of this week among all closed weeks, best first."""
    weeks: int = 0
    """Closed weeks with ratings, this one included."""


def summarise(ratings: Sequence[Rating], past_means: Sequence[Decimal] = ()) -> Summary | None:
    """The figures of a week's official ratings beside the means of the club's earlier weeks; None without ratings."""
    if not ratings:
        return None
    ordered = sorted(ratings, key=lambda rating: (rating.name, str(rating.user_id)))
    scores = [rating.score for rating in ordered]
    mean = sum(scores, Decimal()) / len(scores)
    counts = Counter(scores)
    pairs = [Pair(a.name, b.name, abs(a.score - b.score)) for a, b in combinations(ordered, 2)]
    divided = max(pairs, key=lambda pair: pair.distance, default=None)
    return Summary(
        count=len(scores),
        mean=mean.quantize(CENT, ROUND_HALF_UP),
        median=Decimal(median(scores)).quantize(CENT, ROUND_HALF_UP),
        spread=Decimal(str(pstdev(scores))).quantize(CENT, ROUND_HALF_UP),
        histogram=tuple((score, counts[score]) for score in SCORES),
        favourites=favourite_tally(ordered),
        quotes=pick_quotes(ordered),
        divided=divided if divided and divided.distance else None,
        closest=min(pairs, key=lambda pair: pair.distance, default=None),
        past_mean=(sum(past_means, Decimal()) / len(past_means)).quantize(CENT, ROUND_HALF_UP) if past_means else None,
        rank=1 + sum(past > mean for past in past_means) if past_means else None,
        weeks=len(past_means) + 1,
    )


def favourite_tally(ratings: Sequence[Rating]) -> tuple[tuple[str, int], ...]:
    """Favourite tracks with their counts, most named first; spellings that differ in case alone count together."""
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for rating in ratings:
        if rating.favourite:
            key = rating.favourite.casefold().strip()
            shown.setdefault(key, rating.favourite)
            counts[key] += 1
    return tuple((shown[key], count) for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def pick_quotes(ratings: Sequence[Rating], most: int = 3) -> tuple[Quote, ...]:
    """The reviews of the highest, the lowest and the middle scores, so that the recap hears both sides."""
    written = sorted((rating for rating in ratings if rating.review), key=lambda rating: (-rating.score, rating.name))
    if len(written) > most:
        written = [written[0], written[len(written) // 2], written[-1]][:most]
    return tuple(Quote(rating.name, rating.score, rating.review) for rating in written)
