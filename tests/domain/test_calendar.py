"""The calendar keeps a club's hours: through clock changes, odd zones, moved deadlines and quiet nights."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.calendar import (
    DEADLINES,
    Deadlines,
    Schedule,
    Slot,
    deadlines_for,
    is_quiet,
    label,
    next_opening,
    planned_from,
    reminder_at,
    resolve,
)
from bot.domain.errors import OutOfOrder, ScheduleRefused

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Africa/Cairo",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
        "Asia/Beirut",
        "Africa/Casablanca",
        "Antarctica/Troll",
        "UTC",
    )
]

zones = st.sampled_from(ZONES)
days = st.dates(date(2011, 1, 1), date(2037, 12, 31))
instants = st.datetimes(datetime(2011, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any valid template: five slots at least an hour apart, the choice over before the next one."""
    every = draw(st.integers(1, 4))
    start = draw(st.integers(0, 7 * 1_440 - 1))
    lengths = draw(st.lists(st.integers(60, 5 * 1_440), min_size=4, max_size=4))
    assume(lengths[0] + lengths[1] <= every * 7 * 1_440)
    minutes = [start + sum(lengths[:place]) for place in range(5)]
    slots = [Slot(m // 1_440 % 7, time(m // 60 % 24, m % 60), m // (7 * 1_440)) for m in minutes]
    return Schedule(every, *slots, anchor=draw(st.none() | days))


def walls(deadlines: Deadlines, zone: ZoneInfo) -> list[str]:
    return [instant.astimezone(zone).strftime("%a %H:%M") for instant in astuple(deadlines)]


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant", "kind"),
    [
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "2027-03-28T01:30", "gap"),
        ("Europe/Berlin", date(2027, 10, 31), time(2, 30), "2027-10-31T00:30", "fold"),
        ("Europe/Berlin", date(2027, 3, 28), time(19), "2027-03-28T17:00", "ok"),
        ("America/New_York", date(2027, 3, 14), time(2, 15), "2027-03-14T07:15", "gap"),
        ("Africa/Cairo", date(2027, 4, 30), time(0, 0), "2027-04-29T22:00", "gap"),
        ("Asia/Beirut", date(2027, 3, 28), time(0, 30), "2027-03-27T22:30", "gap"),
        ("America/Santiago", date(2027, 9, 5), time(0, 0), "2027-09-05T04:00", "gap"),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), "2027-04-03T14:45", "fold"),
        ("Asia/Kolkata", date(2027, 3, 28), time(2, 30), "2027-03-27T21:00", "ok"),
        ("Pacific/Apia", date(2011, 12, 30), time(19), "2011-12-31T05:00", "gap"),
        ("Europe/Berlin", date(2028, 2, 29), time(19), "2028-02-29T18:00", "ok"),
    ],
)
def test_a_wall_time_means_one_instant_even_where_the_clocks_change(
    zone: str, day: date, clock: time, instant: str, kind: str
) -> None:
    found = resolve(day, clock, ZoneInfo(zone))
    assert found.instant == datetime.fromisoformat(instant + "+00:00")
    assert found.kind == kind


@given(days, clocks, zones)
def test_the_clock_shows_what_was_asked_unless_it_jumps_over_it(day: date, clock: time, zone: ZoneInfo) -> None:
    found = resolve(day, clock, zone)
    wanted = datetime.combine(day, clock)
    shown = found.instant.astimezone(zone).replace(tzinfo=None)
    assert shown > wanted if found.kind == "gap" else shown == wanted
    assert found.instant.tzinfo is UTC


def test_the_default_week_is_the_one_of_the_specification() -> None:
    planned = deadlines_for(Schedule(), date(2026, 11, 23), BERLIN)
    assert walls(planned, BERLIN) == ["Mon 19:00", "Wed 19:00", "Thu 19:00", "Wed 20:00", "Thu 20:00"]
    assert planned.discussion_at == datetime(2026, 12, 2, 19, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 29)])
