"""Files that somebody spoiled or made to do harm: a refusal or refused rows, and never much memory or time."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.listening.imports import ListenFileRefused, RefusedRow, Unfit
from bot.domain.listening.plays import Told
from bot.providers.exports import entries
from bot.providers.exports.reader import ExportFiles
from tests.factories.histories import SMALL, account_row, as_json, extended_row, lines, listen, zipped

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OK = as_json(account_row())


def read(content: bytes) -> list[Told | RefusedRow] | str:
    """Every row, or the reason of the refusal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            return list(ExportFiles().open(path, now=NOW).rows(zone=UTC))
        except ListenFileRefused as refusal:
            return refusal.reason


def checked(content: bytes) -> list[Told | RefusedRow] | str:
    """The same; every play is one that the tables take."""
    found = read(content)
    for row in found if isinstance(found, list) else []:
        if isinstance(row, RefusedRow):
            assert isinstance(row.why, Unfit)
            assert len(row.what) <= 120
            continue
        assert isinstance(row, Told)
        for name in (row.artist, row.title):
            assert 0 < len(name) <= 500
            assert name == name.strip()
        assert "\0" not in row.artist + row.title + row.album
        assert (row.artist + row.title + row.album + row.track_ref).encode()
        assert row.started_at.tzinfo is UTC
        assert row.started_at <= NOW.replace(hour=13)
        assert row.played is None or row.played.days <= 1
    return found


# --- anything at all ------------------------------------------------------------------------------------------------

NOISE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"[" * 200, b'{"a":' * 200, b"\0", b'"', b"\\", b"\xff\xfe", b"9" * 400, b"1e999", b"\xed\xa0\x80"]
    ),
    st.sampled_from([b"\\ud800", b"\n", b",,,,", b"NaN", b"-0", b"PK\x03\x04", b"]}]}", b"null", b'""', b"\x1a"]),
)
SPOIL = st.tuples(st.floats(0, 1), st.integers(0, 30), NOISE)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.lists(SPOIL, max_size=5), st.floats(0, 1))
def test_a_spoiled_file_is_refused_or_read_and_never_anything_else(
    name: str, spoils: list[tuple[float, int, bytes]], end: float
) -> None:
    content = SMALL[name]
    for place, gone, noise in spoils:
        at = int(place * len(content))
        content = content[:at] + noise + content[at + gone :]
    checked(content[: int(len(content) * (1 - end * end / 2))])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.randoms(use_true_random=False))
def test_shuffled_pieces_are_refused_or_read(name: str, random: object) -> None:
    content = SMALL[name]
    pieces = [content[start : start + 17] for start in range(0, len(content), 17)]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    checked(b"".join(pieces))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(content: bytes) -> None:
    checked(content)


Value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_value_in_any_field_is_refused_or_read(data: st.DataObject) -> None:
    kinds: dict[str, Callable[[], dict[str, object]]] = {"a": account_row, "e": extended_row, "l": listen}
    kind = data.draw(st.sampled_from(sorted(kinds)))
    row = kinds[kind]()
    for field in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=3)):
        row[field] = data.draw(Value)
    checked(as_json([kinds[kind](), row]) if kind != "l" else lines(listen(), row))


# --- bombs ----------------------------------------------------------------------------------------------------------


def grown(content: Callable[[], bytes]) -> tuple[object, float]:
    """What reading came to, and how many megabytes that took at its height, the file itself left out."""
    body = content()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        found = read(body)
        return found, (tracemalloc.get_traced_memory()[1] - before) / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 2_000_000,
        b'{"a":' * 500_000,
        b"[" + OK + b',{"endTime":' + b"[" * 500_000,
        b"[" + OK + b"," + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]",
        b"[" + OK + b',{"x":"' + b"]" * 60_000 + b'","y":' + b"[" * 60_000 + b"]" * 60_000 + b"}]",
        b"[" + OK + b',{"x":"' + b"a" * 12_000_000 + b'"}]',
        b"[" + OK + b",[" + b"1," * 4_500_000 + b"1]]",
        b"[" + OK.replace(b"180000", b"9" * 20_000) + b"]",
        b"artist,album,track,time\nMoth,A,Lamp,01 Mar 2024 20:15\n" + b"x" * 12_000_000,
        b"artist,album,track,time\nMoth,A,Lamp,01 Mar 2024 20:15\n" + b'"' + b"xxxxxxxx\n" * 14_500,
        lines(listen()) + b"[" * 3_000_000 + b"\n" + b'{"a":"' + b"b" * 4_000_000 + b'"}\n',
    ],
    ids=lambda body: repr(body[:30]) + str(len(body)),
)
def test_a_bomb_takes_little_memory(bomb: bytes) -> None:
    found, megabytes = grown(lambda: bomb)
    assert found == "unreadable" or (isinstance(found, list) and len(found) < 200), found
    assert megabytes < 60, "eight of a row that nobody needs, in a few copies"


