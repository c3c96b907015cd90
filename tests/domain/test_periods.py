"""Times that people ask about: read as they mean them, in their own zone, whatever the clocks do."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.periods import EVER, midnight, monday, period_suggestions, read_period, week_of
from bot.domain.listening.refusals import PeriodNotUnderstood

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
"""A Monday evening in Berlin."""
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Africa/Cairo",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "Asia/Beirut",
    )
]


def local(*moment: int, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(*moment, tzinfo=zone).astimezone(UTC)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("typed", "key", "since", "until"),
    [
        ("week", "week", local(2026, 11, 17), None),
        ("W", "week", local(2026, 11, 17), None),
        ("month", "month", local(2026, 10, 25), None),
        ("quarter", "quarter", local(2026, 8, 25), None),
        ("half", "half", local(2026, 5, 26), None),
        ("year", "year", local(2025, 11, 24), None),
        ("3d", "3d", local(2026, 11, 21), None),
        ("last 10 days", "10d", local(2026, 11, 14), None),
        ("today", "2026-11-23", local(2026, 11, 23), local(2026, 11, 24)),
        ("yesterday", "2026-11-22", local(2026, 11, 22), local(2026, 11, 23)),
        ("this week", "1d", local(2026, 11, 23), None),
        ("this month", "2026-11", local(2026, 11, 1), local(2026, 12, 1)),
        ("Last Month", "2026-10", local(2026, 10, 1), local(2026, 11, 1)),
        ("November", "2026-11", local(2026, 11, 1), local(2026, 12, 1)),
        ("december", "2025-12", local(2025, 12, 1), local(2026, 1, 1)),
        ("Mar 2020", "2020-03", local(2020, 3, 1), local(2020, 4, 1)),
        ("2020 sept", "2020-09", local(2020, 9, 1), local(2020, 10, 1)),
        ("2026-03", "2026-03", local(2026, 3, 1), local(2026, 4, 1)),
        ("may", "2026-05", local(2026, 5, 1), local(2026, 6, 1)),
        ("2025", "2025", local(2025, 1, 1), local(2026, 1, 1)),
        ("this year", "2026", local(2026, 1, 1), local(2027, 1, 1)),
        ("2026-02-28", "2026-02-28", local(2026, 2, 28), local(2026, 3, 1)),
    ],
)
def test_what_people_type_means_that_time_in_their_zone(typed, key, since, until):
    period = read_period(typed, BERLIN, NOW)
    assert (period.key, period.since, period.until) == (key, since, until)
    again = read_period(period.key, BERLIN, NOW)
    assert (again.since, again.until) == (since, until), "the key is read as the same"


def test_all_has_neither_beginning_nor_end():
    for typed in ("all", "All time", "overall", ""):
        assert read_period(typed, BERLIN, NOW) is EVER


@pytest.mark.parametrize(
    "typed",
    [
        "soon",
        "2027",
        "1969",
        "December 2026",
        "2026-13",
        "2026-02-30",
        "0d",
        "99999d",
        "ju",
        "m a r",
        "9999",
        "２０２５",
    ],
)
def test_what_names_no_time_that_has_begun_is_refused(typed):
    with pytest.raises(PeriodNotUnderstood) as refused:
        read_period(typed, BERLIN, NOW)
    assert refused.value.text == typed


def test_a_day_is_that_of_the_members_own_zone():
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert read_period("this month", ZoneInfo("Asia/Tokyo"), late).key == "2026-11"
    assert read_period("this month", ZoneInfo("America/New_York"), late).key == "2026-10"


@given(st.sampled_from(ZONES), st.integers(1975, 2026))
def test_the_months_of_a_year_follow_each_other_without_gap_or_overlap(zone, year):
    now = datetime(2027, 6, 1, tzinfo=UTC)
    months = [read_period(f"{year}-{month:02}", zone, now) for month in range(1, 13)]
    whole = read_period(str(year), zone, now)
    assert (months[0].since, months[-1].until) == (whole.since, whole.until)
    assert all(one.until == after.since for one, after in itertools.pairwise(months))


@given(st.sampled_from(ZONES), st.integers(631_152_000, 1_893_456_000))
def test_every_instant_lies_in_the_day_and_week_that_the_clock_there_shows(zone, second):
    instant = datetime.fromtimestamp(second, UTC)
    day = instant.astimezone(zone).date()
    assert midnight(day, zone) <= instant < midnight(day + timedelta(days=1), zone)
    week = week_of(monday(day), zone)
    assert week.since is not None
    assert week.until is not None
    assert week.since <= instant < week.until


def test_a_midnight_that_the_clocks_jump_over_is_the_first_instant_after():
    cairo = ZoneInfo("Africa/Cairo")
    begins = midnight(date(2027, 4, 30), cairo)
    assert begins.astimezone(cairo).isoformat() == "2027-04-30T01:00:00+03:00"


def test_suggestions_are_understood_and_narrow_as_somebody_types():
    offered = period_suggestions("", BERLIN, NOW)
    assert offered[0] == ("last 7 days", "week")
    assert len(offered) <= 25
    assert all(read_period(key, BERLIN, NOW).words == words for words, key in offered)
    assert period_suggestions("oct", BERLIN, NOW)[0] == ("October 2026", "2026-10")
    assert period_suggestions("2019", BERLIN, NOW) == [("2019", "2019")], "what is meant is offered, listed or not"
    assert period_suggestions("nonsense", BERLIN, NOW) == []
