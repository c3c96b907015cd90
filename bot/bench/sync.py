"""`longplay bench sync`: how many due accounts a process reads in a second, the whole way from the clock to the rows.

The floor fetches the same pages from the same shop and puts the plays of each into one plain table in a transaction of
its own: no queue, no manners, no dedup, no names, no counters, no fence.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from bot.app.life import WORLD, App
from bot.bench.listening_shop import APART, shop, works
from bot.bench.outcome import Outcome, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.config import Settings
from bot.domain.clock import SystemClock
from bot.domain.ids import new_id
from bot.domain.listening.plays import Source, Told
from bot.domain.listening.sync import BEGINNING
from bot.services.listening.taking import take_plays
from db.address import driver_url
from db.session import Database

SEED = 20_261_120
GOAL = 200.0
"""Accounts a second on two cores."""
FLOOR_AT_ONCE = 16
FLOOR_CONNECTIONS = 8
LOOK_SECONDS = 0.1
FRESH = timedelta(days=2)
"""What is read is younger than this, what was known before is older."""
NAMES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    accounts: int = 10_000
    plays: int = 10
    """On each page: what somebody hears in half an hour."""
    json: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """One way of doing it."""

    seconds: float
    processor: float
    """Seconds of our own process."""

    def rate(self, accounts: int) -> float:
        """Accounts a second."""
        return round(accounts / self.seconds, 1)

    @property
    def share(self) -> float:
        """How much of one core our process used."""
        return round(self.processor / self.seconds, 3)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    accounts: int
    plays: int
    """In all."""
    cores: int
    ours: Pass
    floor: Pass

    @property
    def ratio(self) -> float:
        """Our accounts a second over the floor's."""
        return round(self.floor.seconds / self.ours.seconds, 3)

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ours.rate(self.accounts) >= GOAL

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        ours, floor = self.ours.rate(self.accounts), self.floor.rate(self.accounts)
        return [Outcome("sync", "accounts read", ours, "a second", f"at least {GOAL:g}", self.reached, floor)]


async def bench(options: Options) -> int:
    """Fill a database of its own, read every account of it, print the figures; the exit code."""
    figures = await measure(options)
    if options.json:
        told = {
            "accounts": figures.accounts,
            "plays": figures.plays,
            "cores": figures.cores,
            "per_second": figures.ours.rate(figures.accounts),
            "processor_share": figures.ours.share,
            "ours": asdict(figures.ours),
            "floor": {**asdict(figures.floor), "per_second": figures.floor.rate(figures.accounts)},
            "ratio": figures.ratio,
            "goal": {"per_second": GOAL, "reached": figures.reached},
        }
        print_json(told)
    else:
        _show(figures)
    return 0


