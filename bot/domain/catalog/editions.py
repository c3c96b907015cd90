"""What of a title is the work's name, and what tells the edition, the version, the number or the guests."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.domain.catalog.credits import names_in
from bot.domain.catalog.names import LEADING_ARTICLE, normalised, visible
from bot.domain.catalog.vocabulary import (
    AT_END,
    BEGINNING,
    BESIDE,
    COUNTED,
    DROPPED_BEFORE_NUMBER,
    ELSEWHERE,
    LONG_FORMS,
    MEANINGLESS,
    NEW_RECORDING,
    NUMBER_WORDS,
    NUMBERED,
    ORDINAL,
    OTHER_RECORD,
    PLAIN_MIX,
    ROMAN,
    SAME_WORK,
)

READ_LIMIT = 300
"""Characters of a title that are read."""
SHORTEST_CORRECTED = 6
LABEL_SERIES = frozenset(
    (
        "rudy van gelder remaster",
        "keepnews collection",
        "original jazz classics remasters",
        "ojc remaster",
        "rvg remaster",
    )
)
"""Series in which labels reissue."""
CORRECTED = sorted(word for word in {*SAME_WORK, *OTHER_RECORD, "soundtrack", "original"} if len(word) >= 6)
"""Words that are known also when they are mistyped …"""
SHORT_CORRECTED = ("live", "remix", "mix", "edit", "dub")
"""… and those of which only swapped letters are told from other words."""

BRACKETED = re.compile(r"[(\[{【「『〈《]([^()\[\]{}【】「」『』〈〉《》]*)[)\]}】」』〉》]")
SEGMENT = re.compile(r"^(?P<name>.*\S)(?:(?P<dash>\s+[-–—―−]+\s+)|\s*[:;,]\s+|\s+/\s+)(?P<rest>\S.*)$")
GUESTS = re.compile(r"^(?P<sign>feat\.?|ft\.?|featuring|with|w/)\s+(?P<guests>\S.*)$", re.IGNORECASE)
GUESTS_AT_END = re.compile(
    r"^(?P<name>.*\S)\s+(?:feat\.?|ft\.?|featuring)\s+(?P<guests>\S.*?)(?P<rest>\s+[-–—―−]+\s.*)?$", re.IGNORECASE
)

SOUNDTRACK = re.compile(
    r"\b(?:soundtrack|ost|score|cast recording|bande originale|motion picture|banda sonora|colonna sonora|filmmusik)\b"
    r"|^(?:music|songs) (?:from|of|for|inspired|to)\b|^from .*\b(?:season|film|movie|series|show)\b"
)
SOUNDTRACK_AT_END = re.compile(
    r" (?:the )?(?:original )?(?:(?:motion picture|movie|film|television|tv|video game|game|series|anime) )*"
    r"(?:(?<=original )score|soundtrack|ost)(?: album| recording| version)?$"
)
FROM_A_WORK = re.compile(r"^from\s+[\"'“‘«]", re.IGNORECASE)

YEAR_DIGITS = 4
GLUED = re.compile(r"^(vol|volume|pt|part|ch)(\d+)$")


@dataclass(frozen=True, slots=True)
class Name:
    """A title taken apart."""

    core: str
    """The work's own name, normalised, numbers in digits; never empty for a title that shows something."""
    editions: frozenset[str] = frozenset()
    """What tells an edition of the same work: `deluxe`, `remastered`, `ep`, `soundtrack`, …"""
    versions: frozenset[str] = frozenset()
    """What makes another record: `live`, `remix`, `karaoke`, …"""
    detail: str = ""
    """Which live recording, whose remix."""
    guests: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """Volumes, parts, sequels and every other number in the name."""
    whole: str = ""
    """All words of the title, normalised."""
    kind: str = ""
    """`single` or `ep`, where the title does not say so but the source does."""
    subtitled: bool = False
    """What stood behind a colon or a comma was read as edition, not as a part of the name: `Nights: The Album`."""
    article: bool = False
    """It begins with an article, which is in none of the words here."""


