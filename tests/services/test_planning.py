"""Weeks come about once: by hand, planned ahead, or from the template, also when all of it happens at once."""

from __future__ import annotations

import asyncio
from dataclasses import astuple
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.calendar import Schedule, Slot
from bot.domain.club.rules import Pick, Rules
from bot.domain.club.week import Phase
from bot.domain.errors import NotAHost, PastTime, SlotTaken, TextTooLong, WhichWeek, WrongPhase
from bot.services.catalog import Resolved
from bot.services.club.phases import advance_due, advance_week, cancel_week, extend
from bot.services.club.planning import open_week, pick_album, plan_week, set_theme
from bot.services.club.setup import change_setting, set_up
from db.session import Database
from tests.factories import NOW, a_caller, make_club, make_tools, make_week
from tests.factories.running import (
    HOST,
    a_host_by_role,
    audited,
    hold,
    live_until,
    put_in_race,
    recorded,
    week_now,
    weeks_of,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=NOW.tzinfo)
MONDAY = date(2026, 11, 23)
"""Its opening under the default template in Berlin is `NOW`."""
BERLIN = ZoneInfo("Europe/Berlin")
ALBUM = Resolved(None, "Geogaddi", "Boards of Canada", 2002)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


async def a_scheduled_club(tools, *, now=FRIDAY, schedule=None, zone="Europe/Berlin", caller=HOST):
    made = await set_up(
        tools, caller=caller, now=now, channel_id=1, name="A club", zone=zone, schedule=schedule or Schedule()
    )
    return made.club


def days(weeks):
    return [(week.number, week.opens_on) for week in weeks]


# --- by hand --------------------------------------------------------------------------------------------------------


async def test_a_host_opens_a_week_now(tools, database):
    club = await make_club(database)
    week = await open_week(tools, caller=HOST, now=FRIDAY, theme="  Rain ")
    assert (week.number, week.label, week.phase) == (1, "WEEK 001 [2026-11-20]", Phase.NOMINATIONS)
    assert (week.theme, week.rules, week.from_template) == ("Rain", club.rules, False)
    assert (week.deadlines.opens_at, week.ends_at) == (FRIDAY, FRIDAY + 2 * DAY)
    assert [one.kind for one in await recorded(database)] == [
        "card",
        "pin",
        "thread",
        "nominations_panel",
        "reminder",
    ]
    assert await audited(database, club) == ["opened"]


async def test_nominations_may_close_when_the_host_says(tools, database):
    await make_club(database)
    planned = await open_week(tools, caller=HOST, now=FRIDAY, nominations_close_at=FRIDAY + 3 * DAY)
    assert planned.ends_at == FRIDAY + 3 * DAY
    assert planned.deadlines.poll_close_at == FRIDAY + 4 * DAY


async def test_one_week_is_chosen_at_a_time(tools, database):
    club = await make_club(database)
    first = await open_week(tools, caller=HOST, now=FRIDAY)
    with pytest.raises(SlotTaken) as caught:
        await open_week(tools, caller=HOST, now=FRIDAY)
    assert (caught.value.label, caught.value.until) == (first.label, first.deadlines.poll_close_at)
    assert hold(await weeks_of(database, club)) == {1: "nominations"}


async def test_of_many_openings_at_once_one_succeeds(tools, elsewhere, database):
    club = await make_club(database)
    answers = await asyncio.gather(
        *(
            open_week(one, caller=a_caller(50 + n, manages=True), now=FRIDAY)
            for n in range(4)
            for one in (tools, elsewhere)
        ),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["SlotTaken"] * 7 + ["Week"]
    assert hold(await weeks_of(database, club)) == {1: "nominations"}


async def test_weeks_planned_at_once_get_different_numbers_in_order_of_opening(tools, elsewhere, database):
    club = await make_club(database)
    ahead = [5, 3, 8, 1, 6, 2, 7, 4]
    await asyncio.gather(
        *(
            plan_week(one, caller=a_caller(50, manages=True), now=FRIDAY, opens_at=FRIDAY + n * DAY)
            for n, one in zip(ahead, (tools, elsewhere) * 4, strict=True)
        )
    )
    weeks = await weeks_of(database, club)
    assert [week.number for week in weeks] == list(range(1, 9))
    assert [week.deadlines.opens_at for week in weeks] == [FRIDAY + n * DAY for n in range(1, 9)]


async def test_a_planned_week_opens_by_itself_with_the_rules_of_that_day(tools, database):
    club = await make_club(database)
    week = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW, theme="Debuts")
    assert (week.phase, week.deadlines.opens_at) == (Phase.SCHEDULED, NOW)
    assert await recorded(database) == []
    await change_setting(tools, caller=HOST, now=FRIDAY, name="ranks", value="4")
    await advance_due(tools, now=NOW)
    opened = await week_now(database, week)
    assert (opened.phase, opened.theme, opened.rules.ranks) == (Phase.NOMINATIONS, "Debuts", 4)
    await change_setting(tools, caller=HOST, now=NOW, name="ranks", value="2")
    assert (await week_now(database, week)).rules.ranks == 4
    assert await audited(database, club) == ["planned", "setting_changed", "opened", "setting_changed"]


