"""`longplay worker` as an operator has it: a real process beside a database, without any Discord."""

from __future__ import annotations

import asyncio
import re
import signal

from sqlalchemy import text

from db.queries.queue import defer
from db.session import Database
from tests.cli.process import PATIENCE, Shell

NOTHING = {"DISCORD_TOKEN": None, "DISCORD_API_URL": None}


async def tasks(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


async def test_it_does_what_waits_and_stops_in_order(shell: Shell, database: Database) -> None:
    from bot.domain.tasks import SYNC_ACCOUNTS

    async with database.writing() as session:
        await defer(session, SYNC_ACCOUNTS, {"claims": []})
    running = await shell.start("worker", **NOTHING)
    await running.says("working after")
    async with asyncio.timeout(PATIENCE):
        while await tasks(database):
            await asyncio.sleep(0.02)
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0
    assert ended.out == ""
    assert "stopped in" in ended.err
    assert not re.search(r"\[(warning|error|critical) *\]|Traceback", ended.err), ended.err
    async with database.reading() as session:
        left = await session.scalar(text("SELECT count(*) FROM procrastinate_workers"))
    assert left == 0, "no process is left on the list that is gone"


async def test_a_database_that_is_not_there_is_a_sentence_and_shows_no_password(bare: Shell) -> None:
    ended = await bare.run("worker", DATABASE_URL="postgresql://ada:tiger@127.0.0.1:1/none")
    assert ended.code == 1
    assert "cannot be reached" in ended.err
    assert "tiger" not in ended.said
