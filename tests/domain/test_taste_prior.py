"""What services say a member likes stands in while little was heard, and fades as plays arrive."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.names import artist_id
from bot.domain.taste.priors import Liked, genres_of, packed, ranked, unpacked
from bot.domain.taste.profile import FADED, PRIOR_PLAYS, Profile, prior_share, shares, with_prior
from bot.domain.taste.profile import packed as packed_profile
from bot.domain.taste.profile import unpacked as unpacked_profile
from bot.domain.taste.scopes import Scope

GENRES = ("rock", "ambient", "jazz", "techno", "folk")
weights: st.SearchStrategy[dict[str, float]] = st.dictionaries(
    st.sampled_from(GENRES).map(str), st.floats(0.01, 100), max_size=5
)
histogram = weights.map(shares)
plays = st.integers(0, 100_000)


@given(plays, plays)
def test_it_fades_as_plays_arrive_by_the_stated_formula(few, many):
    few, many = sorted((few, many))
    share = prior_share(few)
    assert share >= prior_share(many) >= 0
    assert share in (0.0, pytest.approx(PRIOR_PLAYS / (PRIOR_PLAYS + few)))
    assert (share == 0) is (PRIOR_PLAYS / (PRIOR_PLAYS + few) < FADED)


def test_it_is_half_at_a_hundred_plays_and_nothing_after_some_thousands():
    assert [round(prior_share(plays), 2) for plays in (0, 100, 900, 3_233, 3_234)] == [1.0, 0.5, 0.1, 0.03, 0.0]


@given(histogram, histogram, plays, plays)
def test_a_profile_with_it_lies_between_what_was_heard_and_what_is_said(heard, said, in_scope, ever):
    ever = max(in_scope, ever)
    profile = Profile(Scope.MONTH, in_scope, 3, genres=heard)
    mixed = with_prior(profile, said, ["lastfm"], heard=ever)
    if not said or not prior_share(ever):
        assert mixed == profile
        return
    assert sum(mixed.genres.values()) == pytest.approx(1)
    share = prior_share(ever) if heard else 1.0
    assert mixed.prior == share
    for genre in {*heard, *said}:
        was, told = heard.get(genre, 0.0), said.get(genre, 0.0)
        assert mixed.genres.get(genre, 0.0) == pytest.approx(was * (1 - share) + told * share)
    assert replace(mixed, genres=heard, prior=0.0, prior_sources=()) == profile, "nothing else is another"


@given(histogram, histogram)
def test_a_profile_is_kept_with_it(heard, said):
    profile = with_prior(Profile(Scope.ALL, 40, 3, genres=heard), said, ["spotify", "lastfm"])
    kept = unpacked_profile(Scope.ALL, packed_profile(profile))
    assert (kept.prior, kept.prior_sources) == (profile.prior, profile.prior_sources)
    assert kept.genres == pytest.approx(profile.genres)
    old = {name: value for name, value in packed_profile(profile).items() if not name.startswith("prior")}
    assert unpacked_profile(Scope.ALL, old).prior == 0.0, "one that was kept before there was any"


LOW, CAN = artist_id("Low"), artist_id("Can")
KNOWN: dict[UUID, dict[str, int]] = {LOW: {"slowcore": 1_000}, CAN: {"krautrock": 700, "ambient": 300}}


@pytest.mark.parametrize(
    ("told", "genres"),
    [
        ([], {}),
        ([Liked((("Nobody Known", 9.0),))], {}),
        ([Liked((("Low", 16.0), ("Nobody Known", 90.0)))], {"slowcore": 1.0}),
        ([Liked((("LOW", 9.0), ("Can", 1.0)))], {"slowcore": 0.75, "krautrock": 0.175, "ambient": 0.075}),
        ([Liked(tags=(("Hip Hop", 3.0), ("seen live", 9.0)))], {"hip-hop": 1.0}),
        ([Liked((("Low", 1.0),), tags=(("jazz", 1.0),))], {"slowcore": 0.5, "jazz": 0.5}),
        ([Liked((("Low", 1.0),)), Liked(tags=(("jazz", 1.0),))], {"slowcore": 0.5, "jazz": 0.5}),
    ],
)
def test_what_several_services_say_comes_to_genres(told, genres):
    assert genres_of(told, KNOWN) == pytest.approx(genres)


def test_who_stands_in_all_lists_weighs_most_and_a_name_twice_in_one_counts_once():
    weights = ranked([["Low", "Can"], ["Can", "Low"], ["Can", "Low", "Can"]])
    assert weights["Can"] > weights["Low"] > 2
    assert ranked([["Low", "Low"]]) == {"Low": 1.0}


def test_what_is_told_is_kept_as_it_was():
    liked = Liked((("Low", 3.0),), (("Low", "Things", 2.0),), (("Low", "Sunflower", 1.0),), (("slowcore", 4.0),))
    assert unpacked(packed(liked)) == liked
    assert unpacked({"artists": [["Low", 3]]}) == Liked((("Low", 3),))
