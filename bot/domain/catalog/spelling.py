"""How far two names are apart in spelling: what is a slip of the fingers, and what is another name."""

from __future__ import annotations

from rapidfuzz.distance import OSA, Indel

from bot.domain.catalog.vocabulary import SMALL_WORDS

RESPACED = 0.01
SMALL_WORD = 0.02
REORDERED = 0.05
ANOTHER_NAME = 0.45
"""The least amount of what is more than slips: one more or one other word already makes another name."""


def spelling(one: str, other: str) -> float:
    """How far two normalised names are apart: 0 the same, up to 0.34 slips of the fingers, from 0.45 another name.

    Slips are judged word by word, because `Love Me` and `Love You` are near in letters and nowhere else. It is
    symmetric.
    """
    if one == other:
        return 0.0
    if not one or not other:
        return 1.0
    words, others = one.split(), other.split()
    joined, other_joined = "".join(words), "".join(others)
    if joined == other_joined:
        return RESPACED
    slips = _slips(words, others, max(len(joined), len(other_joined)))
    return slips if slips is not None else _another(joined, other_joined)


def _another(joined: str, other_joined: str) -> float:
    return ANOTHER_NAME + (1 - ANOTHER_NAME) * Indel.normalized_distance(joined, other_joined)


def _slips(words: list[str], others: list[str], length: int) -> float | None:
    """The amount when all differences are slips, else None."""
    rest = [word for word in words if word not in others]
    other_rest = [word for word in others if word not in words]
    if not rest and not other_rest:
        return REORDERED if len(words) == len(others) else None
    if len(rest) != len(other_rest):
        lengths = len(rest), len(other_rest)
        shorter, longer = (rest, other_rest) if lengths[0] < lengths[1] else (other_rest, rest)
        content = [word for word in longer if word not in SMALL_WORDS]
        if len(content) == len(shorter):
            edits = _edits_of(content, shorter)
            extra = (len(longer) - len(content)) * SMALL_WORD
        else:
            edits, extra = _edits("".join(rest), "".join(other_rest)), RESPACED
        return None if edits is None or edits > _budget(length) else edits / length + extra
    edits = _edits_of(rest, other_rest)
    if edits is None:
        # A space that slipped touches two words.
        edits = _edits("".join(rest), "".join(other_rest)) if len(rest) > 1 else None
    return None if edits is None or edits > _budget(length) else edits / length


def _edits_of(words: list[str], others: list[str]) -> int | None:
    total = 0
    for word, other in zip(words, others, strict=True):
        edits = _edits(word, other)
        if edits is None:
            return None
        total += edits
    return total


def _budget(length: int) -> int:
    return (length + 5) // 6


def _edits(word: str, other: str) -> int | None:
    """Letters dropped, added, changed or swapped between two words, or None when these are two words."""
    allowed = _allowed(word, other)
    edits = OSA.distance(word, other, score_cutoff=allowed)
    return edits if edits <= allowed else None


def _allowed(word: str, other: str) -> int:
    length = max(len(word), len(other))
    if not (word.isalpha() and other.isalpha()):
        return 0 if any(char.isdigit() for char in word + other) else length // 5
    if any(char > "\u2e7f" for char in word):  # one of few ideographs or syllables is a word of its own
        return length // 5
    if length <= 2:
        return 1 if word in SMALL_WORDS or other in SMALL_WORDS else 0
    return 1 if length <= 5 else 2 if length <= 9 else 3 + (length - 10) // 8
