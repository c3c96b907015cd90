"""Ranked choice: the last is eliminated, one at a time, until someone has a majority of the ballots still counting."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from bot.domain.tally.ballots import Box, Ranking
from bot.domain.tally.counts import Counts
from bot.domain.tally.ladder import descend
from bot.domain.tally.results import Step


@dataclass(frozen=True, slots=True)
class Elimination:
    """A round that did not decide: who goes, among whom, by which step, and whether a draw there could matter."""

    loser: int
    tied: tuple[int, ...]
    by: Step
    open_draw: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """Ballots per standing choice, ballots without one, and the elimination that follows unless it is the last."""

    votes: dict[int, int]
    exhausted: int
    elimination: Elimination | None = None


def run_off(box: Box, counts: Counts) -> tuple[list[Stage], list[int]]:
    """All rounds, and the winners: one, the last two when they end level, or all when no ballot names anyone.

    A ballot counts for the highest standing choice on it; where the highest tier still holds several, it counts for
    none until one of them is left.
    """
    standing = set(range(len(box.choices)))
    stages: list[Stage] = []
    while True:
        votes, exhausted = _votes(box, standing)
        top = max(votes.values())
        leaders = [choice for choice in sorted(votes) if votes[choice] == top]
        continuing = sum(votes.values())
        level = len(leaders) == len(standing) == 2
        if 2 * top > continuing or continuing == 0 or level:
            stages.append(Stage(votes, exhausted))
            return stages, leaders
        elimination = _eliminate(votes, counts)
        stages.append(Stage(votes, exhausted, elimination))
        standing.remove(elimination.loser)


def runoff_is_safe(stages: list[Stage]) -> bool:
    """True when no single changed ballot can alter a round: every gap is wider than the two votes it can move."""
    for stage in stages:
        votes = sorted(stage.votes.values())
        if stage.elimination is None:
            return 2 * votes[-1] - sum(votes) > 2
        if votes[1] - votes[0] <= 2:
            return False
    return False


def _votes(box: Box, standing: Set[int]) -> tuple[dict[int, int], int]:
    """Ballots per standing choice, and how many count for none."""
    votes = dict.fromkeys(standing, 0)
    exhausted = 0
    for kind, weight in box.kinds.items():
        choice = _highest(kind.ranking, standing)
        if choice is None:
            exhausted += weight
        else:
            votes[choice] += weight
    return votes, exhausted


def _highest(ranking: Ranking, standing: Set[int]) -> int | None:
    """The one choice a ballot counts for, or None."""
    for tier in ranking:
        if len(tier) == 1:
            if tier[0] in standing:
                return tier[0]
        elif left := [choice for choice in tier if choice in standing]:
            return left[0] if len(left) == 1 else None
    return None


def _eliminate(votes: dict[int, int], counts: Counts) -> Elimination:
    """Choose who goes. Removing all the tied at once could elect someone whom no single elimination elects."""
    low = min(votes.values())
    tied = tuple(choice for choice in sorted(votes) if votes[choice] == low)
    if len(tied) == 1:
        return Elimination(tied[0], tied, Step.METHOD, open_draw=False)
    loser, by = descend(tied, counts)
    # When all the tied together hold fewer votes than the next choice alone, all of them go whatever the order.
    above = [had for had in votes.values() if had > low]
    order_is_idle = bool(above) and low * len(tied) < min(above)
    return Elimination(loser, tied, by, open_draw=by is Step.DRAW and not order_is_idle)
