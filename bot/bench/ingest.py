"""`longplay bench ingest`: plays taken in, with every counter, beside the same rows put into the tables without."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table

from bot.bench.hearing import JOINED, LISTENS_OF_ALBUM, Hearing, fill_clubs, made_titles, pages
from bot.bench.names import MadeNames, Name, read_names, real_names
from bot.bench.outcome import Outcome, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.domain.ids import new_id
from bot.domain.listening.names import artist_key, title_key
from bot.domain.listening.plays import Told
from bot.domain.listening.telling import telling_of
from bot.services.listening.taking import take_plays
from db import migrate
from db.address import asyncpg_url, driver_url
from db.session import SERVER_SETTINGS, Database

SEED = 20_261_120
CLUBS = 25
PAGE = 1_000
"""Plays in one transaction: a page of Last.fm's."""
AT_ONCE = 4
"""Members whose plays are taken in at the same time."""
ROUND = 20
"""Members whose plays are taken in before it is the other way's turn."""
RATIO_GOAL = 0.5
MEGABYTES_GOAL = 300.0

Put = Callable[[UUID, Sequence[Told]], Awaitable[None]]

STAGE = """
CREATE TEMP TABLE told (
  played_at timestamptz, track_id uuid, source text, ordinal smallint, ended_at timestamptz, ms_played int,
  resolution text, counts bool, artist_id uuid, album_id uuid,
  artist text, artist_key text, title text, title_key text, album text, album_key text
) ON COMMIT DELETE ROWS
"""
FLOOR = (
    "INSERT INTO artists (id, name, name_key)"
    " SELECT DISTINCT ON (artist_id) artist_id, artist, artist_key FROM told ORDER BY artist_id ON CONFLICT DO NOTHING",
    "INSERT INTO heard_albums (id, artist_id, title, title_key)"
    " SELECT DISTINCT ON (album_id) album_id, artist_id, album, album_key FROM told WHERE album_id IS NOT NULL"
    " ORDER BY album_id ON CONFLICT DO NOTHING",
    "INSERT INTO tracks (id, artist, title, title_key)"
    " SELECT DISTINCT ON (track_id) track_id, artist, title, title_key FROM told ORDER BY track_id"
    " ON CONFLICT DO NOTHING",
)
FLOOR_PLAYS = """
INSERT INTO listen_events (user_id, played_at, track_id, source, ordinal, ended_at, ms_played, resolution, counts,
  artist_id, album_id)
SELECT $1, played_at, track_id, source, ordinal, ended_at, ms_played, resolution, counts, artist_id, album_id FROM told
ON CONFLICT DO NOTHING
"""
StagedRow = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    listens: int = 1_000_000
    members: int = 1_000
    names: Path | None = None
    json: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    listens: int
    members: int
    ours: float
    """Listens per second, from parsed pages to committed rows with counters."""
    floor: float
    """Listens per second by COPY to staging and a plain insert from there, names and keys ready, no counters."""
    megabytes: float
    """The most memory this process had."""
    counters: int
    """Rows that count, of members and clubs, beside the plays."""

    @property
    def ratio(self) -> float:
        """Ours over the floor."""
        return round(self.ours / self.floor, 2)

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= RATIO_GOAL and self.megabytes < MEGABYTES_GOAL

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        share, most = self.ratio >= RATIO_GOAL, self.megabytes < MEGABYTES_GOAL
        goal = f"{RATIO_GOAL:g} of the floor"
        return [
            Outcome("ingest", "listens taken in, with counters", self.ours, "a second", goal, share, self.floor),
            Outcome("ingest", "memory at the most", self.megabytes, "MB", f"< {MEGABYTES_GOAL:g}", most),
        ]


async def bench(options: Options) -> int:
    """Fill databases of its own, measure, print the figures; the exit code."""
    try:
        known = read_names(options.names) if options.names else None
    except (OSError, ValueError) as error:
        Console(stderr=True).print(str(error), markup=False, soft_wrap=True)
        return 1
    figures = await measure(options, known)
    if options.json:
        goals = {"ratio": RATIO_GOAL, "megabytes": MEGABYTES_GOAL, "reached": figures.reached}
        print_json({**asdict(figures), "ratio": figures.ratio, "goal": goals})
    else:
        _show(figures)
    return 0


