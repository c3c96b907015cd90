"""How far two names are apart in spelling: what is a slip of the fingers, and what is another name."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations, pairwise
from math import ceil

from rapidfuzz.distance import OSA, Indel

from bot.domain.catalog.vocabulary import SMALL_WORDS

RESPACED = 0.01
REORDERED = 0.12
ANOTHER_NAME = 0.5
"""The least amount of what is more than slips: one more or one other word already makes another name."""
FAR = 0.45
"""Share of letters to insert and delete from which on nobody looks for slips."""

SMALL_WORD = 0.3
"""A small word left out or added, in slips."""
ODD_LETTER = 1.6
"""One letter for another that is no neighbour on the keyboard and does not sound alike: maybe another word."""
SPACE = 0.5
ARTIST_SLIPS = 0.4
"""Share of the letters of an artist's word that may be slips …"""
ARTIST_SLIPS_IN_ALL = 0.3
"""… and of the whole name's."""
ALLOWED_ANYTHING = 1_000
"""Length that an artist's name counts as when the slips of its words are judged."""
SHORT_NAME = 6
LONG_NAME = 10
VERY_LONG_NAME = 16
MOST_SLIPS = 4
"""Slips in one word."""
WORDS_COMPARED = 10
NEVER = 1_000.0
"""More slips than any name has letters."""
DIGITS = re.compile(r"\d")
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SOUND_ALIKE = ("aeiouy", "ckqsz", "bpv", "fv", "dt", "mn", "gj", "yz")


def _easily_mistaken() -> frozenset[str]:
    beside = {pair for row in KEYBOARD for pair in pairwise(row)}
    below = {
        (key, lower[place])
        for row, lower in pairwise(KEYBOARD)
        for column, key in enumerate(row)
        for place in (column - 1, column)
        if 0 <= place < len(lower)
    }
    alike = {pair for letters in SOUND_ALIKE for pair in combinations(letters, 2)}
    pairs = beside | below | alike
    return frozenset(one + other for one, other in pairs) | frozenset(other + one for one, other in pairs)


MISTAKEN = _easily_mistaken()


@lru_cache(maxsize=8192)
def spelling(one: str, other: str, *, of_artist: bool = False) -> float:
    """How far two normalised names are apart: 0 the same, up to 0.49 slips of the fingers, from 0.5 another name.

    Slips are judged word by word, because `Love Me` and `Love You` are near in letters and nowhere else. It is
    symmetric. Artists (`of_artist`) are allowed more slips than titles: two of them rarely have titles in common.
    """
    if one == other:
        return 0.0
    if not one or not other:
        return 1.0
    joined, other_joined = one.replace(" ", ""), other.replace(" ", "")
    if joined == other_joined:
        return RESPACED
    apart = Indel.normalized_distance(joined, other_joined)
    if apart <= FAR:
        length = max(len(joined), len(other_joined))
        slips = _slips(one.split(), other.split(), length, of_artist)
        if slips is not None and slips <= _most_slips(length, several=" " in one and " " in other, of_artist=of_artist):
            return min(slips / length, ANOTHER_NAME - 0.01)
    return ANOTHER_NAME + (1 - ANOTHER_NAME) * apart


def _most_slips(length: int, *, several: bool, of_artist: bool) -> float:
    """The slips that a name may have: more where other words of it stand by the mistyped one."""
    if of_artist:
        return length * ARTIST_SLIPS_IN_ALL
    return (length + 3) // 4 if several else (length + 5) // 6


def _slips(words: list[str], others: list[str], length: int, of_artist: bool) -> float | None:
    """The slips that make one list of words of the other; None when they are different words."""
    ends = words[-1], others[-1]
    words, others = _unshared(words, others)
    if words and sorted(words) == sorted(others):
        return REORDERED * length
    if max(len(words), len(others)) > WORDS_COMPARED:
        words, others = _left_over(words, others), _left_over(others, words)
    if max(len(words), len(others)) > WORDS_COMPARED:
        return None
    slips = _aligned(words, others, ALLOWED_ANYTHING if of_artist else length, ends)
    return slips if slips < NEVER else None


def _unshared(words: list[str], others: list[str]) -> tuple[list[str], list[str]]:
    """Two lists of words without the words that both begin and end with."""
    shortest = min(len(words), len(others))
    start = 0
    while start < shortest and words[start] == others[start]:
        start += 1
    end = 0
    while end < shortest - start and words[-1 - end] == others[-1 - end]:
        end += 1
    return words[start : len(words) - end], others[start : len(others) - end]


