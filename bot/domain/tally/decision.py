"""From a counted box to one winner: the method first, then the ladder, whatever the method was."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.tally.ballots import Box
from bot.domain.tally.counts import Counts
from bot.domain.tally.ladder import ENDINGS, Narrowing, climb
from bot.domain.tally.results import Method, Step
from bot.domain.tally.runoff import Stage, run_off
from bot.domain.tally.schulze import schulze_winners


@dataclass(frozen=True, slots=True)
class Decision:
    """A result in the box's numbers."""

    co_winners: list[int]
    narrowings: list[Narrowing]
    stages: list[Stage]

    @property
    def winner(self) -> int:
        """The one choice the last step left."""
        return self.narrowings[-1][2][0]

    @property
    def drawn(self) -> bool:
        """Whether another seed might have elected another choice."""
        return self.narrowings[-1][0] is Step.DRAW or any(
            stage.elimination is not None and stage.elimination.open_draw for stage in self.stages
        )


def decide(method: Method, box: Box, counts: Counts) -> Decision:
    """Apply a method and its ladder to a box of two choices or more."""
    everyone = list(range(len(box.choices)))
    stages: list[Stage] = []
    if method is Method.RUNOFF:
        stages, best = run_off(box, counts)
    elif method is Method.SCHULZE:
        best = schulze_winners(counts)
    else:
        scores = counts.points if method is Method.POINTS else counts.approvals
        top = max(scores)
        best = [choice for choice in everyone if scores[choice] == top]
    first_step = Step.POINTS if method is Method.POINTS else Step.METHOD
    narrowings: list[Narrowing] = [(first_step, everyone, best), *climb(best, ENDINGS[method], counts)]
    return Decision(best, narrowings, stages)
