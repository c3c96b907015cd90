"""`longplay bench catalogue`: how long autocomplete takes, beside one indexed query that nothing can be faster than."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from bot.bench.filling import GUILD, MEMBER, fill_catalogue, fill_club
from bot.bench.keystrokes import Typing, typings
from bot.bench.names import MadeNames, Name, read_names, real_names
from bot.bench.outcome import Outcome, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.domain.catalog import normalised
from bot.domain.clock import SystemClock
from bot.services.suggestions import suggested_albums
from bot.services.tools import Tools
from db.address import driver_url
from db.session import SERVER_SETTINGS, Database

FLOOR = """
SELECT id, title, artist, year FROM albums
WHERE title_key ~>=~ $1 AND title_key ~<~ $2 ORDER BY title_key USING ~<~ LIMIT 25
"""
"""Titles that begin as typed: what an index answers at once."""
SEED = 20_261_120
PEOPLE = 250
WARM_UP = 10
"""People who type before anything is measured."""
RATIO_GOAL = 3.0
P99_GOAL_MS = 15.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    albums: int = 100_000
    people: int = PEOPLE
    names: Path | None = None
    json: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds, by share of the keystrokes that took at most as long."""

    p50: float
    p90: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> Spread:
        """The spread of some measurements, of which there is at least one."""
        ordered = sorted(seconds)
        return cls(*(round(1000 * ordered[int(share * (len(ordered) - 1))], 3) for share in (0.5, 0.9, 0.99)))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    albums: int
    keystrokes: int
    floor: Spread
    ours: Spread
    offered: float
    """Share of the people who typed rightly and were offered the album they wanted in the end."""
    offered_despite_slips: float
    """The same, of the people who slipped."""

    @property
    def ratio(self) -> float:
        """Ours over the floor, at the median."""
        return round(self.ours.p50 / self.floor.p50, 2)

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio <= RATIO_GOAL and self.ours.p99 < P99_GOAL_MS

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        floor, ours = self.floor, self.ours
        times, below = f"at most {RATIO_GOAL:g} times the floor", f"< {P99_GOAL_MS:g}"
        return [
            Outcome("catalogue", "a keystroke, p50", ours.p50, "ms", times, self.ratio <= RATIO_GOAL, floor.p50),
            Outcome("catalogue", "a keystroke, p99", ours.p99, "ms", below, ours.p99 < P99_GOAL_MS, floor.p99),
        ]


async def bench(options: Options) -> int:
    """Fill a database of its own, measure, print the figures; the exit code."""
    try:
        known = read_names(options.names) if options.names else None
    except (OSError, ValueError) as error:
        Console(stderr=True).print(str(error), markup=False, soft_wrap=True)
        return 1
    figures = await measure(options, known)
    if options.json:
        goals = {"ratio": RATIO_GOAL, "p99": P99_GOAL_MS, "reached": figures.reached}
        print_json({**asdict(figures), "ratio": figures.ratio, "goal": goals})
    else:
        _show(figures)
    return 0


async def measure(options: Options, known: list[Name] | None = None) -> Figures:
    """Fill a database of its own, with the `known` names or made ones, and have people type."""
    made = real_names(known, options.albums, SEED) if known else MadeNames(SEED).names(options.albums)
    async with own_server() as url:
        with progress_bars() as progress:
            return await _measure(url, list(made), options, progress)


async def _measure(url: str, names: list[Name], options: Options, progress: Progress) -> Figures:
    plain: Any = await asyncpg.connect(driver_url(url), server_settings=dict(SERVER_SETTINGS))
    database = Database.connect(url)
    try:
        filled = progress.add_task("albums", total=len(names))
        await plain.execute("SET statement_timeout = 0")
        await fill_catalogue(plain, names, lambda count: progress.update(filled, completed=count))
        await fill_club(plain)
        typed = progress.add_task("people typing", total=options.people)
        return await _listen(plain, database, names, options.people, progress, typed)
    finally:
        await database.close()
        await plain.close()


async def _listen(
    plain: Any, database: Database, names: list[Name], people: int, progress: Progress, task: TaskID
) -> Figures:
    """Both answers to every keystroke, one after the other, so that what disturbs the machine disturbs both."""
    tools = Tools(database, SystemClock())
    floor: list[float] = []
    ours: list[float] = []
    offered: dict[bool, list[bool]] = {False: [], True: []}
    for number, typing in enumerate(islice(typings(names, SEED), WARM_UP + people)):
        warm = number >= WARM_UP
        found = False
        for text in typing.keystrokes:
            key = normalised(text)
            began = time.perf_counter()
            await plain.fetch(FLOOR, key, f"{key}\U0010ffff")
            between = time.perf_counter()
            albums = await suggested_albums(tools, text=text, guild_id=GUILD, discord_id=MEMBER)
            ended = time.perf_counter()
            if warm:
                floor.append(between - began)
                ours.append(ended - between)
            found = any(_is(typing, one.title, one.artist) for one in albums)
        if warm:
            offered[typing.slips > 0].append(found)
            progress.advance(task)
    return Figures(
        len(names), len(ours), Spread.of(floor), Spread.of(ours), _share(offered[False]), _share(offered[True])
    )


def _is(typing: Typing, title: str, artist: str) -> bool:
    return (title, artist) == (typing.wanted.title, typing.wanted.artist)


def _share(told: list[bool]) -> float:
    return round(sum(told) / len(told), 3) if told else 1.0


def _show(figures: Figures) -> None:
    table = Table(title=f"Autocomplete at {figures.albums:,} albums, {figures.keystrokes:,} keystrokes, milliseconds")
    for heading in ("", "p50", "p90", "p99"):
        table.add_column(heading, justify="right" if heading else "left")
    for label, spread in (("floor: one indexed prefix query", figures.floor), ("album suggestions", figures.ours)):
        table.add_row(label, f"{spread.p50:.3f}", f"{spread.p90:.3f}", f"{spread.p99:.3f}")
    console = Console()
    console.print(table)
    console.print(
        f"{figures.ratio} times the floor at the median (goal {RATIO_GOAL:g}), p99 {figures.ours.p99:.1f} ms"
        f" (goal {P99_GOAL_MS:g}): {'reached' if figures.reached else 'missed'}."
    )
    console.print(
        f"Offered what they wanted when they stopped typing: {figures.offered:.1%} of the people without slips,"
        f" {figures.offered_despite_slips:.1%} of those with one or two in a word."
    )
