"""What every bench tells, in one shape: a figure, the floor of the same run, what is wanted, whether it is reached."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Outcome:
    """One figure."""

    bench: str
    name: str
    figure: float | None
    """None where there is none, for the reason that `fault` tells."""
    unit: str
    goal: str
    """What is wanted, in words; empty where nothing is."""
    met: bool | None
    """Whether it is what is wanted; None where nothing is, or where there is no figure."""
    floor: float | None = None
    """The same by the plainest way, in the same run and unit."""
    fault: str = ""
    """Why there is no figure."""
    broke: bool = False
    """Whether that is a fault of the bench, or of what it measures."""

    @property
    def ratio(self) -> float | None:
        """The figure over the floor."""
        return round(self.figure / self.floor, 2) if self.figure is not None and self.floor else None


def progress_bars() -> Progress:
    """Bars on standard error, so that what is told stays alone."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def mark(met: bool | None) -> str:
    """How a table says whether a goal is reached."""
    return "" if met is None else "reached" if met else "missed"


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The outcomes as plain values."""
    return [{**asdict(one), "ratio": one.ratio} for one in outcomes]


def print_json(told: Mapping[str, Any]) -> None:
    """One JSON object alone on standard output."""
    sys.stdout.write(json.dumps(told) + "\n")


def table_of(outcomes: Sequence[Outcome], title: str) -> Table:
    """One line for each outcome."""
    table = Table(title=title, title_justify="left")
    for heading in ("bench", "", "figure", "floor", "ratio", "goal", ""):
        table.add_column(heading, justify="right" if heading in ("figure", "floor", "ratio") else "left")
    for before, one in zip((None, *outcomes), outcomes, strict=False):
        name = "" if before is not None and before.bench == one.bench else one.bench
        if one.figure is None:
            table.add_row(name, one.name, "–", "", "", one.fault, "BROKE" if one.broke else "not measured")
            continue
        shown = (f"{_shown(one.figure)} {one.unit}".rstrip(), _shown(one.floor), _shown(one.ratio))
        table.add_row(name, one.name, *shown, one.goal, mark(one.met))
    return table


def _shown(figure: float | None) -> str:
    """A number as long as it needs to be."""
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 1_000 else f"{figure:.3g}"
