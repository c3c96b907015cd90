"""What hosts type means what they mean, in the club's zone; what cannot be read is refused with what was typed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import TimeInThePast, TimeNotUnderstood
from bot.domain.timewords import MOST_SUGGESTIONS, parse_duration, parse_when, when_suggestions

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday, 13:00 in Berlin


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-25 19:00", "2026-11-25T19:00"),
        ("2026-11-25T19:00", "2026-11-25T19:00"),
        ("2026-11-25", "2026-11-25T19:00"),
        ("2026-11-25T18:00Z", "2026-11-25T19:00"),
        ("2026-11-25T13:00-05:00", "2026-11-25T19:00"),
        ("25.11. 19:00", "2026-11-25T19:00"),
        ("25.11 20:30", "2026-11-25T20:30"),
        ("25. 11. 19:00", "2026-11-25T19:00"),
        ("25.11.2026 19:00", "2026-11-25T19:00"),
        ("25.11.26 19:00", "2026-11-25T19:00"),
        ("Nov 25 19:00", "2026-11-25T19:00"),
        ("November 25th, 2026 at 7pm", "2026-11-25T19:00"),
        ("25 Nov", "2026-11-25T19:00"),
        ("25. november 19:00", "2026-11-25T19:00"),
        ("5.1.", "2027-01-05T19:00"),
        ("sept 1", "2027-09-01T19:00"),
        ("29.2. 19:00", "2028-02-29T19:00"),
        ("tomorrow", "2026-11-21T19:00"),
        ("Tomorrow 9:15", "2026-11-21T09:15"),
        ("tonight 9 p.m.", "2026-11-20T21:00"),
        ("today noon", None),
        ("tomorrow noon", "2026-11-21T12:00"),
        ("12:30am", "2026-11-21T00:30"),
        ("wed 19:00", "2026-11-25T19:00"),
        ("on Wednesday at 19:00", "2026-11-25T19:00"),
        ("wednesday", "2026-11-25T19:00"),
        ("fri", "2026-11-20T19:00"),
        ("fri 9:00", "2026-11-27T09:00"),
        ("next fri 20:00", "2026-11-27T20:00"),
        ("next mon", "2026-11-23T19:00"),
        ("next week", "2026-11-27T19:00"),
        ("19:00", "2026-11-20T19:00"),
        ("13:00", "2026-11-21T13:00"),
        ("12:59", "2026-11-21T12:59"),
        ("0:00", "2026-11-21T00:00"),
        ("in 3 days", "2026-11-23T13:00"),
        ("in 3 days 19:00", "2026-11-23T19:00"),
        ("in a week at 8:00", "2026-11-27T08:00"),
        ("+24h", "2026-11-21T13:00"),
        ("2h", "2026-11-20T15:00"),
        ("90m", "2026-11-20T14:30"),
        ("in an hour", "2026-11-20T14:00"),
        ("1.5h", "2026-11-20T14:30"),
        ("1d 12h", "2026-11-22T01:00"),
        ("2 hours and 5 minutes", "2026-11-20T15:05"),
        ("<t:1795629600:F>", "2026-11-25T19:00"),
        ("<t:1795629600>", "2026-11-25T19:00"),
        ("  WED   19:00 ", "2026-11-25T19:00"),
    ],
)
def test_a_time_is_read_as_hosts_mean_it(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(TimeInThePast):
            parse_when(text, BERLIN, NOW)
    else:
        found = parse_when(text, BERLIN, NOW)
        assert found == berlin(expected)
        assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "soon", "19", "25:00", "24:00", "19:60", "13pm", "0am", "32.1.", "30.2.", "feb 30", "2026-13-01"),
        *("25/11/2026", "2026-11-25 19:00 19:00", "wed thu", "in", "+", "3", "in 2 months", "1h 2h", "1.5 days"),
        *("+999999w", "<t:999999999999:F>", "<t:x:F>", "2h 19:00", "ju 3", "in -3 days", "banana week", "2126-11-25"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(TimeNotUnderstood) as refused:
        parse_when(text, BERLIN, NOW)
    assert refused.value.text == text


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("today 9:00", "2026-11-20T09:00"),
        ("today 13:00", "2026-11-20T13:00"),
        ("25.10.", "2026-10-25T19:00"),
        ("2025-11-25 19:00", "2025-11-25T19:00"),
        ("0 minutes", "2026-11-20T13:00"),
        ("<t:0:R>", "1970-01-01T01:00"),
    ],
)
def test_a_time_in_the_past_is_refused_with_what_was_read(text: str, instant: str) -> None:
    with pytest.raises(TimeInThePast) as refused:
        parse_when(text, BERLIN, NOW)
    assert refused.value.instant == berlin(instant)
    assert refused.value.text == text


def test_a_day_alone_means_the_clubs_usual_clock() -> None:
    assert parse_when("wed", BERLIN, NOW, usual=time(20, 30)) == berlin("2026-11-25T20:30")


def test_days_keep_the_clock_and_hours_elapse_across_a_clock_change() -> None:
    saturday = berlin("2027-03-27T19:00").astimezone(UTC)
    assert parse_when("in 1 day", BERLIN, saturday) == berlin("2027-03-28T19:00")
    assert parse_when("+24h", BERLIN, saturday) == berlin("2027-03-28T20:00")


def test_a_time_that_the_clocks_jump_over_moves_behind_the_jump() -> None:
    assert parse_when("2027-03-28 02:30", BERLIN, NOW) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(st.text(max_size=60), st.sampled_from(ZONES))
def test_any_text_is_read_as_a_coming_instant_or_refused(text: str, zone: ZoneInfo) -> None:
    with suppress(TimeNotUnderstood, TimeInThePast):
        assert parse_when(text, zone, NOW) > NOW


words = st.sampled_from(
    [
        *("in", "next", "on", "at", "wed", "today", "nov", "25", "25.11.", "19:00", "7pm", "+24h", "3", "days", "a"),
        *("week", "2026-11-25", "0", "99", "99.99.", "9999-12-31", "<t:1:F>", "1:1", "and", "th", ",", ":", "999999w"),
    ]
)


@given(st.lists(words, max_size=5).map(" ".join), st.sampled_from(ZONES))
def test_any_mix_of_time_words_is_read_or_refused(text: str, zone: ZoneInfo) -> None:
    with suppress(TimeNotUnderstood, TimeInThePast):
        assert parse_when(text, zone, NOW) > NOW


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("24h", timedelta(hours=24)),
        ("+90m", timedelta(minutes=90)),
        ("in 2 days", timedelta(days=2)),
        ("1d 12h", timedelta(hours=36)),
        ("a week", timedelta(weeks=1)),
        ("1 hour, 30 minutes", timedelta(minutes=90)),
        ("0.5h", timedelta(minutes=30)),
    ],
)
def test_a_duration_is_elapsed_time(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "0h", "90", "-2h", "2 months", "tomorrow", "999999w", "1h 1h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(TimeNotUnderstood):
        parse_duration(text)


@given(st.text(max_size=30))
def test_any_text_is_a_positive_duration_or_refused(text: str) -> None:
    with suppress(TimeNotUnderstood):
        assert parse_duration(text) > timedelta(0)


def test_suggestions_begin_with_what_was_typed() -> None:
    name, value = when_suggestions("wed", BERLIN, NOW)[0]
    assert (name, value) == ("Wed 25 Nov 2026, 19:00 (in 5 days)", "2026-11-25 19:00")


@pytest.mark.parametrize(
    "typed", ["", "t", "tom", "we", "wed 1", "25.11.", "19", "19:", "+2", "in 3", "2026-11-2", "2h"]
)
def test_something_is_suggested_at_every_key(typed: str) -> None:
    offers = when_suggestions(typed, BERLIN, NOW)
    assert offers
    assert len(offers) <= MOST_SUGGESTIONS
    assert len({value for _, value in offers}) == len(offers)


def test_nothing_is_suggested_for_what_fits_nothing() -> None:
    assert when_suggestions("zzz", BERLIN, NOW) == []


@given(
    st.sampled_from(["", "tom", "wed", "1", "25.1", "+2", "in 3", "02:30", "in 1 hour"]) | st.text(max_size=20),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_suggestion_means_the_instant_that_it_shows(typed: str, zone: ZoneInfo, now: datetime) -> None:
    for name, value in when_suggestions(typed, zone, now):
        found = parse_when(value, zone, now)
        assert found.astimezone(zone).strftime("%H:%M") in name
        assert str(found.astimezone(zone).year) in name
        assert 1 <= len(name) <= 100
        assert 1 <= len(value) <= 100


def test_a_clock_that_comes_twice_is_suggested_without_doubt() -> None:
    night = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    values = dict(when_suggestions("in 2 hours", BERLIN, night))
    [value] = values.values()
    assert value.startswith("<t:")
    assert parse_when(value, BERLIN, night) == night + timedelta(hours=2)
