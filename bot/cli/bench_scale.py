"""`longplay bench scale`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("scale")
def bench_scale(
    clubs: Annotated[int, typer.Option(min=1, help="Clubs on one database.")] = 2_000,
    members: Annotated[int, typer.Option(min=2, help="Members of all clubs together.")] = 40_000,
    listens: Annotated[int, typer.Option(min=1_000, help="Plays of all members together.")] = 20_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often each thing is asked for.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """What grows with many clubs, and how long their wake-ups take."""
    from bot.bench.scale import Options
    from bot.bench.scale import bench as measure

    complete(measure(Options(clubs=clubs, members=members, listens=listens, rounds=rounds, json=as_json)))
