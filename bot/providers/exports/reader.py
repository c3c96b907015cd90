"""Files of listening history, recognised by what stands in them, whatever they are called."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from bot.domain.listening.imports import FileKind, ListenFileRefused
from bot.providers.exports import json_files as shapes
from bot.providers.exports.csv_files import Layout, layout_of, read_csv
from bot.providers.exports.entries import BYTE_ORDER_MARK, ZIP_MARK, Entry, entries_of
from bot.providers.exports.json_files import Heard, Item, Reader, read_items, read_lines, read_pages
from bot.providers.exports.rows import Desk, Row

OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
LONGEST_CHARACTER = 4
PlayRows = Callable[[Desk, Heard], Iterator[Row]]
LISTS = frozenset({"scrobbles", "listens", "recenttracks"})
"""The keys under which objects hold a history."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that holds a history: what it is, and how it is read."""

    entry: Entry
    kind: FileKind
    read: PlayRows
    local: bool = False


class ExportFile:
    """One file of listening history, or an archive of several; fulfils `ListenFile`."""

    def __init__(self, parts: tuple[Part, ...], ignored: tuple[str, ...], now: datetime) -> None:
        self.kinds = tuple(dict.fromkeys(part.kind for part in parts))
        self.local = any(part.local for part in parts)
        self.ignored = ignored
        self._parts = parts
        self._now = now
        self._size = sum(part.entry.size for part in parts)
        self._heard = 0

    @property
    def share(self) -> float:
        """How much of it was read, from 0 to 1."""
        return min(1.0, self._heard / self._size) if self._size else 1.0

    def rows(self, *, zone: tzinfo) -> Iterator[Row]:
        """Every row from the beginning: a play, or why it is none."""
        self._heard = 0
        for part in self._parts:
            yield from part.read(Desk(self._now, zone if part.local else UTC, part.entry.place), self._hear)

    def _hear(self, size: int) -> None:
        self._heard += size


class ExportFiles:
    """Reads the exports that people can have of their listening; fulfils `ListenFiles`."""

    def open(self, path: Path, *, now: datetime) -> ExportFile:
        """What a file is, told by its content. Raises `ListenFileRefused`."""
        entries = entries_of(path)
        if len(entries) == 1 and not entries[0].place:
            return ExportFile((part_of(entries[0]),), (), now)
        parts: list[Part] = []
        ignored: list[str] = []
        for entry in entries:
            if entry.beginning().startswith(ZIP_MARK):
                raise ListenFileRefused("nested", entry.place[:100])
            try:
                parts.append(part_of(entry))
            except ListenFileRefused:
                ignored.append(entry.place)
        if not parts:
            raise ListenFileRefused("no_history" if entries else "empty")
        return ExportFile(tuple(parts), tuple(ignored), now)


def part_of(entry: Entry) -> Part:
    """What one file is. Raises `ListenFileRefused`."""
    head = entry.beginning()
    text = _text(head)
    begins = text.lstrip()[:1]
    if not begins:
        raise ListenFileRefused("empty")
    if begins == "[":
        return _list(entry)
    if begins == "{":
        return _lines(entry, text) or _object(entry)
    layout = layout_of(text)
    return Part(entry, FileKind.LASTFM_CSV, partial(_csv, entry, layout), layout.local)


def _csv(entry: Entry, layout: Layout, desk: Desk, heard: Heard) -> Iterator[Row]:
    return read_csv(entry, layout, desk, heard)


def _text(head: bytes) -> str:
    """The beginning of a file as text. Raises `ListenFileRefused`."""
    wide = head.count(b"\0") * 4 >= max(1, len(head)) and _is_text(head.replace(b"\0", b""))
    if head.startswith(OTHER_MARKS) or wide:
        raise ListenFileRefused("encoding")  # in UTF-16 and UTF-32 every second byte, or three of four, are zeros
    head = head.removeprefix(BYTE_ORDER_MARK)
    for cut in range(LONGEST_CHARACTER):  # the last character may be cut in two
        try:
            return head[: len(head) - cut].decode()
        except UnicodeDecodeError as error:
            if error.start < len(head) - LONGEST_CHARACTER:
                break
    raise ListenFileRefused("encoding" if _is_text(head) else "no_history")


def _is_text(head: bytes) -> bool:
    """Whether it looks like a text in some other encoding, and not like a picture."""
    return not any(byte < 9 or 13 < byte < 32 for byte in head[:1024])


def _list(entry: Entry) -> Part:
    first = shapes.first_item(entry, "item")
    if first is None:
        raise ListenFileRefused("empty")
    if not isinstance(first, dict):
        raise ListenFileRefused("no_history")
    if "track" in first and ("@attr" in first or isinstance(first["track"], list)):
        return Part(entry, FileKind.LASTFM_PAGES, partial(read_pages, entry, "item.track", shapes.lastfm_track))
    kind, read = _shape(first)
    return Part(entry, kind, partial(read_items, entry, "item", read))


def _shape(item: Item) -> tuple[FileKind, Reader]:
    """What the items of a list are, by the first one. Raises `ListenFileRefused`."""
    keys = item.keys()
    if {"endTime", "msPlayed"} <= keys and keys & {"trackName", "podcastName"}:
        return FileKind.SPOTIFY_ACCOUNT, shapes.spotify_account
    if {"ts", "ms_played"} <= keys:
        return FileKind.SPOTIFY_EXTENDED, shapes.spotify_extended
    if {"listened_at", "track_metadata"} <= keys:
        return FileKind.LISTENBRAINZ, shapes.listenbrainz_listen
    if {"artist", "name"} <= keys and ("date" in keys or "@attr" in keys):
        return FileKind.LASTFM_PAGES, shapes.lastfm_track
    raise ListenFileRefused("no_history")


def _lines(entry: Entry, text: str) -> Part | None:
    """A file with a listen on each line; None for anything else."""
    try:
        first: Any = json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return None
    if not isinstance(first, dict) or not {"listened_at", "track_metadata"} <= first.keys():
        return None
    return Part(entry, FileKind.LISTENBRAINZ, partial(read_lines, entry, shapes.listenbrainz_listen))


def _object(entry: Entry) -> Part:
    key = shapes.top_keys(entry, LISTS)
    if key == "recenttracks":
        pages = partial(read_pages, entry, "recenttracks.track", shapes.lastfm_track)
        return Part(entry, FileKind.LASTFM_PAGES, pages)
    if not key:
        raise ListenFileRefused("no_history")
    first = shapes.first_item(entry, f"{key}.item")
    if first is None:
        raise ListenFileRefused("empty")
    if isinstance(first, dict) and isinstance(first.get("track"), dict):
        if key == "scrobbles" and "time" in first:
            return Part(entry, FileKind.MALOJA, partial(read_items, entry, "scrobbles.item", shapes.maloja_scrobble))
        if key == "listens" and "listened_at" in first:
            return Part(entry, FileKind.KOITO, partial(read_items, entry, "listens.item", shapes.koito_listen))
    raise ListenFileRefused("no_history")
