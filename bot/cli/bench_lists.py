"""`longplay bench lists`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("lists")
def bench_lists(
    listens: Annotated[int, typer.Option(min=1_000, help="Plays in the database.")] = 10_000_000,
    members: Annotated[int, typer.Option(min=2, help="Members of the one club that heard them.")] = 500,
    rounds: Annotated[int, typer.Option(min=1, help="How often each list is asked for.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How long a large club's lists take, at 10,000,000 plays."""
    from bot.bench.lists import Options
    from bot.bench.lists import bench as measure

    complete(measure(Options(listens=listens, members=members, rounds=rounds, json=as_json)))
