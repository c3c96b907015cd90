from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from db import migrate
from db.session import Database


@pytest.fixture(scope="module")
async def newest(test_server):
    """The newest revision in the code, where there is one."""
    _, newest = await migrate.head_state(test_server.url.render_as_string(hide_password=False))
    if newest is None:
        pytest.skip("no revision has been written yet")
    return newest


async def tables(url: str) -> set[str]:
    database = Database.connect(url)
    async with database.reading() as session:
        found = set(await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    await database.close()
    return found - {"alembic_version"}


async def test_the_history_goes_up_down_and_up_again(newest, empty_database_url):
    await migrate.upgrade(empty_database_url)
    first = await tables(empty_database_url)
    assert first
    await migrate.downgrade(empty_database_url, "base")
    assert await tables(empty_database_url) == set()
    await migrate.upgrade(empty_database_url)
    assert await tables(empty_database_url) == first
    assert await migrate.head_state(empty_database_url) == (newest, newest)


async def test_the_migrated_database_is_what_the_tables_say(newest, database_url):
    assert await migrate.check(database_url) == []


async def test_a_table_the_code_does_not_know_is_a_difference(newest, database, database_url):
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE stray (id int)"))
    assert any("stray" in difference for difference in await migrate.check(database_url))


async def test_a_check_that_went_missing_is_a_difference(newest, database, database_url):
    async with database.writing() as session:
        table, name = (
            await session.execute(
                text(
                    "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                    " WHERE contype = 'c' AND conname LIKE 'ck_%' LIMIT 1"
                )
            )
        ).one()
        await session.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'))
    assert any(name in difference for difference in await migrate.check(database_url))


async def test_an_empty_database_is_told_from_one_at_head(newest, empty_database_url):
    assert await migrate.head_state(empty_database_url) == (None, newest)
    assert await migrate.check(empty_database_url) == [f"the database is at revision None, the code at {newest}"]


async def test_processes_that_migrate_at_once_take_turns(newest, empty_database_url):
    await asyncio.gather(*(migrate.upgrade(empty_database_url) for _ in range(3)))
    assert await migrate.head_state(empty_database_url) == (newest, newest)


async def test_a_migrator_waits_for_the_one_before_it(empty_database_url):
    database = Database.connect(empty_database_url)
    async with database.reading() as session:
        await session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": migrate.ADVISORY_LOCK})
        waiting = asyncio.create_task(migrate.upgrade(empty_database_url))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        await session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": migrate.ADVISORY_LOCK})
        await asyncio.wait_for(waiting, 30)
    await database.close()


async def test_the_environment_refuses_a_caller_without_a_connection():
    from alembic import command

    with pytest.raises(RuntimeError, match="longplay migrate"):
        command.current(migrate._config())
