"""A database that fails on purpose, and what is made of it: one name for all that passes by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.errors import DatabaseAway
from db.server.copies import cut_connections
from db.server.troubles import BROKEN, Break, break_statements, unbroken
from db.session import Database


@pytest.fixture
async def notes(empty_database_url):
    database = Database.connect(empty_database_url, pool_size=2)
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE note (id int CONSTRAINT pk_note PRIMARY KEY)"))
    yield database
    await database.close()


async def add(database: Database, number: int) -> None:
    async with database.writing() as session:
        await session.execute(text("INSERT INTO note VALUES (:id)"), {"id": number})


async def look(database: Database, while_cut_off: str) -> None:
    async with database.looking() as raw:
        await cut_connections(while_cut_off, spared="nobody")
        await raw.fetchval("SELECT 1")


async def kept(database: Database) -> list[int]:
    async with database.reading() as session:
        return list(await session.scalars(text("SELECT id FROM note ORDER BY id")))


@pytest.mark.parametrize("error", sorted(BROKEN))
async def test_a_statement_is_broken_off_once_and_goes_through_when_tried_again(notes, empty_database_url, error):
    breaks = [Break("note", 2, error)]
    await break_statements(empty_database_url, breaks)
    assert await unbroken(empty_database_url, breaks) == 1
    await add(notes, 1)
    with pytest.raises(DatabaseAway) as met:
        await add(notes, 2)
    assert met.value.source == "database"
    assert met.value.detail
    await add(notes, 2)
    assert await kept(notes) == [1, 2]
    assert await unbroken(empty_database_url, breaks) == 0


async def test_only_known_breaks_are_ordered(empty_database_url):
    assert str(Break("outbox", 3, "40P01")) == "PostgreSQL: deadlock at write 3 to outbox"
    for wrong in (Break("outbox; DROP", 1, "40P01"), Break("outbox", 1, "23505")):
        with pytest.raises(ValueError, match="not a"):
            await break_statements(empty_database_url, [wrong])


async def test_a_lost_connection_is_told_as_the_database_away_and_the_next_use_goes_well(notes, empty_database_url):
    async def cut_off() -> None:
        async with notes.writing() as session:
            await session.execute(text("INSERT INTO note VALUES (7)"))
            await cut_connections(empty_database_url, spared="nobody")
            await session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseAway):
        await cut_off()
    assert await kept(notes) == []
    with pytest.raises(DatabaseAway):
        await look(while_cut_off=empty_database_url, database=notes)
    async with notes.looking() as raw:
        assert await raw.fetchval("SELECT 1") == 1


async def test_what_does_not_pass_by_itself_keeps_its_name(notes):
    await add(notes, 1)
    with pytest.raises(IntegrityError):
        await add(notes, 1)
    with pytest.raises(DBAPIError):
        async with notes.reading() as session:
            await session.execute(text("SELECT * FROM nothing"))
    with pytest.raises(FileNotFoundError):
        async with notes.writing():
            raise FileNotFoundError
