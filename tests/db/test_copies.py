"""Databases copied from one that is ready."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from db.server.copies import copy_database, drop_database
from db.session import Database


async def tables(url: str) -> list[str]:
    database = Database.connect(url, pool_size=1)
    try:
        async with database.reading() as session:
            found = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            return sorted(found)
    finally:
        await database.close()


async def test_a_copy_has_what_the_original_has_and_can_be_dropped_in_use(copied_database_url: str) -> None:
    copy = await copy_database(copied_database_url, f"{make_url(copied_database_url).database}_copy")
    assert make_url(copy).database != make_url(copied_database_url).database
    assert await tables(copy) == await tables(copied_database_url)
    using = Database.connect(copy, pool_size=1)
    await using.ping()
    await drop_database(copy)
    await using.close()
    with pytest.raises(DBAPIError):
        await tables(copy)
    assert "weeks" in await tables(copied_database_url)


async def test_a_name_that_could_say_more_than_a_name_is_refused(database_url: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        await copy_database(database_url, 'x"; DROP DATABASE postgres; --')
