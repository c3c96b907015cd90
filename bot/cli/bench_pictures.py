"""`longplay bench pictures`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("pictures")
def bench_pictures(
    rounds: Annotated[int, typer.Option(min=1, help="How often each is drawn cold; medians are told.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How long a collage and every chart take, cold, and what a start loads."""
    from bot.bench.taste_pictures import bench as measure

    complete(measure(rounds=rounds, as_json=as_json))
