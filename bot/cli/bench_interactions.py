"""`longplay bench interactions`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("interactions")
def bench_interactions(
    clubs: Annotated[int, typer.Option(min=1, help="Clubs whose polls are open.")] = 6,
    members: Annotated[int, typer.Option(min=2, help="Members of each, who all vote.")] = 25,
    nominations: Annotated[int, typer.Option(min=3, max=25, help="Albums in each poll.")] = 8,
    hands: Annotated[int, typer.Option(min=1, help="People who act at once.")] = 32,
    seconds: Annotated[float, typer.Option(min=0.1, help="Of each turn.")] = 4.0,
    turns: Annotated[int, typer.Option(min=1, help="Of each way of answering.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How many ballots are cast in a second on the loopback Discord, beside two plain clients."""
    from bot.bench.interactions import Options
    from bot.bench.interactions import bench as measure

    if members <= nominations:
        raise typer.BadParameter("Some of the members must have nominated nothing.", param_hint="--members")
    complete(measure(Options(clubs, members, nominations, hands, seconds, turns, json=as_json)))
