"""A test's database serves the next test only when nothing in it differs from a fresh one."""

from __future__ import annotations

import asyncpg
import pytest

from db.address import driver_url
from db.session import Database
from tests.emptying import PAGES, Emptying
from tests.factories.club import make_club, make_week
from tests.postgres import TestServer
from tests.warm import SHELF


@pytest.fixture
async def lent(test_server: TestServer, migrated_template: str):
    """A database that was lent to this test, which gives it back by itself."""
    name = await test_server.create(migrated_template)
    yield await Emptying.of(test_server.connection, test_server.dsn_of(name), name)
    await test_server.drop(name)


async def told(lent: Emptying, command: str) -> None:
    session = await asyncpg.connect(lent.dsn)
    await session.execute(command)
    await session.close()


async def test_whatever_a_test_wrote_is_gone_and_numbers_begin_anew(lent: Emptying):
    database = Database.connect(lent.dsn)
    await make_week(database, await make_club(database))
    await database.close()
    await told(lent, "SELECT nextval(oid::regclass) FROM pg_class WHERE relkind = 'S'")
    assert await lent.emptied(spared=[])
    session = await asyncpg.connect(lent.dsn)
    held = [table for table in lent.tables if await session.fetchval(f"SELECT count(*) FROM {table}")]
    assert held == list(lent.brought)
    assert not await session.fetchval("SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL")
    await session.close()


async def test_who_is_still_connected_is_thrown_out(lent: Emptying):
    left = await asyncpg.connect(lent.dsn)
    await left.execute("BEGIN; LOCK TABLE weeks")
    assert await lent.emptied(spared=[])
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError)):
        await left.fetch("SELECT 1")


@pytest.mark.parametrize(
    "command",
    [
        "ALTER TABLE weeks ADD COLUMN more int",
        "ALTER TABLE weeks ALTER COLUMN club_id SET DEFAULT gen_random_uuid()",
        "ALTER TABLE weeks DISABLE TRIGGER USER; ALTER TABLE weeks DROP CONSTRAINT IF EXISTS pk_weeks CASCADE",
        "CREATE TABLE left_behind (what text)",
        "DROP TABLE weeks CASCADE",
        "CREATE INDEX left_behind ON weeks (club_id)",
        "CREATE FUNCTION left_behind() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ANALYZE weeks",
        "UPDATE alembic_version SET version_num = 'another'",
        "DELETE FROM alembic_version",
        "CREATE TABLE left_behind AS SELECT 1 AS what; DROP TABLE left_behind; ALTER TABLE weeks SET (fillfactor = 50)",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = on', current_database()); END $$",
    ],
)
async def test_a_database_that_was_altered_is_not_lent_again(lent: Emptying, command: str):
    await told(lent, command)
    assert not await lent.emptied(spared=[])


async def test_a_database_that_was_filled_is_not_lent_again(lent: Emptying):
    rows = "INSERT INTO provider_limits SELECT n, 0, now() FROM generate_series(1, {}) AS n"
    await told(lent, rows.format(8))
    assert await lent.emptied(spared=[])
    await told(lent, rows.format(200 * PAGES))
    assert not await lent.emptied(spared=[])


async def test_a_session_that_an_engine_closed_serves_the_next_one(database_url: str):
    numbers = []
    for _ in range(2):
        database = Database.connect(database_url, pool_size=1)
        async with database.reading() as session:
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            numbers.append(raw.driver_connection.get_server_pid())
            assert await raw.driver_connection.fetchval("SHOW application_name") == "longplay"
            await raw.driver_connection.execute("SET application_name = 'left behind'")
        await database.close()
    assert numbers[0] == numbers[1]
    name = driver_url(database_url).rsplit("/", 1)[-1].split("?")[0]
    assert numbers[0] in SHELF.numbers(name)
