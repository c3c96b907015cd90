"""Everything that reads what a stranger wrote, each with what must hold whatever that is.

Nothing but the typed refusals comes out of a parser, what it takes is within the bounds of whoever gets it next (the
database's numbers, Discord's lengths), and what it writes it reads back. `python -m tests.fuzz` tries them for minutes;
every run of the tests tries each a little, and again what ever went wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from bot.domain.catalog import canonical_url, find_link, parse_link, parse_track_list, readable, understand, visible
from bot.domain.club.entries import SCORES, read_score
from bot.domain.club.rules import BOUNDS, Rules, change_rule
from bot.domain.errors import Refusal
from bot.domain.listening.accounts import SealBroken
from bot.domain.listening.periods import period_suggestions, read_period
from bot.domain.pictures.collages import LARGEST, SMALLEST, read_size
from bot.domain.posts import check_comment, read_position
from bot.domain.secret_keys import KeyFault, SecretKey, new_key, read_keys
from bot.domain.timewords import parse_duration, parse_when, when_suggestions
from bot.providers.vault import SecretVault
from bot.services.catalog.fields import read_cover, read_year
from bot.services.library.plans import read_day
from cogs.club.parts.ballot import read_state, write_state
from cogs.club.parts.hosts import Proposal
from cogs.club.reading import read_slot, shift
from cogs.shared.dynamic import ANY_VERSION, ARGUMENT, TEMPLATE, decode_key, encode_key, read_key
from cogs.shared.text import plain
from tests.factories.histories import SMALL
from tests.providers.test_exports_hostile import checked

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Africa/Cairo")]
BIGINT = range(1 << 63)
"""The snowflakes that the database has room for."""

CRUMBS = st.sampled_from(
    [
        *(
            "https://",
            "http://",
            "open.spotify.com/album/",
            "spotify:album:",
            "/intl-de/",
            "music.apple.com/us/album/x/",
        ),
        *(
            "x.bandcamp.com/album/",
            "youtu.be/",
            "www.youtube.com/playlist?list=OLAK5uy_",
            "last.fm/music/",
            "deezer.com/",
        ),
        *(
            "4aawyAB9vmqN3uQ7FjRGTy",
            "?si=",
            "%00",
            "%2F",
            "%",
            "&",
            "#",
            "@",
            ":",
            "//",
            "[",
            "](",
            ")",
            "<",
            ">",
            "\\",
        ),
        *("1:23", "0:00", "1:02:03", "99:99", "12.", "A1 ", "- ", "– ", "\t", "\n", " by ", "(2007)", '"', "«", "…"),
        *("in", "next", "wed", "tomorrow", "25.11.", "2026-02-29", "9999-12-31", "19:00", "7pm", "24:00", "+90m", "1h"),
        *("month", "week", "ever", "nov 2025", "0001", "2026-W53", "-", "+", ",", ".", "/", "^", "_", "0", "-0", "1e9"),
        *(
            "nan",
            "snan",
            "sNaN1",
            "infinity",
            "1e999999",
            "0x1",
            "1_0",
            "٣",
            "²",
            "Ⅷ",
            "９",
            "on",
            "off",
            "3x3",
            "half",
        ),
        *(
            "\u200b",
            "\u202e",
            "\ufeff",
            "\0",
            "\x1f",
            "\u2028",
            "ß",
            "İ",
            "e\u0301",
            "👩‍👩‍👧",
            "\U000e0041",
            "@everyone",
            "<@1>",
        ),
        *(
            "9" * 19,
            "9" * 20,
            "9" * 80,
            "zzzzzzzzzzzzz",
            "zzzzzzzzzzzzzzzzzzzz",
            "a" * 26,
            "7" * 26,
            "1:vote:-:",
            "2:x:-",
        ),
    ]
)
TEXT = st.lists(CRUMBS | st.text(max_size=4), max_size=9).map("".join) | st.text(max_size=80)
LONG = st.builds(
    lambda piece, times: (piece * times)[:6_000],  # what Discord takes at most
    CRUMBS | st.text(min_size=1, max_size=3),
    st.integers(1, 1_300),
)


@dataclass(frozen=True)
class Parser:
    """One way in for what a stranger wrote."""

    name: str
    words: st.SearchStrategy[Any]
    holds: Callable[[Any], None]
    """Raises for anything that must not be; a typed refusal is caught inside."""
    quick: int = 25
    """Examples in every run of the tests."""


PARSERS: list[Parser] = []


def parser(
    words: st.SearchStrategy[Any], *, quick: int = 25
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Put a property on the list, under its own name."""

    def listed(holds: Callable[[Any], None]) -> Callable[[Any], None]:
        PARSERS.append(Parser(holds.__name__, words, holds, quick))
        return holds

    return listed


