"""What a rehearsal ended in: each week as the bot stored it, and whether anything went wrong on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from bot.domain.club.ratings import Summary
from bot.domain.club.views import WeekView
from bot.rehearsal.stage import Stage
from bot.services import outbox

UriOf = Callable[[WeekView], str | None]
"""Gives the winner of a week by the name its source has for it."""


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """Official ratings of a week; no mean and no median without any."""

    count: int = 0
    mean: float | None = None
    median: float | None = None


@dataclass(frozen=True, slots=True)
class WeekOutcome:
    """A week as it ended; `points` and `firsts` are the winner's, 0 where nothing was counted."""

    source_id: str
    winner_uri: str | None
    points: int
    firsts: int
    deciding_step: str | None
    nominations: int
    ballots: int
    ratings: RatingFigures


@dataclass(frozen=True, slots=True)
class Checks:
    """What must be nothing in a good run; `schema_violations` is None where Discord's schemas are not at hand."""

    schema_violations: int | None
    unsettled_errands: int
    unexpected_refusals: int
    seconds: float


@dataclass
class Report:
    """The outcome of a rehearsal: sentences that held, and sentences about what should not have happened."""

    weeks: list[WeekOutcome] = field(default_factory=list[WeekOutcome])
    checks: Checks = Checks(None, 0, 0, 0.0)
    facts: list[str] = field(default_factory=list[str])
    troubles: list[str] = field(default_factory=list[str])

    @property
    def well(self) -> bool:
        """Whether nothing went wrong."""
        return not self.troubles

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"weeks": [asdict(week) for week in self.weeks], "checks": asdict(self.checks)}


class Stopwatch:
    """Real seconds since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds so far, to hundredths."""
        return round(time.monotonic() - self._begun, 2)


def outcome_of(view: WeekView, source_id: str, uri_of: UriOf) -> WeekOutcome:
    """A week's outcome from what the bot shows of it."""
    points = firsts = 0
    if view.tally is not None and view.winner is not None:
        winner = str(view.winner.id)
        points, firsts = view.tally.points[winner], view.tally.firsts[winner]
    return WeekOutcome(
        source_id=source_id,
        winner_uri=None if view.winner is None else uri_of(view),
        points=int(points),
        firsts=int(firsts),
        deciding_step=view.week.deciding_step,
        nominations=len(view.nominations),
        ballots=view.ballots,
        ratings=rating_figures(view.summary),
    )


def rating_figures(summary: Summary | None) -> RatingFigures:
    """Count, mean and median of official ratings; the mean unrounded, from the histogram."""
    if summary is None:
        return RatingFigures()
    total = sum((score * count for score, count in summary.histogram), Decimal())
    return RatingFigures(summary.count, float(total / summary.count), float(summary.median))


async def check(stage: Stage, refusals: Sequence[str], watch: Stopwatch) -> tuple[Checks, list[str]]:
    """Judge a finished run: the figures, and a sentence for each thing that went wrong."""
    left = await outbox.unsettled(stage.tools, now=stage.clock.now())
    unsettled = left.due + left.waiting + left.dead
    violations = stage.double.violations
    troubles = [f"violation: {each}" for each in violations]
    troubles += [f"refused: {each}" for each in refusals]
    if unsettled:
        troubles.append(f"errands left: {left.due} due, {left.waiting} waiting, {left.dead} dead")
    checks = Checks(
        schema_violations=len(violations) if stage.double.schemas is not None else None,
        unsettled_errands=unsettled,
        unexpected_refusals=len(refusals),
        seconds=watch.seconds,
    )
    return checks, troubles
