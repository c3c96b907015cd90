"""`longplay bench ingest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("ingest")
def bench_ingest(
    listens: Annotated[int, typer.Option(min=100, help="Listens in all.")] = 1_000_000,
    members: Annotated[int, typer.Option(min=1, help="Members who heard them.")] = 1_000,
    names: Annotated[
        Path | None, typer.Option(help="Real names: a .csv or .csv.gz with the columns album_name and artist_names.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How many listens a second are taken in with all counters, beside plain inserts of the same rows."""
    from bot.bench.ingest import Options
    from bot.bench.ingest import bench as measure

    complete(measure(Options(listens=listens, members=members, names=names, json=as_json)))
