from __future__ import annotations

import asyncio
from contextlib import aclosing

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.errors import DatabaseAway
from db.address import asyncpg_url
from db.session import LAST, RING, Database, driving, listen, violated


@pytest.fixture
async def notes(empty_database_url):
    database = Database.connect(empty_database_url, pool_size=2)
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE note (id int CONSTRAINT pk_note PRIMARY KEY, body text)"))
    yield database
    await database.close()


async def bodies(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(text("SELECT body FROM note ORDER BY id")))


async def add(database: Database, number: int, body: str = "x") -> None:
    async with database.writing() as session:
        await session.execute(text("INSERT INTO note VALUES (:id, :body)"), {"id": number, "body": body})


async def test_what_is_written_is_there_for_the_next_reader(notes):
    await add(notes, 1, "kept")
    assert await bodies(notes) == ["kept"]


async def test_a_block_that_raises_changes_nothing(notes):
    async def interrupted() -> None:
        async with notes.writing() as session:
            await session.execute(text("INSERT INTO note VALUES (1, 'lost')"))
            raise LookupError

    with pytest.raises(LookupError):
        await interrupted()
    assert await bodies(notes) == []


async def test_a_reader_cannot_write_and_leaves_the_connection_able_to(notes):
    async with notes.reading() as session:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("INSERT INTO note VALUES (1, 'x')"))
    for number in range(4):  # more often than there are connections
        await add(notes, number)
    assert len(await bodies(notes)) == 4


async def test_a_broken_constraint_is_known_by_its_name(notes):
    await add(notes, 1)
    with pytest.raises(IntegrityError) as caught:
        await add(notes, 1)
    assert violated(caught.value) == "pk_note"


async def test_a_commit_is_watched_when_something_changed_and_only_then(notes):
    moments: list[str] = []
    watched = Database(notes.engine, moments.append)
    async with watched.writing() as session:
        await session.execute(text("SELECT body FROM note"))
    assert moments == []
    await add(watched, 1)
    assert moments == ["before commit", "after commit"]


async def test_a_process_that_dies_before_its_commit_has_changed_nothing(notes):
    def die(moment: str) -> None:
        if moment == "before commit":
            raise SystemExit

    with pytest.raises(SystemExit):
        await add(Database(notes.engine, die), 1)
    assert await bodies(notes) == []


async def test_what_the_driver_does_is_of_the_same_transaction(notes):
    async def interrupted() -> None:
        async with notes.writing() as session:
            await (await driving(session)).execute("INSERT INTO note VALUES (1, 'by the driver')")
            assert await session.scalar(text("SELECT body FROM note")) == "by the driver"
            raise LookupError

    with pytest.raises(LookupError):
        await interrupted()
    assert await bodies(notes) == []
    async with notes.writing() as session:
        await session.execute(text("INSERT INTO note VALUES (1, 'first')"))
        await (await driving(session)).execute("INSERT INTO note VALUES (2, 'second')")
    assert await bodies(notes) == ["first", "second"]


async def test_a_connection_that_the_driver_loses_is_told_as_away_and_replaced(notes):
    async def cut_off() -> None:
        async with notes.writing() as session:
            driver = await driving(session)
            pid = await driver.fetchval("SELECT pg_backend_pid()")
            async with notes.reading() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            async with asyncio.timeout(10):
                while not driver.is_closed():  # noqa: ASYNC110 - a poll is enough for a test
                    await asyncio.sleep(0.01)
            await driver.execute("INSERT INTO note VALUES (1, 'lost')")

    for _ in range(3):
        with pytest.raises(DatabaseAway):
            await cut_off()
    await add(notes, 1, "kept")
    assert await bodies(notes) == ["kept"]


async def test_a_transaction_of_the_drivers_alone_commits_at_its_end_or_changes_nothing(notes):
    async def interrupted() -> None:
        async with notes.driven() as driven:
            await (await driving(driven)).execute("INSERT INTO note VALUES (1, 'lost')")
            raise LookupError

    with pytest.raises(LookupError):
        await interrupted()
    assert await bodies(notes) == []
    for number in range(4):  # more often than there are connections
        async with notes.driven() as driven:
            await driven.connection.execute("INSERT INTO note VALUES ($1, 'kept')", number)
    assert await bodies(notes) == ["kept"] * 4
    await add(notes, 9)  # the pool is everybody's


