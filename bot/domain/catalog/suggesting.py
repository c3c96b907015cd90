"""Which albums are offered first while somebody types: what fits before what nearly fits, the near ones first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.catalog.searching import Typed, slips_of, unspaced, words_of

CANDIDATES = 8
"""Words that one typed word may have meant."""
FAR = 9
"""So many slips that a word was not meant."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An album that fits what was typed, with what makes it near to the member."""

    id: UUID
    title: str
    artist: str
    year: int | None
    title_key: str
    artist_key: str
    part: int = 2
    """How it was found: 0 by its title's beginning, 1 by its artist's, 2 by words of either."""
    shelved_at: datetime | None = None
    nominated_at: datetime | None = None

    @property
    def nearness(self) -> int:
        """0 on the member's shelf, 1 nominated in the club, 2 any other."""
        return 0 if self.shelved_at is not None else 1 if self.nominated_at is not None else 2


def ranked(typed: Typed, found: Iterable[Suggestion]) -> list[Suggestion]:
    """Albums that fit, each once: shelf, nominations, then the rest.

    Within the rest a name typed whole comes first, then titles and artists that begin so in turn, then other words.
    """
    nearest: dict[UUID, Suggestion] = {}
    for one in found:
        if one.id not in nearest or one.nearness < nearest[one.id].nearness:
            nearest[one.id] = one
    tiers: tuple[list[Suggestion], ...] = ([], [], [])
    for one in nearest.values():
        tiers[one.nearness].append(one)
    shelf, nominated, rest = tiers
    shelf.sort(key=lambda one: one.shelved_at or NEVER, reverse=True)
    nominated.sort(key=lambda one: one.nominated_at or NEVER, reverse=True)
    return [*shelf, *nominated, *_by_fit(typed, rest)]


def _by_fit(typed: Typed, rest: Sequence[Suggestion]) -> list[Suggestion]:
    whole = [one for one in rest if typed.key in (one.title_key, one.artist_key)]
    parts = [[one for one in rest if one.part == part and one not in whole] for part in range(3)]
    in_turn = (one for pair in zip_longest(parts[0], parts[1]) for one in pair if one is not None)
    return [*whole, *in_turn, *parts[2]]


def close_words(word: str, candidates: Iterable[str], slips: int) -> list[str]:
    """Which of the candidates a typed word may be the beginning of, with at most so many slips; the closest first.

    A slip is a letter too many, too few, wrong, or changed with its neighbour.
    """
    most = min(slips, slips_of(word))
    distances = word_distances(word, list(candidates), most)
    order = sorted(distances, key=lambda one: (distances[one], abs(len(one) - len(word)), one))
    return [one for one in order if distances[one] <= distances[order[0]] + 1][:CANDIDATES]


def word_distances(word: str, candidates: Sequence[str], most: int) -> dict[str, int]:
    """How many slips part a typed word from the nearest beginning of each candidate; those with more are left out."""
    best: dict[str, int] = {}
    for length in range(max(1, len(word) - most), len(word) + most + 1):
        beginnings = [candidate[:length] for candidate in candidates]
        for _, distance, place in process.extract(word, beginnings, scorer=OSA.distance, score_cutoff=most, limit=None):
            candidate = candidates[place]
            best[candidate] = min(int(distance), best.get(candidate, FAR))
    return best


def ranked_loosely(typed: Typed, found: Iterable[Suggestion], slips: int) -> list[Suggestion]:
    """Albums that nearly fit: the fewest slips over all typed words, then shelf, nominations, the rest."""
    scored = [(slips_in(typed, one, slips), one) for one in found]
    scored = [pair for pair in scored if pair[0] < FAR]
    scored.sort(key=lambda pair: (pair[0], pair[1].nearness, len(pair[1].title), pair[1].title, pair[1].artist))
    return [one for _, one in scored]


def slips_in(typed: Typed, one: Suggestion, slips: int) -> int:
    """How many slips all typed words have together against the album's names; `FAR` where one fits none of them."""
    words = [*words_of(one.title_key), *words_of(one.artist_key)]
    total = 0
    for word in typed.words:
        if unspaced(word):
            total += _characters_missing(word, words)
        else:
            found = word_distances(word, words, min(slips, slips_of(word)))
            total += min(found.values(), default=FAR)
    return min(total, FAR)


def _characters_missing(word: str, words: Iterable[str]) -> int:
    """How far a typed unspaced word is from the nearest place within one of the words; `FAR` from half of it on."""
    best = FAR
    for name in words:
        for start in range(max(1, len(name) - len(word) + 1)):
            best = min(best, int(OSA.distance(word, name[start : start + len(word)], score_cutoff=FAR)))
    return best if best * 2 < len(word) else FAR