def test_memory_does_not_grow_with_the_file() -> None:
    def history(days: int) -> bytes:
        rows = (
            account_row(f"Song {n % 500}", f"20{10 + d // 336:02}-{d // 28 % 12 + 1:02}-{d % 28 + 1:02} 10:{n % 60:02}")
            for d in range(days)
            for n in range(60)
        )
        return b"[" + b",".join(as_json(row) for row in rows) + b"]"

    def height(days: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(history(days))
            tracemalloc.start()
            try:
                rows = sum(1 for _ in ExportFiles().open(path, now=NOW).rows(zone=UTC))
                assert rows == days * 60
                return tracemalloc.get_traced_memory()[1] / 1e6
            finally:
                tracemalloc.stop()

    height(20)  # names are remembered
    small, large = height(20), height(120)
    assert large < small + 1.0, (small, large)


# --- archives that no export is -------------------------------------------------------------------------------------


def flagged(content: bytes, *, at: int, value: int) -> bytes:
    """The archive with a number of its central directory's first entry changed."""
    place = content.index(b"PK\x01\x02") + at
    return content[:place] + value.to_bytes(2, "little") + content[place + 2 :]


def with_a_link_out(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), SMALL["spotify_account"])
    return content.getvalue()


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (zipped({}), "empty"),
        (zipped({"folder/": b"", "other/": b""}), "empty"),
        (zipped({"Userdata.json": b'{"a": 1}', "note.txt": b"hello"}), "no_history"),
        (zipped({"inner.zip": zipped({"a.json": SMALL["spotify_account"]})}), "nested"),
        (zipped({"a.json": SMALL["spotify_account"], "harmless.json": zipped({"x": b"y"})}), "nested"),
        (with_a_link_out("../../etc/passwd"), "paths"),
        (with_a_link_out("/etc/passwd"), "paths"),
        (with_a_link_out("a/../../b.json"), "paths"),
        (with_a_link_out("..\\b.json"), "paths"),
        (with_a_link_out("C:\\b.json"), "paths"),
        (zipped({f"{n}.json": b"[]" for n in range(1_001)}), "many"),
        (zipped({"a.json": b"[" + b" " * 3_000_000 + b"]"}), "packed"),
        (flagged(zipped({"a.json": SMALL["spotify_account"]}), at=8, value=1), "locked"),
        (flagged(zipped({"a.json": SMALL["spotify_account"]}), at=10, value=99), "unreadable"),
        (zipped({"a.json": SMALL["spotify_account"] * 50})[:-60], "unreadable"),
        (b"PK\x03\x04" + b"x" * 100, "unreadable"),
    ],
)
def test_an_archive_that_is_no_export_is_refused(archive: bytes, reason: str) -> None:
    assert read(archive) == reason


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    body = zipped({"a.json": SMALL["spotify_account"]}, packed=False)
    place = body.index(b"PK\x01\x02") + 24
    lying = body[:place] + (entries.MOST_UNPACKED + 1).to_bytes(4, "little") + body[place + 4 :]
    assert read(lying) == "unpacked"


def test_an_archive_that_claims_less_than_it_holds_is_read_no_further_than_it_claims() -> None:
    body = zipped({"a.jsonl": lines(*(listen(f"Song {n}") for n in range(2_000)))})
    place = body.index(b"PK\x01\x02") + 24
    found = read(body[:place] + (100_000).to_bytes(4, "little") + body[place + 4 :])
    assert isinstance(found, list)
    assert 300 < len(found) < 700
    assert isinstance(found[-1], RefusedRow)
    assert found[-1].why is Unfit.BROKEN_OFF


def test_a_list_of_contents_of_any_length_is_not_even_read() -> None:
    body = zipped({"a.json": SMALL["spotify_account"]})
    place = body.index(b"PK\x05\x06")
    assert read(body[: place + 12] + (2_000_000).to_bytes(4, "little") + body[place + 16 :]) == "many"


def test_a_damaged_entry_gives_what_it_had_and_says_where() -> None:
    body = bytearray(zipped({"a.jsonl": lines(*(listen(f"Song {n}") for n in range(2_000)))}, packed=False))
    at = bytes(body).index(b"Song 1500")
    body[at : at + 4] = b"Bong"
    found = read(bytes(body))
    assert isinstance(found, list)
    assert isinstance(found[-1], RefusedRow)
    assert (found[-1].why, found[-1].place) == (Unfit.BROKEN_OFF, "a.jsonl")
