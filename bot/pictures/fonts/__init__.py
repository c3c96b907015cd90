"""The fonts that come with Longplay: which of them has a character, and how wide it is there.

Nothing is opened to answer that: the widths stand in a table that was made with the fonts.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Face:
    """A font of one weight."""

    file: str
    family: str

    @property
    def path(self) -> str:
        """Where it lies."""
        return str(FOLDER / self.file)


EMOJI = Face("NotoColorEmoji.ttf", "Noto Color Emoji")
_CJK, _ARABIC, _HEBREW = "Noto Sans CJK JP", "Noto Sans Arabic", "Noto Sans Hebrew"
_REST = (
    Face("NotoSans-Regular.ttf", "Noto Sans"),
    Face("NotoSansThai-Regular.ttf", "Noto Sans Thai"),
    Face("NotoSansDevanagari-Regular.ttf", "Noto Sans Devanagari"),
    Face("NotoSansGeorgian-Regular.ttf", "Noto Sans Georgian"),
    Face("NotoSansArmenian-Regular.ttf", "Noto Sans Armenian"),
    Face("NotoSansSymbols2-Regular.ttf", "Noto Sans Symbols2"),
    Face("NotoSansSymbols-Regular.ttf", "Noto Sans Symbols"),
    Face("NotoSansMath-Regular.ttf", "Noto Sans Math"),
    EMOJI,
)
REGULAR_FACES = (
    Face("Inter-Regular.otf", "Inter"),
    Face("NotoSansArabic-Regular.ttf", _ARABIC),
    Face("NotoSansHebrew-Regular.ttf", _HEBREW),
    Face("NotoSansCJKjp-Regular-Subset.otf", _CJK),
    *_REST,
)
BOLD_FACES = (
    Face("Inter-SemiBold.otf", "Inter"),
    Face("NotoSansArabic-Bold.ttf", _ARABIC),
    Face("NotoSansHebrew-Bold.ttf", _HEBREW),
    Face("NotoSansCJKjp-Bold-Subset.otf", _CJK),
    *_REST,
)
"""In the order in which they are asked for a character."""
ALL_FACES = tuple(dict.fromkeys((*REGULAR_FACES, *BOLD_FACES)))

SCRIPTS = {
    "Latin": "Aé",
    "Greek": "Ωλ",
    "Cyrillic": "Жя",
    "Arabic": "مع",
    "Hebrew": "שם",
    "Japanese": "日かカ",
    "Chinese": "汉漢",
    "Korean": "한글",
    "Thai": "ไทย",
    "Devanagari": "हि",
    "Georgian": "ქა",
    "Armenian": "Հա",
    "Emoji": "😀🎧",
}
"""Characters by which a script is known to be there."""


def faces_of(weight: int) -> tuple[Face, ...]:
    """The fonts for a weight."""
    return BOLD_FACES if weight >= 600 else REGULAR_FACES


def width_in(face: Face, point: int) -> int | None:
    """How wide a character is, in thousandths of the size; None where the font has none."""
    starts, ends, widths = _table(face.file)
    place = bisect_right(starts, point) - 1
    return widths[place] if place >= 0 and point <= ends[place] else None


def missing() -> list[str]:
    """The files that are not there."""
    return [face.file for face in ALL_FACES if not (FOLDER / face.file).is_file()]


def covered() -> dict[str, bool]:
    """Which scripts can be drawn."""
    gone = set(missing())
    faces = [face for face in REGULAR_FACES if face.file not in gone]
    return {
        script: all(any(width_in(face, ord(char)) is not None for face in faces) for char in letters)
        for script, letters in SCRIPTS.items()
    }


@cache
def _lines() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in (FOLDER / "widths.txt").read_text(encoding="ascii").splitlines():
        name, _, spans = line.partition(" ")
        found[name] = spans
    return found


@cache
def _table(file: str) -> tuple[list[int], list[int], list[int]]:
    """First and last characters of spans of equal width, with the width. Read when a text first needs the font."""
    starts: list[int] = []
    ends: list[int] = []
    widths: list[int] = []
    for span in _lines()[file].split():
        points, _, width = span.partition(":")
        first, _, last = points.partition("-")
        starts.append(int(first, 16))
        ends.append(int(last or first, 16))
        widths.append(int(width))
    return starts, ends, widths
