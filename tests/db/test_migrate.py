from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

import migrations
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


# --- code and database of different releases --------------------------------------------------------------------------


@pytest.fixture
def release(tmp_path, monkeypatch, newest):
    """Code of another release: gives what to call with revisions that come after the newest."""
    ours = migrations.__path__[0]

    def become(*later):
        if not later:
            monkeypatch.setattr(migrations, "__path__", [ours])
            return
        folder = tmp_path / "-".join(name for name, _ in later)
        shutil.copytree(ours, folder)
        before = newest
        for name, says in later:
            lines = [f'revision = "{name}"', f'down_revision = "{before}"', *says]
            body = "\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
            (Path(folder) / "versions" / f"{name}.py").write_text("\n".join(lines) + body)
            before = name
        monkeypatch.setattr(migrations, "__path__", [str(folder)])

    return become


async def steps(url):
    database = Database.connect(url)
    async with database.reading() as session:
        rows = await session.execute(text("SELECT revision, before, contracts FROM schema_steps"))
        found = {revision: (before, contracts) for revision, before, contracts in rows}
    await database.close()
    return found


async def test_older_code_stays_on_a_database_that_newer_code_only_added_to(newest, database_url, release):
    release(("expands00001", ()), ("expands00002", ()))
    await migrate.upgrade(database_url)
    assert (await steps(database_url))["expands00002"] == ("expands00001", False)
    release()
    assert await migrate.bears(database_url)
    await migrate.upgrade(database_url)
    assert (await migrate.head_state(database_url))[0] == "expands00002"


async def test_older_code_leaves_a_database_alone_from_which_newer_code_took_away(newest, database_url, release):
    release(("expands00001", ()), ("contract0002", ("contracts = True",)), ("expands00003", ()))
    await migrate.upgrade(database_url)
    release(("expands00001", ()))
    assert not await migrate.bears(database_url)
    with pytest.raises(migrate.UnknownRevision, match="expands00003"):
        await migrate.upgrade(database_url)
    release(("expands00001", ()), ("contract0002", ("contracts = True",)))
    assert await migrate.bears(database_url), "this code knows of what was taken away"


async def test_a_step_that_is_taken_back_is_forgotten(newest, database_url, release):
    release(("expands00001", ()))
    await migrate.upgrade(database_url)
    await migrate.downgrade(database_url, newest)
    assert "expands00001" not in await steps(database_url)
    release()
    assert await migrate.head_state(database_url) == (newest, newest)


async def test_code_of_another_branch_leaves_a_database_alone(newest, database_url, release):
    release(("theirs000001", ()))
    await migrate.upgrade(database_url)
    release(("ours00000001", ()))
    assert not await migrate.bears(database_url)
