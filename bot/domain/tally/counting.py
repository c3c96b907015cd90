"""The tally: choices and ballots in, a winner with its whole explanation out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.tally.ballots import Ballot, Box, Choice, Kind, fill_box
from bot.domain.tally.counts import Counts, count
from bot.domain.tally.decision import Decision, decide
from bot.domain.tally.flip import find_flip
from bot.domain.tally.results import Flip, Method, Round, Rung, Step, Tally
from bot.domain.tally.runoff import Stage
from bot.domain.tally.schulze import strongest_paths


def tally(
    method: Method,
    choices: Sequence[Choice],
    ballots: Sequence[Ballot],
    *,
    ranks: int,
    seed: str,
    keys: Mapping[Choice, str] | None = None,
    search_flip: bool = True,
) -> Tally:
    """Count a vote.

    `choices` are the nominations that still stand: one that a ballot names and that is not among them is void, and the
    ranks after it do not move up. `ranks` is how many places a ballot has; they are worth `ranks` down to 1 point.
    `keys` gives each choice's text in the draw where the choice itself would differ from run to run. Without choices
    there is no winner; a single one is unopposed; without ballots every step ties and the draw decides. The order of
    `choices` only orders what is shown. Pure and deterministic; raises ValueError for a choice that stands twice.
    """
    box = fill_box(choices, ballots, seed, keys)
    counts = count(box, ranks)
    wording = _Wording(choices, box)
    decision = decide(method, box, counts) if len(choices) > 1 else None
    if decision is None:
        rungs = tuple(Rung(Step.UNOPPOSED, (choice,), (choice,)) for choice in choices)
    else:
        rungs = tuple(Rung(step, wording.names(old), wording.names(new)) for step, old, new in decision.narrowings)
    rounds = tuple(wording.round_of(stage) for stage in decision.stages) if decision else ()
    flip = wording.flip_of(method, counts, decision) if decision and search_flip else None
    return Tally(
        method=method,
        ranks=ranks,
        choices=tuple(choices),
        ballots=box.ballots,
        points=wording.per_choice(counts.points),
        firsts=wording.per_choice(counts.firsts),
        approvals=wording.per_choice(counts.approvals),
        pairwise=wording.per_pair(counts.over),
        co_winners=rungs[0].after if rungs else (),
        rungs=rungs,
        winner=rungs[-1].after[0] if rungs else None,
        deciding_step=rungs[-1].step if rungs else None,
        seed=seed,
        draw_order=box.choices,
        drawn=decision is not None and decision.drawn,
        strengths=_strengths(method, wording, counts),
        rounds=rounds,
        exhausted=rounds[-1].exhausted if rounds else 0,
        flip=flip,
    )


def one_ballot_flip(
    method: Method,
    choices: Sequence[Choice],
    ballots: Sequence[Ballot],
    *,
    ranks: int,
    seed: str,
    keys: Mapping[Choice, str] | None = None,
) -> Flip | None:
    """One changed ballot that would have made another choice win without a draw; None when there is none to be found.

    See `bot.domain.tally.flip.find_flip` for what counts as a change and how far the search goes.
    """
    return tally(method, choices, ballots, ranks=ranks, seed=seed, keys=keys).flip


class _Wording:
    """Turns the box's numbers back into choices, in the order the caller gave them."""

    def __init__(self, choices: Iterable[Choice], box: Box) -> None:
        self._box = box
        self._number = {choice: index for index, choice in enumerate(box.choices)}
        self._shown = tuple(choices)

    def names(self, numbers: Iterable[int]) -> tuple[Choice, ...]:
        chosen = {self._box.choices[number] for number in numbers}
        return tuple(choice for choice in self._shown if choice in chosen)

    def per_choice(self, figures: Sequence[int]) -> dict[Choice, int]:
        return {choice: figures[self._number[choice]] for choice in self._shown}

    def per_pair(self, table: Sequence[Sequence[int]]) -> dict[tuple[Choice, Choice], int]:
        return {
            (one, other): table[self._number[one]][self._number[other]]
            for one in self._shown
            for other in self._shown
            if one != other
        }

    def round_of(self, stage: Stage) -> Round:
        counts = {choice: stage.votes[self._number[choice]] for choice in self.names(stage.votes)}
        if stage.elimination is None:
            return Round(counts, stage.exhausted)
        gone = stage.elimination
        return Round(counts, stage.exhausted, self._box.choices[gone.loser], self.names(gone.tied), gone.by)

    def ballot_of(self, kind: Kind) -> Ballot:
        tiers = tuple(tuple(self._box.choices[number] for number in tier) for tier in kind.ranking)
        return Ballot(tiers, barred=frozenset(self._box.choices[number] for number in kind.barred))

    def flip_of(self, method: Method, counts: Counts, decision: Decision) -> Flip | None:
        change = find_flip(method, self._box, counts, decision)
        if change is None:
            return None
        rival, before, after = change
        winner = self._box.choices[decision.winner]
        return Flip(winner, self._box.choices[rival], self.ballot_of(before), self.ballot_of(after))


def _strengths(method: Method, wording: _Wording, counts: Counts) -> dict[tuple[Choice, Choice], int]:
    """Schulze's strongest paths between all choices."""
    if method is not Method.SCHULZE:
        return {}
    return wording.per_pair(strongest_paths(list(range(len(counts.over))), counts))
