"""`longplay bench`, alone: every benchmark, and one table."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import bench, complete


class Name(StrEnum):
    """A benchmark."""

    CATALOGUE = "catalogue"
    INGEST = "ingest"
    SYNC = "sync"
    LISTS = "lists"
    TASTE = "taste"
    RECOMMEND = "recommend"
    PICTURES = "pictures"
    INTERACTIONS = "interactions"
    SCALE = "scale"


@bench.callback(invoke_without_command=True)
def bench_none(context: typer.Context) -> None:
    """Measure; each figure beside its floor. Without a name: all of them, and one table."""
    if context.invoked_subcommand is None:
        bench_all()


@bench.command("all")
def bench_all(
    only: Annotated[list[Name] | None, typer.Option(help="This one, not all; may be given several times.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: whether all of it works, in minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
    file: Annotated[Path | None, typer.Option("--to", help="Also write the JSON into a file.")] = None,
) -> None:
    """Every benchmark one after another, and one table at the end."""
    from bot.bench.every import Options
    from bot.bench.every import bench as measure

    complete(measure(Options([str(name) for name in only or ()], quick, as_json, file)))