async def measure(options: Options) -> Figures:
    """Fill a database of its own, and read every account of it."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    now = SystemClock().now()
    newest = int((now - timedelta(minutes=6)).timestamp())
    async with own_server() as url:
        plain = await asyncpg.create_pool(driver_url(url), min_size=1, max_size=FLOOR_CONNECTIONS)
        try:
            listener = await _fill(plain, options, now)
            await _fill_names(url, listener, now)
            await plain.execute("VACUUM ANALYZE")
            with shop(options.plays, newest, SEED) as address, progress_bars() as progress:
                floor = await _floor(plain, address, options, progress)
                ours = await _ours(plain, url, address, options, progress)
            plays: int = await plain.fetchval("SELECT count(*) FROM listen_events WHERE played_at > $1", now - FRESH)
            expected: int = await plain.fetchval("SELECT count(*) FROM floor_plays")
            if plays != expected:
                raise AssertionError(f"{plays} plays were kept of {expected}")
        finally:
            await plain.close()
    return Figures(options.accounts, plays, os.cpu_count() or 1, ours, floor)


async def _fill(plain: Any, options: Options, now: datetime) -> UUID:
    """People with an account each, whose history is known up to the first of their new plays; one of them."""
    await plain.execute("CREATE TABLE floor_plays (account text, played_at timestamptz, artist text, title text)")
    before = now - timedelta(minutes=7, seconds=APART * options.plays)
    users = [(new_id(now), f"Member {number}", now) for number in range(options.accounts)]
    linked = [(new_id(now), user[0], "lastfm", f"member{number}", now) for number, user in enumerate(users)]
    states = [(one[0], now, BEGINNING, [BEGINNING], [before], now, before) for one in linked]
    async with plain.acquire() as connection:
        await connection.copy_records_to_table("users", records=users, columns=["id", "display_name", "created_at"])
        await connection.copy_records_to_table(
            "linked_accounts", records=linked, columns=["id", "user_id", "provider", "external_id", "linked_at"]
        )
        columns = ["account_id", "next_due_at", "newest_due_at", "covered_since", "covered_until", "deep_at"]
        await connection.copy_records_to_table("sync_accounts", records=states, columns=[*columns, "last_play_at"])
    return users[0][0]


async def _fill_names(url: str, listener: UUID, now: datetime) -> None:
    """A club that has listened for a while: somebody has heard everything that its people hear."""
    database = Database.connect(url)
    try:
        heard = [
            Told(Source.LASTFM, artist, title, now - 2 * FRESH - timedelta(minutes=number), album=album)
            for number, (artist, title, album) in enumerate(works())
        ]
        for start in range(0, len(heard), NAMES_AT_ONCE):
            async with database.writing() as session:
                await take_plays(session, user_id=listener, plays=heard[start : start + NAMES_AT_ONCE])
    finally:
        await database.close()


async def _ours(plain: Any, url: str, address: str, options: Options, progress: Progress) -> Pass:
    """Every account by a worker as an operator has it: claimed, queued, asked with manners, landed."""
    task = progress.add_task("accounts", total=options.accounts)
    with tempfile.TemporaryDirectory(prefix="longplay-bench-") as folder:
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - a bench obeys no operator's settings
            database_url=SecretStr(url),
            data_folder=Path(folder),
            lastfm_api_key=SecretStr("no-key-of-anybody"),
        )
        app = App(settings, world=replace(WORLD, lastfm_at=address, loopback=True))
        began, processor = time.perf_counter(), time.process_time()
        try:
            await app.start_working()
            gc.freeze()  # as `longplay worker` does
            await _all_read(plain, options.accounts, progress, task)
            return Pass(time.perf_counter() - began, time.process_time() - processor)
        finally:
            await app.stop()


async def _all_read(plain: Any, accounts: int, progress: Progress, task: TaskID) -> None:
    while True:
        read, failed = await plain.fetchrow(
            "SELECT count(*) FILTER (WHERE synced_at IS NOT NULL), max(why) FROM sync_accounts"
        )
        progress.update(task, completed=read)
        if failed:
            raise AssertionError(f"an account could not be read: {failed}")
        if read == accounts:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _floor(plain: Any, address: str, options: Options, progress: Progress) -> Pass:
    """The same pages, each fetched and inserted, and nothing else."""
    task = progress.add_task("floor", total=options.accounts)
    waiting = iter(range(options.accounts))
    began, processor = time.perf_counter(), time.process_time()
    async with aiohttp.ClientSession() as session:

        async def read() -> None:
            for number in waiting:
                name = f"member{number}"
                async with session.post(address, data={"user": name, "limit": "1000"}) as answer:
                    told = json.loads(await answer.read())
                rows = [
                    (
                        name,
                        datetime.fromtimestamp(int(track["date"]["uts"]), UTC),
                        track["artist"]["#text"],
                        track["name"],
                    )
                    for track in told["recenttracks"]["track"]
                ]
                async with plain.acquire() as connection, connection.transaction():
                    await connection.executemany("INSERT INTO floor_plays VALUES ($1, $2, $3, $4)", rows)
                progress.advance(task)

        await asyncio.gather(*(read() for _ in range(FLOOR_AT_ONCE)))
    return Pass(time.perf_counter() - began, time.process_time() - processor)


def _show(figures: Figures) -> None:
    table = Table(title=f"{figures.accounts:,} due accounts, {figures.plays:,} new plays, {figures.cores} cores")
    for heading in ("", "accounts/s", "seconds", "of one core"):
        table.add_column(heading, justify="right" if heading else "left")
    for label, one in (("floor: fetched and inserted", figures.floor), ("accounts read", figures.ours)):
        table.add_row(label, f"{one.rate(figures.accounts):.0f}", f"{one.seconds:.1f}", f"{one.share:.0%}")
    console = Console()
    console.print(table)
    console.print(
        f"{figures.ours.rate(figures.accounts):.0f} accounts a second (goal {GOAL:g}), {figures.ratio:g} of the floor:"
        f" {'reached' if figures.reached else 'missed'}."
    )
