"""One changed ballot: what the search says is what trying every ballot says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.tally import Ballot, Flip, Method, one_ballot_flip, tally

NAMES: tuple[str, ...] = ("Aja", "Blue", "Cure", "Drift", "Exile")


def other_ballots(method: Method, choices: list[str], ranks: int, barred: frozenset[str]) -> Iterator[Ballot]:
    allowed = [choice for choice in choices if choice not in barred]
    most = len(allowed) if method is Method.APPROVAL else min(ranks, len(allowed))
    for length in range(1, most + 1):
        for named in permutations(allowed, length):
            yield Ballot.ranked(*named, barred=barred)


def flips_by_trying_everything(method: Method, choices: list[str], ballots: list[Ballot], ranks: int) -> set[str]:
    """Everyone whom one changed ballot elects without a draw."""

    def result(cast: list[Ballot]) -> tuple[str | None, bool]:
        counted = tally(method, choices, cast, ranks=ranks, seed="seed", search_flip=False)
        return counted.winner, counted.drawn

    winner, _ = result(ballots)
    elected: set[str] = set()
    for number, ballot in enumerate(ballots):
        rest = [*ballots[:number], *ballots[number + 1 :]]
        for other in other_ballots(method, choices, ranks, ballot.barred):
            someone, drawn = result([*rest, other])
            if someone is not None and someone != winner and not drawn:
                elected.add(someone)
    return elected


def assert_true(flip: Flip, method: Method, choices: list[str], ballots: list[Ballot], ranks: int) -> None:
    """The example a flip gives was cast, may be changed so, and does what it says."""
    before = tally(method, choices, ballots, ranks=ranks, seed="seed", search_flip=False)
    assert flip.from_winner == before.winner
    rest = list(ballots)
    rest.remove(flip.before)
    assert flip.after.barred == flip.before.barred
    assert flip.after in set(other_ballots(method, choices, ranks, flip.before.barred))
    after = tally(method, choices, [*rest, flip.after], ranks=ranks, seed="seed", search_flip=False)
    assert (after.winner, after.drawn) == (flip.to_winner, False)
    assert flip.to_winner != flip.from_winner


@st.composite
def votes(draw: st.DrawFn) -> tuple[list[str], list[Ballot], int]:
    """Two to four choices, one to five ballots, one to three ranks; some voters are barred from one choice."""
    choices = list(NAMES[: draw(st.integers(2, 4))])
    ranks = draw(st.integers(1, 3))
    ballots: list[Ballot] = []
    for _ in range(draw(st.integers(1, 5))):
        barred = draw(st.sampled_from([(), (), *((choice,) for choice in choices)]))
        allowed = draw(st.permutations([choice for choice in choices if choice not in barred]))
        ballots.append(Ballot.ranked(*allowed[: draw(st.integers(1, ranks))], barred=barred))
    return choices, ballots, ranks


@pytest.mark.parametrize("method", Method)
@settings(max_examples=60, deadline=None)
@given(vote=votes())
def test_the_search_finds_a_flip_exactly_when_one_exists(method: Method, vote) -> None:
    choices, ballots, ranks = vote
    flip = one_ballot_flip(method, choices, ballots, ranks=ranks, seed="seed")
    possible = flips_by_trying_everything(method, choices, ballots, ranks)
    assert (flip is not None) == bool(possible)
    if flip is not None:
        assert flip.to_winner in possible
        assert_true(flip, method, choices, ballots, ranks)


def test_a_voter_may_have_to_lift_a_third_choice_into_the_tie() -> None:
    # D>A cast as D alone leaves D level with A and their duel drawn; with C behind D three tie, and D beats C.
    ballots = [Ballot.ranked("E", "D"), Ballot.ranked("A"), Ballot.ranked("C", "A"), Ballot.ranked("D", "A")]
    flip = one_ballot_flip(Method.POINTS, list("ACDE"), ballots, ranks=2, seed="seed")
    assert flip is not None
    assert flip == Flip("A", "D", Ballot.ranked("D", "A"), Ballot.ranked("D", "C"))
    assert_true(flip, Method.POINTS, list("ACDE"), ballots, 2)


def test_a_voter_barred_from_a_rival_may_still_help_it() -> None:
    # The owner of A takes their vote from B and gives it to C: all have one, and A beat B on the other ballot.
    ballots = [Ballot.ranked("B", barred=["A"]), Ballot.ranked("A", "B")]
    flip = one_ballot_flip(Method.APPROVAL, list("ABC"), ballots, ranks=2, seed="seed")
    assert flip == Flip("B", "A", ballots[0], Ballot.ranked("C", barred=["A"]))


def test_a_close_vote_names_whom_one_ballot_would_have_elected() -> None:
    ballots = [Ballot.ranked("A")] * 4 + [Ballot.ranked("B")] * 3
    flip = one_ballot_flip(Method.POINTS, ["A", "B"], ballots, ranks=2, seed="seed")
    assert flip == Flip("A", "B", Ballot.ranked("A"), Ballot.ranked("B"))


def test_a_clear_vote_has_no_flip() -> None:
    ballots = [Ballot.ranked("A")] * 5 + [Ballot.ranked("B")] * 3
    for method in Method:
        assert one_ballot_flip(method, ["A", "B"], ballots, ranks=2, seed="seed") is None


def test_a_change_that_only_reaches_a_draw_is_no_flip() -> None:
    # One voter of A turning to B makes it three all.
    ballots = [Ballot.ranked("A")] * 4 + [Ballot.ranked("B")] * 2
    assert one_ballot_flip(Method.POINTS, ["A", "B"], ballots, ranks=1, seed="seed") is None


def test_a_voter_is_not_supposed_to_vote_for_their_own_nomination() -> None:
    mine = [Ballot.ranked("A", barred=["B"])] * 4 + [Ballot.ranked("B", barred=["A"])] * 3
    assert one_ballot_flip(Method.POINTS, ["A", "B"], mine, ranks=2, seed="seed") is None


@pytest.mark.parametrize(("method", "choices", "ranks"), [(Method.POINTS, 45, 2), *((m, 12, 5) for m in Method)])
def test_five_hundred_ballots_are_counted_and_searched_in_no_time(method: Method, choices: int, ranks: int) -> None:
    random = Random(choices)
    names = [f"album {number}" for number in range(choices)]
    ballots = [Ballot.ranked(*random.sample(names, random.randint(1, ranks))) for _ in range(500)]
    spent = []
    for _ in range(3):
        begin = time.process_time()
        tally(method, names, ballots, ranks=ranks, seed="seed")
        spent.append(time.process_time() - begin)
    # Tens of milliseconds in truth; the bound only has to catch a search that lost its shortcuts.
    assert min(spent) < 0.5
