"""The tie ladder: most first places, then head-to-head, then the draw; upside down where a runoff eliminates."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.tally.counts import Counts
from bot.domain.tally.results import Method, Step

Narrowing = tuple[Step, list[int], list[int]]
"""A step with the numbers before and after it."""

ENDINGS: dict[Method, tuple[Step, ...]] = {
    Method.POINTS: (Step.FIRSTS, Step.HEAD_TO_HEAD, Step.DRAW),
    Method.RUNOFF: (Step.FIRSTS, Step.HEAD_TO_HEAD, Step.DRAW),
    Method.SCHULZE: (Step.FIRSTS, Step.HEAD_TO_HEAD, Step.DRAW),
    # An approval has no first place. Its pick order speaks in the head-to-head alone, which would always be level
    # between equally approved choices without it.
    Method.APPROVAL: (Step.HEAD_TO_HEAD, Step.DRAW),
}

REVERSED = (Step.POINTS, Step.FIRSTS, Step.HEAD_TO_HEAD, Step.DRAW)
"""Of those with the fewest ballots in a runoff's round goes the one with the fewest points; of these, fewest first
places; of these, fewest head-to-head wins among themselves; of these, the one the draw would take last."""


def half_wins(tied: Sequence[int], counts: Counts) -> dict[int, int]:
    """Head-to-head wins among the tied, in halves: 2 for a won pair, 1 for a drawn one."""
    halves = dict.fromkeys(tied, 0)
    for one in tied:
        for other in tied:
            if one != other:
                margin = counts.margin(one, other)
                halves[one] += 2 if margin > 0 else 1 if margin == 0 else 0
    return halves


def figures(step: Step, tied: Sequence[int], counts: Counts) -> dict[int, int]:
    """What a step compares, more being better; the draw prefers the smallest number."""
    if step is Step.POINTS:
        return {choice: counts.points[choice] for choice in tied}
    if step is Step.FIRSTS:
        return {choice: counts.firsts[choice] for choice in tied}
    if step is Step.HEAD_TO_HEAD:
        return half_wins(tied, counts)
    return {choice: -choice for choice in tied}


def climb(tied: Sequence[int], steps: Sequence[Step], counts: Counts) -> list[Narrowing]:
    """Take steps until one choice is left; each goes on with the set the step before it left."""
    taken: list[Narrowing] = []
    left = list(tied)
    for step in steps:
        if len(left) < 2:
            break
        values = figures(step, left, counts)
        best = max(values.values())
        after = [choice for choice in left if values[choice] == best]
        taken.append((step, left, after))
        left = after
    return taken


def descend(tied: Sequence[int], counts: Counts) -> tuple[int, Step]:
    """Whom a runoff eliminates of several with the fewest ballots, and by which step of the ladder upside down."""
    left = list(tied)
    for step in REVERSED:
        values = figures(step, left, counts)
        worst = min(values.values())
        left = [choice for choice in left if values[choice] == worst]
        if len(left) == 1:
            return left[0], step
    raise AssertionError("the draw leaves one")
