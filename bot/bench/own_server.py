"""A database server of a bench's own, which nothing else disturbs and nobody keeps."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from db import migrate
from db.server import EmbeddedServer


@asynccontextmanager
async def own_server() -> AsyncGenerator[str]:
    """The address of a fresh database with our tables; the server is gone afterwards."""
    server = EmbeddedServer.throwaway(f"longplay-bench-{os.getpid()}")
    try:
        url = await server.start()
        await migrate.upgrade(url)
        yield url
    finally:
        await server.discard()
