"""One PostgreSQL for the whole run, and a database of its own for every test that asks.

The server is embedded and shared by the run's worker processes; TEST_DATABASE_URL names a real one instead, whose role
may create databases. Migrations run once, into a template; a test's database is a copy of it, so tests commit for real.
A copy serves many tests one after the other: it is emptied in between, and thrown away when it is not as it was made.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import asyncpg
import pytest
from sqlalchemy import URL

from db import migrate
from db.address import asyncpg_url
from db.server import EmbeddedServer
from db.server.home import throwaway_folder
from db.session import Database
from tests import warm
from tests.emptying import Emptying

RUNS = "longplay-tests-"
USES = 80
"""Tests that a database serves, one after the other, before what they deleted weighs too much."""

warm.register()


@dataclass
class TestServer:
    """A server's maintenance connection, which makes and drops the databases of one worker's tests."""

    __test__ = False

    url: URL
    connection: asyncpg.Connection
    prefix: str
    numbers: count[int] = field(default_factory=count)
    clean: list[Emptying] = field(default_factory=list)
    """Databases at head that a test has left, as empty as a fresh one."""

    @property
    def template(self) -> str:
        return f"{self.prefix}_template"

    def url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    async def create(self, template: str | None = None) -> str:
        name = f"{self.prefix}_{os.getpid()}_{next(self.numbers)}"
        source = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        await self.connection.execute(f'CREATE DATABASE "{name}"{source}')
        return name

    async def drop(self, name: str) -> None:
        warm.SHELF.forget(name)
        await self.connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def lend(self, template: str) -> Emptying:
        """A database at head without a trace of any test: one that was left so, else a new copy."""
        if self.clean:
            return self.clean.pop()
        name = await self.create(template)
        warm.SHELF.databases.add(name)
        return await Emptying.of(self.connection, self.dsn_of(name), name)

    async def take_back(self, lent: Emptying) -> None:
        """Keep a database for another test once nothing in it differs from a fresh one; else it goes."""
        if lent.uses < USES and await lent.emptied(spared=warm.SHELF.numbers(lent.name)):
            self.clean.append(lent)
            return
        await self.drop(lent.name)

    def dsn_of(self, name: str) -> str:
        return self.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


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
    warm.SHELF.loop = asyncio.get_running_loop()
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    server = TestServer(url, connection, f"test_{testrun_uid[:12]}")
    await connection.execute("SELECT pg_advisory_lock_shared(hashtext($1), 1)", server.prefix)
    if embedded is not None:  # nothing here lives long enough to be tidied up
        await connection.execute("ALTER SYSTEM SET autovacuum = off")
        await connection.execute("SELECT pg_reload_conf()")
    yield server
    warm.SHELF.forget(*warm.SHELF.databases)
    if embedded is None:
        for each in server.clean:
            await server.drop(each.name)
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
    lent = await test_server.lend(migrated_template)
    yield test_server.url_of(lent.name)
    await test_server.take_back(lent)


@pytest.fixture
async def copied_database_url(test_server: TestServer, migrated_template: str) -> AsyncGenerator[str]:
    """The URL of a database at head that was made for this test alone, and in which nobody keeps a session."""
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
