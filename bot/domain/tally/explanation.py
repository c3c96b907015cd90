"""The figures behind a result, ready to be worded and laid out by whoever shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.tally.ballots import Choice
from bot.domain.tally.results import Method, Rung, Step, Tally


@dataclass(frozen=True, slots=True)
class Reason:
    """One rung and the figures it compared, one per choice that was still in.

    `points`: points. `firsts`: first places. `head_to_head`: won duels among the tied, a drawn one counting half.
    `draw`: the place in the draw, 1 being drawn. `method`: approvals; votes in the runoff's last round (a choice
    eliminated before has none); for Schulze, how many rivals a choice beats or equals. `unopposed`: nothing compared.
    """

    step: Step
    before: tuple[Choice, ...]
    after: tuple[Choice, ...]
    figures: dict[Choice, float]


@dataclass(frozen=True, slots=True)
class PairwiseTable:
    """Ballots that prefer the row's choice to the column's; None on the diagonal."""

    choices: tuple[Choice, ...]
    rows: tuple[tuple[int | None, ...], ...]


def explain(tally: Tally) -> tuple[Reason, ...]:
    """Why the winner won: each rung with its figures, in the order the ladder was climbed."""
    return tuple(Reason(rung.step, rung.before, rung.after, _figures(tally, rung)) for rung in tally.rungs)


def pairwise_table(tally: Tally, choices: Sequence[Choice] | None = None) -> PairwiseTable:
    """The pairwise preferences among some choices, all in order of standing unless given."""
    shown = standings(tally) if choices is None else tuple(choices)
    rows = tuple(tuple(None if one == other else tally.pairwise[one, other] for other in shown) for one in shown)
    return PairwiseTable(shown, rows)


def standings(tally: Tally) -> tuple[Choice, ...]:
    """All choices, best first: those the ladder kept longest, then by the method's own figure, points and firsts.

    Choices alike in all that stay in the order in which they were given. In a runoff, later eliminated is better.
    """
    kept = {choice: depth for depth, rung in enumerate(tally.rungs, 1) for choice in rung.after}
    own = _method_figures(tally)
    survived = {choice: number for number, played in enumerate(tally.rounds) for choice in played.counts}

    def worth(choice: Choice) -> tuple[float, ...]:
        return (
            kept.get(choice, 0),
            survived.get(choice, 0),
            own.get(choice, 0),
            tally.points[choice],
            tally.firsts[choice],
        )

    return tuple(sorted(tally.choices, key=worth, reverse=True))


def _figures(tally: Tally, rung: Rung) -> dict[Choice, float]:
    """What this rung compared."""
    if rung.step is Step.POINTS:
        return {choice: tally.points[choice] for choice in rung.before}
    if rung.step is Step.FIRSTS:
        return {choice: tally.firsts[choice] for choice in rung.before}
    if rung.step is Step.HEAD_TO_HEAD:
        return {choice: sum(_duel(tally, choice, other) for other in rung.before) for choice in rung.before}
    if rung.step is Step.DRAW:
        drawn = [choice for choice in tally.draw_order if choice in rung.before]
        return {choice: drawn.index(choice) + 1 for choice in rung.before}
    if rung.step is Step.METHOD:
        own = _method_figures(tally)
        return {choice: own.get(choice, 0) for choice in rung.before}
    return {}


def _duel(tally: Tally, choice: Choice, other: Choice) -> float:
    """1 for a won pair, a half for a drawn one; a choice does not meet itself."""
    if choice == other:
        return 0
    mine, theirs = tally.pairwise[choice, other], tally.pairwise[other, choice]
    return 1 if mine > theirs else 0.5 if mine == theirs else 0


def _method_figures(tally: Tally) -> dict[Choice, int]:
    """The figure by which the method itself ranks the choices."""
    if tally.method is Method.POINTS:
        return tally.points
    if tally.method is Method.APPROVAL:
        return tally.approvals
    if tally.method is Method.RUNOFF:
        return tally.rounds[-1].counts if tally.rounds else {}
    return {
        one: sum(tally.strengths[one, other] >= tally.strengths[other, one] for other in tally.choices if other != one)
        for one in tally.choices
    }