@dataclass(slots=True)
class _Marks:
    editions: set[str] = field(default_factory=set[str])
    versions: set[str] = field(default_factory=set[str])
    detail: list[str] = field(default_factory=list[str])
    guests: list[str] = field(default_factory=list[str])
    numbers: list[str] = field(default_factory=list[str])
    subtitled: bool = False


@lru_cache(maxsize=4096)
def parse_name(title: str) -> Name:
    """A title taken apart: what it is called, and what its brackets, its end and its `feat.` tell."""
    marks = _Marks()
    words, whole = _name_words(title, marks)
    core = _counted(words)
    numbers = [*marks.numbers, *(word for word in core.split() if any(char.isdigit() for char in word))]
    return Name(
        core,
        frozenset(marks.editions),
        frozenset(marks.versions),
        " ".join(marks.detail),
        tuple(dict.fromkeys(marks.guests)),
        tuple(sorted(numbers)),
        whole,
        subtitled=marks.subtitled,
        article=LEADING_ARTICLE.match(title.strip().casefold()) is not None,
    )


def name_to_search(title: str) -> str:
    """The title as it is written, without what tells editions and guests; a version is what is searched."""
    return _stripped(unicodedata.normalize("NFKC", visible(title))[:READ_LIMIT], _Marks(), same_work=True)


def _name_words(title: str, marks: _Marks) -> tuple[str, str]:
    """The words of the name alone, and all words."""
    text = unicodedata.normalize("NFKC", visible(title))[:READ_LIMIT]
    name = _stripped(text, marks)
    whole = normalised(text)
    words = whole if name == text else normalised(name)
    return _without_end(words, marks) or words or whole, whole


def _stripped(text: str, marks: _Marks, *, same_work: bool = False) -> str:
    """A title without the brackets, segments and guests that are none of its name."""
    rest = text
    for group in BRACKETED.finditer(text):
        if _any_name(BRACKETED.sub(" ", rest.replace(group[0], " ", 1))) and _mark(
            group[1], marks, same_work=same_work
        ):
            rest = rest.replace(group[0], " ", 1)
    rest = " ".join(rest.split())
    if guests := GUESTS_AT_END.match(rest):
        rest = guests["name"].rstrip(" ([-,") + (guests["rest"] or "")
        marks.guests.extend(names_in(guests["guests"]))
    while (segment := SEGMENT.match(rest)) and _any_name(segment["name"]):
        goes_on = segment["dash"] is None
        if not _mark(segment["rest"], marks, same_work=same_work or goes_on, goes_on=goes_on):
            break
        marks.subtitled |= goes_on
        rest = segment["name"]
    return rest