async def measure(options: Options, known: list[Name] | None = None) -> Figures:
    """Fill databases of its own, both ways, with the `known` names or made ones."""
    albums = max(200, options.listens // LISTENS_OF_ALBUM)
    names = list(real_names(known, albums, SEED) if known else MadeNames(SEED).names(albums))
    async with own_server() as url:
        floor_url = asyncpg_url(url).set(database="floor").render_as_string(hide_password=False)
        plain: Any = await asyncpg.connect(driver_url(url))
        await plain.execute("CREATE DATABASE floor")
        await plain.close()
        await migrate.upgrade(floor_url)
        return await _measure(url, floor_url, Hearing(names, made_titles(SEED + 1), SEED), options)


async def _measure(url: str, floor_url: str, hearing: Hearing, options: Options) -> Figures:
    members = [new_id(JOINED) for _ in range(options.members)]
    clubs = [new_id(JOINED) for _ in range(min(CLUBS, options.members))]
    floors: list[Any] = [
        await asyncpg.connect(driver_url(floor_url), server_settings=dict(SERVER_SETTINGS)) for _ in range(AT_ONCE)
    ]
    database = Database.connect(url, pool_size=AT_ONCE)
    plain: Any = await asyncpg.connect(driver_url(url))
    try:
        for connection in (plain, floors[0]):
            await fill_clubs(connection, members, clubs)
        for connection in floors:
            await connection.execute(STAGE)
        seconds = await _in_turn(database, floors, hearing, members, options.listens)
        counters = await plain.fetchval(
            "SELECT (SELECT count(*) FROM artist_plays) + (SELECT count(*) FROM album_plays)"
            " + (SELECT count(*) FROM track_plays) + (SELECT count(*) FROM club_plays)"
        )
        taken = await plain.fetchval("SELECT count(*) FROM listen_events")
        assert taken == await floors[0].fetchval("SELECT count(*) FROM listen_events"), "both took the same"
    finally:
        await database.close()
        for connection in (plain, *floors):
            await connection.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(
        taken, len(members), round(taken / seconds[0]), round(taken / seconds[1]), round(megabytes, 1), counters
    )


async def _in_turn(
    database: Database, floors: Sequence[Any], hearing: Hearing, members: Sequence[UUID], listens: int
) -> tuple[float, float]:
    """Seconds of ours and of the floor, some members each in turn, so that what disturbs the machine disturbs both."""
    ours = floor = 0.0
    each = listens // len(members)
    with progress_bars() as progress:
        task = progress.add_task("members", total=len(members))
        for first in range(0, len(members), ROUND):
            told = {
                member: hearing.plays_of(number, each)
                for number, member in enumerate(members[first : first + ROUND], start=first)
            }
            staged = {
                member: [[_staged(play) for play in page] for page in pages(plays, PAGE)]
                for member, plays in told.items()
            }
            for turn in (0, 1) if first // ROUND % 2 else (1, 0):
                if turn:
                    floor += await _floor(floors, staged)
                else:
                    ours += await _ours(database, told)
            progress.advance(task, len(told))
    return ours, floor


async def _ours(database: Database, told: dict[UUID, list[Told]]) -> float:
    waiting = iter(told.items())

    async def work() -> None:
        for member, plays in waiting:
            for page in pages(plays, PAGE):
                async with database.writing() as session:
                    await take_plays(session, user_id=member, plays=page)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return time.perf_counter() - began


async def _floor(connections: Sequence[Any], staged: dict[UUID, list[list[StagedRow]]]) -> float:
    waiting = iter(staged.items())

    async def work(connection: Any) -> None:
        for member, batches in waiting:
            for rows in batches:
                async with connection.transaction():
                    await connection.copy_records_to_table("told", records=rows)
                    for statement in FLOOR:
                        await connection.execute(statement)
                    await connection.execute(FLOOR_PLAYS, member)

    began = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in connections))
    return time.perf_counter() - began


def _staged(play: Told) -> StagedRow:
    """A row with everything ready, so that the floor is PostgreSQL's work alone."""
    telling = telling_of(play)
    assert telling is not None
    return (
        *telling[:6],
        play.resolution.value,
        *telling[7:],
        play.artist,
        artist_key(play.artist),
        play.title,
        title_key(play.title),
        play.album,
        title_key(play.album),
    )


def _show(figures: Figures) -> None:
    table = Table(title=f"Taking in {figures.listens:,} listens of {figures.members:,} members")
    for heading in ("", "listens per second"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_row("floor: COPY and plain inserts, no counters", f"{figures.floor:,.0f}")
    table.add_row(f"ours, with {figures.counters:,} rows of counters", f"{figures.ours:,.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"{figures.ratio:.2f} of the floor (goal {RATIO_GOAL:g}), {figures.megabytes:.0f} MB at the most"
        f" (goal {MEGABYTES_GOAL:.0f}): {'reached' if figures.reached else 'missed'}."
    )
