"""Texts in pictures: cleaned of what would break a drawing, taken apart into what one font draws, measured, cut."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.pictures.fonts import EMOJI, Face, faces_of, width_in
from bot.pictures.look import REGULAR

ELLIPSIS = "…"
LONGEST = 300
"""Characters of a text that are looked at; no box holds more."""
EMOJI_WIDTH = 1_275
"""Of one emoji of any number of parts, in thousandths of its size."""
SPACING = 1.01
"""Neighbours push each other apart a little in some fonts; a text is taken to be so much wider than its letters."""
MOST_MARKS = 4
JOINER, EMOJI_STYLE, TEXT_STYLE, KEYCAP = "\u200d", "\ufe0f", "\ufe0e", "\u20e3"
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that one font draws."""

    text: str
    face: Face
    width: float
    """In thousandths of the size."""


def clean(text: str) -> str:
    """One line without anything that XML, a terminal or a reader of scripts from both sides would stumble over."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: 4 * LONGEST]):
        category = unicodedata.category(char)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
            continue
        if category in ("Cs", "Cn", "Co") or char in BIDI or (category == "Cf" and char != JOINER):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return " ".join("".join(kept).split())[:LONGEST]


def clusters(text: str) -> list[str]:
    """What a reader takes for one character: letters with their marks, emoji with their parts, flags whole."""
    found: list[str] = []
    for char in text:
        if found and _joins(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _joins(before: str, char: str) -> bool:
    if unicodedata.category(char)[0] == "M" or char in (JOINER, EMOJI_STYLE, TEXT_STYLE, KEYCAP):
        return True
    if before[-1] == JOINER or "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    return len(before) == 1 and _is_flag(before) and _is_flag(char)


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@lru_cache(maxsize=4_096)
def _drawn(cluster: str, weight: int) -> tuple[Face, float] | None:
    """Which font draws a character, and how wide; None where none does."""
    base = ord(cluster[0])
    pictured = (EMOJI_STYLE in cluster or KEYCAP in cluster or base >= 0x1F000) and TEXT_STYLE not in cluster
    if pictured and width_in(EMOJI, base) is not None:
        return EMOJI, EMOJI_WIDTH
    for face in faces_of(weight):
        widths = [width_in(face, ord(char)) for char in cluster if char not in (JOINER, EMOJI_STYLE, TEXT_STYLE)]
        if widths and None not in widths:
            return face, EMOJI_WIDTH if face is EMOJI else float(sum(width or 0 for width in widths))
    # A font that has the letter but not its mark draws the letter.
    for face in faces_of(weight):
        if (width := width_in(face, base)) is not None:
            return face, float(width)
    return None


def drawable(text: str, instead: str = "", *, weight: int = REGULAR) -> str:
    """The text without characters that no font has; `instead` where no letter of it is left."""
    kept = [cluster for cluster in clusters(clean(text)) if cluster == " " or _drawn(cluster, weight) is not None]
    shown = _without_traps(" ".join("".join(kept).split()), weight)
    lost = any(cluster != " " for cluster in clusters(clean(text))) and not any(map(_tells, shown))
    return (instead or shown) if lost or not shown else shown


def _without_traps(text: str, weight: int) -> str:
    """Emoji as the drawing library draws them right.

    Beside writing from right to left an emoji of several characters swallows what follows it: there it is its first
    one, and a flag its two letters. A gap between two emoji becomes as wide as a third: they stand without.
    """
    if text.isascii():
        return text
    turned = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    kept: list[str] = []
    for cluster in clusters(text):
        pictured = _pictured(cluster, weight)
        if pictured and len(kept) > 1 and kept[-1] == " " and _pictured(kept[-2], weight):
            kept.pop()
        kept.append(_plain(cluster) if pictured and turned else cluster)
    return " ".join("".join(kept).split())


def _plain(emoji: str) -> str:
    return "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in emoji) if _is_flag(emoji[0]) else emoji[0]


def _pictured(cluster: str, weight: int) -> bool:
    found = _drawn(cluster, weight)
    return found is not None and found[0] is EMOJI


def _tells(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNS"


def runs(text: str, weight: int = REGULAR) -> Iterator[Run]:
    """The text in pieces of one font each; what no font has is left out."""
    piece, face, width = "", None, 0.0
    for cluster in clusters(text):
        found = _drawn(cluster, weight)
        if found is None:
            continue
        if found[0] is not face and piece and face is not None:
            # A space takes part in what stands before it, where that has one.
            if cluster == " " and face is not EMOJI and (space := width_in(face, 32)) is not None:
                found = (face, float(space))
            else:
                yield Run(piece, face, width)
                piece, width = "", 0.0
        face = found[0]
        piece, width = piece + cluster, width + found[1]
    if piece and face is not None:
        yield Run(piece, face, width)


def width_of(text: str, size: float, weight: int = REGULAR) -> float:
    """How wide a text is drawn, a little more rather than less."""
    return sum(run.width for run in runs(text, weight)) * size * SPACING / 1_000


def fitted(text: str, room: float, size: float, weight: int = REGULAR) -> str:
    """The text, cut between characters and with an ellipsis where it is wider than the room."""
    if width_of(text, size, weight) <= room:
        return text
    kept = clusters(text)
    low, high = 0, len(kept)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(_cut(kept, middle), size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return _cut(kept, low) if low else (ELLIPSIS if width_of(ELLIPSIS, size, weight) <= room else "")


def _cut(kept: list[str], count: int) -> str:
    return "".join(kept[:count]).rstrip(" ,.;:–—-") + ELLIPSIS


def wrapped(text: str, room: float, size: float, weight: int = REGULAR, *, lines: int = 2) -> list[str]:
    """The text on so many lines at most, broken between words where there are some; the last one is cut."""
    found: list[str] = []
    rest = text
    while rest and len(found) < lines - 1:
        head = _head(rest, room, size, weight)
        if head == rest:
            break
        found.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [*found, fitted(rest, room, size, weight)] if rest else found


def _head(text: str, room: float, size: float, weight: int) -> str:
    """As much of the beginning as fits on a line."""
    kept = clusters(text)
    low, high = 1, len(kept)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of("".join(kept[:middle]).rstrip(), size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    if low == len(kept):
        return text
    head = "".join(kept[:low])
    if kept[low] == " " or _breaks(kept[low - 1]) or _breaks(kept[low]):
        return head
    words = head.rfind(" ")
    return head[: words + 1] if words > 0 else head


def _breaks(cluster: str) -> bool:
    """Whether a line may end beside it: scripts without spaces."""
    return unicodedata.east_asian_width(cluster[0]) in ("W", "F")


def odd(pieces: Sequence[Run]) -> bool:
    """Whether a line holds emoji, or writing from right to left: then its pieces do not simply follow each other."""
    return any(one.face is EMOJI or (not one.text.isascii() and any(map(_turns, one.text))) for one in pieces)


def _turns(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("R", "AL", "AN")


def only_drawn(run: Run) -> str:
    """The piece without marks that its font does not have."""
    if run.text.isascii():
        return run.text
    return "".join(char for char in run.text if char == JOINER or width_in(run.face, ord(char)) is not None)


def markup(pieces: Sequence[Run]) -> tuple[str, set[str]]:
    """A line for a drawing, each piece with its font named, and the files of the fonts."""
    told = "".join(f'<tspan font-family="{one.face.family}">{html.escape(one.text)}</tspan>' for one in pieces)
    return told, {one.face.path for one in pieces}