def _left_over(words: list[str], others: list[str]) -> list[str]:
    """The words that the others do not have, each as often as they do not."""
    there = list(others)
    rest: list[str] = []
    for word in words:
        if word in there:
            there.remove(word)
        else:
            rest.append(word)
    return rest


def _aligned(words: list[str], others: list[str], length: int, ends: tuple[str, str]) -> float:
    """The fewest slips over all ways to lay two lists of words side by side."""
    table = [[NEVER] * (len(others) + 1) for _ in range(len(words) + 1)]
    table[0][0] = 0.0
    longer, other_longer = len(words) > len(others), len(others) > len(words)
    for row in range(len(words) + 1):
        for column in range(len(others) + 1):
            ways = [table[row][column]]
            if row and longer:
                ways.append(table[row - 1][column] + _extra(words[row - 1], ends[0]))
            if column and other_longer:
                ways.append(table[row][column - 1] + _extra(others[column - 1], ends[1]))
            if row and column:
                ways.append(table[row - 1][column - 1] + _edits(words[row - 1], others[column - 1], length))
            if row > 1 and column:
                both = words[row - 2] + words[row - 1]
                ways.append(table[row - 2][column - 1] + SPACE + _edits(both, others[column - 1], length))
            if row and column > 1:
                both = others[column - 2] + others[column - 1]
                ways.append(table[row - 1][column - 2] + SPACE + _edits(words[row - 1], both, length))
            table[row][column] = min(ways)
    return table[-1][-1]


def _extra(word: str, last: str) -> float:
    """What a word costs that only one side has: little for `of` and for a mistyped article, too much for the rest."""
    if len(word) == 1 and word == last:
        return NEVER
    if word in SMALL_WORDS:
        return SMALL_WORD
    return 1.0 if 1 < len(word) <= 4 and OSA.distance(word, "the", score_cutoff=1) <= 1 else NEVER


def _edits(word: str, other: str, name_length: int) -> float:
    """The slips between two words of a name, or a number beyond all when these are two words."""
    if word == other:
        return 0.0
    shorter, longer = sorted((len(word), len(other)))
    if longer - shorter > min(MOST_SLIPS, 1 + shorter // 2):
        return NEVER
    allowed = _allowed(word, other, name_length)
    if not allowed or OSA.distance(word, other, score_cutoff=allowed) > allowed:
        return NEVER
    if name_length < SHORT_NAME and word[0] != other[0] and word[:2] != other[1::-1]:
        return NEVER  # nobody misses the first letter of a single short word, and `Evil` is not `Devil`
    if name_length < SHORT_NAME and shorter == longer and sorted(word) != sorted(other):
        return NEVER  # `Mind` is not `Mine`
    edits = _weighed(word, other)
    return edits if edits <= allowed else NEVER


def _allowed(word: str, other: str, name_length: int) -> int:
    """The slips that a word may have: the more the rest of the name tells, the more."""
    shorter, length = sorted((len(word), len(other)))
    if DIGITS.findall(word) != DIGITS.findall(other):
        return 0
    if (word in SMALL_WORDS or other in SMALL_WORDS) and shorter == 2 < length:
        return 1  # `to` is not `into`
    if any(char > "\u2e7f" for char in word):  # one of few ideographs or syllables is a word of its own
        return length // 5
    if name_length == ALLOWED_ANYTHING:
        return min(MOST_SLIPS, ceil(length * ARTIST_SLIPS))
    if length == 1:
        return int(name_length >= VERY_LONG_NAME and word + other in MISTAKEN)
    small = word in SMALL_WORDS or other in SMALL_WORDS
    if length <= 3:
        return (2 if length == 3 and small else 1) if name_length >= LONG_NAME else int(small or length == 3)
    if length <= 5:
        return 2 if name_length >= LONG_NAME else 1
    if length <= 9:
        if name_length >= VERY_LONG_NAME and shorter > 4:
            return 3
        return 2 if name_length >= LONG_NAME or length > 7 else 1
    return 3 if length <= 17 else MOST_SLIPS


def _weighed(word: str, other: str) -> float:
    """Letters dropped, added, swapped with the next, or changed, which counts more where nobody mistakes them."""
    before: list[float] = []
    above = [float(place) for place in range(len(other) + 1)]
    for row, char in enumerate(word, start=1):
        line = [float(row)]
        for column, target in enumerate(other, start=1):
            change = 0.0 if char == target else 1.0 if char + target in MISTAKEN else ODD_LETTER
            best = min(above[column - 1] + change, above[column] + 1, line[column - 1] + 1)
            if row > 1 and column > 1 and char == other[column - 2] and word[row - 2] == target:
                best = min(best, before[column - 2] + 1)
            line.append(best)
        before, above = above, line
    return above[-1]
