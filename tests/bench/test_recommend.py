"""The bench of recommendations: nothing that is hidden is seen, and a leak that is planted is caught."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from bot.bench.factoring import factored
from bot.bench.hidden import Leak, cases_of, demand_sealed, plays_of
from bot.bench.histories import Heard
from bot.bench.leagues import demand_unseen, league_cases
from bot.bench.recommend import METHODS, Options, asked_of, bench, club_of, named_by_each, of_histories, tastes_of
from bot.domain.taste.recommending import Shelf

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def a_history(seed: int, days: int = 160):
    """Somebody who hears a play every eight hours, other albums as time goes by."""
    chance = np.random.default_rng(seed)
    return plays_of(
        Heard(
            BEGIN + timedelta(hours=8 * place, minutes=seed),
            f"Artist {(number := int(chance.integers(0, 5)) + place // 60)}",
            f"Song {int(chance.integers(0, 30))}",
            f"Album {number}",
        )
        for place in range(3 * days)
    )


PEOPLE = {"one": a_history(1), "two": a_history(2), "three": a_history(3)}


def test_every_case_is_sealed_and_no_week_is_hidden_twice():
    cases = list(cases_of(PEOPLE))
    for case in cases:
        demand_sealed(case)
    hidden = [play for case in cases if case.person == "one" for play in case.hidden]
    assert len(hidden) == len({play.at for play in hidden})
    assert {case.late for case in cases} == {False, True}
    assert of_histories(PEOPLE, 1).cases + of_histories(PEOPLE, 1, late=False).cases > 0


def test_a_leak_that_is_planted_is_caught_wherever_it_is():
    case = next(case for case in cases_of(PEOPLE) if case.late)
    with pytest.raises(Leak, match="are shown"):
        demand_sealed(replace(case, shown=(*case.shown, case.hidden[3])))
    earlier = replace(case.hidden[3], at=case.cut - timedelta(hours=1))
    demand_sealed(replace(case, shown=(*case.shown, earlier)))  # they heard it before, too: that is known
    with pytest.raises(Leak, match="stands among"):
        demand_sealed(replace(case, others={**case.others, case.person: case.shown}))
    with pytest.raises(Leak, match="same minutes"):
        demand_sealed(replace(case, others={**case.others, "a twin": (*case.shown, *case.hidden)}))


def test_a_leak_would_show_in_the_figures():
    """Whoever sees what is hidden names it: the figures mean something."""
    case = next(case for case in cases_of(PEOPLE) if case.late and case.wanted(Shelf(tastes_of(case.others)).place))
    shelf = Shelf(tastes_of(case.others))
    wanted = case.wanted(shelf.place)
    honest = asked_of(case)
    leaked = asked_of(replace(case, shown=(*case.shown, *case.hidden)))
    told = shelf.suggest(replace(leaked, known=case.known), 10)
    assert wanted & {one.album.key for one in told}
    assert not wanted & set(honest.loves), "nothing of what is wanted is known of who asks"


def test_hidden_scores_of_clubs_are_caught_too(tmp_path):
    (case, *_) = list(league_cases(a_league(tmp_path)))
    demand_unseen(case)
    shelf, asked, floors = club_of(case)
    named = named_by_each(shelf, asked, 2, floors, case.offered)
    assert set(named) == set(METHODS)
    assert all(set(keys) <= set(case.offered) for keys in named.values())
    own = case.known[case.member]
    seen = {**case.known, case.member: {**own, case.offered[0]: 5.0}}
    with pytest.raises(Leak, match="hidden are known"):
        demand_unseen(replace(case, known=seen))
    with pytest.raises(Leak, match="another name"):
        demand_unseen(replace(case, known={**case.known, UUID(int=1): own}))


def a_league(folder):
    """Four voters, four rounds of five songs."""
    rounds = [f"r{number}" for number in range(4)]
    people = ["a", "b", "c", "d", "e"]
    lines = {
        "rounds": ["ID,Created", *(f"{name},2026-01-0{place + 1}" for place, name in enumerate(rounds))],
        "submissions": [
            "Spotify URI,Submitter ID,Round ID",
            *(f"{name}-{who},{who},{name}" for name in rounds for who in people),
        ],
        "votes": [
            "Spotify URI,Voter ID,Points Assigned,Round ID",
            *(
                f"{name}-{who},{voter},{1 + (place + len(voter)) % 3},{name}"
                for name in rounds
                for voter in people
                for place, who in enumerate(people)
                if who != voter
            ),
        ],
    }
    for name, rows in lines.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_the_factorisation_finds_what_goes_together():
    loves = np.zeros((6, 4))
    loves[:3, :2], loves[3:, 2:] = 1.0, 1.0
    found = factored(loves, np.array([1.0, 0, 0, 0]))
    assert found[1] > max(found[2], found[3])


async def test_without_data_it_says_so_and_with_some_it_tells_json(tmp_path, capsys):
    assert await bench(Options(data=tmp_path)) == 1
    assert "There are no histories" in capsys.readouterr().out
    folder = tmp_path / "clubs" / "music-league-x"
    folder.mkdir(parents=True)
    a_league(folder)
    assert await bench(Options(data=tmp_path, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    (one,) = told["measured"]
    assert one["name"] == "music-league-x"
    assert "hidden" in one["split"]
    assert [rate["method"] for rate in one["rates"]] == list(METHODS)
    assert all(rate["low"] <= rate["rate"] <= rate["high"] for rate in one["rates"])
