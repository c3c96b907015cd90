"""Scrobbles in CSV, whoever wrote them: columns by their names, or the one known order where they have none."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.listening.imports import ListenFileRefused, Unfit
from bot.domain.listening.plays import Source
from bot.providers.exports.entries import Damaged, Entry, RowTooLong
from bot.providers.exports.rows import Desk, Row, clean, ref_of
from bot.providers.exports.times import Written, read_time

DELIMITERS = (",", ";", "\t")
SIGNS = re.compile(r"[\W_]+")
ARTISTS = frozenset({"artist", "artistname", "artists", "trackartist", "performer"})
TITLES = frozenset({"track", "trackname", "tracktitle", "song", "songname", "songtitle", "title", "name"})
ALBUMS = frozenset({"album", "albumname", "albumtitle", "release", "releasename"})
TIMES = frozenset(
    {
        "uts", "utctime", "utc", "datetime", "date", "dateuts", "datetext", "dateandtime", "time", "timestamp",
        "unixtimestamp", "playedat", "listenedat", "scrobbledat", "scrobbletime", "scrobbledate", "ts", "localtime",
    }
)  # fmt: skip
REFS = frozenset({"trackmbid", "recordingmbid"})
KNOWN_ORDER = ("artist", "album", "title", "time")
"""Of files without a header: there is one widespread program that writes them."""
EIGHT = ("uts", "utc_time", "artist", "artist_mbid", "album", "album_mbid", "track", "track_mbid")
SAMPLE_ROWS = 60
ROUND_ROWS = 3
"""When so many times in a row or more all have the second 0, the file tells minutes."""

Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in which column."""

    delimiter: str
    width: int
    header: bool
    artist: int
    title: int
    time: int
    album: int | None = None
    ref: int | None = None
    utc: bool = False
    """Times without a zone are in UTC: the header says so."""
    local: bool = False
    """Times have no zone."""
    minute: bool = False
    """Times tell minutes."""


def layout_of(text: str) -> Layout:
    """What stands in which column of a file that begins so. Raises `ListenFileRefused`."""
    delimiter = max(DELIMITERS, key=lambda each: text.partition("\n")[0].count(each))
    rows = _beginning(text, delimiter)
    if not rows:
        raise ListenFileRefused("empty")
    head = [SIGNS.sub("", cell.partition("#")[0].casefold()) for cell in rows[0]]
    if ARTISTS & set(head) and TITLES & set(head):
        return _by_header(head, rows[1:], delimiter)
    return _by_order(rows, delimiter)


def read_csv(entry: Entry, layout: Layout, desk: Desk, heard: Heard) -> Iterator[Row]:
    """The rows of a file; the line of each is the one it begins on."""
    try:
        with entry.reading(heard) as (stream, metered):
            text = io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
            reader = csv.reader(text, delimiter=layout.delimiter)
            skipped = not layout.header
            while True:
                desk.line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error:  # a cell without an end; the reader goes on behind it
                    metered.row_ended()
                    yield desk.refuse(Unfit.UNREADABLE)
                    continue
                metered.row_ended()
                if cells is None:
                    return
                if cells and skipped:
                    yield _row(desk, layout, cells)
                skipped = skipped or bool(cells)
    except (RowTooLong, UnicodeError, *Damaged):
        yield desk.refuse(Unfit.BROKEN_OFF)


def _row(desk: Desk, layout: Layout, cells: Sequence[str]) -> Row:
    if len(cells) != layout.width or any("\n" in cells[place] for place in (layout.artist, layout.title)):
        return desk.refuse(Unfit.UNREADABLE)
    artist, title = cells[layout.artist], cells[layout.title]
    album = cells[layout.album] if layout.album is not None else ""
    if any("\udc80" <= char <= "\udcff" for text in (artist, title, album) if not text.isascii() for char in text):
        return desk.refuse(Unfit.ENCODING)
    artist, title = clean(artist), clean(title)
    written = cells[layout.time].strip()
    if not written:
        return desk.refuse(Unfit.UNDATED, artist, title)
    time = read_time(written)
    if time is None:
        return desk.refuse(Unfit.BAD_TIME, artist, title)
    minute = layout.minute or not time.seconds
    return desk.told(
        Source.LASTFM_FILE,
        artist,
        title,
        time.at.replace(second=0, microsecond=0) if minute else time.at,
        album=clean(album),
        minute=minute,
        track_ref=ref_of(cells[layout.ref]) if layout.ref is not None else "",
    )


