"""What holds for every box of ballots."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.tally import Ballot, Method, Step, Tally, explain, standings, tally

NAMES: tuple[str, ...] = ("Aja", "Blue", "Cure", "Drift", "Exile")
RANKS = 3


@st.composite
def boxes(draw: st.DrawFn, *, ties: bool = True, most: int = 9) -> tuple[list[str], list[Ballot]]:
    """Two to five choices, and ballots that may tie, weigh several and name a void choice."""
    choices = list(NAMES[: draw(st.integers(2, 5))])
    ballots: list[Ballot] = []
    for _ in range(draw(st.integers(0, most))):
        named = draw(st.permutations([*choices, "void"]))[: draw(st.integers(0, len(choices)))]
        tiers: list[tuple[str, ...]] = []
        while named:
            taken = draw(st.integers(1, 2)) if ties else 1
            tiers.append(tuple(named[:taken]))
            named = named[taken:]
        ballots.append(Ballot(tuple(tiers), draw(st.integers(1, 3))))
    return choices, ballots


def counted(method: Method, choices: list[str], ballots: list[Ballot], seed: str = "seed") -> Tally:
    return tally(method, choices, ballots, ranks=RANKS, seed=seed, search_flip=False)


@pytest.mark.parametrize("method", Method)
@given(box=boxes(), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_choices_never_matters(method: Method, box, shuffled) -> None:
    choices, ballots = box
    result = counted(method, choices, ballots)
    other_choices, other_ballots = choices[:], ballots[:]
    shuffled.shuffle(other_choices)
    shuffled.shuffle(other_ballots)
    again = counted(method, other_choices, other_ballots)
    assert again.winner == result.winner
    assert [(rung.step, set(rung.after)) for rung in again.rungs] == [
        (rung.step, set(rung.after)) for rung in result.rungs
    ]
    assert again.points == result.points
    assert again.pairwise == result.pairwise


@pytest.mark.parametrize("method", Method)
@given(box=boxes(), data=st.data())
def test_other_names_change_the_winner_only_by_name(method: Method, box, data: st.DataObject) -> None:
    choices, ballots = box
    names = dict(zip(choices, data.draw(st.permutations(choices)), strict=True)) | {"void": "gone"}
    renamed = [Ballot(tuple(tuple(names[c] for c in tier) for tier in b.tiers), b.weight) for b in ballots]
    result = counted(method, choices, ballots)
    again = counted(method, [names[choice] for choice in choices], renamed)
    assert again.drawn == result.drawn or method is Method.RUNOFF
    if not result.drawn:
        assert again.winner == names[result.winner]
        assert again.deciding_step == result.deciding_step


@pytest.mark.parametrize("method", Method)
@given(box=boxes(), seeds=st.lists(st.text(max_size=4), max_size=4))
def test_without_a_draw_no_seed_matters(method: Method, box, seeds: list[str]) -> None:
    result = counted(method, *box)
    assume(not result.drawn)
    assert {counted(method, *box, seed=seed).winner for seed in seeds} <= {result.winner}


@pytest.mark.parametrize("method", Method)
@given(box=boxes())
def test_the_ladder_narrows_to_exactly_one_winner(method: Method, box) -> None:
    choices, ballots = box
    result = counted(method, choices, ballots)
    assert result.rungs[0].before == tuple(choices)
    assert result.rungs[0].after == result.co_winners
    for upper, lower in pairwise(result.rungs):
        assert lower.before == upper.after
        assert len(lower.before) > 1
        assert set(lower.after) <= set(lower.before)
    assert result.rungs[-1].after == (result.winner,)
    assert result.deciding_step is result.rungs[-1].step
    assert sum(rung.step is Step.HEAD_TO_HEAD for rung in result.rungs) <= 1


@pytest.mark.parametrize("method", Method)
@given(box=boxes())
def test_each_step_keeps_those_with_the_best_figure(method: Method, box) -> None:
    result = counted(method, *box)
    for reason in explain(result):
        best = (min if reason.step is Step.DRAW else max)(reason.figures.values())
        assert {choice for choice, figure in reason.figures.items() if figure == best} == set(reason.after)
    assert standings(result)[0] == result.winner


@pytest.mark.parametrize("method", Method)
@given(box=boxes(), number=st.integers(1, 9))
def test_a_unanimous_first_choice_wins(method: Method, box, number: int) -> None:
    choices, ballots = box
    favourite = choices[-1]
    unanimous = [
        Ballot(((favourite,), *(tuple(c for c in tier if c != favourite) for tier in ballot.tiers)), ballot.weight)
        for ballot in ballots
    ]
    result = counted(method, choices, [*unanimous, Ballot.ranked(favourite, weight=number)])
    assert result.winner == favourite
    assert not result.drawn


@given(box=boxes())
def test_schulze_elects_whoever_beats_all_others_and_nobody_who_loses_to_all(box) -> None:
    result = counted(Method.SCHULZE, *box)
    for one in result.choices:
        margins = [result.pairwise[one, o] - result.pairwise[o, one] for o in result.choices if o != one]
        if min(margins) > 0:
            assert result.co_winners == (one,)
        if max(margins) < 0:
            assert one not in result.co_winners


@given(box=boxes())
def test_schulze_paths_are_the_strongest_of_all_paths(box) -> None:
    result = counted(Method.SCHULZE, *box)

    def margin(one: str, other: str) -> int:
        return max(0, result.pairwise[one, other] - result.pairwise[other, one])

    def strength(start: str, end: str) -> int:
        between = [choice for choice in result.choices if choice not in (start, end)]
        routes = (route for length in range(len(between) + 1) for route in permutations(between, length))
        return max(min(margin(a, b) for a, b in pairwise((start, *route, end))) for route in routes)

    assert result.strengths == {pair: strength(*pair) for pair in result.strengths}
    assert set(result.co_winners) == {
        one
        for one in result.choices
        if all(result.strengths[one, o] >= result.strengths[o, one] for o in result.choices if o != one)
    }


@given(box=boxes(ties=False))
def test_a_runoff_elects_someone_whom_some_order_of_single_eliminations_elects(box) -> None:
    choices, ballots = box
    result = counted(Method.RUNOFF, choices, ballots)

    def possible(standing: frozenset[str]) -> set[str]:
        votes = dict.fromkeys(standing, 0)
        for ballot in ballots:
            held = next((choice for tier in ballot.tiers for choice in tier if choice in standing), None)
            if held is not None:
                votes[held] += ballot.weight
        if len(set(votes.values())) == 1 and (len(standing) <= 2 or not any(votes.values())):
            return set(standing)
        low = min(votes.values())
        return {winner for loser in standing if votes[loser] == low for winner in possible(standing - {loser})}

    winners = possible(frozenset(choices))
    assert set(result.co_winners) <= winners
    if len(winners) == 1:
        assert result.deciding_step is Step.METHOD


@given(box=boxes())
def test_a_runoff_counts_every_ballot_in_every_round_and_loses_one_choice_at_a_time(box) -> None:
    choices, ballots = box
    result = counted(Method.RUNOFF, choices, ballots)
    for number, played in enumerate(result.rounds):
        assert len(played.counts) == len(choices) - number
        assert sum(played.counts.values()) + played.exhausted == result.ballots
        if played.eliminated is not None:
            assert played.counts[played.eliminated] == min(played.counts.values())
            assert played.eliminated in played.tied
    assert [played.eliminated is None for played in result.rounds][:-1] == [False] * (len(result.rounds) - 1)
    assert result.rounds[-1].eliminated is None
    assert result.exhausted == result.rounds[-1].exhausted


@given(box=boxes())
def test_points_firsts_and_pairs_agree_with_a_plain_recount(box) -> None:
    choices, ballots = box
    result = counted(Method.POINTS, choices, ballots)
    place = [
        {choice: number for number, tier in enumerate(ballot.tiers) for choice in tier if choice in choices}
        for ballot in ballots
    ]
    for one, other in permutations(choices, 2):
        preferring = sum(
            ballot.weight for ballot, at in zip(ballots, place, strict=True) if at.get(one, 99) < at.get(other, 99)
        )
        assert result.pairwise[one, other] == preferring
    for choice in choices:
        strict = [ballot for ballot in ballots if all(len(tier) == 1 for tier in ballot.tiers)]
        if len(strict) == len(ballots):
            worth = sum(
                ballot.weight * max(0, RANKS - ballot.tiers.index((choice,)))
                for ballot in ballots
                if (choice,) in ballot.tiers
            )
            assert result.points[choice] == worth


@settings(max_examples=20)
@given(number=st.integers(1, 4))
def test_equal_ballots_may_be_given_one_by_one_or_as_a_weight(number: int) -> None:
    single = [Ballot.ranked("Aja", "Blue")] * number + [Ballot.ranked("Blue")]
    weighed = [Ballot.ranked("Aja", "Blue", weight=number), Ballot.ranked("Blue")]
    for method in Method:
        assert counted(method, ["Aja", "Blue"], single) == counted(method, ["Aja", "Blue"], weighed)