def _any_name(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _mark(text: str, marks: _Marks, *, same_work: bool = False, goes_on: bool = False) -> bool:
    """Whether words in brackets or behind a dash tell of edition, version or guests, which are then noted.

    With `same_work` nothing but an edition of the same work counts. Where a name `goes_on`, behind a comma or a colon,
    `with` is no guest's, and an edition is one of known words.
    """
    if (guests := GUESTS.match(text.strip())) and not (goes_on and guests["sign"].casefold() == "with"):
        return _mark_guests(guests["guests"], marks, same_work=same_work)
    words = [_corrected(word) for word in normalised(text).split()]
    joined = " ".join(words)
    if SOUNDTRACK.search(joined) or FROM_A_WORK.match(text.strip()):
        marks.editions.add("score" if "score" in words else "soundtrack")
        # Which volume of it, and whether it is that recording at all, may stand in the same bracket.
        marks.numbers.extend(word for word in _counted(joined).split() if word.isdecimal() and len(word) < YEAR_DIGITS)
        marks.versions |= {OTHER_RECORD[word] for word in words if word in OTHER_RECORD} - {"version", "mix", "edit"}
        return True
    heads = {SAME_WORK[word] for word in words if word in SAME_WORK}
    only_editions = all(word in SAME_WORK or word in BESIDE or COUNTED.match(word) for word in words)
    known_edition = bool(heads) and only_editions and _is_the_work(heads, words)
    named_edition = words[-1:] == ["edition"] and len(words) <= 5 and OTHER_RECORD.keys().isdisjoint(words)
    named_edition = named_edition and not goes_on
    if known_edition or named_edition or joined in LABEL_SERIES:
        marks.editions |= heads - {"edition", "version", "album", "mix"} or {"edition"}
        return True
    kinds = {OTHER_RECORD[word] for word in words if word in OTHER_RECORD}
    if not kinds or len(words) > 12 or same_work:
        return False
    marks.versions |= kinds - {"version", "mix", "edit"} or kinds
    marks.detail.extend(
        word for word in words if word not in OTHER_RECORD and word not in MEANINGLESS and word not in SAME_WORK
    )
    return True


def _mark_guests(text: str, marks: _Marks, *, same_work: bool) -> bool:
    """Guests, and what is told behind a dash after them: `feat. A - B remix`."""
    segment = SEGMENT.match(text)
    dashed = segment is not None and segment["dash"] is not None
    told = dashed and segment is not None and _mark(segment["rest"], marks, same_work=same_work)
    if dashed and not told and same_work:
        return False  # a version is what is searched
    marks.guests.extend(names_in(segment["name"] if told and segment is not None else text))
    return True


def _is_the_work(heads: set[str], words: list[str]) -> bool:
    """Whether it is said which mix, edit or version: `Radio Edit` is the song, `Extended Version` another one.

    An ordinal counts anniversaries and editions: the `2nd Album` is another one.
    """
    if any(ORDINAL.match(word) for word in words) and not heads & {"anniversary", "edition"}:
        return False
    if heads - {"mix", "edit", "version"}:
        return True
    telling = PLAIN_MIX if heads - {"version"} else BESIDE - ELSEWHERE - NEW_RECORDING
    return "extended" not in words and not telling.isdisjoint(words)


@lru_cache(maxsize=4096)
def _corrected(word: str) -> str:
    """A long word of the vocabulary that was mistyped: `remasterd`."""
    if word in SAME_WORK or word in OTHER_RECORD or word in BESIDE:
        return word
    if len(word) < SHORTEST_CORRECTED:
        return next((known for known in SHORT_CORRECTED if sorted(known) == sorted(word)), word)
    if word.endswith("s") and word[:-1] in CORRECTED:
        return word  # `Singles` is a name of its own
    near = extractOne(word, CORRECTED, scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2)
    return near[0] if near else word


def _without_end(words: str, marks: _Marks) -> str:
    """A normalised name without the edition words at its end; something of it always stays."""
    shorter = words
    if ending := SOUNDTRACK_AT_END.search(words):
        marks.editions.add("score" if "score" in ending[0] else "soundtrack")
        shorter = words[: ending.start()]
    else:
        parts = words.split()
        for length in range(min(5, len(parts) - 1), 0, -1):
            if _tells_edition(parts[-length:]) and _mark(" ".join(parts[-length:]), marks):
                shorter = " ".join(parts[:-length])
                break
    return shorter if shorter == words else _without_end(shorter, marks)


def _tells_edition(ending: list[str]) -> bool:
    """Whether words at an end with no bracket around them are of the vocabulary, and begin as an edition's do."""
    starts = ending[0] in AT_END or ending[0] in BEGINNING or COUNTED.match(ending[0])
    known = all(word in AT_END or word in SAME_WORK or word in BESIDE or COUNTED.match(word) for word in ending)
    return bool(starts) and known and not AT_END.isdisjoint(ending)


def _counted(words: str) -> str:
    """Numbers in digits, and `Vol. 2`, `Pt. II` as the number alone."""
    counted: list[str] = []
    before = ""
    for word in words.split():
        word = LONG_FORMS.get(word, word)
        glued = GLUED.match(word)
        if glued:
            word = glued[2]
        elif before in NUMBERED and word in ROMAN:
            word = ROMAN[word]
        elif before in NUMBERED and word in NUMBER_WORDS:
            word = NUMBER_WORDS[word]
        elif counted and word in ROMAN and word != "i":
            word = ROMAN[word]
        if word.isdigit() and word.isascii():
            word = word.lstrip("0") or "0"
            if before in DROPPED_BEFORE_NUMBER and len(counted) > 1:
                counted.pop()
        counted.append(word)
        before = word
    return " ".join(counted)