async def test_a_week_planned_with_another_pick_keeps_it_when_settings_change(tools, database):
    await make_club(database)
    week = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW, pick=Pick.HOST)
    await change_setting(tools, caller=HOST, now=FRIDAY, name="ranks", value="4")
    assert (await week_now(database, week)).rules == Rules(pick=Pick.HOST, ranks=4)


async def test_a_week_planned_between_takes_its_number_and_a_cancelled_one_keeps_its_own(tools, database):
    club = await make_club(database)
    later = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=FRIDAY + 14 * DAY)
    sooner = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=FRIDAY + 7 * DAY)
    assert sooner.number == 1
    assert (await week_now(database, later)).number == 2
    await cancel_week(tools, caller=HOST, now=FRIDAY, week=later.id)
    await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=FRIDAY + 3 * DAY)
    assert hold(await weeks_of(database, club)) == {1: "scheduled", 2: "cancelled", 3: "scheduled"}


@pytest.mark.parametrize("use", ["open", "plan", "theme", "pick"])
async def test_only_a_host_plans(tools, database, use):
    await make_club(database, host_role_id=77, rules=Rules(pick=Pick.HOST))
    await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW)
    uses = {
        "open": lambda caller: open_week(tools, caller=caller, now=FRIDAY),
        "plan": lambda caller: plan_week(tools, caller=caller, now=FRIDAY, opens_at=NOW + DAY),
        "theme": lambda caller: set_theme(tools, caller=caller, now=FRIDAY, theme="Rain"),
        "pick": lambda caller: pick_album(tools, caller=caller, now=FRIDAY, album=ALBUM),
    }
    with pytest.raises(NotAHost):
        await uses[use](a_caller(1))
    await uses[use](a_host_by_role(77))


async def test_a_time_in_the_past_and_an_endless_theme_are_refused(tools, database):
    club = await make_club(database)
    for refused in (
        plan_week(tools, caller=HOST, now=FRIDAY, opens_at=FRIDAY),
        open_week(tools, caller=HOST, now=FRIDAY, nominations_close_at=FRIDAY),
    ):
        with pytest.raises(PastTime):
            await refused
    for refused in (
        open_week(tools, caller=HOST, now=FRIDAY, theme="x" * 201),
        plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW, theme="x" * 201),
    ):
        with pytest.raises(TextTooLong):
            await refused
    assert await weeks_of(database, club) == []


async def test_a_theme_is_set_until_the_poll_closes(tools, database):
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.POLL)
    assert (await set_theme(tools, caller=HOST, now=NOW, theme="Live albums")).theme == "Live albums"
    assert [one.kind for one in await recorded(database)] == ["refresh"]
    await put_in_race(database, week)
    await advance_week(tools, caller=HOST, now=NOW)
    with pytest.raises(WrongPhase):
        await set_theme(tools, caller=HOST, now=NOW, theme="Too late", number=week.number)
    assert await audited(database, club) == ["theme_set", "won"]


# --- the host's pick ------------------------------------------------------------------------------------------------


async def test_a_pick_before_the_opening_is_announced_with_it(tools, database):
    club = await make_club(database, rules=Rules(pick=Pick.HOST))
    week = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW)
    await pick_album(tools, caller=HOST, now=FRIDAY, album=Resolved(None, "A first thought", "X", None))
    picked = await pick_album(tools, caller=HOST, now=FRIDAY, album=ALBUM, pitch="Autumn.")
    assert picked.week.phase is Phase.SCHEDULED
    assert await recorded(database) == []
    await advance_due(tools, now=NOW)
    after = await week_now(database, week)
    assert (after.phase, after.winner_id) == (Phase.LISTENING, picked.nomination.id)
    assert (after.deciding_step, after.result) == ("host", None)
    assert (picked.nomination.album.title, picked.nomination.pitch) == ("Geogaddi", "Autumn.")
    assert picked.nomination.host_pick
    kinds = [one.kind for one in await recorded(database)]
    assert kinds == ["card", "pin", "winner", "thread", "album_panel", "guide", "hearing", "event", "reminder"]
    assert await audited(database, club) == ["planned", "won"]


