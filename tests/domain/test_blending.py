"""Lists made of taste: the rules of a blend as properties, and what a list to catch up holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.taste.blending import (
    LONGEST,
    LOVED,
    OF_AN_ARTIST,
    SHARED_FIRST,
    Between,
    Winner,
    blend,
    catch_up,
)

plays = st.one_of(st.just(0), st.integers(1, 6), st.integers(1, 400))
heard = st.lists(st.tuples(st.integers(0, 11), plays, plays), max_size=160).map(
    lambda rows: [Between(UUID(int=place), f"artist {artist}", *both) for place, (artist, *both) in enumerate(rows)]
)


def many(number, mine, theirs, *, start=0):
    return [Between(UUID(int=start + place), f"artist {start + place}", mine, theirs) for place in range(number)]


@given(heard)
def test_everything_in_a_blend_is_loved_by_one_and_counted_for_one_reason(tracks):
    by_id = {one.id: one for one in tracks}
    made = blend(tracks)
    assert len(set(made.tracks)) == len(made.tracks) == made.shared + made.theirs + made.mine + made.half <= LONGEST
    chosen = [by_id[key] for key in made.tracks]
    assert sum(one.both_love for one in chosen) == made.shared
    assert sum(one.new_to_me for one in chosen) == made.theirs
    assert sum(one.new_to_them for one in chosen) == made.mine
    assert sum(one.half_loved for one in chosen) == made.half
    first = min(SHARED_FIRST, made.shared)
    assert all(min(one.mine, one.theirs) >= LOVED for one in chosen[:first]), "what both love comes first"
    assert all(one.half_loved for one in chosen[len(chosen) - made.half :]), "what one of them only knows comes last"


@given(heard)
def test_no_artist_takes_a_blend_over_and_nothing_else_is_left_out_of_a_short_one(tracks):
    made = blend(tracks)
    by_id = {one.id: one for one in tracks}
    of = Counter(by_id[key].artist for key in made.tracks)
    assert max(of.values(), default=0) <= OF_AN_ARTIST
    if len(made.tracks) < LONGEST:
        fitting = (one for one in tracks if max(one.mine, one.theirs) >= LOVED)
        assert all(of[one.artist] == OF_AN_ARTIST for one in fitting if one.id not in made.tracks)


@given(heard)
def test_what_both_love_is_the_same_whoever_of_the_two_asks(tracks):
    turned = [replace(one, mine=one.theirs, theirs=one.mine) for one in tracks]
    one, other = blend(tracks), blend(turned)
    first = min(SHARED_FIRST, one.shared, other.shared)
    assert one.tracks[:first] == other.tracks[:first]


@given(heard, st.randoms(use_true_random=False))
def test_the_order_in_which_tracks_are_told_changes_nothing(tracks, chance):
    shuffled = list(tracks)
    chance.shuffle(shuffled)
    assert blend(shuffled) == blend(tracks)


def test_what_each_loves_and_the_other_never_heard_comes_in_turn_and_the_longer_side_goes_on():
    tracks = [*many(2, 9, 9), *many(2, 0, 5, start=100), *many(4, 7, 0, start=200)]
    made = blend(tracks)
    assert [key.int for key in made.tracks] == [0, 1, 100, 200, 101, 201, 202, 203]
    assert (made.shared, made.theirs, made.mine) == (2, 2, 4)


def test_two_who_love_the_same_five_hundred_tracks_still_find_something_new():
    tracks = [*many(500, 50, 50), *many(40, 0, 3, start=1_000), *many(40, 3, 0, start=2_000)]
    made = blend(tracks)
    assert (made.shared, made.theirs, made.mine) == (20, 15, 15)
    alike = blend(many(500, 50, 50))
    assert (alike.shared, len(alike.tracks)) == (LONGEST, LONGEST)


def test_who_hears_more_music_does_not_weigh_more_and_the_smaller_love_of_two_counts():
    top_of_both = Between(UUID(int=1), "a", 10, 1_000)
    hers_alone = Between(UUID(int=2), "b", 3, 900)
    assert blend([hers_alone, top_of_both]).tracks == (top_of_both.id, hers_alone.id)


def test_tracks_that_nobody_heard_three_times_are_in_no_blend():
    made = blend([Between(UUID(int=1), "a", 2, 2), Between(UUID(int=2), "b", 2, 0), Between(UUID(int=3), "c", 1, 80)])
    assert (made.tracks, made.half) == ((UUID(int=3),), 1)


# --- catching up ----------------------------------------------------------------------------------------------------


def won(title, number, *, heard=0, settled=False, start=0):
    return Winner(title, tuple(UUID(int=start + place) for place in range(number)), heard, settled)


def test_what_was_rated_or_heard_by_half_is_not_missed():
    assert won("Rated", 4, settled=True).missed is False
    assert won("Half", 4, heard=2).missed is False
    assert won("Begun", 4, heard=1).missed is True
    assert won("Without a list", 0).missed is True


def test_missed_albums_stand_whole_in_the_order_given_and_what_has_no_list_is_named():
    made = catch_up(
        [won("New", 3, start=10), won("Heard", 3, heard=3, start=20), won("No list", 0), won("Old", 2, start=30)],
        most=500,
    )
    assert [key.int for key in made.tracks] == [10, 11, 12, 30, 31]
    assert (made.albums, made.listless, made.left_out) == (2, ("No list",), 0)


def test_an_album_that_does_not_fit_is_left_out_whole_and_one_that_won_twice_stands_once():
    twice = won("Twice", 3, start=10)
    made = catch_up([twice, twice, won("Long", 8, start=20), won("Short", 2, start=40)], most=6)
    assert [key.int for key in made.tracks] == [10, 11, 12, 40, 41]
    assert made.left_out == 1
