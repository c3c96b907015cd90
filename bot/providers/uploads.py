"""Files on their way into the library: fetched from Discord, or written as a browser sends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

from bot.domain.library.errors import Code, UploadFailed
from bot.providers.exports.luggage import UNFINISHED, AttachmentFolder


class UploadFolder(AttachmentFolder):
    """Fulfils `Inbox`. The folder comes into being with the first file."""

    async def receive(self, chunks: AsyncIterator[bytes], *, key: UUID, limit_bytes: int) -> int:
        """Keep what comes in under this key, never more than so many bytes; how many came.

        Whole or not at all. Raises `UploadFailed` (FILE_TOO_LARGE), `OSError`, and what the sender's end raises.
        """
        await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
        unfinished = self.path(key).with_suffix(UNFINISHED)
        size = 0
        try:
            with await asyncio.to_thread(unfinished.open, "wb") as file:
                unfinished.chmod(0o600)
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit_bytes:
                        raise UploadFailed(Code.FILE_TOO_LARGE, "limit")
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(unfinished.replace, self.path(key))
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
        return size
