"""How texts are shown in Discord: literally, cut to fit, and pinging nobody; and how instants are shown.

Everything a member or a catalogue wrote passes through `plain`, `block` or `label` on its way to a message. Texts are
stored raw and escaped here alone, at the last moment: cut first, escaped after, so that no escape is ever cut in two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime

from bot.domain.catalog import visible

ELLIPSIS = "…"
NAMELESS = "—"
"""Stands where nothing visible is left and Discord wants at least one character."""

BUTTON_LABEL = 80
OPTION_LABEL = 100
"""Characters of a select option's label and description, of a thread's name, of an autocomplete choice."""

MOST_MARKS = 4
"""Combining marks on one letter that are shown; living scripts need no more, towers of them cover other lines."""
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
ZERO_WIDTH_SPACE = "\u200b"

MARKUP = re.compile(
    r"[\\`*_~|\[\]<]"  # code, emphasis, spoilers, masked links, and everything in angle brackets
    r"|:(?=[\w+-]{1,64}:|//)"  # emoji by name, addresses
    r"|(?<=discord)\.|(?<=discordapp)\."  # invitations unfurl without a scheme
    r"|@(?=everyone|here|[!&]?\d)",
    re.IGNORECASE | re.ASCII,
)
LINE_START = re.compile(r"^(?:[#>+-]|\d+(?=\.(?:\s|$)))")
"""What makes a heading, a quote, small print or a list of the line that it begins."""
ADDRESS = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
SAFE_ADDRESS = re.compile(r"https?://[\w.-]+(?:[/?#][\w./?#:!$&'()*+,;=%~@-]*)?", re.IGNORECASE | re.ASCII)
LINKED_ADDRESS = re.compile(r"https://[\w.-]+(?:[/?#][\w./?#:!$&'*+,;=%~@-]*)?", re.IGNORECASE | re.ASCII)
SENTENCE_END = ".,;:!?)'*"


def plain(text: str, limit: int, *, hard: int | None = None) -> str:
    """A text on one line as it was typed: at most `limit` visible characters, no markup, no mention, no link.

    With its escapes it is at most `hard` characters long, `2 * limit + 2` unless told. Right-to-left texts are
    isolated, so that they do not turn the sentence around them.
    """
    line = " ".join(_calm(visible(text)).split())
    return _fitted(line, limit, 2 * limit + 2 if hard is None else hard, lambda kept: _isolated(_literal(kept)))


def block(text: str, limit: int, *, hard: int | None = None, lines: int = 30) -> str:
    """A text of several lines as a quotation: at most `limit` visible characters on at most `lines` lines.

    Markup shows literally and nobody is mentioned; whole addresses stay links but do not unfurl. With its escapes it
    is at most `hard` characters long, `2 * limit + 4 * lines` unless told. Empty when nothing is visible.
    """
    rows = [" ".join(row.split()) for row in _calm(visible(text)).strip().split("\n")]
    rows = [row for row, before in zip(rows, ["", *rows], strict=False) if row or before]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], f"{rows[lines - 1]} {ELLIPSIS}".lstrip()]
    return _fitted("\n".join(rows), limit, 2 * limit + 4 * lines if hard is None else hard, _quoted)


def label(text: str, limit: int = BUTTON_LABEL) -> str:
    """A text for a button, an option or a thread's name, where Discord reads no markup: one line, never empty."""
    return cut(" ".join(_calm(visible(text)).split()), limit) or NAMELESS


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with `…` for what is missing.

    Letters keep their marks, emoji their parts and flags their halves; an escape at the end is dropped with what it
    escaped.
    """
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    end = limit - 1
    while end > 0 and _belongs(text, end):
        end -= 1
    kept = text[:end].rstrip()
    if (len(kept) - len(kept.rstrip("\\"))) % 2:
        kept = kept[:-1].rstrip()
    return kept + ELLIPSIS


def when(instant: datetime) -> str:
    """An instant in the reader's own time zone, in full and relative to now."""
    return f"<t:{int(instant.timestamp())}:F> ({short_when(instant)})"


def address(url: str) -> str:
    """An address as the target of a link in a text; empty for one that could end the link before its own end."""
    return url if len(url) <= 512 and LINKED_ADDRESS.fullmatch(url) else ""


def short_when(instant: datetime) -> str:
    """An instant relative to now, for a place where the full form stands nearby."""
    return f"<t:{int(instant.timestamp())}:R>"


def _fitted(text: str, limit: int, hard: int, escape: Callable[[str], str]) -> str:
    """The text cut to its visible limit, and further until its escaped form fits."""
    kept = cut(text, limit)
    shown = escape(kept) if kept else ""
    while len(shown) > hard:
        # An escape at most doubles a character, so half of what is too much can go without fear of cutting too deep.
        limit = min(limit, len(kept)) - max(1, (len(shown) - hard) // 2)
        kept = cut(text, limit)
        shown = escape(kept) if kept else ""
    return shown


def _literal(line: str) -> str:
    """One line with every character that Discord would interpret escaped."""
    start = LINE_START.match(line)
    escaped = MARKUP.sub(_escape, line)
    if start is None:
        return escaped
    return f"{start[0]}\\{escaped[start.end() :]}" if start[0].isdigit() else f"\\{escaped}"


def _escape(found: re.Match[str]) -> str:
    # Discord looks for mentions in the raw text, where a backslash means nothing to it.
    return f"@{ZERO_WIDTH_SPACE}" if found[0] == "@" else f"\\{found[0]}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {_isolated(_linked(row))}" for row in text.split("\n"))


def _linked(row: str) -> str:
    """One line, literally, with its whole addresses in the brackets that keep them from unfurling."""
    shown = ""
    done = 0
    for found in ADDRESS.finditer(row):
        address = found[0].rstrip(SENTENCE_END)
        if SAFE_ADDRESS.fullmatch(address) and "discord" not in address.lower():
            before = row[done : found.start()]
            shown += (_literal(before) if not done else MARKUP.sub(_escape, before)) + f"<{address}>"
            done = found.start() + len(address)
    return shown + (MARKUP.sub(_escape, row[done:]) if done else _literal(row))


def _isolated(text: str) -> str:
    turned = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    return f"{ISOLATE}{text}{END_ISOLATE}" if turned else text


def _calm(text: str) -> str:
    """The text with at most four combining marks in a row."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _belongs(text: str, place: int) -> bool:
    """Whether the character at `place` is part of what stands before it."""
    before, char = text[place - 1], text[place]
    if unicodedata.category(char)[0] == "M" or "\u200d" in (before, char) or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if _is_regional(char) and _is_regional(before):
        start = place
        while start > 0 and _is_regional(text[start - 1]):
            start -= 1
        return (place - start) % 2 == 1
    return "\ud800" <= before <= "\udbff" and "\udc00" <= char <= "\udfff"


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
