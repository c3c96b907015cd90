"""`longplay bench recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import bench, complete


@bench.command("recommend")
def bench_recommend(
    data: Annotated[Path, typer.Option(help="A folder with `listens` and `clubs`.")] = Path("../shared/data"),
    seed: Annotated[int, typer.Option(help="Of the resamples.")] = 20_261_129,
    earlier: Annotated[bool, typer.Option(help="The halves on which the weights were found, instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How often what is recommended is what people then hear, beside plain ways of recommending."""
    from bot.bench.recommend import Options
    from bot.bench.recommend import bench as measure

    complete(measure(Options(data=data, seed=seed, json=as_json, earlier=earlier)))
