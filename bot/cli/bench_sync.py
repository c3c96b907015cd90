"""`longplay bench sync`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("sync")
def bench_sync(
    accounts: Annotated[int, typer.Option(min=1, help="Due accounts, with a new page each.")] = 10_000,
    plays: Annotated[int, typer.Option(min=1, max=200, help="Plays on each page.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How many accounts are read in a second."""
    from bot.bench.sync import Options
    from bot.bench.sync import bench as measure

    complete(measure(Options(accounts=accounts, plays=plays, json=as_json)))
