"""Small boxes whose outcome is known by hand."""

from __future__ import annotations

import hashlib

import pytest

from bot.domain.tally import (
    Ballot,
    Method,
    Rung,
    Step,
    Tally,
    draw,
    draw_digest,
    draw_order,
    draw_seed,
    explain,
    pairwise_table,
    standings,
    tally,
)
from tests.domain.elections import election

SEED = "a seed"
TENNESSEE = "42 M>N>C>K · 26 N>C>K>M · 15 C>K>N>M · 17 K>C>N>M"
FORTY_FIVE = "5 ACBED · 5 ADECB · 8 BEDAC · 3 CABED · 7 CAEBD · 2 CBADE · 7 DCEBA · 8 EBADC"
THREE_OF_BURLINGTON = """
    1288 W · 1081 K>M · 962 K>M>W · 887 W>M>K · 693 M>K>W · 639 M>K · 626 W>M · 568 K · 488 M>W>K · 455 M · 342 W>K>M
    · 279 M>W · 253 K>W>M · 153 W>K · 118 K>W · 1 W>K=M
"""


def counted(method: Method, text: str, ranks: int = 2, seed: str = SEED) -> Tally:
    box = election(text)
    return tally(method, box.choices, box.ballots, ranks=ranks, seed=seed)


def forty_five() -> str:
    return " · ".join(f"{number} {'>'.join(order)}" for number, order in (row.split() for row in FORTY_FIVE.split("·")))


def test_points_alone_decide() -> None:
    result = counted(Method.POINTS, "A>B · A>C · B")
    assert result.points == {"A": 4, "B": 3, "C": 1}
    assert (result.winner, result.deciding_step, result.drawn) == ("A", Step.POINTS, False)
    assert result.rungs == (Rung(Step.POINTS, ("A", "B", "C"), ("A",)),)


def test_most_first_places_break_a_tie_on_points() -> None:
    result = counted(Method.POINTS, "A>B · A · B>C · C>B")
    assert result.points == {"A": 4, "B": 4, "C": 3}
    assert result.firsts == {"A": 2, "B": 1, "C": 1}
    assert (result.winner, result.deciding_step) == ("A", Step.FIRSTS)
    assert result.rungs == (Rung(Step.POINTS, ("A", "B", "C"), ("A", "B")), Rung(Step.FIRSTS, ("A", "B"), ("A",)))


def test_the_duel_breaks_a_tie_on_first_places() -> None:
    result = counted(Method.POINTS, "A>B · A>C · B>C · B>D · C>A")
    assert (result.points["A"], result.points["B"]) == (5, 5)
    assert (result.firsts["A"], result.firsts["B"]) == (2, 2)
    assert (result.pairwise["A", "B"], result.pairwise["B", "A"]) == (3, 2)
    assert (result.winner, result.deciding_step) == ("A", Step.HEAD_TO_HEAD)


def test_what_ties_on_every_step_is_drawn() -> None:
    result = counted(Method.POINTS, "A>B · B>A")
    assert [rung.step for rung in result.rungs] == [Step.POINTS, Step.FIRSTS, Step.HEAD_TO_HEAD, Step.DRAW]
    assert result.rungs[-1].before == ("A", "B")
    assert result.winner == draw(SEED, ["A", "B"])
    assert result.deciding_step is Step.DRAW
    assert result.drawn
    assert result.seed == SEED


def test_a_stored_draw_replays_to_the_same_winner_and_other_seeds_reach_everyone() -> None:
    winners = [counted(Method.POINTS, "A>B · B>A", seed=f"seed {number}").winner for number in range(40)]
    assert winners == [counted(Method.POINTS, "B>A · A>B", seed=f"seed {number}").winner for number in range(40)]
    assert set(winners) == {"A", "B"}


def test_a_drawn_duel_counts_half() -> None:
    # A beats C; both draw with B.
    result = counted(Method.APPROVAL, "A>C · B")
    assert explain(result)[1].figures == {"A": 1.5, "B": 1, "C": 0.5}
    assert (result.winner, result.deciding_step) == ("A", Step.HEAD_TO_HEAD)


