"""Published elections come out as published."""

from __future__ import annotations

import pytest

from bot.domain.tally import Method, Step, Tally, pairwise_table, standings, tally
from tests.domain.elections import Election, published, read_abif, read_debian

KISS, MONTROLL, WRIGHT, SMITH = "Kiss", "Montroll", "Wright", "Smith"


def counted(method: Method, box: Election) -> Tally:
    return tally(method, box.choices, box.ballots, ranks=2, seed="published")


@pytest.fixture(scope="module")
def burlington() -> Election:
    return read_abif(published("burlington-2009.abif"))


@pytest.fixture(scope="module")
def debian() -> Election:
    return read_debian(published("debian-2006.txt"))


def test_debian_2006_elects_towns_by_six_ballots(debian: Election) -> None:
    assert sum(ballot.weight for ballot in debian.ballots) == 421
    assert len(debian.choices) == 8
    result = counted(Method.SCHULZE, debian)
    towns, mcintyre = "Anthony Towns", "Steve McIntyre"
    assert (result.winner, result.deciding_step, result.co_winners) == (towns, Step.METHOD, (towns,))
    assert (result.pairwise[towns, mcintyre], result.pairwise[mcintyre, towns]) == (190, 184)
    assert standings(result)[:2] == (towns, mcintyre)


def test_debian_2006_by_points(debian: Election) -> None:
    result = counted(Method.POINTS, debian)
    assert sorted(result.points.values(), reverse=True) == [322, 271, 153, 140, 98, 51, 21, 9]
    assert result.winner == "Anthony Towns"


def test_burlington_has_three_winners(burlington: Election) -> None:
    assert sum(ballot.weight for ballot in burlington.ballots) == 8980
    winners = {method: counted(method, burlington).winner for method in (Method.RUNOFF, Method.SCHULZE, Method.POINTS)}
    assert winners == {Method.RUNOFF: KISS, Method.SCHULZE: MONTROLL, Method.POINTS: WRIGHT}


def test_burlington_by_points(burlington: Election) -> None:
    result = counted(Method.POINTS, burlington)
    assert result.points == {
        WRIGHT: 6896, MONTROLL: 6763, KISS: 6574, SMITH: 4719, "Simpson": 377, "Write-in": 118,
    }  # fmt: skip
    assert result.firsts == {
        WRIGHT: 2951, KISS: 2585, MONTROLL: 2063, SMITH: 1306, "Write-in": 36, "Simpson": 35,
    }  # fmt: skip


def test_burlington_runoff_round_by_round(burlington: Election) -> None:
    result = counted(Method.RUNOFF, burlington)
    assert [played.eliminated for played in result.rounds] == ["Simpson", "Write-in", SMITH, MONTROLL, None]
    assert result.rounds[-2].counts == {WRIGHT: 3297, KISS: 2982, MONTROLL: 2554}
    assert result.rounds[-1].counts == {KISS: 4314, WRIGHT: 4064}
    assert result.exhausted == 602
    assert all(sum(played.counts.values()) + played.exhausted == 8980 for played in result.rounds)


def test_burlington_pairwise_matches_the_published_counts(burlington: Election) -> None:
    result = counted(Method.SCHULZE, burlington)
    published_counts = {
        (MONTROLL, KISS): (4067, 3477), (KISS, WRIGHT): (4314, 4064), (MONTROLL, WRIGHT): (4597, 3668),
        (MONTROLL, SMITH): (4573, 2998), (KISS, SMITH): (3946, 3577), (WRIGHT, SMITH): (3975, 3793),
        (MONTROLL, "Simpson"): (6267, 591), ("Simpson", "Write-in"): (3338, 165),
    }  # fmt: skip
    for (one, other), (over, under) in published_counts.items():
        assert (result.pairwise[one, other], result.pairwise[other, one]) == (over, under)
    assert standings(result) == (MONTROLL, KISS, WRIGHT, SMITH, "Simpson", "Write-in")
    assert pairwise_table(result, [MONTROLL, KISS]).rows == ((None, 4067), (3477, None))


def test_no_single_ballot_decided_burlington_or_debian(burlington: Election, debian: Election) -> None:
    for method in Method:
        assert counted(method, burlington).flip is None
    assert counted(Method.SCHULZE, debian).flip is None


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("name", ["mock-tie.abif", "mock-twotie.abif"])
def test_towers_of_ties_come_to_an_end(name: str, method: Method) -> None:
    box = read_abif(published(name))
    assert len(box.choices) == 16
    result = counted(method, box)
    assert result.winner in box.choices
    assert result.rungs[-1].after == (result.winner,)
    assert len(result.rounds) <= 16


def test_tennessee_with_equal_halves_ends_level_and_first_places_decide() -> None:
    result = counted(Method.RUNOFF, read_abif(published("tennessee-example-irv-tie.abif")))
    assert result.rounds[-1].counts == {"Memph": 42, "Knox": 42}
    assert result.co_winners == ("Memph", "Knox")
    assert (result.winner, result.deciding_step) == ("Memph", Step.FIRSTS)


def test_blank_ballots_elect_nobody() -> None:
    box = read_abif(published("mock-all-blank.abif"))
    result = counted(Method.RUNOFF, box)
    assert (result.ballots, result.winner) == (100, None)
    named = tally(Method.RUNOFF, ["A", "B"], box.ballots, ranks=2, seed="published")
    assert (named.exhausted, named.deciding_step) == (100, Step.DRAW)
