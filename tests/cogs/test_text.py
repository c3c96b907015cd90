"""What members write shows as they wrote it, fits, and pings nobody, whatever it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.catalog import visible
from cogs.shared.text import NAMELESS, block, cut, label, plain, short_when, when

SIGNS = "\\`*_~|[]()<>#-+:@.!&/?1 \n\tab…"
texts = st.text(st.sampled_from(SIGNS), max_size=60) | st.text(max_size=60)
fragments = st.lists(
    st.sampled_from(
        [
            *(
                "@everyone",
                "@here",
                "<@1>",
                "<@!1>",
                "<@&1>",
                "<#1>",
                "</cmd:1>",
                "<t:1:F>",
                "<:e:1>",
                "<a:e:1>",
                ":smile:",
            ),
            *("https://a.b/c_d", "http://x.y", "discord.gg/abc", "[a](https://b.c)", "||s||", "**b**", "```py\nx\n```"),
            *(
                "# h",
                "-# s",
                "> q",
                ">>> q",
                "- l",
                "1. l",
                "\n",
                " ",
                "\\",
                "\u202e",
                "\u200b",
                "שלום",
                "e\u0301",
                "🇩🇪",
                "👩‍🎤",
            ),
        ]
    ),
    max_size=12,
).map("".join)
written = texts | fragments

ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
"""How Discord reads a backslash."""


def read(shown: str) -> str:
    """What a reader sees of an escaped text that holds no live markup."""
    return re.sub("[\u200b\u2068\u2069]", "", ESCAPE.sub(r"\1", shown))


def live(shown: str) -> str:
    """What Discord would still interpret: the text without its escaped characters."""
    return ESCAPE.sub("·", shown)


def one_line(text: str) -> str:
    return " ".join(visible(text).split())


def assert_dead(line: str) -> None:
    """No markup, mention or link is left alive in a line."""
    left = live(line).lstrip("\u2068")
    assert not set(left) & set("\\`*_~|[]<"), left
    assert "://" not in left
    assert not re.search(r":[A-Za-z0-9_]+:", left)
    assert not re.match(r"[#>+-]|\d+\.(\s|$)", left), left
    assert not re.search(r"discord(app)?\.", left, re.IGNORECASE)
    # Discord looks for pings in the raw text, escaped or not.
    assert not re.search(r"@(everyone|here)|<@[!&]?\d", line)


@pytest.mark.parametrize(
    "text",
    [
        "# Heading",
        "-# small",
        "> quote",
        ">>> quote",
        "- list",
        "+ list",
        "* list",
        "1. list",
        "1999.",
        "*a* **b** _c_ __d__ ~~e~~",
        "||spoiler||",
        "`code`",
        "```py code```",
        "[text](https://example.com)",
        "x](https://evil.example) [y",
        "@everyone @here",
        "<@123456789012345678> <@!1> <@&1> <#1>",
        "</week open:1> <t:1795629600:F> <id:guide>",
        "<:blob:1> <a:blob:1> :smile: :+1:",
        "https://example.com/a_b",
        "discord.gg/abc DiscordApp.com/invite/abc",
        "¯\\_(ツ)_/¯",
        "back\\slash\\",
    ],
)
def test_markup_shows_as_it_was_typed(text: str) -> None:
    shown = plain(text, 200)
    assert_dead(shown)
    assert read(shown) == text


@given(written, st.integers(1, 80))
@example("1" * 9 + ".", 9)
@example("\\" * 9, 8)
def test_a_line_is_literal_fits_and_pings_nobody(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert "\n" not in shown
    assert_dead(shown)
    seen = read(shown)
    assert len(seen) <= limit
    assert len(shown) <= 2 * limit + 2
    if len(one_line(text)) <= limit:
        assert seen == one_line(text)
    else:
        assert seen.endswith("…")
        assert one_line(text).startswith(seen[:-1])


@given(written, st.integers(1, 80), st.integers(0, 80))
def test_the_hard_limit_holds_with_every_escape(text: str, limit: int, hard: int) -> None:
    assert len(plain(text, limit, hard=hard)) <= hard
    assert len(block(text, limit, hard=hard)) <= hard
    assert_dead(plain(text, limit, hard=hard))


def test_escapes_cost_no_visible_character_that_would_fit() -> None:
    assert len(read(plain("*" * 500, 100, hard=150))) >= 74


def test_a_line_can_stand_inside_markup_of_ours() -> None:
    assert f"**{plain('a**', 80)}**" == "**a\\*\\***"
    assert f"[{plain('](https://evil.example)', 80)}](https://ours.example)".count("](") == 2
    assert_dead(plain("](https://evil.example)", 80))


def test_hidden_and_turning_characters_are_gone() -> None:
    assert plain("a\u200bb\u202ec\u2066d\ufeff\u00ad", 80) == "abcd"


def test_right_to_left_text_is_isolated_from_the_sentence_around_it() -> None:
    assert plain("שלום", 80) == "\u2068שלום\u2069"
    assert plain("Shalom", 80) == "Shalom"


def test_towers_of_accents_are_levelled() -> None:
    assert plain("a" + "\u0301" * 50, 80) == "a" + "\u0301" * 4


def test_a_text_of_several_lines_is_quoted_line_by_line() -> None:
    text = "First *line*\n\n\n\n# not a heading\r\n-# not small"
    assert block(text, 200) == "> First \\*line\\*\n> \n> \\# not a heading\n> \\-# not small"


def test_an_address_in_a_block_stays_a_link_without_unfurling() -> None:
    assert block("See (https://a.example/b_c?d=*e), ok", 200) == "> See (<https://a.example/b_c?d=*e>), ok"


@pytest.mark.parametrize(
    "text",
    [
        "https://discord.gg/abc",
        "https://user@evil.example/x",
        "https://еxample.com/x",  # a Cyrillic е
        "https://a.example/`x`",
        "https://a.example/|x|",
    ],
)
def test_a_doubtful_address_in_a_block_is_no_link(text: str) -> None:
    shown = block(text, 200)
    assert_dead(shown.removeprefix("> "))
    assert read(shown) == f"> {text}"


def test_an_address_that_was_cut_is_no_link_to_elsewhere() -> None:
    assert block("https://a.example/long/path", 15) == "> https\\://a.exam…"


LINK = re.compile(r"<https?://[\w./?#:!$&'()*+,;=%~-]+>", re.IGNORECASE | re.ASCII)


@given(written, st.integers(1, 80), st.integers(1, 5))
def test_a_block_is_literal_fits_and_pings_nobody(text: str, limit: int, lines: int) -> None:
    shown = block(text, limit, lines=lines)
    assert len(shown) <= 2 * limit + 4 * lines
    if not visible(text).strip():
        assert shown == ""
        return
    rows = shown.split("\n")
    assert len(rows) <= lines
    for row in rows:
        assert row.startswith("> ")
        assert_dead(LINK.sub("link", row.removeprefix("> ")) if LINK.search(row) else row.removeprefix("> "))


def test_a_flood_of_lines_is_cut() -> None:
    rows = block("line\n" * 500, 2_000, lines=10).split("\n")
    assert len(rows) == 10
    assert rows[-1] == "> line …"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("abcd", 1, "…"),
        ("abcd", 0, ""),
        ("ab cd", 4, "ab…"),
        ("ae\u0301b", 3, "a…"),
        ("🇩🇪🇫🇷🇩🇪", 4, "🇩🇪…"),
        ("ab👩‍🎤c", 5, "ab…"),
        ("a👍🏽bc", 3, "a…"),
        ("a\\*bc", 3, "a…"),
        ("a\\\\bc", 4, "a\\\\…"),
        ("ab\ud83d\ude00c", 4, "ab…"),
    ],
)
def test_a_cut_keeps_characters_whole(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@given(written, st.integers(0, 80))
def test_a_cut_fits_and_says_that_something_is_missing(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown) <= limit
    assert shown == text if len(text) <= limit else shown[-1:] in ("…", "")


@given(written, st.integers(1, 100))
def test_a_label_is_one_visible_line_and_never_empty(text: str, limit: int) -> None:
    shown = label(text, limit)
    assert 1 <= len(shown) <= limit
    assert shown.strip() == shown
    assert "\n" not in shown
    if len(one_line(text)) <= limit:
        assert shown == (one_line(text) or NAMELESS)


def test_a_label_is_not_escaped() -> None:
    assert label("*Star* [deluxe]") == "*Star* [deluxe]"


def test_an_instant_shows_in_the_readers_own_time() -> None:
    instant = datetime(2026, 11, 25, 18, tzinfo=UTC)
    assert when(instant) == "<t:1795629600:F> (<t:1795629600:R>)"
    assert short_when(instant) == "<t:1795629600:R>"
