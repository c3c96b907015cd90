"""Backups of a whole Longplay: its database and the files beside it, in one archive that says what it holds."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from bot.app.home import DatabaseHome
from bot.config import Settings
from bot.domain.backups import BackupFault, Manifest, name_of
from db import dumps, migrate

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

DUMP = "database.dump"
MANIFEST = "manifest.json"
FILES = "files/"
KEYS = "secret.keys"
LEFT_OUT = frozenset({"postgres", "imports", "pictures", "backups"})
"""Folders of the data folder that no backup needs: the database is dumped, the others are made or fetched again."""
UNFINISHED = ".part"
CHUNK = 1 << 20


async def take(settings: Settings, folder: Path, *, now: datetime, with_keys: bool) -> tuple[Path, Manifest]:
    """Write a backup into a folder, whole or not at all, and read it again; where it is, and what it holds.

    The keys that seal members' tokens are left out unless asked for: whoever has both has the tokens.
    Raises `BackupFault`, `OSError`, and what the database says.
    """
    home = DatabaseHome(settings)
    target = folder / name_of(now)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        url = await home.open()
        with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
            dump = Path(scratch) / DUMP
            dumped = await dumps.dump(url, dump)
            manifest = await asyncio.to_thread(
                _pack, unfinished, dump, settings.data_folder, now=now, dumped=dumped, with_keys=with_keys
            )
            dump.unlink()
            await _check(unfinished, Path(scratch))
        unfinished.replace(target)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        await home.close()
    return target, manifest


async def bring_back(settings: Settings, archive: Path) -> Manifest:
    """Load a backup into an empty database and put its files into the data folder; what it holds.

    Raises `BackupFault`, before anything is changed wherever that can be known.
    """
    home = DatabaseHome(settings)
    try:
        url = await home.open()
        if await dumps.holds_tables(url):
            raise BackupFault(
                "the database holds something already, and nothing is ever overwritten: set LONGPLAY_DATA to a new "
                "folder, or DATABASE_URL to an empty database"
            )
        await asyncio.to_thread(settings.data_folder.mkdir, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.data_folder, prefix=".restore-") as scratch:
            manifest = await _check(archive, Path(scratch))
            if not migrate.knows(manifest.revision):
                raise BackupFault("it was made by a newer Longplay: use that one")
            await dumps.load(url, Path(scratch) / DUMP)
            await _compare(url, manifest)
            await asyncio.to_thread(_put, Path(scratch) / FILES, settings.data_folder)
        return manifest
    finally:
        await home.close()


async def move(settings: Settings, target: str) -> dict[str, int]:
    """Copy the database to another, empty server; the rows of each table, equal on both sides.

    Raises `BackupFault`; also while a bot is at work, whose last changes would stay behind.
    """
    home = DatabaseHome(settings)
    try:
        url = await home.open()
        if await dumps.present(url):
            raise BackupFault("a bot is at work on this database: stop it first, so that nothing it does stays behind")
        if await dumps.holds_tables(target):
            raise BackupFault("the other database is not empty, and nothing is ever overwritten")
        with tempfile.TemporaryDirectory(prefix="longplay-move-") as scratch:
            dump = Path(scratch) / DUMP
            dumped = await dumps.dump(url, dump)
            await dumps.load(target, dump)
        if await dumps.rows_of(target) != dumped.rows:
            raise BackupFault("the copy has other rows than the original: do not use it")
        return dumped.rows
    finally:
        await home.close()


async def try_out(archive: Path) -> None:
    """Load a backup into a server of its own that is thrown away, and count. Raises `BackupFault`."""
    from db.server import EmbeddedServer

    with tempfile.TemporaryDirectory(prefix="longplay-try-") as scratch:
        manifest = await _check(archive, Path(scratch))
        server = EmbeddedServer.throwaway(f"longplay-try-{os.getpid()}")
        try:
            url = await server.start()
            await dumps.load(url, Path(scratch) / DUMP)
            await _compare(url, manifest)
        finally:
            await server.discard()


async def _compare(url: str, manifest: Manifest) -> None:
    found = await dumps.rows_of(url)
    differ = sorted(name for name in {*found, *manifest.rows} if found.get(name) != manifest.rows.get(name))
    if differ:
        raise BackupFault(f"these tables came back with other rows than they had: {', '.join(differ)}")


def _pack(target: Path, dump: Path, data: Path, *, now: datetime, dumped: dumps.Dumped, with_keys: bool) -> Manifest:
    hashes: dict[str, str] = {}
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in _members(dump, data, with_keys=with_keys):
                with suppress(FileNotFoundError):  # swept away since it was listed: nothing points at it any more
                    hashes[name] = _add(archive, name, path)
            manifest = Manifest(now, version("longplay"), dumped.revision, dumped.server, dumped.rows, hashes)
            text = manifest.text().encode()
            about = tarfile.TarInfo(MANIFEST)
            about.size, about.mode, about.mtime = len(text), 0o600, int(now.timestamp())
            archive.addfile(about, io.BytesIO(text))
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _members(dump: Path, data: Path, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    yield DUMP, dump
    for path in sorted(data.rglob("*")) if data.is_dir() else ():
        inside = path.relative_to(data)
        hidden = any(part.startswith(".") for part in inside.parts) or path.suffix == UNFINISHED
        if inside.parts[0] in LEFT_OUT or hidden or path.is_symlink() or not path.is_file():
            continue
        if inside.name == KEYS and not with_keys:
            continue
        yield FILES + inside.as_posix(), path


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as file:
        about = archive.gettarinfo(arcname=name, fileobj=file)
        about.uid = about.gid = 0
        about.uname = about.gname = ""
        about.mode = 0o600
        hashing = _Hashing(file)
        archive.addfile(about, cast("IO[bytes]", hashing))
        return hashing.digest.hexdigest()


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> ReadableBuffer:
        """Some bytes of it."""
        content = self._file.read(size)
        self.digest.update(content)
        return content


async def _check(archive: Path, scratch: Path) -> Manifest:
    """Unpack a backup and compare it with what it says of itself. Raises `BackupFault`."""
    try:
        manifest = await asyncio.to_thread(_unpack, archive, scratch)
    except (tarfile.TarError, EOFError) as error:
        raise BackupFault(f"{archive.name} is no backup, or not a whole one ({error})") from None
    await dumps.looks_whole(scratch / DUMP)
    return manifest


def _unpack(archive: Path, scratch: Path) -> Manifest:
    manifest: Manifest | None = None
    hashes: dict[str, str] = {}
    with tarfile.open(archive, mode="r:") as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isreg() else None
            if content is None:
                raise BackupFault(f"{archive.name} holds {member.name!r}, which is no file")
            if member.name == MANIFEST:
                manifest = Manifest.read(content.read().decode(errors="replace"))
                continue
            # The library refuses names that lead out of the folder.
            inside = tarfile.data_filter(member, str(scratch))
            path = scratch / inside.name
            path.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with path.open("wb") as file:
                while chunk := content.read(CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            hashes[member.name] = digest.hexdigest()
    if manifest is None:
        raise BackupFault(f"{archive.name} has no manifest: it is no backup of Longplay, or not a whole one")
    if hashes != dict(manifest.files) or DUMP not in hashes:
        raise BackupFault(f"{archive.name} is damaged: its content is not what its manifest says")
    return manifest


def _put(source: Path, data: Path) -> None:
    """Move files to their places; what is there already stays as it is."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        target = data / path.relative_to(source)
        if path.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
