"""One PostgreSQL for the whole run, and a database of its own for every test that asks.

The server is embedded and shared by the run's worker processes; TEST_DATABASE_URL names a real one instead, whose role
may create databases. Migrations run once, into a template; a test's database is a copy of it, so tests commit for real.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import asyncpg
import pytest
from sqlalchemy import URL

from db import migrate
from db.server import EmbeddedServer
from db.server.home import throwaway_folder
from db.session import Database, asyncpg_url

RUNS = "longplay-tests-"


@dataclass
class TestServer:
    """A server's maintenance connection, which makes and drops the databases of one worker's tests."""

    __test__ = False

    url: URL
    connection: asyncpg.Connection
    prefix: str
    numbers: count[int] = field(default_factory=count)

    @property
    def template(self) -> str:
        return f"{self.prefix}_template"

    def url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    async def create(self, template: str | None = None) -> str:
        name = f"{self.prefix}_{os.getpid()}_{next(self.numbers)}"
        await self.connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return name

    async def drop(self, name: str) -> None:
        await self.connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _sweep(current: str) -> None:
    """Delete what killed runs left behind; a run that still goes on holds its users' lock and keeps its cluster."""
    for folder in throwaway_folder(current).parent.glob(f"{RUNS}*"):
        with suppress(FileNotFoundError):
            if folder.name != current and folder.stat().st_uid == os.geteuid():
                await EmbeddedServer(folder, durable=False).discard()


@pytest.fixture(scope="session")
async def test_server(testrun_uid: str) -> AsyncGenerator[TestServer]:
    """The run's server; the last worker to leave deletes an embedded one with all its data."""
    embedded: EmbeddedServer | None = None
    given = os.environ.get("TEST_DATABASE_URL")
    if given is None:
        run = f"{RUNS}{testrun_uid[:12]}"
        embedded = EmbeddedServer.throwaway(run)
        given = await embedded.start()
        await _sweep(run)
    url = asyncpg_url(given)
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    server = TestServer(url, connection, f"test_{testrun_uid[:12]}")
    await connection.execute("SELECT pg_advisory_lock_shared(hashtext($1), 1)", server.prefix)
    yield server
    if embedded is None:
        await _drop_template(server)
    await connection.close()
    if embedded is not None:
        await embedded.discard()


async def _drop_template(server: TestServer) -> None:
    """Leave nothing on a server that is not ours: the last worker, alone with the run's lock, drops the template."""
    connection = server.connection
    await connection.execute("SELECT pg_advisory_unlock_shared(hashtext($1), 1)", server.prefix)
    if await connection.fetchval("SELECT pg_try_advisory_lock(hashtext($1), 1)", server.prefix):
        await connection.execute(f'DROP DATABASE IF EXISTS "{server.template}"')


@pytest.fixture(scope="session")
async def migrated_template(test_server: TestServer) -> str:
    """The name of a database at head that takes no connections, made by the first worker that gets here."""
    name = test_server.template
    connection = test_server.connection
    await connection.execute("SELECT pg_advisory_lock(hashtext($1))", name)
    try:
        ready = await connection.fetchval("SELECT NOT datallowconn FROM pg_database WHERE datname = $1", name)
        if not ready:
            if ready is not None:
                await test_server.drop(name)
            await connection.execute(f'CREATE DATABASE "{name}"')
            await migrate.upgrade(test_server.url_of(name))
            await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    finally:
        await connection.execute("SELECT pg_advisory_unlock(hashtext($1))", name)
    return name


@pytest.fixture
async def database_url(test_server: TestServer, migrated_template: str) -> AsyncGenerator[str]:
    """The URL of a fresh database at head, for tests that start processes or engines of their own."""
    name = await test_server.create(migrated_template)
    yield test_server.url_of(name)
    await test_server.drop(name)


@pytest.fixture
async def empty_database_url(test_server: TestServer) -> AsyncGenerator[str]:
    """The URL of a database no migration has touched."""
    name = await test_server.create()
    yield test_server.url_of(name)
    await test_server.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """A fresh database at head, dropped after the test."""
    database = Database.connect(database_url)
    yield database
    await database.close()
