"""File locks between processes: the kernel drops them when their holder dies, so nothing has to be cleaned up."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from db.server.errors import EmbeddedServerError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

RETRY_SECONDS = 0.01


def _open(path: Path) -> int:
    """Open a lock file for its folder's owner; Python keeps the descriptor out of child processes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    owner = path.parent.stat()
    if os.geteuid() == 0 and os.fstat(descriptor).st_uid != owner.st_uid:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_there(descriptor: int, path: Path) -> bool:
    """Whether the locked file is the one at `path`: a folder that was thrown away takes its lock file along."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


@asynccontextmanager
async def turn(path: Path, prepare: Callable[[], None], *, seconds: float) -> AsyncGenerator[None]:
    """Be the only process that starts or stops the server of this lock file's folder.

    `prepare` makes that folder; it runs again when the holder before threw the folder away.
    Raises EmbeddedServerError when nobody lets go within `seconds`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        prepare()
        descriptor = _open(path)
        try:
            while not _try(descriptor, fcntl.LOCK_EX):
                if loop.time() > deadline:
                    raise EmbeddedServerError(f"another process has held {path} for {seconds:.0f} s; is it stuck?")
                await asyncio.sleep(RETRY_SECONDS)
            if _still_there(descriptor, path):
                yield
                return
        finally:
            os.close(descriptor)


def count_in(path: Path) -> int:
    """Count this process among the users of the server; closing the returned descriptor takes it out again."""
    descriptor = _open(path)
    if not _try(descriptor, fcntl.LOCK_SH):
        os.close(descriptor)
        raise EmbeddedServerError(f"{path} is locked by something that is not Longplay")
    return descriptor


def is_last(descriptor: int) -> bool:
    """Whether no other process is counted in; true only under the folder's `turn`, where nobody can arrive."""
    return _try(descriptor, fcntl.LOCK_EX)