def test_the_duel_is_held_once_and_the_draw_gets_those_it_left() -> None:
    # All are approved by two; A and B beat C and draw with each other.
    result = counted(Method.APPROVAL, "A>C · B>C · A · B")
    assert [(rung.step, rung.before) for rung in result.rungs] == [
        (Step.METHOD, ("A", "B", "C")),
        (Step.HEAD_TO_HEAD, ("A", "B", "C")),
        (Step.DRAW, ("A", "B")),
    ]


def test_first_places_speak_before_the_duel() -> None:
    # C beats A in their duel, three ballots to two, but has one first place to A's two.
    result = counted(Method.POINTS, "2 A · C · X>C · Y>C")
    assert (result.points["A"], result.points["C"]) == (4, 4)
    assert (result.pairwise["C", "A"], result.pairwise["A", "C"]) == (3, 2)
    assert (result.winner, result.deciding_step) == ("A", Step.FIRSTS)


@pytest.mark.parametrize("method", Method)
def test_no_nomination_gives_no_winner(method: Method) -> None:
    result = tally(method, [], [Ballot.ranked("gone")], ranks=2, seed=SEED)
    assert (result.winner, result.deciding_step, result.co_winners, result.rungs) == (None, None, (), ())
    assert result.ballots == 1


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("ballots", [[], [Ballot.ranked("A")]], ids=["no ballots", "one ballot"])
def test_a_single_nomination_is_unopposed(method: Method, ballots: list[Ballot]) -> None:
    result = tally(method, ["A"], ballots, ranks=2, seed=SEED)
    assert (result.winner, result.deciding_step) == ("A", Step.UNOPPOSED)
    assert result.rungs == (Rung(Step.UNOPPOSED, ("A",), ("A",)),)
    assert result.flip is None


@pytest.mark.parametrize("method", Method)
def test_one_ballot_elects_its_first(method: Method) -> None:
    result = tally(method, ["B", "A", "C"], [Ballot.ranked("A")], ranks=2, seed=SEED)
    assert result.winner == "A"
    assert result.deciding_step is (Step.POINTS if method is Method.POINTS else Step.METHOD)


@pytest.mark.parametrize("method", Method)
def test_without_ballots_every_step_ties_and_the_draw_decides(method: Method) -> None:
    result = tally(method, ["A", "B", "C"], [], ranks=2, seed=SEED)
    assert result.co_winners == ("A", "B", "C")
    assert all(rung.before == ("A", "B", "C") for rung in result.rungs)
    assert result.deciding_step is Step.DRAW
    assert result.winner == draw(SEED, ["A", "B", "C"])


def test_tennessee_differs_by_method() -> None:
    points = counted(Method.POINTS, TENNESSEE)
    assert points.points == {"N": 94, "M": 84, "C": 73, "K": 49}
    assert points.firsts == {"M": 42, "N": 26, "C": 15, "K": 17}
    assert points.winner == "N"
    runoff = counted(Method.RUNOFF, TENNESSEE)
    assert runoff.winner == "K"
    assert [played.eliminated for played in runoff.rounds] == ["C", "N", None]
    assert runoff.rounds[-1].counts == {"K": 58, "M": 42}
    assert counted(Method.SCHULZE, TENNESSEE).winner == "N"


def test_forty_five_voters_differ_by_method() -> None:
    points = counted(Method.POINTS, forty_five())
    assert points.points == {"C": 36, "A": 30, "B": 26, "E": 24, "D": 19}
    schulze = counted(Method.SCHULZE, forty_five())
    assert (schulze.winner, schulze.deciding_step) == ("E", Step.METHOD)
    assert standings(schulze) == ("E", "A", "C", "B", "D")
    assert schulze.strengths["E", "A"] == 2 * 25 - 45
    runoff = counted(Method.RUNOFF, forty_five())
    assert runoff.winner == "C"
    assert runoff.rounds[1].tied == ("B", "E")


def test_a_tie_for_last_goes_by_fewest_points() -> None:
    # B and E share the lowest count after D went; E has fewer points (24 to 26). Removing both would elect A.
    runoff = counted(Method.RUNOFF, forty_five())
    assert (runoff.rounds[1].eliminated, runoff.rounds[1].by) == ("E", Step.POINTS)
    assert not runoff.drawn


def test_a_tie_for_last_goes_on_to_fewest_firsts() -> None:
    # Once D has gone, B and C hold two ballots and four points each, but C was first on only one of its two.
    result = counted(Method.RUNOFF, "3 A · A>C · 2 B · D>C · C")
    assert [(played.eliminated, played.by) for played in result.rounds[:2]] == [("D", Step.POINTS), ("C", Step.FIRSTS)]


