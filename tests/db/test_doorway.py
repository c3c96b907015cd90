"""The doorway before PostgreSQL passes everything on, until it is closed, full or mute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import asyncpg
import pytest
from sqlalchemy import text

from bot.domain.errors import DatabaseAway
from db.address import driver_url
from db.server.doorway import Doorway, refusal
from db.session import Database

SHORT = 0.3


@pytest.fixture
async def door(empty_database_url: str) -> AsyncGenerator[Doorway]:
    async with Doorway(empty_database_url) as doorway:
        yield doorway


@pytest.fixture
async def through(door: Doorway) -> AsyncGenerator[Database]:
    """A pool that comes through the doorway, with one connection inside."""
    database = Database.connect(door.url, pool_size=1)
    await database.ping()
    yield database
    await database.close()


async def enter(door: Doorway) -> None:
    connection = await asyncpg.connect(driver_url(door.url))
    await connection.close()


async def test_all_that_is_said_is_passed_on(through: Database) -> None:
    async with through.reading() as session:
        assert await session.scalar(text("SELECT length(repeat('x', 300000))")) == 300_000
        assert len(str(await session.scalar(text("SELECT repeat('x', 300000)")))) == 300_000


async def test_a_server_that_restarts_throws_everybody_out_and_says_that_it_starts(
    door: Doorway, through: Database
) -> None:
    await door.close_for(SHORT, "away")
    with pytest.raises(asyncpg.CannotConnectNowError, match="starting up"):
        await enter(door)
    with pytest.raises(DatabaseAway):
        await through.ping()
    await asyncio.sleep(SHORT)
    await through.ping()
    assert door.turned_away >= 2


async def test_a_server_that_is_full_lets_nobody_new_in_and_serves_who_is_inside(
    door: Doorway, through: Database
) -> None:
    await door.close_for(SHORT, "full")
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await enter(door)
    await through.ping()
    await asyncio.sleep(SHORT)
    await enter(door)


async def test_what_is_said_while_nothing_is_heard_comes_afterwards(door: Doorway, through: Database) -> None:
    door.mute_for(SHORT)
    began = time.monotonic()
    await through.ping()
    assert time.monotonic() - began >= SHORT * 0.8


def test_a_refusal_is_worded_as_postgresql_words_it() -> None:
    told = refusal("57P03", "the database system is starting up")
    assert told[:1] == b"E"
    assert int.from_bytes(told[1:5]) == len(told) - 1
    assert b"C57P03\x00" in told
