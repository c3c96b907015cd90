"""`longplay worker` as an operator has it: a real process beside a database, without any Discord."""

from __future__ import annotations

import asyncio
import re
import signal
from typing import Any

from sqlalchemy import text

from bot.domain.tasks import SYNC_ACCOUNTS
from db.queries.queue import defer
from db.session import Database
from tests.cli.process import PATIENCE, Shell

NOTHING: dict[str, Any] = {"DISCORD_TOKEN": None, "DISCORD_API_URL": None}


async def all_done(database: Database) -> None:
    """Wait until nothing is left in the queue."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.reading() as session:
                if not await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")):
                    return
            await asyncio.sleep(0.02)


async def test_it_does_what_waits_and_stops_in_order(shell: Shell, database: Database) -> None:
    async with database.writing() as session:
        await defer(session, SYNC_ACCOUNTS, {"claims": []})
    running = await shell.start("worker", **NOTHING)
    await running.says("working after")
    await all_done(database)
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0
    assert ended.out == ""
    assert "stopped in" in ended.err
    assert not re.search(r"\[(warning|error|critical) *\]|Traceback", ended.err), ended.err
    async with database.reading() as session:
        left = await session.scalar(text("SELECT count(*) FROM procrastinate_workers"))
    assert left == 0, "no process is left on the list that is gone"


async def test_a_bot_that_shall_not_work_leaves_the_queue_to_others(shell: Shell, database: Database) -> None:
    async with database.writing() as session:
        await defer(session, SYNC_ACCOUNTS, {"claims": []})
    bot = await shell.start("run", LONGPLAY_WORKS="off")
    await bot.says("ready in")
    worker = await shell.start("worker", **NOTHING)
    await all_done(database)
    assert "worker" not in bot.err
    for each in (worker, bot):
        assert (await each.end(signal.SIGTERM)).code == 0


async def test_a_database_that_is_not_there_is_a_sentence_and_shows_no_password(bare: Shell) -> None:
    ended = await bare.run("worker", DATABASE_URL="postgresql://ada:tiger@127.0.0.1:1/none")
    assert ended.code == 1
    assert "cannot be reached" in ended.err
    assert "tiger" not in ended.said