def test_a_tie_for_last_goes_on_to_the_lost_duel() -> None:
    result = counted(Method.RUNOFF, "2 A>B · 2 A · 2 B>C · 2 C")
    assert (result.points["B"], result.points["C"]) == (6, 6)
    assert (result.rounds[0].eliminated, result.rounds[0].by) == ("C", Step.HEAD_TO_HEAD)


def test_a_tie_for_last_ends_in_a_draw_that_takes_whom_the_draw_likes_least() -> None:
    result = counted(Method.RUNOFF, "2 A · B>A · C>A")
    assert result.rounds[0].by is Step.DRAW
    assert result.rounds[0].eliminated == draw_order(SEED, ["B", "C"])[-1]


def test_a_draw_among_the_hopeless_is_not_said_to_matter() -> None:
    hopeless = counted(Method.RUNOFF, "5 A · 4 B · 2 C · X>B · Y>B")
    assert hopeless.rounds[0].by is Step.DRAW
    assert hopeless.drawn, "X and Y together reach C"
    shelved = counted(Method.RUNOFF, "5 A · 4 B · 3 C · X>B · Y>B")
    assert shelved.rounds[0].by is Step.DRAW
    assert not shelved.drawn


def test_a_runoff_stops_at_a_majority_of_the_ballots_that_still_count() -> None:
    result = counted(Method.RUNOFF, "4 A · 3 B · 2 C")
    assert [played.eliminated for played in result.rounds] == ["C", None]
    assert result.rounds[-1].counts == {"A": 4, "B": 3}
    assert result.exhausted == 2
    assert len(counted(Method.RUNOFF, "5 A · 2 B · 2 C").rounds) == 1


def test_a_runoff_that_ends_level_goes_up_the_ladder() -> None:
    result = counted(Method.RUNOFF, "2 A>C · B>C · C>B")
    assert result.rounds[-1].counts == {"A": 2, "C": 2}
    assert result.co_winners == ("A", "C")
    assert (result.winner, result.deciding_step) == ("A", Step.FIRSTS)


def test_three_of_burlington() -> None:
    points = counted(Method.POINTS, THREE_OF_BURLINGTON)
    assert points.points == {"M": 8664, "K": 7791, "W": 7732}
    assert points.firsts == {"W": 3297, "K": 2982, "M": 2554}
    assert points.winner == "M"
    runoff = counted(Method.RUNOFF, THREE_OF_BURLINGTON)
    assert runoff.winner == "K"
    assert runoff.rounds[-1].counts == {"K": 4314, "W": 4064}
    assert counted(Method.SCHULZE, THREE_OF_BURLINGTON).winner == "M"


def test_a_void_choice_is_dropped_and_ranks_do_not_move_up() -> None:
    ballots = [Ballot.ranked("void", "A"), Ballot.ranked("B"), Ballot.ranked("A", "void")]
    result = tally(Method.POINTS, ["A", "B"], ballots, ranks=2, seed=SEED)
    assert result.points == {"A": 3, "B": 2}
    assert result.firsts == {"A": 1, "B": 1}
    assert result.pairwise["A", "B"] == 2
    assert "void" not in result.choices


def test_a_void_first_choice_leaves_the_runoff_vote_with_the_next_standing_one() -> None:
    ballots = [Ballot.ranked("void", "A"), Ballot.ranked("void", "A"), Ballot.ranked("B")]
    result = tally(Method.RUNOFF, ["A", "B"], ballots, ranks=2, seed=SEED)
    assert result.rounds[0].counts == {"A": 2, "B": 1}
    assert result.firsts == {"A": 0, "B": 1}
    assert result.winner == "A"


def test_a_ballot_of_void_choices_alone_counts_for_nobody() -> None:
    result = tally(Method.RUNOFF, ["A", "B"], [Ballot.ranked("x", "y"), Ballot.ranked("B")], ranks=2, seed=SEED)
    assert (result.ballots, result.exhausted, result.winner) == (2, 1, "B")


def test_ranks_are_worth_their_count_down_to_one() -> None:
    result = tally(Method.POINTS, list("ABCDEF"), [Ballot.ranked(*"ABCDEF")], ranks=5, seed=SEED)
    assert list(result.points.values()) == [5, 4, 3, 2, 1, 0]


