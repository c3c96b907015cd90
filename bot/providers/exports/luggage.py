"""Files that members attached, kept in the data folder until they were dealt with."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bot.domain.errors import Unavailable, Why
from bot.providers.http import Http

DISCORD_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
"""Where Discord keeps attachments."""
DOWNLOAD_SECONDS = 120.0
SUFFIX = ".history"
UNFINISHED = ".part"


class AttachmentFolder:
    """Fulfils `Luggage`. The folder comes into being with the first file."""

    def __init__(self, folder: Path, http: Http) -> None:
        self.folder = folder
        self._http = http

    def path(self, key: UUID) -> Path:
        """Where a file lies, or would lie."""
        return self.folder / f"{key}{SUFFIX}"

    async def fetch(self, url: str, *, key: UUID, limit_bytes: int) -> str:
        """Get an attachment from Discord, and nothing from elsewhere; its SHA-256. Raises `Unavailable`, `OSError`."""
        fetched = await self._http.fetch(url, limit_bytes=limit_bytes, hosts=DISCORD_HOSTS, seconds=DOWNLOAD_SECONDS)
        if fetched is None:
            raise Unavailable("discord", Why.REFUSED, None, "the attachment is gone")
        return await asyncio.to_thread(self._keep, key, fetched.body)

    async def remove(self, key: UUID) -> None:
        """Keep it no longer; what is gone already stays so."""
        with suppress(OSError):
            await asyncio.to_thread(self.path(key).unlink)

    async def kept(self, *, before: datetime) -> list[UUID]:
        """The keys of what was put there before; what a kill left unfinished is deleted on the way."""
        return await asyncio.to_thread(self._kept, before.timestamp())

    def _keep(self, key: UUID, content: bytes) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.path(key).with_suffix(UNFINISHED)
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)
        unfinished.replace(self.path(key))
        return hashlib.sha256(content).hexdigest()

    def _kept(self, before: float) -> list[UUID]:
        found: list[UUID] = []
        for path in self.folder.glob("*"):
            with suppress(OSError, ValueError):
                if path.stat().st_mtime >= before:
                    continue
                if path.suffix == SUFFIX:
                    found.append(UUID(path.stem))
                elif path.suffix == UNFINISHED:
                    path.unlink()
        return found
