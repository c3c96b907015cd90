"""`alembic check` on a fresh database: do the migrations make exactly the tables of the code?"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from db import migrate
from db.server import EmbeddedServer


async def differences() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder) / "postgres", durable=False)
        url = await server.start()
        try:
            await migrate.upgrade(url)
            return await migrate.check(url)
        finally:
            await server.stop()


if __name__ == "__main__":
    found = asyncio.run(differences())
    print("\n".join(found) or "The migrations make exactly the tables of the code.")
    sys.exit(1 if found else 0)
