"""A worker is killed anywhere in the middle of reading accounts: what is kept in the end is what would have been kept.

The gate kills at some points of each kind; LONGPLAY_SYNC_KILLS=200 kills so often, at random.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.domain.listening.plays import Source
from bot.domain.listening.sync import LEASE
from bot.rehearsal.providers.listeners import Elsewhere, Play
from bot.services.listening import syncing
from db.session import Database
from tests.factories.people import NOW, MovableClock
from tests.factories.syncing import SyncStand, make_user, sync_stand

KILLS = int(os.environ.get("LONGPLAY_SYNC_KILLS", "10"))
SEED = 20_261_123
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LEFT = ("listen_events", "listen_twins", "artist_plays", "album_plays", "track_plays")
GONE = "users, artists, heard_albums, tracks, procrastinate_jobs, procrastinate_workers, provider_limits"


class Killed(BaseException):
    """Nothing of ours handles this, as nothing handles a SIGKILL."""


@dataclass
class Reaper:
    """Counts the moments at which a process can die, and lets it die at one of them."""

    at: tuple[str, int] | None = None
    counts: Counter[str] = field(default_factory=Counter[str])

    def meet(self, kind: str) -> bool:
        """Whether the process dies here; it does so once."""
        self.counts[kind] += 1
        if (kind, self.counts[kind]) != self.at:
            return False
        self.at = None
        return True

    def strike(self, kind: str) -> None:
        if self.meet(kind):
            raise Killed


@dataclass
class Ground:
    """One database and the services, for one life after another."""

    stand: SyncStand
    database: Database
    reaper: Reaper
    clock: MovableClock
    chance: random.Random
    on_page: Callable[[], object] = lambda: None

    async def fresh(self) -> None:
        """As nobody had ever read anything."""
        self.reaper.at, self.clock.at = None, NOW
        tables = await self._tables()
        async with self.database.writing() as session:
            await session.execute(text(f"TRUNCATE {tables} CASCADE"))
        ada = await make_user(self.database, "Ada")
        ben = await make_user(self.database, "Ben")
        elsewhere = self.stand.elsewhere
        await self.stand.links(elsewhere.lastfm["ada"], Source.LASTFM, ada)
        await self.stand.links(elsewhere.listenbrainz["ada"], Source.LISTENBRAINZ, ada)
        await self.stand.links(elsewhere.lastfm["ben"], Source.LASTFM, ben)

    async def _tables(self) -> str:
        async with self.database.reading() as session:
            known = set(await session.scalars(text("SELECT tablename FROM pg_tables")))
        return ", ".join(name for name in GONE.split(", ") if name in known)

    async def lives(self, at: tuple[str, int] | None) -> bool:
        """Everything is read by one worker after another, the first of which dies `at` a point; whether it did."""
        self.reaper.at, self.reaper.counts = at, Counter()
        died = False
        for _ in range(40):
            try:
                await self._live()
            except Killed:
                died = True
                await self._take_up()
                continue
            return died
        raise AssertionError("it never came to an end")

    async def _live(self) -> None:
        """One process: it looks for what is due and works it off, as a worker does."""
        tools = self.stand.tools
        await syncing.wake(tools, now=self.clock.now())
        while (job := await self._fetch()) is not None:
            number, args = job
            task = asyncio.create_task(syncing.read_accounts(tools, **args))
            self.on_page = task.cancel
            try:
                await task
            except asyncio.CancelledError:
                raise Killed from None
            except BaseExceptionGroup as group:
                if group.split(Killed)[1] is not None:
                    raise
                raise Killed from None
            async with self.database.writing() as session:
                await session.execute(
                    text("SELECT procrastinate_finish_job_v1(:id, 'succeeded', true)"), {"id": number}
                )

    async def _fetch(self) -> tuple[int, dict[str, Any]] | None:
        async with self.database.writing() as session:
            found = (
                await session.execute(
                    text(
                        "SELECT job.id, job.args FROM procrastinate_register_worker_v1() AS worker (id),"
                        " LATERAL procrastinate_fetch_job_v2(NULL, worker.id) AS job"
                    )
                )
            ).one()
        return None if found[0] is None else (found[0], found[1])

    async def _take_up(self) -> None:
        """What the dead one held comes back: by the queue, or by the rows when its lease is over."""
        if self.chance.random() < 0.5:
            async with self.database.writing() as session:
                await session.execute(
                    text(
                        "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs"
                        " WHERE status = 'doing'"
                    )
                )
        else:
            self.clock.move(LEASE + timedelta(seconds=1))

    async def left(self) -> dict[str, list[tuple[object, ...]]]:
        """What is kept in the end, without the keys of people."""
        found: dict[str, list[tuple[object, ...]]] = {}
        async with self.database.reading() as session:
            for table in LEFT:
                rows = await session.execute(
                    text(
                        f"SELECT users.display_name, to_jsonb(one) - 'user_id' FROM {table} AS one"
                        " JOIN users ON users.id = one.user_id ORDER BY 1, CAST(to_jsonb(one) - 'user_id' AS text)"
                    )
                )
                found[table] = [tuple(row) for row in rows]
            assert await session.scalar(text("SELECT count(*) FROM staged_pages")) == 0
            assert await session.scalar(text("SELECT count(*) FROM sync_accounts WHERE lease_until IS NOT NULL")) == 0
            spans = await session.scalars(text("SELECT cardinality(covered_since) FROM sync_accounts"))
            assert list(spans) == [1, 1, 1], "no hole is left"
        return found


def histories(now: Callable[[], object]) -> Elsewhere:
    """Months of two people: Ada's player tells two services, a few seconds apart, one of them not everything."""
    elsewhere = Elsewhere(now)  # type: ignore[arg-type]
    plays = [
        Play(NOW - 20 * MINUTE - number * timedelta(days=2, minutes=7), f"Artist {number % 4}", f"Song {number % 9}")
        for number in range(34)
    ]
    ada = elsewhere.joins_lastfm("ada", plays)
    ada.page_limit = 6
    again = [Play(play.at + timedelta(seconds=3), play.artist, play.title) for n, play in enumerate(plays) if n % 3]
    elsewhere.joins_listenbrainz("ada", again).page_limit = 5
    ben = elsewhere.joins_lastfm("ben", [Play(play.at - DAY, play.artist, play.title) for play in plays[:12]])
    ben.page_limit = 4
    return elsewhere


