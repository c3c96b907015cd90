"""What a count says: the winner, every step on the way to it, and all figures a result card may show."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.tally.ballots import Ballot, Choice


class Method(StrEnum):
    """How a club counts its ballots."""

    POINTS = "points"
    RUNOFF = "runoff"
    SCHULZE = "schulze"
    APPROVAL = "approval"


class Step(StrEnum):
    """What narrowed the choices, or settled the week without a count."""

    POINTS = "points"
    FIRSTS = "firsts"
    HEAD_TO_HEAD = "head_to_head"
    DRAW = "draw"
    METHOD = "method"
    UNOPPOSED = "unopposed"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: the choices before it and those it left."""

    step: Step
    before: tuple[Choice, ...]
    after: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a runoff: ballots per standing choice, ballots with no choice left, and who goes.

    `eliminated` is None in the last round. `tied` holds all who shared the lowest count, `by` the step that chose among
    them (`method` when one alone was lowest).
    """

    counts: dict[Choice, int]
    exhausted: int
    eliminated: Choice | None = None
    tied: tuple[Choice, ...] = ()
    by: Step | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """One changed ballot would have made another choice win, with no need of a draw.

    `before` and `after` are an example of such a ballot. `before` was really cast: it is the voter's secret and is not
    for showing.
    """

    from_winner: Choice
    to_winner: Choice
    before: Ballot
    after: Ballot


@dataclass(frozen=True, slots=True)
class Tally:
    """The result of one vote, with everything needed to explain it.

    `points`, `firsts` (ballots with the choice alone in first place), `approvals` (ballots that name it) and `pairwise`
    (ballots that prefer the first of the pair to the second) are counted under every method. `strengths` are Schulze's
    strongest paths in margins, `rounds` a runoff's eliminations; empty elsewhere. `co_winners` is the full set that the
    method itself leaves; `rungs` lead from all choices to the winner. `draw_order` is the order a draw by `seed` would
    take, kept whether or not one was needed. `drawn` is true when another seed might elect another choice: the
    last rung was a draw, or a runoff drew whom to eliminate where that may have mattered.
    """

    method: Method
    ranks: int
    choices: tuple[Choice, ...]
    ballots: int
    points: dict[Choice, int]
    firsts: dict[Choice, int]
    approvals: dict[Choice, int]
    pairwise: dict[tuple[Choice, Choice], int]
    co_winners: tuple[Choice, ...]
    rungs: tuple[Rung, ...]
    winner: Choice | None
    deciding_step: Step | None
    seed: str
    draw_order: tuple[Choice, ...]
    drawn: bool = False
    strengths: dict[tuple[Choice, Choice], int] = field(default_factory=dict[tuple[Choice, Choice], int])
    rounds: tuple[Round, ...] = ()
    exhausted: int = 0
    flip: Flip | None = None