def _beginning(text: str, delimiter: str) -> list[list[str]]:
    """The first rows; the last one may be cut off and is left out where there are others."""
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if cells:
                rows.append(cells)
            if len(rows) == SAMPLE_ROWS:
                return rows
    except csv.Error:
        pass
    return rows


def _by_header(head: list[str], rows: list[list[str]], delimiter: str) -> Layout:
    if not rows:
        raise ListenFileRefused("empty")

    def place(names: frozenset[str]) -> int | None:
        return next((at for at, name in enumerate(head) if name in names), None)

    artist, title = place(ARTISTS), place(TITLES)
    assert artist is not None, "asked before"
    assert title is not None, "asked before"
    times = [at for at, name in enumerate(head) if name in TIMES]
    if not times:
        raise ListenFileRefused("no_times")
    ranked = [(_rank(head[at], found := _written(rows, at, len(head))), at, found) for at in times]
    rank, time, found = min(ranked, key=lambda each: each[:2])
    if not found:
        raise ListenFileRefused("no_times")
    return Layout(
        delimiter,
        len(head),
        True,
        artist,
        title,
        time,
        place(ALBUMS),
        place(REFS),
        utc=rank == 2,
        local=rank == 3,
        minute=_round(found),
    )


def _rank(name: str, found: list[Written]) -> int:
    """How sure a column's times are: counts of seconds, then those with a zone, then those said to be UTC."""
    if not found:
        return 4
    if all(each.number for each in found):
        return 0
    if not any(each.local for each in found):
        return 1
    return 2 if "utc" in name else 3


def _by_order(rows: list[list[str]], delimiter: str) -> Layout:
    """The layout of a file without a header. Raises `ListenFileRefused`."""
    widths = [len(cells) for cells in rows]
    width = max(set(widths), key=widths.count)
    if width < 2:
        raise ListenFileRefused("no_history")
    if width == len(EIGHT) and _mostly(rows, 0, width) and all(each.number for each in _written(rows, 0, width)):
        return Layout(delimiter, width, False, 2, 6, 0, 4, 7)
    dated = [at for at in range(width) if _mostly(rows, at, width)]
    shift = width - len(KNOWN_ORDER)
    if not dated:
        raise ListenFileRefused("no_history")
    if shift not in (0, 1) or dated[-1] != width - 1 or (shift and not _counts(rows, width)):
        raise ListenFileRefused("no_header")
    artist, album, title, time = (KNOWN_ORDER.index(name) + shift for name in ("artist", "album", "title", "time"))
    found = _written(rows, time, width)
    local = any(each.local for each in found)
    return Layout(delimiter, width, False, artist, title, time, album, local=local, minute=_round(found))


def _written(rows: list[list[str]], at: int, width: int) -> list[Written]:
    """The times of a column that can be read."""
    return [time for cells in rows if len(cells) == width and (time := read_time(cells[at])) is not None]


def _mostly(rows: list[list[str]], at: int, width: int) -> bool:
    """Whether most of what stands in a column are times, and times of plays: small numbers are none."""
    filled = sum(bool(cells[at].strip()) for cells in rows if len(cells) == width)
    times = [each for each in _written(rows, at, width) if not each.number or each.at.year > 1970]
    return bool(times) and len(times) * 10 >= filled * 8


def _counts(rows: list[list[str]], width: int) -> bool:
    """Whether the first column numbers the rows."""
    cells = [row[0].strip() for row in rows if len(row) == width]
    return bool(cells) and all(cell.isdecimal() for cell in cells)


def _round(found: list[Written]) -> bool:
    """Whether the times tell minutes, though they may be written with seconds."""
    return len(found) >= ROUND_ROWS and all(each.at.second == 0 for each in found)