@parser(TEXT | LONG)
def links(text: str) -> None:
    find_link(text)
    with suppress(Refusal):
        link = parse_link(text)
        if link is not None:
            assert link.url.startswith("https://")
            assert len(link.url) <= 512
            assert not re.search(r"[\s\\<>\"`\u200b\u202e\0]", link.url)
            readable(link)
            again = parse_link(canonical_url(link))
            assert again is not None
            assert (again.service, again.kind, again.external_id) == (link.service, link.kind, link.external_id)


@parser(TEXT | LONG)
def albums(text: str) -> None:
    with suppress(Refusal):
        found = understand(text)
        assert found.title or found.link
        assert "\n" not in found.title + found.artist
        assert visible(found.title + found.artist) == found.title + found.artist


@parser(TEXT | LONG)
def track_lists(text: str) -> None:
    with suppress(Refusal):
        lines = parse_track_list(text)
        assert [line.position for line in lines] == list(range(1, len(lines) + 1))
        assert all(len(line.title) <= 500 and (line.duration_ms or 0) < 1 << 31 for line in lines)


@parser(st.tuples(TEXT | LONG, st.sampled_from(ZONES)))
def instants(given: tuple[str, ZoneInfo]) -> None:
    text, zone = given
    with suppress(Refusal):
        assert parse_when(text, zone, NOW) > NOW
    for words, value in when_suggestions(text, zone, NOW):
        assert 0 < len(words) <= 100
        assert 0 < len(value) <= 100


@parser(TEXT | LONG)
def durations(text: str) -> None:
    with suppress(Refusal):
        assert parse_duration(text) > timedelta(0)
    with suppress(Refusal):
        NOW + shift(text)  # pyright: ignore[reportUnusedExpression]


@parser(st.tuples(TEXT | LONG, st.sampled_from(ZONES)))
def periods(given: tuple[str, ZoneInfo]) -> None:
    text, zone = given
    with suppress(Refusal):
        period = read_period(text, zone, NOW)
        assert period.since is None or period.since <= NOW
        assert read_period(period.key, zone, NOW) == period
    period_suggestions(text, zone, NOW)


@parser(TEXT | LONG)
def moments(text: str) -> None:
    for length in (None, 0, 185_000):
        with suppress(Refusal):
            position = read_position(text, length)
            assert position is None or 0 <= position < 1 << 31
            assert position is None or length is None or position <= length + 500
    with suppress(Refusal):
        assert 0 < len(check_comment(text)) <= 2_000


@parser(st.tuples(TEXT | LONG, st.sampled_from([*sorted(BOUNDS), "guide", "layout", "pick", "nothing"])))
def settings_of_hosts(given: tuple[str, str]) -> None:
    text, name = given
    with suppress(Refusal):
        changed = change_rule(Rules(), name, text)
        assert name not in BOUNDS or BOUNDS[name][0] <= getattr(changed, name) <= BOUNDS[name][1]
    with suppress(Refusal):
        read_slot(text)