def test_a_tied_rank_and_all_after_it_give_no_points() -> None:
    ballot = Ballot((("A",), ("B", "C"), ("D",)))
    result = tally(Method.POINTS, list("ABCD"), [ballot], ranks=4, seed=SEED)
    assert result.points == {"A": 4, "B": 0, "C": 0, "D": 0}
    assert (result.pairwise["B", "C"], result.pairwise["B", "D"]) == (0, 1)


def test_approval_counts_names_and_skips_first_places() -> None:
    result = counted(Method.APPROVAL, "B>A>C · B>A · A>D")
    assert result.approvals == {"A": 3, "B": 2, "C": 1, "D": 1}
    assert (result.winner, result.deciding_step) == ("A", Step.METHOD)
    tied = counted(Method.APPROVAL, "A>B · A>B · C>B>A")
    assert [rung.step for rung in tied.rungs] == [Step.METHOD, Step.HEAD_TO_HEAD]
    assert tied.winner == "A"


def test_a_ballot_that_names_a_choice_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Ballot.ranked("A", "A")
    with pytest.raises(ValueError, match="weighs"):
        Ballot.ranked("A", weight=0)
    with pytest.raises(ValueError, match="stands twice"):
        tally(Method.POINTS, ["A", "A"], [], ranks=2, seed=SEED)


def test_the_pairwise_table_has_the_best_first() -> None:
    table = pairwise_table(counted(Method.POINTS, "A>B · A>C · B"))
    assert table.choices == ("A", "B", "C")
    assert table.rows == ((None, 2, 2), (1, None, 2), (0, 1, None))


def test_each_step_explains_itself_by_its_figures() -> None:
    reasons = explain(counted(Method.POINTS, "A>B · B>A"))
    assert [reason.figures for reason in reasons[:3]] == [{"A": 3, "B": 3}, {"A": 1, "B": 1}, {"A": 0.5, "B": 0.5}]
    assert sorted(reasons[3].figures.values()) == [1, 2]
    assert reasons[3].figures[reasons[3].after[0]] == 1


def test_the_draw_can_be_repeated_with_a_checksum_tool() -> None:
    by_hand = min("ABC", key=lambda key: hashlib.sha256(f"{SEED}:{key}".encode()).hexdigest())
    assert draw(SEED, ["C", "A", "B"]) == by_hand
    assert draw_order(SEED, ["A", "B", "C"])[0] == by_hand
    assert draw_digest(SEED, "A") == hashlib.sha256(b"a seed:A").hexdigest()
    with pytest.raises(ValueError, match="nothing"):
        draw(SEED, [])


def test_a_repeated_run_with_other_ids_draws_alike() -> None:
    first = tally(
        Method.POINTS, ["id-1", "id-2"], [], ranks=2, seed=SEED, keys={"id-1": "In Rainbows", "id-2": "Vespertine"}
    )
    again = tally(
        Method.POINTS, ["id-9", "id-8"], [], ranks=2, seed=SEED, keys={"id-9": "In Rainbows", "id-8": "Vespertine"}
    )
    assert (first.winner == "id-1") == (again.winner == "id-9")


def test_the_seed_depends_on_guild_week_and_ballots_but_not_on_their_order() -> None:
    ballots = [(11, ("album a", "album b")), (7, ("album b",))]
    seed = draw_seed(guild_id=5, week_number=3, ballots=ballots)
    assert seed == draw_seed(guild_id=5, week_number=3, ballots=ballots[::-1])
    others = {
        draw_seed(guild_id=6, week_number=3, ballots=ballots),
        draw_seed(guild_id=5, week_number=4, ballots=ballots),
        draw_seed(guild_id=5, week_number=3, ballots=ballots[:1]),
        draw_seed(guild_id=5, week_number=3, ballots=[(11, ("album b", "album a")), (7, ("album b",))]),
    }
    assert seed not in others
    assert len(others) == 4


def test_the_seed_is_the_checksum_of_a_readable_sheet() -> None:
    sheet = b'{"ballots":[[7,["b"]],[11,["a","b"]]],"guild":5,"week":3}'
    seed = draw_seed(guild_id=5, week_number=3, ballots=[(11, ("a", "b")), (7, ("b",))])
    assert seed == hashlib.sha256(sheet).hexdigest()
