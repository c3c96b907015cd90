"""Names as people type them: what of a text is visible, and when two spellings mean the same album."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

LEADING_ARTICLE = re.compile(r"^(?:(?:the|an?) )+(?=\S)")
TRAILING_ARTICLE = re.compile(r",\s*(?:the|an?)$")
"""The form of a sorted list: `Beatles, The`."""
INITIALS = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")
"""The full stop inside `R.E.M`, which others type as `REM`."""
APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʹʻʼʽˈ＇"))
ASCII_GAPS = dict.fromkeys((code for code in range(128) if not chr(code).isalnum()), " ")
PLUS = re.compile(r"(?<=\s)[&+](?=\s)|&")
PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
"""In lower case: words alone, in which nothing has to be folded; most names are such."""

ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]")
"""Marks on Latin, Greek and Cyrillic letters, and variation selectors; vowel signs and voicing marks are no accents."""
STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
"""Letters that people without that keyboard type otherwise and that have no decomposition."""

STAND_INS = {
    **dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " "),
    **dict.fromkeys(map(ord, "\r\v\f\x85\u2028\u2029"), "\n"),
}
"""Characters that count as letters or symbols and show nothing, and the rarer line breaks."""
JOINERS = "\u200c\u200d"
KEY_LIMIT = 1_000
"""Bytes of an identity key: it stands in a unique index."""


def visible(text: str) -> str:
    """The text without what does not show: control, zero-width and direction characters, and lone surrogates.

    Line breaks and tabs stay. A joiner stays only where scripts and emoji need one, between two of their characters.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").translate(STAND_INS)
    kept: list[str] = []
    for place, char in enumerate(text):
        shows = char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
        if shows or (char in JOINERS and kept and _joins(kept[-1]) and _joins(text[place + 1 : place + 2])):
            kept.append(char)
    return "".join(kept)


def _joins(char: str) -> bool:
    return char > "\u00ff" and unicodedata.category(char) in ("Lo", "Mn", "Mc", "So", "Sk")


def normalised(text: str) -> str:
    """The spelling under which names are searched and compared.

    NFKC, case and accents folded, punctuation to spaces, `&` to `and`, articles off the front, spaces single. A name
    of punctuation or of an article alone keeps it, so that nothing visible becomes empty. Normalising again changes
    nothing.
    """
    if text.isascii() and PLAIN.fullmatch(lower := text.lower()):
        return _without_articles(lower)
    plain = " ".join(visible(text).split())
    folded = _fold(plain)
    return _without_articles(_words(folded)) or _words(folded) or folded or plain


def _fold(text: str) -> str:
    """Case, compatibility forms and accents folded."""
    if text.isascii():  # most names are, and have neither
        return " ".join(visible(text.lower()).split())
    for _ in range(3):  # folding case can produce what folds once more; three rounds reach the end of every chain
        before = text
        text = unicodedata.normalize("NFKC", text).replace("\u200c", "").replace("\u200d", "").casefold()
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(STROKES)
        text = unicodedata.normalize("NFC", text)
        if text == before:
            break
    return " ".join(visible(text).split())


def _words(text: str) -> str:
    """Letters, digits and their marks, with single spaces between."""
    if "&" in text or "+" in text:
        text = PLUS.sub(" and ", text)
    if "," in text:
        text = TRAILING_ARTICLE.sub("", text)
    if "." in text:
        text = INITIALS.sub("", text)
    text = text.translate(APOSTROPHES)
    if text.isascii():
        return " ".join(text.translate(ASCII_GAPS).split())
    words = " ".join("".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in text).split())
    return unicodedata.normalize("NFC", words)  # what an apostrophe held apart may be one letter now


def _without_articles(words: str) -> str:
    return LEADING_ARTICLE.sub("", words)


def identity_key(title: str, artist: str, year: int | None = None) -> str:
    """What makes an album in no catalogue the same album: artist, title, year, in a form that fits a unique index."""
    key = "\t".join((normalised(artist), normalised(title), str(year or "")))
    if len(key.encode()) <= KEY_LIMIT:
        return key
    return key[:100] + "\t" + sha256(key.encode()).hexdigest()


def decade_of(year: int) -> str:
    """`1997` belongs to the `1990s`."""
    return f"{year // 10 * 10}s"