def test_any_day_of_the_week_means_the_same_week(day: date) -> None:
    assert deadlines_for(Schedule(), day, BERLIN) == deadlines_for(Schedule(), date(2026, 11, 23), BERLIN)


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        (BERLIN, date(2027, 3, 22)),  # spring forward on the Sunday between
        (BERLIN, date(2027, 10, 25)),  # fall back on the Sunday between
        (NEW_YORK, date(2027, 3, 8)),
        (NEW_YORK, date(2027, 11, 1)),
        (BERLIN, date(2026, 12, 28)),  # ISO week 53, across the new year
    ],
)
def test_a_week_keeps_its_local_hours_across_a_clock_change(zone: ZoneInfo, monday: date) -> None:
    planned = deadlines_for(Schedule(), monday, zone)
    assert walls(planned, zone) == ["Mon 19:00", "Wed 19:00", "Thu 19:00", "Wed 20:00", "Thu 20:00"]


@given(schedules(), days, zones)
def test_deadlines_strictly_follow_each_other_in_every_zone(schedule: Schedule, day: date, zone: ZoneInfo) -> None:
    planned = astuple(deadlines_for(schedule, day, zone))
    assert all(before < after for before, after in pairwise(planned))
    assert all(instant.tzinfo is UTC for instant in planned)


def test_slots_that_a_clock_change_throws_together_keep_their_distance() -> None:
    schedule = Schedule(
        poll_close=Slot(6, time(2, 15)), discussion=Slot(6, time(3, 15)), ratings_close=Slot(6, time(9))
    )
    planned = deadlines_for(schedule, date(2027, 3, 22), BERLIN)
    assert planned.poll_close_at == datetime(2027, 3, 28, 1, 15, tzinfo=UTC)
    assert planned.discussion_at == datetime(2027, 3, 28, 2, 15, tzinfo=UTC)


@given(schedules())
def test_a_schedule_survives_being_stored(schedule: Schedule) -> None:
    assert Schedule.from_dict(json.loads(json.dumps(schedule.to_dict()))) == schedule