async def test_a_pick_after_the_opening_is_announced_at_once(tools, database):
    await make_club(database, rules=Rules(pick=Pick.HOST))
    await open_week(tools, caller=HOST, now=FRIDAY)
    picked = await pick_album(tools, caller=HOST, now=FRIDAY + HOUR, album=ALBUM)
    assert (picked.week.phase, picked.week.deciding_step) == (Phase.LISTENING, "host")
    assert picked.week.deadlines.poll_close_at == FRIDAY + HOUR


async def test_a_week_whose_host_picks_nothing_is_skipped_after_a_day_more(tools, database):
    await make_club(database, rules=Rules(pick=Pick.HOST))
    week = await open_week(tools, caller=HOST, now=FRIDAY)
    assert week.ends_at is not None
    await live_until(tools, week.ends_at + DAY, now=FRIDAY)
    assert (await week_now(database, week)).cancel_reason == "no_pick"


async def test_nobody_picks_the_album_of_a_week_that_votes(tools, database):
    await make_week(database, await make_club(database))
    with pytest.raises(WrongPhase) as caught:
        await pick_album(tools, caller=HOST, now=NOW, album=ALBUM)
    assert caught.value.wanted == ("host_pick",)


# --- the template ---------------------------------------------------------------------------------------------------


async def test_the_template_makes_the_next_week_once(tools, database):
    club = await a_scheduled_club(tools)
    assert days(await weeks_of(database, club)) == [(1, MONDAY)]
    await advance_due(tools, now=NOW)
    await advance_due(tools, now=NOW)
    assert days(await weeks_of(database, club)) == [(1, MONDAY), (2, MONDAY + 7 * DAY)]
    assert hold(await weeks_of(database, club)) == {1: "nominations", 2: "scheduled"}


async def test_a_week_opened_by_hand_gets_the_next_number_and_the_template_follows(tools, database):
    club = await a_scheduled_club(tools)
    opened = await open_week(tools, caller=HOST, now=FRIDAY)
    assert (opened.number, opened.from_template) == (1, False)
    assert days(await weeks_of(database, club)) == [(1, date(2026, 11, 20)), (2, MONDAY)]


async def test_a_template_week_opened_early_does_not_come_again(tools, database):
    club = await a_scheduled_club(tools)
    await advance_week(tools, caller=HOST, now=FRIDAY)
    assert days(await weeks_of(database, club)) == [(1, MONDAY), (2, MONDAY + 7 * DAY)]


async def test_a_template_week_cancelled_before_it_opened_does_not_come_again(tools, database):
    club = await a_scheduled_club(tools)
    await cancel_week(tools, caller=HOST, now=FRIDAY)
    assert hold(await weeks_of(database, club)) == {1: "cancelled", 2: "scheduled"}
    assert days(await weeks_of(database, club, Phase.SCHEDULED)) == [(2, MONDAY + 7 * DAY)]


async def test_a_date_with_a_planned_week_is_the_templates_no_more(tools, database):
    club = await make_club(database)
    await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW - HOUR)
    await change_setting(tools, caller=HOST, now=FRIDAY, name="schedule", value="on")
    assert days(await weeks_of(database, club)) == [(1, MONDAY), (2, MONDAY + 7 * DAY)]


async def test_every_second_week_opens_every_second_week(tools, database):
    club = await a_scheduled_club(tools, schedule=Schedule(every=2, anchor=MONDAY))
    await live_until(tools, NOW + 60 * DAY, now=FRIDAY)
    opened = [week.opens_on for week in await weeks_of(database, club)]
    assert opened == [MONDAY + timedelta(weeks=2 * place) for place in range(6)]


async def test_an_opening_that_waited_for_a_long_choice_gets_its_planned_length(tools, database):
    club = await a_scheduled_club(tools)
    await advance_due(tools, now=NOW)
    await put_in_race(database, (await weeks_of(database, club))[0])
    await extend(tools, caller=HOST, now=NOW, by=timedelta(days=6))
    await live_until(tools, NOW + 9 * DAY)
    first, second = (await weeks_of(database, club))[:2]
    assert first.phase is Phase.LISTENING
    assert (second.phase, second.opens_on) == (Phase.NOMINATIONS, MONDAY + 7 * DAY)
    assert second.phase_began_at == first.deadlines.poll_close_at == NOW + 9 * DAY
    assert second.ends_at == NOW + 11 * DAY


async def test_an_outage_over_a_week_boundary_is_handled_once_at_the_start(tools, database):
    club = await a_scheduled_club(tools)
    await advance_due(tools, now=NOW)
    await put_in_race(database, (await weeks_of(database, club))[0])
    woken = NOW + 8 * DAY  # over the close of nominations, of the poll, and the next opening
    assert (await advance_due(tools, now=woken)).count == 1
    assert hold(await weeks_of(database, club)) == {1: "poll", 2: "scheduled"}
    await live_until(tools, woken + DAY, now=woken)
    assert hold(await weeks_of(database, club)) == {1: "listening", 2: "nominations", 3: "scheduled"}
    assert days(await weeks_of(database, club, Phase.SCHEDULED)) == [(3, MONDAY + 14 * DAY)]


