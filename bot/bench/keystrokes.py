"""What stands in the field after each key that somebody presses on the way to an album, slips included."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.bench.names import Name

FORMS = ("{title}", "{artist}", "{artist} {title}", "{title} {artist}", "{artist} - {title}")
FORM_WEIGHTS = (45, 20, 20, 10, 5)
STOPS = (0.4, 1.0)
"""Members stop typing somewhere between these parts of the whole, when they see what they want."""
SLIP_SHARE = 0.2
"""Of the texts with a word long enough to slip in."""
TWO_SLIPS_SHARE = 0.25
SLIPPABLE = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody types the name of an album, key by key."""

    wanted: Name
    text: str
    """Where they stop."""
    slips: int

    @property
    def keystrokes(self) -> list[str]:
        """What stands in the field after each key."""
        return [self.text[:length] for length in range(1, len(self.text) + 1)]


def typings(names: Sequence[Name], seed: int) -> Iterator[Typing]:
    """People who type, without end; the same seed brings the same people."""
    choose = random.Random(seed)
    while True:
        name = choose.choice(names)
        form = choose.choices(FORMS, FORM_WEIGHTS)[0]
        whole = form.format(title=name.title, artist=name.artist)
        if choose.random() < 0.5:
            whole = whole.lower()
        text = whole[: max(1, round(len(whole) * choose.uniform(*STOPS)))].rstrip()
        slips = 0
        if choose.random() < SLIP_SHARE:
            slips = 2 if choose.random() < TWO_SLIPS_SHARE else 1
            text, slips = slipped(text, slips, choose)
        yield Typing(name, text, slips)


def slipped(text: str, slips: int, choose: random.Random) -> tuple[str, int]:
    """The text with slips in one of its longer words, two in one of more than six letters; and how many there are."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= SLIPPABLE and word.isascii() and word.isalpha()]
    if not long:
        return text, 0
    place = choose.choice(long)
    slips = slips if len(words[place]) > SLIPPABLE + 1 else 1
    for _ in range(slips):
        words[place] = _with_slip(words[place], choose)
    return " ".join(words), slips


def _with_slip(word: str, choose: random.Random) -> str:
    """A letter too few, too many, wrong, or changed with its neighbour; the first letter mostly stays."""
    at = choose.randrange(0 if choose.random() < 0.1 else 1, len(word) - 1)
    match choose.randrange(4):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + choose.choice(LETTERS) + word[at:]
        case 2:
            return word[:at] + choose.choice(LETTERS) + word[at + 1 :]
        case _:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