def test_a_stored_schedule_may_leave_out_what_is_the_default() -> None:
    assert Schedule.from_dict({}) == Schedule()


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"every": 0}, "every", "every"),
        ({"every": True}, "every", "every"),
        ({"every": "2"}, "every", "every"),
        ({"opens": {"weekday": 7, "clock": "19:00"}}, "opens", "weekday"),
        ({"opens": {"clock": "19:00"}}, "opens", "weekday"),
        ({"opens": "monday"}, "opens", "weekday"),
        ({"opens": {"weekday": 0, "clock": "25:00"}}, "opens", "clock"),
        ({"opens": {"weekday": 0, "clock": "19:00:30"}}, "opens", "clock"),
        ({"opens": {"weekday": 0, "clock": "19:00+01:00"}}, "opens", "clock"),
        ({"opens": {"weekday": 0}}, "opens", "clock"),
        ({"opens": {"weekday": 0, "clock": "19:00", "weeks_later": 1}}, "opens", "weeks_later"),
        ({"ratings_close": {"weekday": 0, "clock": "19:00", "weeks_later": 99}}, "ratings_close", "weeks_later"),
        ({"poll_close": {"weekday": 2, "clock": "19:00"}}, "poll_close", "order"),
        ({"poll_close": {"weekday": 2, "clock": "19:59"}}, "poll_close", "order"),
        ({"discussion": {"weekday": 0, "clock": "19:00"}}, "discussion", "order"),
        ({"anchor": "soon"}, "anchor", "anchor"),
        ({"anchor": 5}, "anchor", "anchor"),
    ],
)
def test_a_schedule_out_of_range_is_refused_with_its_slot(change: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(ScheduleRefused) as refused:
        Schedule.from_dict({**Schedule().to_dict(), **change})
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_a_choice_that_would_last_into_the_next_one_is_refused() -> None:
    late = partial(Schedule, nominations_close=Slot(0, time(18), 1), poll_close=Slot(0, time(20), 1))
    with pytest.raises(ScheduleRefused) as refused:
        late()
    assert (refused.value.field, refused.value.reason) == ("poll_close", "overlap")
    assert late(every=2).every == 2


@given(schedules(), zones, instants, st.sets(st.integers(0, 5), max_size=3))
def test_the_next_opening_lies_ahead_on_the_templates_day(
    schedule: Schedule, zone: ZoneInfo, now: datetime, skips: set[int]
) -> None:
    first = next_opening(schedule, zone, now)
    step = timedelta(weeks=schedule.every)
    skipped = {first + step * skip for skip in skips}
    found = next_opening(schedule, zone, now, skipped)
    assert found.weekday() == schedule.opens.weekday
    assert found not in skipped
    assert found == first + step * min(set(range(7)) - skips)
    assert deadlines_for(schedule, found, zone).opens_at > now
    if schedule.anchor is None or first - step >= schedule.anchor:
        assert deadlines_for(schedule, first - step, zone).opens_at <= now


def test_an_opening_that_is_now_is_not_the_next() -> None:
    opening = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert next_opening(Schedule(), BERLIN, opening) == date(2026, 11, 30)
    assert next_opening(Schedule(), BERLIN, opening - timedelta(seconds=1)) == date(2026, 11, 23)


def test_every_second_week_counts_from_the_anchor_and_skips_do_not_shift_it() -> None:
    schedule = Schedule(every=2, anchor=date(2026, 11, 26))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert next_opening(schedule, BERLIN, now) == date(2026, 11, 30)
    assert next_opening(schedule, BERLIN, now, {date(2026, 11, 30)}) == date(2026, 12, 14)
    assert next_opening(schedule, BERLIN, datetime(2026, 12, 1, tzinfo=UTC)) == date(2026, 12, 14)


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("2026-11-23T10:00", ["Mon 10:00", "Wed 19:00", "Thu 19:00", "Wed 20:00", "Thu 20:00"]),
        ("2026-11-24T18:00", ["Tue 18:00", "Wed 19:00", "Thu 19:00", "Wed 20:00", "Thu 20:00"]),
        ("2026-11-22T19:30", ["Sun 19:30", "Wed 19:00", "Thu 19:00", "Wed 20:00", "Thu 20:00"]),
        ("2026-11-24T19:30", ["Tue 19:30", "Thu 19:30", "Fri 19:30", "Thu 20:30", "Fri 20:30"]),
        ("2026-11-20T20:15", ["Fri 20:15", "Sun 20:15", "Mon 20:15", "Sun 21:15", "Mon 21:15"]),
        ("2026-11-20T20:14:10", ["Fri 20:14", "Sun 20:15", "Mon 20:15", "Sun 21:15", "Mon 21:15"]),
    ],
)
def test_a_week_opened_by_hand_joins_the_template_or_gets_its_lengths(opened: str, expected: list[str]) -> None:
    opens_at = datetime.fromisoformat(opened).replace(tzinfo=BERLIN)
    planned = planned_from(Schedule(), BERLIN, opens_at.astimezone(UTC))
    assert walls(planned, BERLIN) == expected
    assert planned.opens_at == opens_at


@given(schedules(), zones, instants)
def test_a_week_opened_by_hand_gives_time_to_nominate(schedule: Schedule, zone: ZoneInfo, opens_at: datetime) -> None:
    planned = planned_from(schedule, zone, opens_at)
    wall_length = schedule.offset("nominations_close") - schedule.offset("opens")
    slack = timedelta(hours=25, minutes=2)  # a clock change once moved Apia by a whole day
    assert planned.opens_at == opens_at
    assert all(before < after for before, after in pairwise(astuple(planned)))
    assert planned.length("nominations") >= min(timedelta(days=1), wall_length) - slack
    assert planned.length("nominations") <= wall_length + timedelta(days=1) + slack


PLANNED = deadlines_for(Schedule(), date(2026, 11, 23), BERLIN)


@pytest.mark.parametrize("place", range(5))
def test_moving_a_deadline_moves_the_later_ones_equally(place: int) -> None:
    shift = timedelta(hours=30)
    moved = PLANNED.moved(DEADLINES[place], getattr(PLANNED, DEADLINES[place]) + shift)
    for other, name in enumerate(DEADLINES):
        assert getattr(moved, name) - getattr(PLANNED, name) == (shift if other >= place else timedelta(0))


