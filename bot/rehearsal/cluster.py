"""The database server of a rehearsal: its own, in memory where that has room, gone when the rehearsal is."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from db.server import EmbeddedServer
from db.server.home import throwaway_folder

CLUSTERS = "longplay-rehearsal-"


@asynccontextmanager
async def throwaway_cluster() -> AsyncGenerator[str]:
    """The URL of an empty database on a server of this process alone; what killed rehearsals left is deleted first."""
    own = f"{CLUSTERS}{os.getpid()}"
    for folder in throwaway_folder(own).parent.glob(f"{CLUSTERS}*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_uid == os.geteuid():
                # One that is in use stays: only its last user deletes it.
                await EmbeddedServer(folder, durable=False).discard()
    server = EmbeddedServer.throwaway(own)
    try:
        yield await server.start()
    finally:
        await server.discard()
