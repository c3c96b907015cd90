"""One reminder for a deadline, when it helps, never late, never at night, and privately to those who asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.club.phases import Facts
from bot.domain.club.rules import Pick, Rules
from bot.domain.club.week import Phase
from bot.domain.outbox import Kind, State
from bot.services import outbox, people
from bot.services.club import nominating, rating, voting
from bot.services.club.phases import advance_due, advance_week, cancel_week, extend, reopen_week
from bot.services.club.reminders import GRACE, remind
from db.queries.club import clubs
from tests.factories import NOW, a_caller, make_club, make_nomination, make_tools, make_week, rewrite_week
from tests.factories.running import HOST, enter, put_in_race, recorded

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday, 13:00 in Berlin."""
ROLE = 88


@pytest.fixture
def tools(database):
    return make_tools(database)


async def a_club(database, **rules):
    club = await make_club(database, rules=Rules(**rules))
    club = replace(club, reminder_role_id=ROLE)
    async with database.writing() as session:
        await clubs.save_club(session, club)
    return club


async def a_poll(database, club, *, ends_in=3 * DAY, now=NOON):
    """A poll that has just been opened, with albums of members 1, 2 and 3 and no ballot."""
    week = await make_week(database, club, now=now - DAY)
    await put_in_race(database, week, albums=3, ballots_cast=0)
    deadlines = week.deadlines.moved("poll_close_at", now + ends_in)
    week = await rewrite_week(database, week, deadlines=deadlines)
    return await enter(database, club, week, Facts(nominations=3), now)


async def reminders(database):
    found = await recorded(database, kind="reminder")
    return [(one.not_before, one.state, one.payload["ping"]) for one in found]


async def due_reminder(tools, now):
    """The reminder, claimed when it is due."""
    while errands := await outbox.claim(tools, now=now):
        for errand in errands:
            if errand.kind is Kind.REMINDER:
                return errand
            await outbox.settle(tools, errand, now=now)
    raise AssertionError("no reminder was due")


# --- when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lasts", "before"),
    [
        (3 * DAY, DAY),
        (2 * DAY, DAY),
        (8 * HOUR, 4 * HOUR),
        (20 * HOUR, 11 * HOUR + 15 * MINUTE),  # half time is 23:00; 21:45 is nearer than 08:00
    ],
)
async def test_a_deadline_is_reminded_of_once(database, lasts, before):
    club = await a_club(database)
    await a_poll(database, club, ends_in=lasts)
    assert await reminders(database) == [(NOON + lasts - before, "pending", True)]


async def test_a_moved_deadline_drops_the_pending_reminder_and_plans_another(tools, database):
    await a_poll(database, await a_club(database))
    await extend(tools, caller=HOST, now=NOON, by=2 * DAY)
    assert await reminders(database) == [(NOON + 2 * DAY, "skipped", True), (NOON + 4 * DAY, "pending", True)]


async def test_a_deadline_pulled_in_behind_its_reminder_is_reminded_of_at_half_time(tools, database):
    await a_poll(database, await a_club(database))
    await extend(tools, caller=HOST, now=NOON, to=NOON + 8 * HOUR)
    assert (await reminders(database))[-1] == (NOON + 4 * HOUR, "pending", True)


async def test_a_deadline_moved_after_its_reminder_does_not_nag(tools, database):
    await a_poll(database, await a_club(database))
    at = NOON + 2 * DAY
    await outbox.settle(tools, await due_reminder(tools, at), now=at)
    await extend(tools, caller=HOST, now=at + HOUR, by=HOUR)
    assert [state for _, state, _ in await reminders(database)] == ["done"]
    await extend(tools, caller=HOST, now=at + HOUR, by=3 * DAY)
    assert (await reminders(database))[1:] == [(NOON + 5 * DAY + HOUR, "pending", True)]


async def test_a_poll_that_got_a_day_more_is_reminded_of_again(tools, database):
    await a_poll(database, await a_club(database))
    at = NOON + 2 * DAY
    await outbox.settle(tools, await due_reminder(tools, at), now=at)
    await advance_due(tools, now=NOON + 3 * DAY)
    extended = await reminders(database)
    assert [state for _, state, _ in extended] == ["done", "pending"]
    assert NOON + 3 * DAY < extended[1][0] < NOON + 4 * DAY


