"""A database server of a bench's own, which nothing else disturbs and nobody keeps."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from db import migrate
from db.server import EmbeddedServer
from db.server.home import ROOM_BYTES


@asynccontextmanager
async def own_server(*, room: int = ROOM_BYTES) -> AsyncGenerator[str]:
    """The address of a fresh database with our tables; the server is gone afterwards.

    It stands in memory where that has `room` bytes, else on a disk.
    """
    server = EmbeddedServer.throwaway(f"longplay-bench-{os.getpid()}", room=room)
    try:
        url = await server.start()
        await migrate.upgrade(url)
        yield url
    finally:
        await server.discard()
