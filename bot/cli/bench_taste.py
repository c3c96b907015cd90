"""`longplay bench taste`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import bench, complete


class Part(StrEnum):
    """What is measured."""

    PROFILES = "profiles"
    PAIRS = "pairs"


@bench.command("taste")
def bench_taste(
    short: Annotated[int, typer.Option(min=1_000, help="Plays of the short history.")] = 10_000,
    long: Annotated[int, typer.Option(min=1_000, help="Plays of the long history.")] = 1_000_000,
    new: Annotated[int, typer.Option(min=1, help="Plays that are new to both.")] = 1_000,
    refreshes: Annotated[int, typer.Option(min=1, help="How often each profile is refreshed.")] = 9,
    listens: Annotated[int, typer.Option(min=1_000, help="Plays of the club.")] = 5_000_000,
    members: Annotated[int, typer.Option(min=4, help="Members of the club.")] = 500,
    rounds: Annotated[int, typer.Option(min=1, help="How often neighbours are asked for.")] = 500,
    only: Annotated[Part | None, typer.Option(help="Measure one of them alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """Profiles of long histories, and the pairs of a large club."""
    from bot.bench.pairing import Club
    from bot.bench.refreshing import Histories
    from bot.bench.taste import Options
    from bot.bench.taste import bench as measure

    histories = Histories(short, long, new, refreshes) if only is not Part.PAIRS else None
    club = Club(listens, members, rounds) if only is not Part.PROFILES else None
    complete(measure(Options(histories, club, json=as_json)))
