"""The schema's history, applied: up, down, drafted, and compared with the tables. Needs no alembic.ini.

Alembic takes a third of a second to import, so it is imported where something is to be done: a start on a database at
head only compares two names.
"""

from __future__ import annotations

import ast
import asyncio
import io
import re
from argparse import Namespace
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from db.address import asyncpg_url
from db.session import Database

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from alembic.config import Config
    from sqlalchemy import Connection

ADVISORY_LOCK = 0x4C6F6E67706C6179  # "Longplay" in ASCII
WAIT_FOR_OTHERS = 120.0  # seconds; another process may be migrating the same database
WAIT_FOR_A_TABLE = "5s"  # a table in use: better give up than queue everybody up behind a migration

_NAMED = re.compile(r"^(down_revision|revision)\b[^=\n]*=\s*(.+)$", re.MULTILINE)
"""How a revision's file names itself and the one before it."""


class UnknownRevision(Exception):  # noqa: N818 - the operator's word
    """The database is at a revision the code does not have: a newer Longplay, or another program, was here."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this Longplay does not know: a newer one has used it. "
            "Start that one, or give this one another DATABASE_URL."
        )


async def upgrade(database: Database | str, revision: str = "head") -> None:
    """Bring the schema up to a revision; processes that do so at once take turns, the second finds nothing to do.

    A database of newer code stays as it is where that code only added to it; else raises `UnknownRevision`.
    """
    from alembic import command

    current, _ = await head_state(database)
    if current is not None and not knows(current):
        if not await bears(database):
            raise UnknownRevision(current)
        return
    await _in_turn(database, lambda config: command.upgrade(config, revision))


async def downgrade(database: Database | str, revision: str) -> None:
    """Take the schema back to a revision, `base` for an empty database. What the later ones held is lost."""
    from alembic import command

    await _in_turn(database, lambda config: command.downgrade(config, revision))


async def head_state(database: Database | str) -> tuple[str | None, str | None]:
    """The revision the database is at, None for an empty one, and the newest revision in the code."""
    async with _connection(database) as connection:
        migrated = await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        current = await connection.scalar(text("SELECT version_num FROM alembic_version")) if migrated else None
    return current, newest()


def knows(revision: str) -> bool:
    """Whether the code has this revision."""
    return revision in _history()


async def bears(database: Database | str) -> bool:
    """Whether a database of newer code can be worked on by this one: what was done since then only added to it."""
    async with _connection(database) as connection:
        if not await connection.scalar(text("SELECT to_regclass('schema_steps') IS NOT NULL")):
            return False
        at = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        rows = await connection.execute(text("SELECT revision, before, contracts FROM schema_steps"))
        steps = {revision: (before, contracts) for revision, before, contracts in rows}
    while at in steps and not knows(at):
        before, contracts = steps.pop(at)
        if contracts:
            return False
        at = before
    return at is not None and at == newest()


def newest() -> str | None:
    """The newest revision in the code, None while there is none. Raises `ValueError` when two claim to be it."""
    history = _history()
    heads = set(history) - {earlier for before in history.values() for earlier in before}
    if len(heads) > 1:
        raise ValueError(f"several revisions claim to be the newest: {', '.join(sorted(heads))}")
    return next(iter(heads), None)


async def check(database: Database | str) -> list[str]:
    """Say what differs between the tables in the code and the migrated database; nothing, if all is well."""
    current, head = await head_state(database)
    if current != head:
        return [f"the database is at revision {current}, the code at {head}"]
    async with _connection(database) as connection:
        return await connection.run_sync(_differences)


async def draft(database: Database | str, message: str) -> Path:
    """Write the next revision from what differs between the tables and a database at head; read it before use."""
    async with _connection(database) as connection:
        return await connection.run_sync(lambda sync: _write_draft(sync, message))


def _history() -> dict[str, tuple[str, ...]]:
    """Each revision and the ones right before it, read from the files' first lines without running them."""
    history: dict[str, tuple[str, ...]] = {}
    for path in sorted((Path(migrations.__path__[0]) / "versions").glob("*.py")):
        names = {name: ast.literal_eval(value) for name, value in _NAMED.findall(path.read_text(encoding="utf-8"))}
        before: str | tuple[str, ...] | None = names["down_revision"]
        history[names["revision"]] = (before,) if isinstance(before, str) else tuple(before or ())
    return history


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    # Found from the package, so that it works from an installed wheel too; the option is a template where % is special.
    config.set_main_option("script_location", str(Path(migrations.__path__[0])).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.set_main_option("timezone", "UTC")
    config.attributes["connection"] = connection
    return config


@asynccontextmanager
async def _connection(database: Database | str) -> AsyncGenerator[AsyncConnection]:
    """A connection outside every pool, without the short timeouts of the services: it ends with the work."""
    url = database.engine.url if isinstance(database, Database) else asyncpg_url(database)
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"server_settings": {"application_name": "longplay migrate"}}
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _in_turn(database: Database | str, work: Callable[[Config], None]) -> None:
    """Run an alembic command while no other process runs one; closing the connection gives the lock back."""
    async with _connection(database) as connection:
        await _take_lock(connection)
        await connection.execute(text(f"SET lock_timeout = '{WAIT_FOR_A_TABLE}'"))
        await connection.commit()  # the setting is the session's; alembic begins transactions of its own
        await connection.run_sync(lambda sync: work(_config(sync)))


async def _take_lock(connection: AsyncConnection) -> None:
    """Ask again and again rather than wait inside a query: its snapshot would block CREATE INDEX CONCURRENTLY."""
    async with asyncio.timeout(WAIT_FOR_OTHERS):
        while not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
            await connection.rollback()
            await asyncio.sleep(0.1)


def _differences(connection: Connection) -> list[str]:
    from alembic import command
    from alembic.util import AutogenerateDiffsDetected

    try:
        command.check(_config(connection))
    except AutogenerateDiffsDetected as found:
        return [str(difference) for difference in found.diffs]
    return []


def _write_draft(connection: Connection, message: str) -> Path:
    from alembic import command
    from alembic.script import Script

    script = command.revision(_config(connection), message=message, autogenerate=True)
    if not isinstance(script, Script):
        raise TypeError("one revision was asked for")
    return Path(script.path)
