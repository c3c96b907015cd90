"""Figures of a week's ratings: exact, in any order, and silent where there is nothing to say."""

from __future__ import annotations

import random
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.club.entries import SCORES, Rating
from bot.domain.club.ratings import Pair, favourite_tally, pick_quotes, summarise


def rated(*scores: str | Decimal, favourites: tuple[str, ...] = (), reviews: tuple[str, ...] = ()) -> list[Rating]:
    """Ratings by Ann, Ben, Cem … in order."""
    names = ("Ann", "Ben", "Cem", "Dee", "Eve", "Fay", "Gus", "Hal")
    return [
        Rating(
            UUID(int=place),
            names[place % 8] + "'" * (place // 8),
            Decimal(score),
            favourite=favourites[place] if place < len(favourites) else "",
            review=reviews[place] if place < len(reviews) else "",
        )
        for place, score in enumerate(scores)
    ]


def figures(*scores, past=()):
    found = summarise(rated(*scores), [Decimal(mean) for mean in past])
    assert found is not None
    return found


def test_without_ratings_there_is_nothing_to_say():
    assert summarise([]) is None


@pytest.mark.parametrize(
    ("scores", "mean", "median", "spread"),
    [
        (("4.0",), "4.00", "4.00", "0.00"),
        (("3.5", "4.0", "4.0"), "3.83", "4.00", "0.24"),
        (("1.0", "5.0"), "3.00", "3.00", "2.00"),
        (("4.5", "3.0", "4.0", "5.0"), "4.13", "4.25", "0.74"),  # 4.125 is rounded up
        (("1.0", "1.5", "1.5", "5.0", "5.0"), "2.80", "1.50", "1.81"),
    ],
)
def test_mean_median_and_spread_are_rounded_to_hundredths_half_up(scores, mean, median, spread):
    found = figures(*scores)
    assert (found.mean, found.median, found.spread) == (Decimal(mean), Decimal(median), Decimal(spread))


def test_the_histogram_names_every_score():
    found = figures("4.0", "4.0", "1.5")
    assert [score for score, _ in found.histogram] == list(SCORES)
    assert {score: count for score, count in found.histogram if count} == {Decimal("4.0"): 2, Decimal("1.5"): 1}


def test_the_most_divided_and_the_closest_pair_are_named():
    found = figures("1.0", "4.5", "5.0")
    assert found.divided == Pair("Ann", "Cem", Decimal("4.0"))
    assert found.closest == Pair("Ben", "Cem", Decimal("0.5"))


def test_nobody_is_divided_where_all_agree_and_one_alone_is_no_pair():
    assert figures("4.0", "4.0").divided is None
    assert figures("4.0", "4.0").closest == Pair("Ann", "Ben", Decimal(0))
    assert (figures("4.0").divided, figures("4.0").closest) == (None, None)


def test_a_week_is_compared_with_the_clubs_past():
    found = figures("4.0", "4.0", past=("4.5", "3.0", "3.5"))
    assert (found.past_mean, found.rank, found.weeks) == (Decimal("3.67"), 2, 4)
    assert (figures("4.0").past_mean, figures("4.0").rank, figures("4.0").weeks) == (None, None, 1)


def test_equal_means_share_a_rank():
    assert figures("4.0", past=("4.0", "4.0")).rank == 1


def test_a_rank_is_decided_by_exact_means_not_by_rounded_ones():
    thirds = Decimal(10) / Decimal(3)
    assert figures("3.0", "3.5", "3.5", past=(str(thirds),)).rank == 1
    assert figures("3.0", "3.0", "4.0", past=("3.34",)).rank == 2


def test_favourites_count_together_whatever_their_case():
    tally = favourite_tally(rated(*["4.0"] * 5, favourites=("So What", "so what ", "Blue in Green", "", "SO WHAT")))
    assert tally == (("So What", 3), ("Blue in Green", 1))


def test_quotes_hear_the_best_the_middle_and_the_worst():
    ratings = rated("1.0", "5.0", "3.0", "4.0", "2.0", reviews=("awful", "great", "fine", "good", "meh"))
    assert [quote.text for quote in pick_quotes(ratings)] == ["great", "fine", "awful"]
    assert [quote.text for quote in pick_quotes(ratings[:2])] == ["great", "awful"]
    assert pick_quotes(rated("4.0")) == ()


scores = st.lists(st.sampled_from(SCORES), min_size=1, max_size=8)


@given(scores, st.randoms(use_true_random=False))
def test_the_order_of_ratings_never_matters(given_scores, chance: random.Random):
    ratings = rated(*given_scores, favourites=("A", "B", "a", "C"), reviews=("x", "y", "z", "v", "w"))
    shuffled = ratings.copy()
    chance.shuffle(shuffled)
    assert summarise(shuffled) == summarise(ratings)


@given(scores)
def test_figures_lie_between_the_lowest_and_the_highest_score(given_scores):
    found = figures(*given_scores)
    assert min(given_scores) <= found.mean <= max(given_scores)
    assert min(given_scores) <= found.median <= max(given_scores)
    assert found.spread <= 2
    assert sum(count for _, count in found.histogram) == found.count == len(given_scores)
