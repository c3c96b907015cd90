"""How a name is found while somebody types it: keys of the beginnings of its words, and of spellings close to them.

A key is a 32-bit number that stands for a short text, so that a plain index of numbers answers what otherwise an
extension of the database would. That two texts share a key is rare and does no harm: one album too many is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

from bot.domain.catalog.names import normalised

BEGINNING = 12
"""Letters of a word's beginning that have keys of their own; what is typed beyond them decides nothing."""
NEAR_BEGINNING = 8
"""Letters of a word's beginning in which slips of the fingers are looked for."""
WORDS_LIMIT = 8
"""Words of a typed text that are looked for; eight tell any album."""
WORD_LIMIT = 32
"""Letters of a word that are kept for finding close spellings."""

UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3100-\u312f\u31f0-\u31ff"
    "\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Runs of scripts that are written without spaces (or, in Korean, as one likes): Thai to Khmer, kana, Han, Hangul."""
ARTICLES = frozenset({"the", "a", "an"})


def key_of(text: str) -> int:
    """The key of a text, a signed 32-bit number."""
    number = crc32(text.encode())
    return number - 2**32 if number >= 2**31 else number


def words_of(key: str) -> list[str]:
    """The words of a name in its normalised spelling, apart where an unspaced script begins or ends."""
    words: list[str] = []
    for part in key.split():
        end = 0
        for run in UNSPACED.finditer(part):
            words += [part[end : run.start()], run.group()]
            end = run.end()
        words.append(part[end:])
    return [word for word in words if word]


def unspaced(word: str) -> bool:
    """Whether a word is of a script that is written without spaces, where any part of it may be typed."""
    return UNSPACED.match(word) is not None


def name_keys(keys: Iterable[str]) -> list[int]:
    """The keys under which names in their normalised spelling are found, in order.

    Of a word, each of its beginnings; of an unspaced word, each character and each two neighbours.
    """
    texts: set[str] = set()
    for word in {word for key in keys for word in words_of(key)}:
        if unspaced(word):
            texts.update(word)
            texts.update(word[place : place + 2] for place in range(len(word) - 1))
        else:
            texts.update(word[:length] for length in range(1, min(len(word), BEGINNING) + 1))
    return sorted({key_of(text) for text in texts})


def word_keys(word: str) -> list[int]:
    """The keys that every name with a word beginning like this one has, or holding it where it is unspaced."""
    if unspaced(word):
        parts = {word[place : place + 2] for place in range(len(word) - 1)} or {word}
    else:
        parts = {word[:BEGINNING]}
    return sorted({key_of(part) for part in parts})


def keys_of_club(guild_id: int, keys: Iterable[int]) -> list[int]:
    """The same keys as a club's own, so that one index finds them among its albums alone."""
    salt = key_of(str(guild_id))
    return sorted(key ^ salt for key in keys)


def halves_keys(word: str) -> list[list[int]]:
    """The keys of either half of an unspaced word: one slip leaves the other half as it was."""
    if len(word) < 3:
        return []
    middle = (len(word) + 1) // 2
    return [word_keys(word[:middle]), word_keys(word[middle:] if len(word) > 3 else word[1:])]


def slips_of(word: str) -> int:
    """How many slips of the fingers are forgiven in a word: none in a short one, one, from six letters on two."""
    if unspaced(word):
        return 1 if len(word) >= 3 else 0
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2


def learnable(word: str) -> str:
    """What of a word is kept for finding close spellings; empty where none is forgiven."""
    return "" if unspaced(word) or len(word) < 3 else word[:WORD_LIMIT]


def near_keys(word: str) -> list[int]:
    """The keys a word has for close spellings: its beginnings with as many letters left out as slips are forgiven."""
    beginning = word[:NEAR_BEGINNING]
    texts: set[str] = set()
    for length in range(3, len(beginning) + 1):
        texts |= shortened(beginning[:length], slips_of(beginning[:length]))
    return sorted({key_of(text) for text in texts})


def typed_near_keys(word: str, slips: int) -> list[int]:
    """The keys under which words stand that a typed one may mean, when so many slips are looked for.

    Leaving letters out on both sides covers a letter too many, too few, wrong, or changed with its neighbour.
    """
    most = 0 if unspaced(word) else min(slips, slips_of(word))
    return sorted({key_of(text) for text in shortened(word[:NEAR_BEGINNING], most)}) if most else []


def shortened(text: str, most: int) -> set[str]:
    """The text, and all that remains when up to `most` of its letters are left out."""
    places = range(len(text))
    return {
        "".join(text[place] for place in places if place not in left_out)
        for count in range(most + 1)
        for left_out in combinations(places, count)
    }


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the field while somebody types."""

    key: str
    """In the normalised spelling."""
    words: tuple[str, ...]
    """That a name has to have, each at least begun; in any order."""

    @property
    def keys(self) -> list[int]:
        """The keys a fitting name has all of."""
        return sorted({key for word in self.words for key in word_keys(word)})


def read_typed(text: str) -> Typed:
    """The words to look for. Articles beside other words decide nothing, as names are kept without their first."""
    key = normalised(text)
    words = list(dict.fromkeys(words_of(key)))
    telling = [word for word in words if word not in ARTICLES] or words
    return Typed(key, tuple(telling[:WORDS_LIMIT]))