def test_pulling_a_deadline_in_stops_at_the_one_before() -> None:
    assert PLANNED.moved("poll_close_at", PLANNED.nominations_close_at).length("poll") == timedelta(0)
    early = PLANNED.nominations_close_at - timedelta(seconds=1)
    with pytest.raises(OutOfOrder) as refused:
        PLANNED.moved("poll_close_at", early)
    assert (refused.value.name, refused.value.at, refused.value.after) == (
        "poll_close_at",
        early,
        PLANNED.nominations_close_at,
    )


def test_a_shift_is_elapsed_time_even_across_a_clock_change() -> None:
    planned = deadlines_for(Schedule(), date(2027, 3, 15), BERLIN)
    moved = planned.moved("nominations_close_at", planned.nominations_close_at + timedelta(days=7))
    assert moved.length("listening") == planned.length("listening")
    assert walls(moved, BERLIN)[3:] == ["Wed 21:00", "Thu 21:00"]


def test_a_phase_knows_its_bounds_and_its_length() -> None:
    assert PLANNED.length("nominations") == timedelta(hours=48)
    assert PLANNED.length("poll") == timedelta(hours=24)
    assert (PLANNED.begins_at("ratings"), PLANNED.ends_at("ratings")) == (
        PLANNED.discussion_at,
        PLANNED.ratings_close_at,
    )


def test_an_unknown_deadline_or_phase_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        PLANNED.moved("lunch_at", PLANNED.opens_at)
    with pytest.raises(KeyError):
        PLANNED.length("scheduled")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("opened", "deadline", "expected"),
    [
        ("2026-11-23T19:00", "2026-11-25T19:00", "2026-11-24T19:00"),  # 48 h: a day ahead
        ("2026-11-25T19:00", "2026-11-26T19:00", "2026-11-26T08:00"),  # 24 h: half time is 07:00, the morning is near
        ("2026-11-26T19:00", "2026-12-02T20:00", "2026-12-01T20:00"),
        ("2026-11-23T19:00", "2026-11-28T23:00", "2026-11-27T21:45"),  # 23:00 moves to the evening before the night
        ("2026-11-23T12:00", "2026-11-24T09:00", "2026-11-23T21:45"),  # 22:30 is nearer to the evening
        ("2026-11-23T22:30", "2026-11-24T08:30", None),  # neither edge lies in the phase with an hour to go
        ("2026-11-23T21:50", "2026-11-24T09:00", "2026-11-24T08:00"),  # exactly an hour to go
        ("2026-11-23T18:00", "2026-11-23T20:00", "2026-11-23T19:00"),
        ("2026-11-23T19:00", "2026-11-23T19:00", None),
    ],
)
def test_a_reminder_comes_a_day_ahead_or_at_half_time_and_never_at_night(
    opened: str, deadline: str, expected: str | None
) -> None:
    found = reminder_at(berlin(opened), berlin(deadline), BERLIN)
    assert found == (berlin(expected) if expected else None)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=30)), zones)
def test_reminders_never_disturb_a_night_and_lie_in_their_phase(
    opened: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    found = reminder_at(opened, opened + length, zone)
    if found is None:
        assert length < timedelta(hours=48)
        return
    assert opened < found < opened + length
    assert not is_quiet(found, zone)
    local = found.astimezone(zone)
    assert 8 <= local.hour < 22
    wanted = opened + length - timedelta(hours=24) if length >= timedelta(hours=48) else opened + length / 2
    assert found == wanted or opened + length - found >= timedelta(hours=1)


@given(instants, zones)
def test_a_phase_of_two_days_or_more_always_has_its_reminder(opened: datetime, zone: ZoneInfo) -> None:
    assert reminder_at(opened, opened + timedelta(hours=48), zone) is not None


def test_a_label_carries_the_number_and_the_local_date_of_the_opening() -> None:
    assert label(3, date(2026, 11, 23)) == "WEEK 003 [2026-11-23]"
    assert label(1_204, date(2030, 1, 7)) == "WEEK 1204 [2030-01-07]"


def test_deadlines_are_values() -> None:
    assert replace(PLANNED) == PLANNED
    assert len({PLANNED, replace(PLANNED)}) == 1
