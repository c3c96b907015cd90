"""The feed's rules: what is told, once and in order; and what becomes of a wish to follow."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.streaks import Run
from bot.domain.taste.feed import (
    Discovery,
    Entry,
    Event,
    discoveries_by_day,
    may_see_rating,
    merged,
    milestones_between,
    streaks_reached,
)
from bot.domain.taste.following import MOST, Bond, FollowRefused, judge_follow

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
DAY = timedelta(days=1)
BEN = UUID(int=1)


def judged(**changes) -> Bond:
    facts = {"name": "Ben", "visibility": "club", "barred": False, "oneself": False, "here": True, "followed": 0}
    return judge_follow(**{**facts, **changes})


@pytest.mark.row("4-18")
@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("oneself", {"oneself": True}),
        ("not_here", {"here": False}),
        ("barred", {"barred": True}),
        ("barred", {"barred": True, "visibility": "me"}),
        ("hidden", {"visibility": "me"}),
        ("many", {"followed": MOST}),
    ],
)
def test_a_follow_that_does_not_come_about_says_why(reason, changes):
    with pytest.raises(FollowRefused) as refused:
        judged(**changes)
    assert refused.value.reason == reason


def test_whoever_shows_themselves_to_followers_alone_is_asked_first():
    assert judged() is Bond.FOLLOWS
    assert judged(visibility="followers") is Bond.ASKED


@pytest.mark.parametrize(
    ("blind", "closed", "rated", "seen"),
    [
        (True, False, False, False),
        (True, False, True, True),
        (True, True, False, True),
        (False, False, False, True),
    ],
)
def test_a_blind_rating_is_told_from_the_readers_own_or_the_close_on(blind, closed, rated, seen):
    assert may_see_rating(blind=blind, closed=closed, reader_rated=rated) is seen


@pytest.mark.parametrize(
    ("before", "after", "reached"),
    [
        (0, 99, []),
        (99, 100, [100]),
        (100, 100, []),
        (0, 10_000, [100, 1_000, 10_000]),
        (10_000, 60_000, [25_000, 50_000]),
        (90_000, 300_000, [100_000, 200_000, 300_000]),
        (999_999, 2_100_000, [1_000_000, 1_500_000, 2_000_000]),
    ],
)
def test_round_numbers_are_told_when_they_are_reached(before, after, reached):
    assert milestones_between(before, after) == reached


@given(st.lists(st.integers(0, 3_000_000), min_size=2, max_size=6).map(sorted))
def test_every_round_number_is_told_exactly_once_however_the_time_is_cut(counts):
    steps = [number for each in itertools.pairwise(counts) for number in milestones_between(*each)]
    assert steps == milestones_between(counts[0], counts[-1])


def test_days_in_a_row_are_told_on_the_day_and_not_where_the_beginning_is_unknown():
    known = date(2026, 1, 1)
    run = Run(date(2026, 2, 1), date(2026, 3, 5))
    assert streaks_reached([run], known_from=known) == [(7, date(2026, 2, 7)), (30, date(2026, 3, 2))]
    assert streaks_reached([Run(known, date(2026, 3, 1))], known_from=known) == []


def test_discoveries_are_one_line_a_day_of_the_members_own_zone():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    found = [
        *(Discovery(BEN, f"Artist {place}", late - place * timedelta(minutes=1), 3 + place) for place in range(5)),
        Discovery(BEN, "Earlier", late - 2 * timedelta(hours=1), 3),
        Discovery(UUID(int=2), "Not Ben's", late, 9),
    ]
    one, other = discoveries_by_day(found, person=BEN, name="Ben", zone=ZoneInfo("Europe/Berlin"))
    assert (one.of, one.number, one.names) == ("2026-11-21", 5, ("Artist 4", "Artist 3", "Artist 2"))
    assert one.at == late
    assert (other.of, other.names) == ("2026-11-20", ("Earlier",))


entries = st.builds(
    Entry,
    st.sampled_from(Event),
    st.integers(1, 3).map(lambda number: UUID(int=number)),
    st.just("Somebody"),
    st.integers(0, 400).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    st.sampled_from(("a", "b")),
)


@given(st.lists(entries, max_size=30), st.randoms())
def test_a_feed_is_newest_first_tells_each_event_once_and_does_not_depend_on_the_order_of_reading(found, chance):
    ordered = merged(found)
    assert [entry.at for entry in ordered] == sorted((entry.at for entry in ordered), reverse=True)
    assert len({entry.key for entry in ordered}) == len(ordered)
    assert {entry.key for entry in ordered} == {entry.key for entry in found}
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert merged([*shuffled, *found]) == ordered
