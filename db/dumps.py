"""A whole database in a file: dumped from one snapshot, counted in the same one, and loaded into an empty database.

The work is done by PostgreSQL's own programs: those of the embedded server's wheel, else those on the path. Passwords
travel in the environment, since everybody on a machine can read what a program was called with.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from bot.domain.backups import BackupFault
from db.address import driver_url, libpq_url
from db.presence import NAMESPACE

CONNECT_SECONDS = 10
LOCK_WAIT = "60s"
"""How long a dump waits for a table that a migration holds."""

_TABLES = """
SELECT format('%I', c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""
_HERE = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = $1 AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What the snapshot was that a dump holds."""

    revision: str
    server: str
    rows: dict[str, int]


async def dump(url: str, target: Path) -> Dumped:
    """Write the database into a file, as it is at one instant while others go on writing.

    Raises `BackupFault` for a database without Longplay's tables and for what the program says.
    """
    async with _connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            raise BackupFault("the database holds no club yet: there is nothing to back up")
        snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
        revision: str = await connection.fetchval("SELECT version_num FROM alembic_version")
        server: str = await connection.fetchval("SHOW server_version")
        rows = await _counted(connection)
        await _run(
            "pg_dump",
            url,
            f"--snapshot={snapshot}",
            f"--lock-wait-timeout={LOCK_WAIT}",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={target}",
        )
    return Dumped(revision, server.split()[0], rows)


async def load(url: str, source: Path) -> None:
    """Load a dump into an empty database, whole or not at all. Raises `BackupFault`."""
    if await holds_tables(url):
        raise BackupFault("the database is not empty, and nothing is ever overwritten: give it an empty one")
    await _run("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", source)
    async with _connected(url) as connection:
        await connection.execute("ANALYZE")


async def rows_of(url: str) -> dict[str, int]:
    """How many rows each table has."""
    async with _connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return await _counted(connection)


async def holds_tables(url: str) -> bool:
    """Whether there is anything in the database."""
    async with _connected(url) as connection:
        return bool(await connection.fetch(_TABLES))


async def present(url: str) -> int:
    """How many bots are at work on the database at this moment."""
    async with _connected(url) as connection:
        return await connection.fetchval(_HERE, NAMESPACE)


async def looks_whole(source: Path) -> None:
    """Read a dump to its end without loading it anywhere. Raises `BackupFault`."""
    await _perform("pg_restore", {}, f"--file={os.devnull}", str(source))


async def _counted(connection: Any) -> dict[str, int]:
    tables: list[str] = [name for (name,) in await connection.fetch(_TABLES)]
    return {name.strip('"'): await connection.fetchval(f"SELECT count(*) FROM {name}") for name in tables}


@asynccontextmanager
async def _connected(url: str) -> AsyncGenerator[Any]:
    connection: Any = await asyncpg.connect(
        driver_url(url), timeout=CONNECT_SECONDS, server_settings={"application_name": "longplay backup"}
    )
    try:
        yield connection
    finally:
        await connection.close()


async def _run(program: str, url: str, *arguments: object) -> None:
    address = make_url(libpq_url(url))
    environment = {"PGPASSWORD": address.password} if address.password else {}
    shown = address.set(password=None).render_as_string(hide_password=False)
    await _perform(program, environment, f"--dbname={shown}", *map(str, arguments))


async def _perform(program: str, environment: dict[str, str], *arguments: str) -> None:
    keeps = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        _path(program),
        *arguments,
        env={**keeps, "LC_ALL": "C", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise BackupFault(f"{program}: {lines[0] if lines else f'it ended with {process.returncode}'}")


def _path(program: str) -> str:
    """The wheel's own, which is new enough for every server we know; else one that the machine has."""
    try:
        from db.server.binaries import installation
        from db.server.errors import EmbeddedServerError
    except ImportError:  # no Unix
        found = None
    else:
        try:
            found = installation() / "bin" / program
        except EmbeddedServerError:
            found = None
    if found is not None and found.exists():
        return str(found)
    named = shutil.which(program)
    if named is None:
        raise BackupFault(f"{program} is not here: install PostgreSQL's client programs, 18 or newer")
    return named
