"""Files in the data folder, each under the hash of its content."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

HASH = re.compile(r"[0-9a-f]{64}")
UNFINISHED = ".part"
CHUNK = 1 << 20


class FileStore:
    """Bytes by their SHA-256, two folders deep; whole files or none, wherever a process or the machine ends.

    Fulfils `CoverStore` and `AssetStore`. The folder comes into being with the first file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, sha256: str, content: bytes) -> None:
        """Keep these bytes; a file that is there already is written anew, which mends it. Raises `OSError`."""
        await asyncio.to_thread(self._put, sha256, content)

    async def put_file(self, sha256: str, source: Path) -> None:
        """Keep a copy of this file, which may be large. Raises `OSError`."""
        await asyncio.to_thread(self._put_file, sha256, source)

    async def has(self, sha256: str) -> bool:
        """Whether there is such a file."""
        return await asyncio.to_thread(self._path(sha256).is_file)

    async def read(self, sha256: str) -> bytes | None:
        """The bytes; None where there is no such file, or it does not hold what its name says."""
        return await asyncio.to_thread(self._read, sha256)

    async def remove(self, hashes: Collection[str]) -> None:
        """Delete these files; one that is gone, or that the system holds, is no matter: the next sweep comes."""
        if hashes:
            await asyncio.to_thread(self._remove, hashes)

    async def older_than(self, instant: datetime) -> list[str]:
        """The hashes of files written before; unfinished ones of that age, left by a kill, are deleted on the way."""
        return await asyncio.to_thread(lambda: list(self._older_than(instant.timestamp())))

    def _path(self, sha256: str) -> Path:
        if not HASH.fullmatch(sha256):  # never a path of somebody's making
            raise ValueError("a SHA-256 in lower-case hexadecimal names a file")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def _put(self, sha256: str, content: bytes) -> None:
        self._write(sha256, lambda file: file.write(content))

    def _put_file(self, sha256: str, source: Path) -> None:
        with source.open("rb") as content:
            self._write(sha256, lambda file: shutil.copyfileobj(content, file, CHUNK))

    def _write(self, sha256: str, write: Callable[[BinaryIO], object]) -> None:
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(unfinished).unlink()
            raise

    def _read(self, sha256: str) -> bytes | None:
        try:
            content = self._path(sha256).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def _remove(self, hashes: Collection[str]) -> None:
        for sha256 in hashes:
            with suppress(OSError):
                self._path(sha256).unlink()

    def _older_than(self, instant: float) -> Iterator[str]:
        for path in self.folder.glob("??/??/*"):
            with suppress(FileNotFoundError):  # another process sweeps too
                if path.stat().st_mtime >= instant:
                    continue
                if HASH.fullmatch(path.name):
                    yield path.name
                elif path.suffix == UNFINISHED:
                    path.unlink()
