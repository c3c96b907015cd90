"""Files to read from: one by itself, or those of an archive, as a stream that never holds much."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, TypeAlias

from bot.domain.listening.imports import ListenFileRefused

MOST_UNPACKED = 200_000_000
MOST_ENTRIES = 1_000
MOST_DIRECTORY = 1_000_000
"""Bytes of an archive's list of contents, which is read whole."""
DENSEST = 150
"""How many times larger an entry may be when unpacked; histories are packed ten- to thirtyfold."""
SMALL = 1_000_000
"""An entry up to this many bytes may be packed as tightly as it likes."""
AT_ONCE = 64 * 1024
LONGEST_ROW = 8_000_000
"""Bytes of one row; a page of 1,000 plays of Last.fm takes one million."""
DEEPEST = 64
"""Levels of JSON; histories have six."""
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
STRING_END = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ZIP_MARK = b"PK\x03\x04"
EMPTY_ZIP_MARK = b"PK\x05\x06"
END_RECORD = struct.Struct("<4s4H2LH")
END_ROOM = END_RECORD.size + 65_535
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LETTERED = re.compile(r"(\d+)")

Damaged = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, struct.error)
"""What reading a damaged archive comes to."""


class RowTooLong(Exception):  # noqa: N818 - what it is
    """A row that is longer than any row is."""


class TooDeep(Exception):  # noqa: N818 - what it is
    """A document that is nested deeper than any history is."""


class Shallow:
    """Bytes of JSON, refused before anybody builds a thousand lists within each other.

    The library that reads them keeps the path of every level: a million of them take more memory than there is.
    """

    def __init__(self, stream: io.BufferedReader[Metered]) -> None:
        self._stream = stream
        self._depth = 0
        self._inside = False
        """A string has begun whose end has not come yet."""
        self._escape = b""
        """A backslash whose character has not come yet."""
        if stream.peek(3)[:3] == BYTE_ORDER_MARK:
            stream.read(3)

    def read(self, size: int = -1) -> bytes:
        """Read on; raises `TooDeep`, and `RowTooLong`."""
        got = self._stream.read(size)
        text = self._escape + got
        self._escape = b"\\" if (len(text) - len(text.rstrip(b"\\"))) % 2 else b""
        text = text.removesuffix(self._escape)
        if self._inside:
            ended = STRING_END.match(text)
            if ended is None:
                return got
            text = text[ended.end() :]
        signs = STRING.sub(b"", text)
        quote = signs.find(b'"')
        self._inside = quote >= 0
        self._sink((signs[:quote] if self._inside else signs).translate(None, NO_BRACKETS))
        return got

    def _sink(self, brackets: bytes) -> None:
        for _ in range(DEEPEST):
            flatter = brackets.replace(b"{}", b"").replace(b"[]", b"")
            if len(flatter) == len(brackets):
                break
            brackets = flatter
        else:
            raise TooDeep
        opened = brackets.count(b"[") + brackets.count(b"{")
        self._depth += 2 * opened - len(brackets)
        if opened > DEEPEST or self._depth > DEEPEST:
            raise TooDeep


class Metered(io.RawIOBase):
    """A stream that counts what is read of it, and refuses to be read on for ever within one row."""

    def __init__(self, stream: IO[bytes], heard: Callable[[int], None]) -> None:
        super().__init__()
        self._stream = stream
        self._heard = heard
        self._within = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read on; raises `RowTooLong`."""
        if self._within > LONGEST_ROW:
            raise RowTooLong
        view = memoryview(buffer).cast("B")
        got = self._stream.read(min(len(view), AT_ONCE))
        view[: len(got)] = got
        self._within += len(got)
        self._heard(len(got))
        return len(got)

    def row_ended(self) -> None:
        """A row was read whole; the next one may be as long again."""
        self._within = 0

    def close(self) -> None:
        """Close what it reads from."""
        self._stream.close()
        super().close()


Reading: TypeAlias = "tuple[io.BufferedReader[Metered], Metered]"


@dataclass(frozen=True)
class Entry:
    """A file to read: `place` is its name inside an archive, empty for a file by itself."""

    place: str
    size: int
    _open: Callable[[], IO[bytes]]

    @contextmanager
    def reading(
        self, heard: Callable[[int], None] = lambda _: None
    ) -> Iterator[tuple[io.BufferedReader[Metered], Metered]]:
        """Its bytes from the beginning; each reading is a stream of its own."""
        metered = Metered(self._open(), heard)
        with io.BufferedReader(metered, AT_ONCE) as stream:
            yield stream, metered

    def beginning(self) -> bytes:
        """Its first bytes. Raises `ListenFileRefused` for a damaged archive."""
        try:
            with self.reading() as (stream, _):
                return stream.read(AT_ONCE)
        except Damaged as error:
            raise ListenFileRefused("unreadable", type(error).__name__) from None
        except RuntimeError:  # what the library says of an entry that wants a password
            raise ListenFileRefused("locked") from None


def entries_of(path: Path) -> list[Entry]:
    """What there is to read in a file: itself, or an archive's files in the order of their names.

    Raises `ListenFileRefused`.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            mark = file.read(4)
    except OSError:
        raise ListenFileRefused("gone") from None
    if mark == EMPTY_ZIP_MARK:
        raise ListenFileRefused("empty")
    if mark != ZIP_MARK:
        return [Entry("", size, lambda: path.open("rb"))]
    _check_directory(path, size)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (*Damaged, ValueError, UnicodeDecodeError):
        raise ListenFileRefused("unreadable", "BadZipFile") from None
    _check(infos)
    infos.sort(key=lambda info: _natural(info.filename))
    return [Entry(info.filename, info.file_size, _opener(path, info)) for info in infos if info.file_size]


def _opener(path: Path, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        with zipfile.ZipFile(path) as archive:
            return archive.open(info)  # stays readable after the archive is closed

    return opened


def _check_directory(path: Path, size: int) -> None:
    """Refuse an archive with an enormous list of contents before anybody reads that list."""
    with path.open("rb") as file:
        file.seek(max(0, size - END_ROOM))
        tail = file.read(END_ROOM)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END_RECORD.size:
        raise ListenFileRefused("unreadable", "BadZipFile")
    *_, entries, directory, _offset, _comment = END_RECORD.unpack_from(tail, at)
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise ListenFileRefused("many", str(MOST_ENTRIES))


def _check(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that is not what an export is. Raises `ListenFileRefused`."""
    if len(infos) > MOST_ENTRIES:
        raise ListenFileRefused("many", str(MOST_ENTRIES))
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise ListenFileRefused("unpacked", f"{MOST_UNPACKED // 1_000_000} MB")
    for info in infos:
        if _leads_elsewhere(info.filename) or _leads_elsewhere(info.orig_filename):
            raise ListenFileRefused("paths", info.filename[:100])
        if info.flag_bits & 1:
            raise ListenFileRefused("locked")
        if info.compress_type not in METHODS:
            raise ListenFileRefused("unreadable", "compression")
        if info.file_size > SMALL and info.file_size > DENSEST * max(1, info.compress_size):
            raise ListenFileRefused("packed", info.filename[:100])


def _leads_elsewhere(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0] or "\0" in name


def _natural(name: str) -> list[tuple[int, str]]:
    """An order in which 2 comes before 10."""
    return [(int(part[:18]), "") if part.isdecimal() else (-1, part) for part in LETTERED.split(name)]
