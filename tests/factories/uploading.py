"""A library without a world: files that lie in a folder, ears that hear what they are told, a store that may fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from bot.domain.errors import Unavailable, Why
from bot.domain.library.audio import OPUS_BITS, AudioFacts, Compressed, Format, Heard, Stored
from bot.domain.library.errors import UploadFailed
from bot.providers.files import FileStore
from bot.providers.http import Http
from bot.providers.uploads import UploadFolder
from bot.services.tools import Library, Tools
from db.session import Database
from tests.factories.library import FACTS
from tests.factories.people import MovableClock


class DeskInbox(UploadFolder):
    """Attachments by their names, as Discord would hand them out."""

    def __init__(self, folder: Path, http: Http | None = None) -> None:
        super().__init__(folder, http)  # type: ignore[arg-type]
        self.there: dict[str, bytes] = {}

    async def fetch(self, url: str, *, key, limit_bytes: int) -> str:
        if url not in self.there:
            raise Unavailable("discord", Why.REFUSED)
        return self._keep(key, self.there[url])


class QuickEars:
    """Hears at once what a test says that there is; fulfils `Ears`."""

    def __init__(self) -> None:
        self.facts: AudioFacts = FACTS
        self.fails: UploadFailed | Exception | None = None
        self.copy: bytes | None = None
        """What a smaller copy holds, where one is wanted."""
        self.heard = 0

    async def hear(
        self, path: Path, found: Format | Stored, *, copy: Path | None = None, bit_rate: int = OPUS_BITS
    ) -> Heard:
        self.heard += 1
        if self.fails is not None:
            raise self.fails
        if copy is None or self.copy is None:
            return Heard(self.facts)
        await asyncio.to_thread(copy.write_bytes, self.copy)
        return Heard(self.facts, Compressed(Stored.OPUS, len(self.copy), 128_000, 40))


class MoodyStore(FileStore):
    """A disk that fails a number of times."""

    failures = 0
    tries = 0

    async def put_file(self, sha256: str, source: Path) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise OSError(28, "No space left on device")
        await super().put_file(sha256, source)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("??/??/*"))


def desk_tools(database: Database, folder: Path) -> Tools:
    library = Library(DeskInbox(folder / "uploads"), QuickEars(), MoodyStore(folder / "assets"))
    tools = Tools(database, MovableClock(), library=library)
    return replace(tools, listening=replace(tools.listening, web_address="http://127.0.0.1:8910"))


async def pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    """A body as it arrives."""
    for start in range(0, len(content), size):
        yield content[start : start + size]
