"""Discord's flavour of Markdown, read the way a member's client reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

NameOf = Callable[[str, str], str]
"""Gives the shown name for a kind ("user", "role" or "channel") and an id."""

SpanKind = Literal[
    "text", "strong", "em", "underline", "strike", "spoiler", "code", "link", "mention", "emoji", "time"
]  # fmt: skip
BlockKind = Literal["text", "heading", "subtext", "quote", "bullet", "code"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of inline text: a leaf has `text`, a formatted run has `children`, a link its `target`."""

    kind: SpanKind
    text: str = ""
    children: tuple[Span, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One line, or one fenced block of code; `level` is the rank of a heading or the depth of a bullet."""

    kind: BlockKind
    spans: tuple[Span, ...]
    level: int = 0


_FENCE = re.compile(r"```(?:[\w+-]*\n)?(.*?)```", re.DOTALL)
_PREFIX = re.compile(r"(?P<heading>#{1,3}) +|(?P<subtext>-#) +|(?P<quote>>) |(?P<indent> *)(?P<bullet>[-*]) +")
_INLINE = re.compile(
    r"""
      \\(?P<escaped>[^0-9A-Za-z\s])
    | (?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)
    | <@!?(?P<user>\d+)> | <@&(?P<role>\d+)> | <\#(?P<channel>\d+)>
    | <a?:(?P<emoji>\w+):\d+>
    | <t:(?P<time>-?\d{1,13})(?::(?P<style>[tTdDfFRsS]))?>
    | </(?P<command>[^:<>]+):\d+>
    | \[(?P<label>(?:\\.|[^\[\]\\])+)\]\(<?(?P<target>https?://[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\)
    | <?(?P<url>https?://[^\s<>]*[^\s<>.,:;"'\])])>?
    | \*\*(?P<strong>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<underline>(?:\\.|[^\\])+?)__(?!_)
    | ~~(?P<strike>.+?)~~
    | \|\|(?P<spoiler>.+?)\|\|
    | \b_(?P<em>(?:__|\\.|[^\\_])+?)_\b
    | \*(?=\S)(?P<star>(?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)
    """,
    re.VERBOSE,
)
_NESTING: dict[str, SpanKind] = {
    "strong": "strong",
    "underline": "underline",
    "strike": "strike",
    "spoiler": "spoiler",
    "em": "em",
    "star": "em",
}
_SIGILS = {"user": "@", "role": "@", "channel": "#"}
# Nobody nests emphasis this deep; a line of nothing but asterisks would.
_DEEPEST = 8
_UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60))
_TIME_STYLES = {
    "t": "%H:%M UTC",
    "T": "%H:%M:%S UTC",
    "d": "%Y-%m-%d",
    "D": "%-d %B %Y",
    "f": "%-d %B %Y %H:%M UTC",
    "F": "%A, %-d %B %Y %H:%M UTC",
    "s": "%Y-%m-%d %H:%M UTC",
    "S": "%Y-%m-%d %H:%M:%S UTC",
}


def read_blocks(text: str, name_of: NameOf, now: datetime | None = None) -> list[Block]:
    """Read a text into lines and fenced blocks; without `now` a relative time is shown as its date."""
    blocks: list[Block] = []
    end = 0
    for fence in _FENCE.finditer(text):
        blocks += _lines(text[end : fence.start()].removesuffix("\n"), name_of, now)
        blocks.append(Block("code", (Span("text", fence[1].removesuffix("\n")),)))
        end = fence.end() + text.startswith("\n", fence.end())
    return blocks + list(_lines(text[end:], name_of, now))


def read_spans(text: str, name_of: NameOf, now: datetime | None = None, depth: int = 0) -> tuple[Span, ...]:
    """Read the inline formatting of one line: emphasis, code, links, mentions, times, escapes."""
    if depth > _DEEPEST:
        return (Span("text", text),)
    spans: list[Span] = []
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            spans.append(Span("text", text[end : match.start()]))
        spans.append(_span(match, name_of, now, depth + 1))
        end = match.end()
    if end < len(text):
        spans.append(Span("text", text[end:]))
    return tuple(spans)


def plain(text: str, name_of: NameOf, now: datetime | None = None) -> str:
    """Give a text as a reader hears it: markers gone, names and dates in the place of mentions and timestamps."""
    return "\n".join(map(_plain_block, read_blocks(text, name_of, now)))


def time_text(moment: datetime, style: str = "f", now: datetime | None = None) -> str:
    """Show an aware time as Discord's client would in UTC; style R is relative to `now` and else a date."""
    if style == "R" and now is not None:
        return _relative((moment - now).total_seconds())
    # Without padding, and without the platform's own ways to ask for that.
    pattern = _TIME_STYLES.get(style, _TIME_STYLES["f"]).replace("%-d", str(moment.astimezone(UTC).day))
    return moment.astimezone(UTC).strftime(pattern)


def _lines(text: str, name_of: NameOf, now: datetime | None) -> Iterator[Block]:
    for line in text.split("\n") if text else ():
        prefix = _PREFIX.match(line)
        if prefix is None:
            yield Block("text", read_spans(line, name_of, now))
            continue
        spans = read_spans(line[prefix.end() :], name_of, now)
        if prefix["heading"]:
            yield Block("heading", spans, len(prefix["heading"]))
        elif prefix["bullet"]:
            yield Block("bullet", spans, len(prefix["indent"]) // 2)
        else:
            yield Block("subtext" if prefix["subtext"] else "quote", spans)


def _span(match: re.Match[str], name_of: NameOf, now: datetime | None, depth: int) -> Span:
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    for name, kind in _NESTING.items():
        if name in found:
            return Span(kind, children=read_spans(found[name], name_of, now, depth))
    for name, sigil in _SIGILS.items():
        if name in found:
            return Span("mention", sigil + name_of(name, found[name]))
    if "time" in found:
        return Span("time", _shown_time(int(found["time"]), found.get("style", "f"), now) or match[0])
    if "target" in found:
        return Span("link", children=read_spans(found["label"], name_of, now, depth), target=found["target"])
    if "url" in found:
        return Span("link", children=(Span("text", found["url"]),), target=found["url"])
    if "code" in found:
        return Span("code", found["code"])
    if "command" in found:
        return Span("mention", "/" + found["command"])
    if "emoji" in found:
        return Span("emoji", f":{found['emoji']}:")
    return Span("text", found["escaped"])


def _shown_time(seconds: int, style: str, now: datetime | None) -> str | None:
    try:
        return time_text(datetime.fromtimestamp(seconds, UTC), style, now)
    except (OverflowError, ValueError, OSError):  # a moment no calendar has is shown as it was written
        return None


def _relative(seconds: float) -> str:
    size = abs(seconds)
    unit, length = next(((unit, length) for unit, length in _UNITS if size >= length), ("second", 1))
    count = round(size / length)
    amount = f"{count} {unit}" + ("" if count == 1 else "s")
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def _plain_block(block: Block) -> str:
    words = "".join(map(_plain_span, block.spans))
    if block.kind == "bullet":
        return "  " * block.level + "• " + words
    return f"> {words}" if block.kind == "quote" else words


def _plain_span(span: Span) -> str:
    words = span.text + "".join(map(_plain_span, span.children))
    if span.kind == "spoiler":
        return f"[spoiler: {words}]"
    if span.kind == "link" and words != span.target:
        return f"{words} → {span.target}"
    return words
