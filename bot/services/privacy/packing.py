"""Rows become archives of a limited size, each of which can be read by itself."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

LAG = 96 * 1024
"""What the compression may still hold back, the archive's own directory and the manifest."""
LEAST = 4 * LAG
"""No smaller limit makes sense."""
PIECE = 16 * 1024
"""Bytes that are packed at a time."""
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One archive."""

    path: Path
    size: int
    """Bytes."""
    number: int


@dataclass
class Packer:
    """Writes files of rows into archives; a file that does not fit goes on in the next one under another name.

    Blocks; one thread at a time. `about` opens each archive's manifest.
    """

    folder: Path
    limit: int
    name: str
    about: Mapping[str, Any]
    parts: list[Part] = field(default_factory=list[Part])
    totals: dict[str, int] = field(default_factory=dict[str, int])
    """Rows of each file in all archives."""
    _raw: BinaryIO | None = None
    _archive: zipfile.ZipFile | None = None
    _file: Any = None
    _open: str = ""
    _rows: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        if self.limit < LEAST:
            raise ValueError(f"an archive needs {LEAST} bytes")

    def add(self, name: str, head: bytes, rows: list[bytes]) -> None:
        """Add rows to a file; `head` comes first in each archive that holds some of them."""
        piece: list[bytes] = []
        size = 0
        for row in rows:
            if piece and size + len(row) > PIECE:
                self._write(name, head, piece)
                piece, size = [], 0
            piece.append(row)
            size += len(row)
        self._write(name, head, piece)

    def _write(self, name: str, head: bytes, rows: list[bytes]) -> None:
        data = b"".join(rows)
        if self._raw is not None and self._raw.tell() + LAG + len(head) + len(data) > self.limit and self._rows:
            self._close()
        if self._archive is None:
            self._begin()
        if self._open != name:
            self._shut()
            assert self._archive is not None, "begun"
            self._file = self._archive.open(self._named(name), "w", force_zip64=True)
            self._open = name
            self._file.write(head)
            self._rows.setdefault(name, 0)
        self._file.write(data)
        self._rows[name] += len(rows)
        self.totals[name] = self.totals.get(name, 0) + len(rows)

    def _named(self, name: str) -> str:
        """`plays.csv`, `plays-2.csv` in the second archive that goes on with it."""
        stem, dot, ending = name.rpartition(".")
        number = len(self.parts) + 1
        return name if number == 1 else f"{stem}-{number}{dot}{ending}"

    def _begin(self) -> None:
        self._raw = (self.folder / f"{self.name}-{len(self.parts) + 1}.zip").open("wb")
        self._archive = zipfile.ZipFile(self._raw, "w", zipfile.ZIP_DEFLATED)

    def _shut(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._open = None, ""

    def _close(self, *, last: bool = False) -> None:
        assert self._archive is not None, "begun"
        assert self._raw is not None, "begun"
        self._shut()
        number = len(self.parts) + 1
        manifest = {
            **self.about,
            "part": number,
            "last": last,
            "rows": {self._named(name): count for name, count in self._rows.items()},
            **({"rows_in_all_parts": self.totals} if last else {}),
        }
        self._archive.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
        self._archive.close()
        path, size = Path(self._raw.name), self._raw.tell()
        self._raw.close()
        self.parts.append(Part(path, size, number))
        self._raw, self._archive, self._rows = None, None, {}

    def finish(self) -> tuple[Part, ...]:
        """The archives, complete."""
        if self._archive is None:
            self._begin()
        self._close(last=True)
        return tuple(self.parts)

    def drop(self) -> None:
        """Let go of an archive that is not complete."""
        if self._raw is not None:
            self._raw.close()
