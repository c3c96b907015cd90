"""How ballots become a winner: four methods, one tie ladder, and the reasons why.

Two ballots, `Ballot.ranked("a", "b")` and `Ballot.ranked("a")`, and the choices a and b given to
`tally(Method.POINTS, choices, ballots, ranks=2, seed=seed)` make a result whose `winner` is a.
"""

from bot.domain.tally.ballots import Ballot, Choice
from bot.domain.tally.counting import one_ballot_flip, tally
from bot.domain.tally.draw import draw, draw_digest, draw_order, draw_seed
from bot.domain.tally.explanation import PairwiseTable, Reason, explain, pairwise_table, standings
from bot.domain.tally.results import Flip, Method, Round, Rung, Step, Tally

__all__ = [
    "Ballot",
    "Choice",
    "Flip",
    "Method",
    "PairwiseTable",
    "Reason",
    "Round",
    "Rung",
    "Step",
    "Tally",
    "draw",
    "draw_digest",
    "draw_order",
    "draw_seed",
    "explain",
    "one_ballot_flip",
    "pairwise_table",
    "standings",
    "tally",
]