@parser(TEXT | LONG)
def small_fields(text: str) -> None:
    with suppress(Refusal):
        assert read_score(text) in SCORES
    with suppress(Refusal):
        year = read_year(text)
        assert year is None or 1000 <= year <= 2999
    with suppress(Refusal):
        assert (read_cover(text) or "https://").startswith("https://")
    with suppress(Refusal):
        read_day(text)
    size = read_size(text)
    assert size is None or all(SMALLEST <= one <= LARGEST for one in size)


@parser(TEXT)
def shown_texts(text: str) -> None:
    shown = plain(text, 80)
    assert len(shown) <= 162
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)@(?:everyone|here)", shown.replace("@\u200b", ""))


IDS = st.from_regex(ARGUMENT, fullmatch=True) | st.from_regex(TEMPLATE, fullmatch=True) | TEXT


@parser(IDS)
def custom_ids(text: str) -> None:
    found = re.fullmatch(TEMPLATE, text)
    assert found is None or not re.fullmatch(ANY_VERSION, text)
    if found is not None and found["key"] != "-":
        with suppress(Refusal):
            key = decode_key(found["key"])
            assert decode_key(encode_key(key)) == key
    with suppress(Refusal):
        assert isinstance(read_key(text), UUID)
    with suppress(Refusal):
        page, numbers = read_state(text[:80], 5)
        assert len(numbers) == 5
        assert read_state(write_state(page, numbers), 5) == (page, numbers)


@parser(IDS | st.lists(st.text("0123456789abcxyz_-+ .", max_size=20), min_size=4, max_size=4).map(".".join))
def proposals(text: str) -> None:
    with suppress(Refusal):
        proposal = Proposal.read(text[:80])
        for number in (proposal.channel_id, proposal.host_role_id, proposal.reminder_role_id):
            assert number is None or number in BIGINT
        assert Proposal.read(proposal.write()) == proposal


KEY = SecretKey(bytes(range(32)))
SEALED = SecretVault([KEY]).seal("a token", place="accounts:1")


@parser(
    st.binary(max_size=90)
    | st.builds(lambda at, bit: SEALED[:at] + bytes([SEALED[at] ^ bit]) + SEALED[at + 1 :],
                st.integers(0, len(SEALED) - 1), st.integers(1, 255))
    | st.integers(0, len(SEALED) - 1).map(lambda end: SEALED[:end])
)  # fmt: skip
def sealed_tokens(content: bytes) -> None:
    vault = SecretVault([KEY])
    with pytest.raises(SealBroken) as broken:
        vault.open(content, place="accounts:1")
    assert "a token" not in str(broken.value)


@parser(TEXT | LONG)
def keys(text: str) -> None:
    with suppress(KeyFault):
        assert all(len(key.raw) == 32 for key in read_keys(text))
    key = new_key()
    assert read_keys(f" {key.text}, ") == (key,)


NOISE = (
    st.binary(max_size=12) | TEXT.map(str.encode) | st.sampled_from([b"[" * 300, b'{"a":' * 300, b"1e999", b"\\ud800"])
)
SPOILS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), NOISE), max_size=6)


@parser(st.tuples(st.sampled_from(sorted(SMALL)), SPOILS), quick=40)
def imports_of_listens(given: tuple[str, list[tuple[float, int, bytes]]]) -> None:
    name, spoils = given
    content = SMALL[name]
    for place, gone, noise in spoils:
        at = int(place * len(content))
        content = content[:at] + noise + content[at + gone :]
    checked(content)


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    *("ts", "endTime", "artistName", "trackName", "msPlayed", "ms_played", "master_metadata_track_name"),
    *("master_metadata_album_artist_name", "master_metadata_album_album_name", "spotify_track_uri", "listened_at"),
    *("track_metadata", "track_name", "artist_name", "release_name", "additional_info", "offline_timestamp"),
)


@parser(st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=9), max_size=3), quick=40)
def rows_of_listens(rows: list[dict[str, Any]]) -> None:
    checked(json.dumps(rows).encode())
    checked("\n".join(map(json.dumps, rows)).encode())