@asynccontextmanager
async def ground_on(database_url: str, clock: MovableClock):
    reaper = Reaper()
    database = Database.connect(database_url)
    mortal = Database.connect(database_url, watch=reaper.strike)
    event.listen(mortal.engine.sync_engine, "before_cursor_execute", lambda *_: reaper.strike("statement"))
    elsewhere = histories(clock.now)
    try:
        async with sync_stand(mortal, clock=clock, elsewhere=elsewhere) as stand:
            ground = Ground(stand, database, reaper, clock, random.Random(SEED))

            def page(_: int) -> None:
                if reaper.meet("page"):
                    ground.on_page()

            for listener in (*elsewhere.lastfm.values(), *elsewhere.listenbrainz.values()):
                listener.between_pages = page
            yield ground
    finally:
        await mortal.close()
        await database.close()


@pytest.fixture
async def ground(database_url):
    async with ground_on(database_url, MovableClock()) as ground:
        yield ground


async def test_a_kill_anywhere_changes_nothing_in_the_end(ground: Ground, capsys) -> None:
    await ground.fresh()
    assert not await ground.lives(None)
    undisturbed, points = await ground.left(), ground.reaper.counts.copy()
    assert len(undisturbed["listen_events"]) == 34 + 12
    assert len(undisturbed["listen_twins"]) > 15
    assert set(points) == {"before commit", "after commit", "statement", "page"}
    assert points["page"] >= 15

    kinds = list(points)
    died, tried = Counter[str](), 0
    while died.total() < KILLS:
        # Of each kind first; two accounts of a life may take other turns, so that some point is never reached.
        kind = kinds[tried] if tried < len(kinds) else ground.chance.choice(kinds)
        point = (kind, 1 + ground.chance.randrange(points[kind]))
        tried += 1
        await ground.fresh()
        if await ground.lives(point):
            died[kind] += 1
        left = await ground.left()
        for table in LEFT:
            missing = [row for row in undisturbed[table] if row not in left[table]]
            assert missing == [], (point, table, [row for row in left[table] if row not in undisturbed[table]])
        assert left == undisturbed, point
        assert tried < KILLS * 1.5 + len(kinds), "most points are reached"
    with capsys.disabled():
        print(f"\n{died.total()} kills {dict(sorted(died.items()))}: the plays were the same each time")
