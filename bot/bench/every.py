"""`longplay bench`: every benchmark one after another, each in a process of its own, and one table at the end."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bot.bench.outcome import Outcome, as_json, print_json, table_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FAILED = 1
"""The exit code where a bench broke; a goal that is missed is told, and is no failure of the command."""

WIDTH = 118
"""Characters of the table: wider than what is taken for a terminal where there is none."""

Measure = Callable[[bool], Awaitable[Sequence[Outcome]]]
"""Measures, quickly or at full size. What it needs is imported by itself: it runs in a process of its own."""


async def _catalogue(quick: bool) -> Sequence[Outcome]:
    from bot.bench.catalogue import Options, measure

    return (await measure(Options(albums=10_000, people=60) if quick else Options())).outcomes()


async def _ingest(quick: bool) -> Sequence[Outcome]:
    from bot.bench.ingest import Options, measure

    return (await measure(Options(listens=50_000, members=50) if quick else Options())).outcomes()


async def _sync(quick: bool) -> Sequence[Outcome]:
    from bot.bench.sync import Options, measure

    return (await measure(Options(accounts=500) if quick else Options())).outcomes()


async def _lists(quick: bool) -> Sequence[Outcome]:
    from bot.bench.lists import Options, measure

    return (await measure(Options(200_000, 100, 60) if quick else Options())).outcomes()


async def _taste(quick: bool) -> Sequence[Outcome]:
    from bot.bench.pairing import Club
    from bot.bench.refreshing import Histories
    from bot.bench.taste import Options, measure

    small = Options(Histories(10_000, 60_000, 500, 3), Club(100_000, 60, 60))
    return (await measure(small if quick else Options())).outcomes()


async def _recommend(quick: bool) -> Sequence[Outcome]:
    from bot.bench.recommend import Options, measure

    options = Options()
    found = await asyncio.to_thread(measure, options)
    fault = f"no real histories in {options.data}"
    return [one.outcome() for one in found] or [Outcome("recommend", "", None, "", "", None, fault=fault)]


async def _pictures(quick: bool) -> Sequence[Outcome]:
    from bot.bench.taste_pictures import measure

    return (await measure(1 if quick else 5)).outcomes()


async def _interactions(quick: bool) -> Sequence[Outcome]:
    from bot.bench.interactions import Options, measure

    return (await measure(Options(2, 15, 6, 24, 1.5, 2) if quick else Options())).outcomes()


async def _scale(quick: bool) -> Sequence[Outcome]:
    from bot.bench.scale import Options, measure

    return (await measure(Options(20, 400, 100_000, 30) if quick else Options())).outcomes()


EVERY: dict[str, Measure] = {
    "catalogue": _catalogue,
    "ingest": _ingest,
    "sync": _sync,
    "lists": _lists,
    "taste": _taste,
    "recommend": _recommend,
    "pictures": _pictures,
    "interactions": _interactions,
    "scale": _scale,
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    only: Sequence[str] = ()
    """Names of benches; all where none is named."""
    quick: bool = False
    json: bool = False
    file: Path | None = None
    """Where the JSON is written, too."""


async def bench(options: Options, benches: Mapping[str, Measure] = EVERY) -> int:
    """Run them, print one table; the exit code."""
    errors = Console(stderr=True)
    outcomes: list[Outcome] = []
    for name in options.only or benches:
        errors.print(f"[bold]{name}[/bold]")
        outcomes += await alone(name, benches[name], quick=options.quick)
    told: dict[str, Any] = {"quick": options.quick, "cores": os.cpu_count(), "outcomes": as_json(outcomes)}
    if options.file is not None:
        options.file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.json:
        print_json(told)
    else:
        show(outcomes, quick=options.quick)
    return FAILED if any(one.broke for one in outcomes) else 0


def show(outcomes: Sequence[Outcome], *, quick: bool) -> None:
    """The one table, and how many goals are reached."""
    console = Console()
    console.width = max(WIDTH, console.width)
    console.print(table_of(outcomes, f"Every bench, {os.cpu_count()} cores{', SMALL SIZES' if quick else ''}"))
    reached, wanted = sum(one.met is True for one in outcomes), sum(one.met is not None for one in outcomes)
    console.print(f"{reached} of {wanted} goals are reached.")
    if quick:
        console.print("Goals are meant for full sizes and a quiet machine: small ones only show that all of it works.")


async def alone(name: str, measure: Measure, *, quick: bool) -> Sequence[Outcome]:
    """What a bench tells from a process of its own, so that no other's memory counts; one that breaks is one line."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_run, args=(theirs, measure, quick))
    process.start()
    theirs.close()
    try:
        return await asyncio.to_thread(_told, ours)
    except EOFError:
        process.join()
        return [_broken(name, f"its process ended with {process.exitcode}")]
    except _Broke as error:
        return [_broken(name, str(error))]
    finally:
        if process.is_alive() and sys.exc_info()[0] is not None:
            process.terminate()
        await asyncio.to_thread(process.join)


def _broken(name: str, fault: str) -> Outcome:
    return Outcome(name, "", None, "", "", None, fault=fault, broke=True)


class _Broke(Exception):  # noqa: N818 - what happened to the bench
    """What a bench raised."""


def _told(ours: Connection) -> Sequence[Outcome]:
    told: Sequence[Outcome] | str = ours.recv()
    if isinstance(told, str):
        raise _Broke(told)
    return told


def _run(report: Connection, measure: Measure, quick: bool) -> None:
    """Measure, and tell what came of it; in the bench's own process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that its server is discarded
    try:
        report.send(list(asyncio.run(_measured(measure, quick))))
    except Exception as error:
        report.send(f"{type(error).__name__}: {error}"[:200])
        raise


async def _measured(measure: Measure, quick: bool) -> Sequence[Outcome]:
    return await measure(quick)
