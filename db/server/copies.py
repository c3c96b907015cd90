"""Databases copied from one that is ready: a migrated one costs a second to make and a moment to copy."""

from __future__ import annotations

import re

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,50}")


async def copy_database(url: str, name: str) -> str:
    """The URL of a new database beside the one at `url`, with the same content; nobody may use that one meanwhile."""
    original = make_url(url).database
    await _command(url, f'CREATE DATABASE "{_checked(name)}" TEMPLATE "{original}"')
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def drop_database(url: str) -> None:
    """Delete the database at `url`, whoever still uses it."""
    await _command(url, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


async def cut_connections(url: str, *, spared: str) -> None:
    """End every connection to the database at `url`, as a server that restarts; but those of the application spared."""
    name = _checked(make_url(url).database or "")
    ends = f"FROM pg_stat_activity WHERE datname = '{name}' AND application_name <> '{_checked(spared)}'"
    await _command(url, f"SELECT pg_terminate_backend(pid) {ends}")


def _checked(name: str) -> str:
    if not _PLAIN.fullmatch(name):
        raise ValueError(f"not a plain name for a database: {name!r}")
    return name


async def _command(url: str, command: str) -> None:
    """Run a command that no transaction can hold, from the maintenance database."""
    engine = create_async_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(command))
    finally:
        await engine.dispose()