@pytest.mark.parametrize("use", [cancel_week, advance_week])
async def test_a_phase_that_ends_takes_its_reminder_along(tools, database, use):
    await a_poll(database, await a_club(database))
    await use(tools, caller=HOST, now=NOON + HOUR)
    assert (await reminders(database))[0] == (NOON + 2 * DAY, "skipped", True)


async def test_a_week_pings_its_role_three_times_at_most(tools, database):
    club = await a_club(database)
    week = await a_poll(database, club)
    for place in range(4):
        at = (await reminders(database))[-1][0]
        await outbox.settle(tools, await due_reminder(tools, at), now=at)
        await extend(tools, caller=HOST, now=at, by=(3 + place) * DAY, number=week.number)
    assert [ping for _, _, ping in await reminders(database)] == [True, True, True, False, False]


async def test_the_end_of_ratings_pings_nobody(database):
    club = await a_club(database)
    week = await make_week(database, club, phase=Phase.LISTENING)
    await enter(database, club, week, Facts(), NOON)
    assert [ping for _, _, ping in await reminders(database)] == [False]


async def test_a_club_without_a_role_pings_nobody(tools, database):
    await a_poll(database, await make_club(database))
    ((at, _, ping),) = await reminders(database)
    assert ping is False
    wanted = await remind(tools, await due_reminder(tools, at), now=at)
    assert wanted is not None
    assert wanted.role_id is None


# --- whether --------------------------------------------------------------------------------------------------------


async def test_a_reminder_says_what_closes_when_and_whom_to_ping(tools, database):
    week = await a_poll(database, await a_club(database))
    at = NOON + 2 * DAY
    wanted = await remind(tools, await due_reminder(tools, at), now=at)
    assert wanted is not None
    assert (wanted.phase, wanted.closes_at, wanted.role_id) == (Phase.POLL, week.ends_at, ROLE)
    assert wanted.view.week.id == week.id


@pytest.mark.parametrize(("late", "sent"), [(GRACE, True), (GRACE + MINUTE, False)])
async def test_a_reminder_more_than_half_an_hour_late_is_not_sent(tools, database, late, sent):
    await a_poll(database, await a_club(database))
    now = NOON + 2 * DAY + late
    assert (await remind(tools, await due_reminder(tools, now), now=now) is not None) is sent


async def test_a_reminder_that_is_tried_again_and_again_is_not_sent_late_either(tools, database):
    await a_poll(database, await a_club(database))
    at = NOON + 2 * DAY
    errand = await due_reminder(tools, at)
    await outbox.fail(tools, errand, now=at, error="503", after=GRACE + MINUTE)
    again = await due_reminder(tools, at + GRACE + MINUTE)
    assert await remind(tools, again, now=at + GRACE + MINUTE) is None


@pytest.mark.parametrize("change", ["moved", "cancelled", "closed"])
async def test_a_reminder_under_way_is_dropped_when_its_deadline_changes(tools, database, change):
    week = await a_poll(database, await a_club(database))
    at = NOON + 2 * DAY
    errand = await due_reminder(tools, at)
    if change == "moved":
        await extend(tools, caller=HOST, now=at, by=DAY)
    elif change == "cancelled":
        await cancel_week(tools, caller=HOST, now=at)
        await reopen_week(tools, caller=HOST, now=at, until=at + DAY, number=week.number)
    else:
        await advance_week(tools, caller=HOST, now=at)
    assert await remind(tools, errand, now=at) is None


async def test_a_reminder_for_a_deadline_that_has_passed_is_not_sent(tools, database):
    await a_poll(database, await a_club(database), ends_in=20 * MINUTE)
    now = NOON + 20 * MINUTE  # the bot was away; the tick has not come yet
    assert await remind(tools, await due_reminder(tools, now), now=now) is None


# --- privately ------------------------------------------------------------------------------------------------------


async def asked(tools, *numbers):
    for number in numbers:
        await people.set_dm_reminders(tools, caller=a_caller(number), now=NOON, on=True)