async def test_an_outage_of_a_month_opens_one_week_not_four(tools, database):
    club = await a_scheduled_club(tools)
    woken = NOW + 30 * DAY
    await advance_due(tools, now=woken)
    assert days(await weeks_of(database, club)) == [(1, MONDAY), (2, date(2026, 12, 28))]


async def test_an_opening_by_hand_while_the_template_opens_never_fails_for_a_number(tools, elsewhere, database):
    for guild in range(2, 8):
        host = a_caller(50, guild_id=guild, manages=True)
        club = await a_scheduled_club(tools, caller=host)
        answers = await asyncio.gather(
            advance_due(elsewhere, now=NOW),
            open_week(tools, caller=host, now=NOW),
            plan_week(tools, caller=host, now=NOW, opens_at=NOW + DAY),
            advance_due(tools, now=NOW),
            return_exceptions=True,
        )
        unexpected = [one for one in answers if isinstance(one, BaseException) and not isinstance(one, SlotTaken)]
        assert unexpected == []
        weeks = await weeks_of(database, club)
        assert [week.number for week in weeks] == list(range(1, len(weeks) + 1))
        assert [week.phase for week in weeks].count(Phase.NOMINATIONS) == 1
        assert len([week for week in weeks if week.from_template and week.phase is Phase.SCHEDULED]) == 1


async def test_which_of_two_waiting_weeks_is_meant_is_asked(tools, database):
    await a_scheduled_club(tools)
    await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=FRIDAY + DAY)
    with pytest.raises(WhichWeek) as caught:
        await set_theme(tools, caller=HOST, now=FRIDAY, theme="Rain")
    assert caught.value.choices == ((1, "WEEK 001 [2026-11-21]"), (2, "WEEK 002 [2026-11-23]"))


# --- clock changes --------------------------------------------------------------------------------------------------

NIGHTLY = Schedule(
    opens=Slot(6, time(2, 30)),  # Sunday nights, when the clocks change
    nominations_close=Slot(1, time(19), 1),
    poll_close=Slot(2, time(19), 1),
    discussion=Slot(5, time(20), 1),
    ratings_close=Slot(5, time(22), 1),
)


def wall(instant, zone):
    local = instant.astimezone(ZoneInfo(zone))
    return local.strftime("%a %H:%M")


@pytest.mark.parametrize(
    ("zone", "first", "weeks"),
    [
        ("Europe/Berlin", date(2027, 3, 15), 4),
        ("Europe/Berlin", date(2027, 10, 18), 4),
        ("America/New_York", date(2027, 3, 1), 4),
        ("America/New_York", date(2027, 10, 25), 4),
    ],
)
async def test_weeks_keep_the_hours_of_the_template_through_clock_changes(tools, database, zone, first, weeks):
    """From opening to close, woken at deadlines alone."""
    now = datetime.combine(first, time(), NOW.tzinfo) - DAY
    club = await a_scheduled_club(tools, now=now, zone=zone)
    for place in range(weeks):
        (waiting,) = await weeks_of(database, club, Phase.SCHEDULED)
        assert (waiting.number, waiting.opens_on) == (place + 1, first + timedelta(weeks=place))
        await put_in_race(database, waiting)
        await live_until(tools, waiting.deadlines.opens_at, now=now)
        now = waiting.deadlines.opens_at
        assert (await week_now(database, waiting)).phase_began_at == now
    await live_until(tools, now + 11 * DAY, now=now)
    lived = (await weeks_of(database, club))[:weeks]
    for week in lived:
        assert (week.phase, week.deciding_step) == (Phase.CLOSED, "points")
        walls = [wall(at, zone) for at in astuple(week.deadlines)]
        assert walls == ["Mon 19:00", "Wed 19:00", "Thu 19:00", "Wed 20:00", "Thu 20:00"], week.label
    assert len({week.deadlines.opens_at.astimezone(ZoneInfo(zone)).utcoffset() for week in lived}) == 2


async def test_a_template_in_the_night_of_the_change_opens_once(tools, database):
    begin = datetime(2027, 3, 22, tzinfo=NOW.tzinfo)
    club = await a_scheduled_club(tools, now=begin, schedule=NIGHTLY)
    await live_until(tools, begin + 13 * DAY, now=begin)
    opened = [week.deadlines.opens_at.astimezone(BERLIN).isoformat() for week in await weeks_of(database, club)]
    assert opened == ["2027-03-28T03:30:00+02:00", "2027-04-04T02:30:00+02:00"]