async def test_a_transaction_of_the_drivers_is_watched_and_rings_like_any_other(notes):
    moments: list[str] = []
    watched = Database(notes.engine, moments.append)
    watched.bell = lambda: moments.append("bell")

    async def last(driven) -> None:
        moments.append("last")
        await driven.connection.execute("INSERT INTO note VALUES (1, 'x')")

    async with watched.driven() as driven:
        await driven.connection.fetch("SELECT body FROM note")
    assert moments == []
    async with watched.driven() as driven:
        driven.info.update({LAST: last, RING: True})
    assert moments == ["last", "before commit", "after commit", "bell"]


async def test_one_that_dies_before_the_drivers_commit_has_changed_nothing(notes):
    def die(moment: str) -> None:
        if moment == "before commit":
            raise SystemExit

    with pytest.raises(SystemExit):
        async with Database(notes.engine, die).driven() as driven:
            await driven.connection.execute("INSERT INTO note VALUES (1, 'lost')")
    assert await bodies(notes) == []


@pytest.mark.parametrize("broken_off", ["the server ends it", "the task is cancelled"])
async def test_a_connection_lost_in_the_drivers_transaction_is_told_and_replaced(notes, broken_off):
    async def cut_off() -> None:
        async with notes.driven() as driven:
            await driven.connection.execute("INSERT INTO note VALUES (1, 'lost')")
            if broken_off == "the server ends it":
                pid = await driven.connection.fetchval("SELECT pg_backend_pid()")
                async with notes.reading() as other:
                    await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await driven.connection.execute("SELECT pg_sleep(60)")

    for _ in range(3):  # more often than there are connections
        with pytest.raises(DatabaseAway if broken_off == "the server ends it" else TimeoutError):
            await asyncio.wait_for(cut_off(), 5 if broken_off == "the server ends it" else 0.2)
    await add(notes, 1, "kept")
    assert await bodies(notes) == ["kept"]


async def test_the_pool_replaces_connections_the_server_has_closed(notes, empty_database_url):
    await notes.ping()
    outside = await asyncpg.connect(empty_database_url.replace("+asyncpg", ""))
    ended = await outside.fetch(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    await outside.close()
    assert ended
    await asyncio.sleep(0.05)  # the loop has to see the end of the stream
    await notes.ping()


async def test_the_servers_patience_is_set_on_every_connection(notes):
    async with notes.reading() as session:
        settings = {
            name: await session.scalar(text("SELECT current_setting(:name)"), {"name": name})
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit", "TimeZone")
        }
    assert settings == {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "jit": "off",
        "TimeZone": "UTC",
    }


async def test_a_listener_hears_and_listens_again_after_its_connection_is_lost(notes, empty_database_url):
    async with aclosing(listen(empty_database_url, "errands")) as heard:
        assert await anext(heard) == ""
        async with notes.writing() as session:
            await session.execute(text("SELECT pg_notify('errands', 'week 7')"))
        assert await anext(heard) == "week 7"
        async with notes.writing() as session:
            await session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%listens%'")
            )
        assert await asyncio.wait_for(anext(heard), 5) == ""
        async with notes.writing() as session:
            await session.execute(text("SELECT pg_notify('errands', 'week 8')"))
        assert await anext(heard) == "week 8"


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u@h:5433/d", "postgresql+asyncpg://u@h:5433/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u@/d?host=/run/pg", "postgresql+asyncpg://u@/d?host=/run/pg"),
        ("postgres://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
    ],
)
def test_usual_spellings_of_a_url_are_understood(given, understood):
    assert asyncpg_url(given).render_as_string(hide_password=False).replace("%2F", "/") == understood


def test_another_databases_url_is_refused_without_its_password():
    with pytest.raises(ValueError, match="not a PostgreSQL URL") as caught:
        asyncpg_url("mysql://u:secret@h/d")
    assert "secret" not in str(caught.value)