async def told(tools, database, now):
    """Who is written to, by number, when the reminder is due now."""
    errand = await due_reminder(tools, now)
    assert await remind(tools, errand, now=now) is not None
    assert await remind(tools, errand, now=now) is not None  # tried twice, recorded once
    dms = await recorded(database, kind="dm", state=str(State.PENDING))
    assert all(dm.words == "reminder" for dm in dms)
    return sorted(dm.payload["discord_id"] - a_caller(0).discord_id for dm in dms)


async def test_those_who_asked_and_have_not_voted_are_told(tools, database):
    club = await a_club(database)
    await a_poll(database, club)
    await asked(tools, 1, 2, 3)
    await people.set_dm_reminders(tools, caller=a_caller(2), now=NOON, on=False)
    form = await voting.ballot_form(tools, caller=a_caller(3), now=NOON)
    await voting.cast_ballot(tools, caller=a_caller(3), now=NOON, choices=[form.options[0].id])
    assert await told(tools, database, NOON + 2 * DAY) == [1]


async def test_those_who_left_or_closed_their_door_are_not_told(tools, database):
    await a_poll(database, await a_club(database))
    await asked(tools, 1, 2, 3)
    await people.leave(tools, caller=a_caller(1), now=NOON)
    await people.dm_closed(tools, discord_id=a_caller(2).discord_id)
    assert await told(tools, database, NOON + 2 * DAY) == [3]


async def test_those_whose_nomination_stands_have_nothing_left_to_nominate(tools, database):
    club = await a_club(database)
    week = await make_week(database, club, phase=Phase.SCHEDULED, now=NOON - DAY)
    await enter(database, club, week, Facts(), NOON)
    await asked(tools, 1, 2, 3)
    await make_nomination(database, week, caller=a_caller(1), title="One")
    taken_back = await make_nomination(database, week, caller=a_caller(2), title="Two")
    await nominating.withdraw_nomination(tools, caller=a_caller(2), now=NOON, nomination=taken_back.id)
    ((at, _, _),) = await reminders(database)
    assert await told(tools, database, at) == [2, 3]


async def test_nobody_is_told_to_nominate_where_hosts_pick(tools, database):
    club = await a_club(database, pick=Pick.HOST)
    week = await make_week(database, club, phase=Phase.SCHEDULED, now=NOON - DAY)
    await enter(database, club, week, Facts(), NOON)
    await asked(tools, 1)
    assert await reminders(database) == []


async def test_those_who_have_heard_or_rated_the_album_are_not_told_of_the_discussion(tools, database):
    club = await a_club(database)
    week = await a_poll(database, club)
    await advance_week(tools, caller=HOST, now=NOON)
    await asked(tools, 1, 2, 3)
    await rating.mark_heard(tools, caller=a_caller(1), now=NOON, week=week.id)
    await rating.rate(tools, caller=a_caller(2), now=NOON, week=week.id, score="4")
    at = (await reminders(database))[-1][0]
    assert await told(tools, database, at) == [3]


async def test_a_private_reminder_that_waits_is_dropped_with_its_phase_and_other_news_is_not(tools, database):
    week = await a_poll(database, await a_club(database))
    await asked(tools, 1)
    at = NOON + 2 * DAY
    await told(tools, database, at)
    first = (await voting.ballot_form(tools, caller=a_caller(3), now=NOON)).options[0]
    await voting.cast_ballot(tools, caller=a_caller(3), now=NOON, choices=[first.id])
    await nominating.remove_nomination(tools, caller=HOST, now=at, nomination=first.id)
    await advance_week(tools, caller=HOST, now=at, week=week.id)
    dms = await recorded(database, kind="dm")
    assert [(dm.words, dm.state) for dm in dms] == [("reminder", "skipped"), ("vote_lost", "pending")]


async def test_reminders_start_from_the_moment_a_late_phase_began(tools, database):
    week = await make_week(database, await a_club(database), now=NOW)
    await put_in_race(database, week)
    woken = week.deadlines.poll_close_at.replace(hour=12) + DAY
    await advance_due(tools, now=woken)
    ((at, state, _),) = await reminders(database)
    assert (at, state) == (woken + DAY, "pending")  # two days of poll, from now
