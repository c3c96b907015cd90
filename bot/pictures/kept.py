"""Finished pictures on disk: the same sketch is drawn once, and what was not shown for longest makes room."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from bot.domain.pictures.painting import Painted

MOST_BYTES = 200_000_000
LOOK_EVERY = 50
"""Pictures put there before the folder is measured again."""
HEAD = struct.Struct(">I32s")
"""Length of the facts, and SHA-256 of everything after this head: a file that was cut off is as good as lost."""


class KeptPictures:
    """Pictures by the hash of what they show, one file each, whole or not at all. The folder comes with the first."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._put_since = LOOK_EVERY

    async def read(self, key: str) -> Painted | None:
        """The picture, which was just used; None where it is not there or broken."""
        return await asyncio.to_thread(self._read, key)

    async def put(self, key: str, painted: Painted) -> None:
        """Keep a picture; raises `OSError`."""
        await asyncio.to_thread(self._put, key, painted)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def _read(self, key: str) -> Painted | None:
        path = self._path(key)
        try:
            kept = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        body = kept[HEAD.size :]
        if len(kept) < HEAD.size:
            return None
        length, digest = HEAD.unpack_from(kept)
        if hashlib.sha256(body).digest() != digest:
            return None
        try:
            return Painted(content=body[length:], **json.loads(body[:length]))
        except (ValueError, TypeError):  # of another version
            return None

    def _put(self, key: str, painted: Painted) -> None:
        facts = {name: value for name, value in asdict(painted).items() if name != "content"}
        told = json.dumps(facts).encode()
        body = told + painted.content
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(HEAD.pack(len(told), hashlib.sha256(body).digest()) + body)
            Path(unfinished).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(unfinished).unlink()
            raise
        self._put_since += 1
        if self._put_since >= LOOK_EVERY:
            self._put_since = 0
            self._make_room()

    def _make_room(self) -> None:
        """Remove what was used longest ago until the rest fits."""
        lying = sorted(self._lying(), reverse=True)
        weight = 0
        for _used_at, size, path in lying:
            weight += size
            if weight > self.most_bytes:
                with suppress(OSError):
                    path.unlink()

    def _lying(self) -> Iterator[tuple[float, int, Path]]:
        for path in self.folder.glob("??/*"):
            with suppress(OSError):  # another process makes room too
                found = path.stat()
                yield found.st_mtime, found.st_size, path
