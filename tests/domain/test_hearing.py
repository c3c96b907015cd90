"""x of n tracks, again or for the first time, and when the club is through."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.hearing import (
    FEWEST,
    Hearer,
    Share,
    Turnout,
    card_of,
    club_is_through,
    half_of,
    knew_it,
    listened,
    share_of,
    turnout_of,
    works_of,
)

TEN = 10


def hearer(heard: int = 0, number: int = 1, name: str = "", **values) -> Hearer:
    given = {"told": True, "shows": True} | values
    return Hearer(UUID(int=number), name or f"Member {number}", heard, **given)


def test_a_track_counts_once_however_it_is_spelled():
    tracks = [("Low", "Quorum"), ("Low", "Dancing and Blood"), ("LOW", "Quorum (2018 Remaster)"), ("Low", "Quorum")]
    assert len(works_of(tracks)) == 2
    assert works_of([("Low", "Quorum"), ("Low", "Quorum (Live)")])[0] != works_of([("Low", "Quorum (Live)")])[0]
    assert works_of([]) == ()


@pytest.mark.parametrize(
    ("one", "tracks", "expected"),
    [
        (hearer(10), TEN, Share.ALL),
        (hearer(11), TEN, Share.ALL),
        (hearer(9), TEN, Share.HALF),
        (hearer(5), TEN, Share.HALF),
        (hearer(5), 11, Share.LESS),
        (hearer(4), TEN, Share.LESS),
        (hearer(0), TEN, Share.LESS),
        (hearer(0, says=True), TEN, Share.ALL),
        (hearer(0, told=False), TEN, Share.UNKNOWN),
        (hearer(0, told=False, says=True), TEN, Share.ALL),
        (hearer(0), 0, Share.UNKNOWN),
        (hearer(0, says=True), 0, Share.ALL),
    ],
)
def test_shares(one, tracks, expected):
    assert share_of(one, tracks) is expected


@pytest.mark.parametrize(("before", "tracks", "again"), [(5, 10, True), (4, 10, False), (1, 1, True), (0, 0, False)])
def test_a_re_listener_knew_half_of_it(before, tracks, again):
    assert knew_it(hearer(before=before), tracks) is again


@pytest.mark.parametrize(
    ("one", "tracks", "expected"),
    [
        (hearer(5), TEN, True),
        (hearer(4), TEN, False),
        (hearer(0, said=True, says=True), TEN, True),
        # A rating is no word of theirs: of whoever links nothing it leaves open where it came from.
        (hearer(0, told=False, says=True), TEN, None),
        (hearer(0), 0, None),
    ],
)
def test_a_rating_comes_from_listening_or_from_memory(one, tracks, expected):
    assert listened(one, tracks) is expected


def test_only_who_wants_it_is_named_and_only_with_something_to_say():
    members = [
        hearer(3, 1, name="bea"),
        hearer(10, 2, name="Ada"),
        hearer(9, 3, shows=False),
        hearer(0, 4, told=False),
        hearer(0, 5, told=False, says=True, name="Cy"),
        hearer(3, 6, name="Al"),
    ]
    assert [one.name for one in card_of(members, TEN).hearers] == ["Ada", "Cy", "Al", "bea"]
    assert [one.name for one in card_of(members, 0).hearers] == ["Cy"]
    assert card_of(members, TEN).finished == 2


def test_hosts_get_counts_of_the_active():
    members = [hearer(10), hearer(5), hearer(1), hearer(told=False), hearer(10, active=False)]
    assert turnout_of(members, TEN) == Turnout(all=1, half=1, less=1, unknown=1)


def test_the_club_is_through_when_all_who_show_it_are_and_they_are_enough():
    three = [hearer(10, number) for number in range(1, FEWEST + 1)]
    assert club_is_through(card_of(three, TEN))
    assert not club_is_through(card_of(three[1:], TEN))
    assert not club_is_through(card_of([*three, hearer(9, 9)], TEN))
    assert club_is_through(card_of([*three, hearer(9, 9, active=False)], TEN))
    assert club_is_through(card_of([*three, hearer(0, 9, shows=False)], TEN))
    assert not club_is_through(card_of([*three[1:], hearer(10, 9, active=False)], TEN))
    assert club_is_through(card_of([hearer(0, number, told=False, says=True) for number in range(3)], 0))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.booleans(), st.booleans())
def test_more_listening_never_takes_anything_away(tracks, heard, more, says, told):
    order = [Share.UNKNOWN, Share.LESS, Share.HALF, Share.ALL]
    less = share_of(hearer(heard, says=says, told=told), tracks)
    then = share_of(hearer(heard + more, says=says, told=told), tracks)
    assert order.index(then) >= order.index(less)
    assert 0 <= half_of(tracks) <= tracks
    assert 2 * half_of(tracks) >= tracks
