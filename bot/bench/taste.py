"""`longplay bench taste`: profiles of long histories, all pairs of a large club, one member's neighbours."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import asyncpg
from rich.console import Console
from rich.table import Table

from bot.bench.outcome import Outcome, mark, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.bench.pairing import NEAR_GOAL_MS, PAIRS_GOAL, Club, Pairing, measure_pairing
from bot.bench.refreshing import RATIO_GOAL, Histories, Refreshing, measure_refreshing
from db.address import driver_url
from db.session import SERVER_SETTINGS, Database

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    histories: Histories | None = field(default_factory=Histories)
    """None where it is the club alone that is asked about."""
    club: Club | None = field(default_factory=Club)
    json: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of what was asked about."""

    refreshing: Refreshing | None
    pairing: Pairing | None

    @property
    def reached(self) -> bool:
        """Whether every goal is reached."""
        return all(one.reached for one in (self.refreshing, self.pairing) if one is not None)

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        told: list[Outcome] = []
        if (one := self.refreshing) is not None:
            name, long, floor = "a long history refreshed", one.long.after_new.p50, one.short.after_new.p50
            goal = f"at most {RATIO_GOAL:g} of a short one"
            told.append(Outcome("taste", name, long, "ms", goal, one.reached, floor))
        if (club := self.pairing) is not None:
            slowest, goal = max(club.judged_seconds), f"< {PAIRS_GOAL:g}"
            told += [
                Outcome("taste", "all pairs, slowest", slowest, "s", goal, club.pairs_reached, club.floor_seconds),
                Outcome(
                    "taste",
                    "/neighbours, p99",
                    club.near.p99,
                    "ms",
                    f"< {NEAR_GOAL_MS:g}",
                    club.near_reached,
                    club.near_floor.p99,
                ),
            ]
        return told


async def measure(options: Options) -> Measured:
    """Fill databases of their own, and measure what is asked about."""
    refreshing: Refreshing | None = None
    pairing: Pairing | None = None
    with progress_bars() as progress:
        if histories := options.histories:
            counted = progress.add_task("plays of two histories", total=histories.short + histories.long)
            refreshing = await _on_own_server(
                lambda plain, database: measure_refreshing(
                    plain, database, histories, lambda count: progress.advance(counted, count)
                )
            )
        if club := options.club:
            filled = progress.add_task("plays of a club", total=club.listens)
            pairing = await _on_own_server(
                lambda plain, database: measure_pairing(
                    plain, database, club, lambda count: progress.update(filled, completed=count)
                )
            )
    return Measured(refreshing, pairing)


async def bench(options: Options) -> int:
    """Measure, print; 1 where a goal is missed."""
    found = await measure(options)
    refreshing, pairing, reached = found.refreshing, found.pairing, found.reached
    if options.json:
        goals = {"ratio": RATIO_GOAL, "all_pairs_seconds": PAIRS_GOAL, "neighbours_p99_ms": NEAR_GOAL_MS}
        measured = {"refreshing": refreshing, "pairing": pairing}
        told = {name: asdict(one) for name, one in measured.items() if one is not None}
        print_json({**told, "goal": {**goals, "reached": reached}})
        return 0 if reached else 1
    console = Console()
    if refreshing is not None:
        _show_refreshing(console, refreshing)
    if pairing is not None:
        _show_pairing(console, pairing)
    return 0 if reached else 1


async def _on_own_server(measure: Callable[[Any, Database], Awaitable[Figures]]) -> Figures:
    async with own_server() as url:
        plain: Any = await asyncpg.connect(driver_url(url), server_settings=dict(SERVER_SETTINGS))
        database = Database.connect(url)
        try:
            await plain.execute("SET statement_timeout = 0")
            return await measure(plain, database)
        finally:
            await database.close()
            await plain.close()


def _show_refreshing(console: Console, told: Refreshing) -> None:
    table = Table(title=f"A profile refreshed, milliseconds (medians of {told.rounds} rounds, in turn)")
    for heading in ("history", "floor", f"after {told.new:,} new plays", "a day later", "made anew, s"):
        table.add_column(heading, justify="right")
    for one in (told.short, told.long):
        figures = (one.floor.p50, one.after_new.p50, one.next_day.p50)
        table.add_row(f"{one.plays:,}", *(f"{figure:.1f}" for figure in figures), f"{one.made_anew_seconds:.1f}")
    console.print(table)
    console.print(
        f"The long history takes {told.ratio:.2f} of the short one (at most {RATIO_GOAL:g}: {mark(told.reached)}); "
        f"a day later, with nothing new, {told.ratio_next_day:.2f}."
    )
    console.print("Floor: the plays of the days that changed, counted by one indexed query.")


def _show_pairing(console: Console, told: Pairing) -> None:
    table = Table(title=f"A club of {told.members:,} members, {told.listens:,} listens, {told.pairs:,} pairs")
    for heading in ("", "floor", "ours", "goal", ""):
        table.add_column(heading, justify="right" if heading else "left")
    worst = max(told.judged_seconds)
    goal = f"< {PAIRS_GOAL:g} s"
    table.add_row(
        "all pairs (slowest)", f"{told.floor_seconds:.2f} s", f"{worst:.2f} s", goal, mark(told.pairs_reached)
    )
    floor, near = told.near_floor, told.near
    table.add_row("/neighbours, p50", f"{floor.p50:.2f} ms", f"{near.p50:.2f} ms", "", "")
    goal = f"< {NEAR_GOAL_MS:g} ms"
    table.add_row("/neighbours, p99", f"{floor.p99:.2f} ms", f"{near.p99:.2f} ms", goal, mark(told.near_reached))
    console.print(table)
    console.print(
        f"All pairs {len(told.judged_seconds)} times, neighbours {told.rounds:,} times; filling took "
        f"{told.fill_seconds:.0f} s. Floors: who heard what read plainly and multiplied once; one indexed query."
    )
