"""How close two tastes are: the rules as properties, and what they say of real people."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bench.histories import Heard, people_in
from bot.domain.listening.names import artist_id
from bot.domain.taste.calibration import EVERYWHERE, Calibration, calibrated, score
from bot.domain.taste.matching import LOVED, Genres, Listener, match, number_of

LISTENS = Path(__file__).resolve().parents[3] / "shared" / "data" / "listens"
real = pytest.mark.skipif(not LISTENS.exists(), reason="the real histories are not here")

ARTISTS = [UUID(int=(place + 1) << 64) for place in range(14)]
RARITY = UUID(int=99 << 64)
ALBUMS = [UUID(int=1_000 + place) for place in range(6)]
heard = st.dictionaries(st.sampled_from(ARTISTS), st.integers(1, 500), max_size=14)
rated = st.dictionaries(st.sampled_from(ALBUMS), st.integers(2, 10).map(lambda half: half / 2), max_size=6)
person = st.tuples(heard, rated)
genres = st.lists(
    st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any),
    min_size=len(ARTISTS) + 1,
    max_size=len(ARTISTS) + 1,
)


def person_at(place: int, plays: dict[UUID, int], ratings: dict[UUID, float] | None = None) -> Listener:
    return Listener.of(UUID(int=place + 1), plays, ratings)


def genres_of(rows: Sequence[Sequence[int]]) -> Genres:
    weights = np.array(rows, dtype=np.float64)
    numbers = np.array([number_of(artist) for artist in (*ARTISTS, RARITY)], dtype=np.uint64)
    return Genres(numbers, weights / weights.sum(axis=1, keepdims=True))


# --- properties -----------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(person, min_size=2, max_size=6), genres, st.randoms(use_true_random=False))
def test_both_orders_of_a_pair_are_equal_to_the_last_bit(people, rows, chance):
    listeners = [person_at(place, *one) for place, one in enumerate(people)]
    found = match(listeners, genres_of(rows))
    for part in (found.closeness, found.shared, found.genres, found.agreement, found.rated, found.tellable):
        assert np.array_equal(part, part.T)
    shuffled = list(listeners)
    chance.shuffle(shuffled)
    again = match(shuffled, genres_of(rows))
    assert again.keys == found.keys
    assert np.array_equal(again.closeness, found.closeness), "the order in which people are named changes nothing"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(person, min_size=2, max_size=6),
    genres,
    st.tuples(st.integers(LOVED, 2_000), st.integers(LOVED, 2_000)),
    st.booleans(),
)
def test_one_more_rarity_that_both_love_never_lowers_the_score(people, rows, loves, with_genres):
    known = genres_of(rows) if with_genres else None

    def of_first_two(more: bool) -> float:
        listeners = []
        for place, (plays, ratings) in enumerate(people):
            plays = plays | ({RARITY: loves[place]} if more and place < 2 else {})
            listeners.append(person_at(place, plays, ratings))
        return float(match(listeners, known).closeness[0, 1])

    before, after = of_first_two(False), of_first_two(True)
    assert after >= before - 2e-9, "nine decimals, in whatever order the sums were made"
    assert score(after, EVERYWHERE) >= score(before, EVERYWHERE)


@given(st.floats(-20, 5), st.floats(0, 5), st.floats(-8, 0), st.floats(0.35, 3))
def test_a_score_is_between_0_and_100_and_rises_with_closeness(closeness, more, ordinary, spread):
    calibration = Calibration(ordinary, spread)
    low, high = score(closeness, calibration), score(closeness + more, calibration)
    assert 0 <= low <= high <= 100
    assert score(ordinary, calibration) == 50


@given(st.lists(st.floats(-8, 0), max_size=60))
def test_a_small_club_leans_on_what_is_ordinary_everywhere(values):
    found = calibrated(values)
    if not values:
        assert found == EVERYWHERE
        return
    middle = float(np.median(values))
    assert min(middle, EVERYWHERE.ordinary) - 1e-6 <= found.ordinary <= max(middle, EVERYWHERE.ordinary) + 1e-6
    own = len(values) ** 2 / (len(values) ** 2 + 45**2)
    assert math.isclose(found.ordinary, own * middle + (1 - own) * EVERYWHERE.ordinary, abs_tol=1e-6)


# --- rules, a row each ----------------------------------------------------------------------------------------------

CROWD = [{ARTISTS[0]: 200, ARTISTS[1 + place % 6]: 50, ARTISTS[8]: 5} for place in range(8)]


def of_pair(one: dict[UUID, int], other: dict[UUID, int], *ratings: dict[UUID, float]) -> float:
    own = [*ratings, {}, {}]
    pair = [person_at(0, one, own[0]), person_at(1, other, own[1])]
    return float(match([*pair, *(person_at(2 + place, plays) for place, plays in enumerate(CROWD))]).closeness[0, 1])


BASE = {ARTISTS[7]: 60}


def test_a_shared_rarity_says_more_than_what_everybody_hears():
    rare = of_pair({**BASE, RARITY: 50}, {ARTISTS[9]: 60, RARITY: 50})
    common = of_pair({**BASE, ARTISTS[0]: 50}, {ARTISTS[9]: 60, ARTISTS[0]: 50})
    assert rare > common


def test_a_large_library_does_not_love_everybody():
    everything = dict.fromkeys(ARTISTS, 40)
    narrow = {ARTISTS[3]: 40, ARTISTS[4]: 40}
    assert of_pair(narrow, narrow) > of_pair(narrow, everything)


@pytest.mark.parametrize(
    ("mine", "theirs", "better"),
    [
        ([5, 1, 4, 2, 5, 1], [5, 1, 4, 2, 5, 1], True),
        ([5, 1, 4, 2, 5, 1], [1, 5, 2, 4, 1, 5], False),
        ([4, 4, 4, 4, 4, 4], [4, 4, 4, 4, 4, 4], None),
        ([5], [5], None),
    ],
    ids=["alike", "the other way round", "who rates all alike agrees by chance", "one album proves nothing"],
)
def test_agreement_is_what_goes_beyond_chance(mine, theirs, better):
    without = of_pair(BASE, BASE)
    with_ratings = of_pair(BASE, BASE, dict(zip(ALBUMS, mine, strict=False)), dict(zip(ALBUMS, theirs, strict=False)))
    assert (with_ratings > without, with_ratings < without) == {
        True: (True, False),
        False: (False, True),
        None: (False, False),
    }[better]


def test_what_only_one_of_them_loves_is_compared_by_genre():
    rows = [[1, 0, 0, 0]] * 7 + [[0, 1, 0, 0]] * 8
    same, other = {ARTISTS[2]: 900}, {ARTISTS[12]: 900}
    people = [person_at(0, {ARTISTS[1]: 900}), person_at(1, same), person_at(2, other), person_at(3, {ARTISTS[1]: 1})]
    found = match(people, genres_of(rows))
    assert found.genres[0, 1] > 0.5 > found.genres[0, 2]
    assert found.closeness[0, 1] > found.closeness[0, 2]


def test_of_whom_little_is_known_nothing_is_told_unless_both_rated():
    few, much = {ARTISTS[0]: 5}, dict.fromkeys(ARTISTS[:5], 30)
    scores = dict.fromkeys(ALBUMS[:3], 4.0)
    found = match([person_at(0, few, scores), person_at(1, much), person_at(2, much), person_at(3, {}, scores)])
    assert not found.tellable[0, 1]
    assert found.tellable[1, 2]
    assert found.tellable[0, 3]
    assert not found.tellable.diagonal().any()
    assert found.whole == (False, False, False, False), "five artists do not say who somebody is"
    assert match([]).keys == match([person_at(0, {})]).keys[:0]


def test_half_of_the_pairs_of_a_club_of_forty_are_closer_than_ordinary():
    chance = np.random.default_rng(7)
    crowd = [
        person_at(place, {UUID(int=int(n) << 64): int(chance.geometric(0.05)) for n in chance.zipf(1.4, 160) % 900 + 1})
        for place in range(40)
    ]
    found = match(crowd)
    values = found.closeness[np.triu_indices(40, 1)]
    calibration = calibrated(values)
    scores = sorted(score(each, calibration) for each in values)
    assert 47 <= scores[len(scores) // 2] <= 53
    assert scores[len(scores) // 10] < 30
    assert scores[-len(scores) // 10] > 70


# --- real people ----------------------------------------------------------------------------------------------------


Plays = dict[UUID, int]


@cache
def people() -> dict[str, list[Heard]]:
    return people_in(LISTENS)


@cache
def months() -> dict[str, dict[int, Plays]]:
    """Of each person, what they heard in every month, artist by artist."""
    found: dict[str, dict[int, Plays]] = {}
    for name, heard in people().items():
        by_month: dict[int, Counter[UUID]] = {}
        for one in heard:
            by_month.setdefault(one.at.year * 12 + one.at.month, Counter())[artist_id(one.artist)] += 1
        found[name] = dict(by_month)
    return found


def together(parts: Iterable[Plays]) -> Plays:
    whole: Counter[UUID] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def half(name: str, odd: int, begin: int = 0, end: int = 10**6) -> Plays:
    return together(plays for month, plays in months()[name].items() if begin <= month < end and month % 2 == odd)


@real
@pytest.mark.xdist_group("real people")
def test_a_table_of_real_people_with_reasons():
    names = sorted(people())
    plays = {name: together(months()[name].values()) for name in names}
    called = {artist_id(one.artist): one.artist for each in people().values() for one in each}
    found = match([person_at(place, plays[name]) for place, name in enumerate(names)])
    calibration = calibrated(found.closeness[np.triu_indices(len(names), 1)])
    scores = []
    for one, other in itertools.combinations(range(len(names)), 2):
        first, second = plays[names[one]], plays[names[other]]
        weight = {
            artist: math.log(10 / (1 + sum(artist in each for each in plays.values())))
            * math.log1p(min(first[artist], second[artist]))
            for artist in first.keys() & second.keys()
        }
        scores.append(score(float(found.closeness[one, other]), calibration))
        best = sorted(weight, key=lambda each: -weight[each])[:3]
        told = ", ".join(f"{called[each]} ({first[each]} and {second[each]} plays)" for each in best)
        print(f"{names[one]} and {names[other]}: {scores[-1]:3} · {len(weight)} artists shared, first of all {told}")
        assert score(float(found.closeness[other, one]), calibration) == scores[-1]
    middle = sorted(scores)[len(scores) // 2]
    print(f"an ordinary pair: {middle} ({calibration})")
    assert 45 <= middle <= 55


@real
@pytest.mark.xdist_group("real people")
def test_alternate_months_of_one_history_find_each_other_first_among_all_others():
    names = sorted(people())
    halves = [half(name, odd) for name in names for odd in (0, 1)]
    closeness = match([person_at(place, plays) for place, plays in enumerate(halves)]).closeness.copy()
    np.fill_diagonal(closeness, -np.inf)
    assert all(closeness[place].argmax() == place ^ 1 for place in range(len(halves))), "whole histories, all of them"

    cases = found_first = 0
    for place, name in enumerate(names):
        others = [person_at(2 + at, plays) for at, plays in enumerate(halves) if at // 2 != place]
        first, last = min(months()[name]), max(months()[name])
        spans = [(begin, begin + size) for size in (4, 12) for begin in range(first, last - size + 2, size)]
        for begin, end in spans:
            pair = [half(name, odd, begin, end) for odd in (0, 1)]
            if min(sum(each.values()) for each in pair) < 50:
                continue
            listeners = [person_at(at, plays) for at, plays in enumerate(pair)] + others
            closeness = match(listeners).closeness.copy()
            np.fill_diagonal(closeness, -np.inf)
            cases += 2
            found_first += sum(int(closeness[at].argmax() == 1 - at) for at in (0, 1))
    print(f"parts of 4 and 12 months: {found_first} of {cases} find their other half first")
    assert cases > 100
    assert found_first / cases >= 0.95
