"""Days in a row, and round numbers ahead."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.charts import ChartLine, Kind, Subject, places_of, ranked
from bot.domain.listening.names import artist_id
from bot.domain.listening.streaks import (
    Run,
    current,
    day_bounds,
    longest,
    next_milestone,
    per_day,
    reached_on,
    runs,
)

TODAY = date(2026, 11, 23)


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=each) for each in days]


def test_days_make_runs_and_the_one_that_reaches_today_goes_on():
    found = runs(ago(0, 1, 2, 5, 6, 7, 8, 2))
    assert [run.days for run in found] == [4, 3]
    assert current(found, TODAY) == Run(TODAY - timedelta(days=2), TODAY)
    assert longest(found) == found[0]


def test_a_streak_lives_as_long_as_today_is_not_over():
    found = runs(ago(1, 2, 3))
    going = current(found, TODAY)
    assert going is not None
    assert going.days == 3
    assert current(found, TODAY + timedelta(days=1)) is None, "a whole day without a play ends it"
    assert current([], TODAY) is None
    assert longest([]) is None


def test_of_equally_long_runs_the_latest_is_told():
    assert longest(runs(ago(1, 2, 8, 9))) == Run(*reversed(ago(1, 2)))


@given(st.sets(st.integers(0, 60)))
def test_runs_hold_every_day_once_and_never_touch(numbers):
    found = runs(ago(*numbers))
    days = [run.first + timedelta(days=each) for run in found for each in range(run.days)]
    assert sorted(days) == sorted(ago(*numbers))
    assert all(after.first - run.last > timedelta(days=1) for run, after in itertools.pairwise(found))


def test_the_bounds_of_days_know_when_the_clocks_change():
    zone = ZoneInfo("Europe/Berlin")
    bounds = day_bounds(date(2026, 10, 24), date(2026, 10, 26), zone)
    assert [(after - before).total_seconds() / 3_600 for before, after in itertools.pairwise(bounds)] == [
        24,
        25,
        24,
    ]
    assert bounds[0] == datetime(2026, 10, 23, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("plays", "milestone"),
    [(0, 100), (99, 100), (100, 250), (500, 1_000), (999, 1_000), (9_999, 10_000), (10_000, 15_000), (51_000, 60_000)],
)
def test_the_next_milestone_is_a_round_number_ahead(plays, milestone):
    assert next_milestone(plays) == milestone


@given(st.integers(0, 3_000_000))
def test_a_milestone_lies_always_ahead(plays):
    assert plays < next_milestone(plays) <= max(100, plays * 2.5, plays + 50_000)


def test_pace_and_the_day_of_a_milestone():
    assert per_day(100, TODAY - timedelta(days=9), TODAY) == 10
    assert per_day(7, TODAY, TODAY) == 7, "the first day counts whole"
    assert reached_on(990, 1_000, 5.0, TODAY) == TODAY + timedelta(days=2)
    assert reached_on(999, 1_000, 50.0, TODAY) == TODAY + timedelta(days=1), "not before tomorrow"
    assert reached_on(0, 1_000, 0.0, TODAY) is None
    assert reached_on(0, 1_000, 0.1, TODAY) is None, "in more than ten years nobody is told"


def test_who_is_level_shares_a_place():
    assert ranked([9, 7, 7, 3]) == [1, 2, 2, 4]
    assert ranked([7, 3], offset=10, ahead=8) == [9, 12]
    assert ranked([]) == []
    assert places_of([(9, 1), (7, 2), (3, 5)]) == {9: 1, 7: 2, 3: 4}


def test_a_line_tells_how_far_it_moved():
    subject = Subject(Kind.ARTIST, artist_id("Low"), "Low")
    assert ChartLine(subject, 5, rank=3, before=5).moved == 2
    assert ChartLine(subject, 5, rank=3, before=3).moved == 0
    assert ChartLine(subject, 5, rank=3).moved is None


@given(st.lists(st.integers(1, 20), max_size=40), st.integers(1, 10))
def test_places_of_pages_are_those_of_the_whole_list(plays, size):
    ordered = sorted(plays, reverse=True)
    whole = ranked(ordered)
    paged: list[int] = []
    for start in range(0, len(ordered), size):
        page = ordered[start : start + size]
        ahead = sum(count > page[0] for count in ordered)
        paged += ranked(page, offset=start, ahead=ahead)
    assert paged == whole
    assert whole == [1 + sum(other > count for other in ordered) for count in ordered]
