"""A club is founded once, changed within bounds, paused with what was left, and its log says who did it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta

import pytest

from bot.domain.calendar import Schedule, Slot
from bot.domain.club.rules import Guide, Layout, Method, Rules
from bot.domain.club.week import Phase
from bot.domain.errors import ClubNotSetUp, DateRefused, NotAHost, PastTime, SettingRefused
from bot.services.club import setup
from bot.services.club.phases import advance_due, extend
from bot.services.club.planning import plan_week, set_theme
from bot.services.club.setup import change_schedule, change_setting, club_of, pause, resume, set_up, skip_date
from db.session import Database
from tests.factories import GUILD, NOW, a_caller, make_club, make_tools, make_week
from tests.factories.running import HOST, a_host_by_role, audited, live_until, recorded, week_now, weeks_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=NOW.tzinfo)
MONDAY = date(2026, 11, 23)
"""Its opening under the default template in Berlin is `NOW`."""


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


async def found(tools, *, caller=HOST, now=FRIDAY, channel_id=1, **values):
    return await set_up(tools, caller=caller, now=now, channel_id=channel_id, **values)


async def found_with_schedule(tools, **values):
    made = await found(tools, zone="Europe/Berlin", schedule=Schedule(), **values)
    return made.club


async def waiting_days(database, club):
    return [week.opens_on for week in await weeks_of(database, club, Phase.SCHEDULED)]


# --- founding -------------------------------------------------------------------------------------------------------


async def test_a_club_is_founded_with_defaults(tools, database):
    made = await found(tools)
    assert (made.created, made.next_opening) == (True, None)
    club = made.club
    assert (club.guild_id, club.name, club.channel_id, club.zone) == (GUILD, "A server", 1, "UTC")
    assert (club.rules, club.schedule, club.host_role_id) == (Rules(), None, None)
    assert await club_of(tools, guild_id=GUILD) == club
    assert await audited(database, club) == ["club_set_up"]
    assert await weeks_of(database, club) == []


async def test_setting_up_again_changes_only_what_is_given(tools):
    first = await found(tools, zone="europe/berlin", host_role_id=7, reminder_role_id=8, name="The Room")
    again = await found(tools, channel_id=2)
    assert (again.created, again.club.id) == (False, first.club.id)
    assert (again.club.channel_id, again.club.zone, again.club.name) == (2, "Europe/Berlin", "The Room")
    assert (again.club.host_role_id, again.club.reminder_role_id) == (7, 8)
    assert await setup.all_clubs(tools) == [again.club]


async def test_only_people_who_manage_the_server_found_a_club_and_only_hosts_change_it(tools):
    with pytest.raises(NotAHost):
        await found(tools, caller=a_caller(1, role_ids=frozenset({7})))
    with pytest.raises(ClubNotSetUp):
        await club_of(tools, guild_id=GUILD)
    await found(tools, host_role_id=7)
    with pytest.raises(NotAHost):
        await found(tools, caller=a_caller(1))
    assert (await found(tools, caller=a_host_by_role(7), channel_id=3)).club.channel_id == 3


async def test_of_many_who_found_at_once_one_does(tools, elsewhere):
    made = await asyncio.gather(
        *(
            found(one, caller=a_caller(n, manages=True), zone="Europe/Berlin")
            for n in range(3)
            for one in (tools, elsewhere)
        )
    )
    assert [one.created for one in made].count(True) == 1
    assert len({one.club.id for one in made}) == 1


async def test_an_unknown_zone_is_refused(tools):
    for name in ("Middle/Earth", "localtime", "Factory", ""):
        with pytest.raises(SettingRefused) as caught:
            await found(tools, zone=name)
        assert (caught.value.name, caught.value.reason) == ("timezone", "unknown")
    assert setup.known_zone(" america/new york ") == "America/New_York"


async def test_a_set_up_with_a_schedule_says_when_the_first_week_opens(tools, database):
    made = await found(tools, zone="Europe/Berlin", schedule=Schedule())
    assert made.next_opening is not None
    assert (made.next_opening.instant, made.next_opening.kind) == (NOW, "ok")
    assert await waiting_days(database, made.club) == [MONDAY]


@pytest.mark.parametrize(
    ("today", "opens", "kind", "instant"),
    [
        (date(2027, 3, 24), time(2, 30), "gap", "2027-03-28T01:30+00:00"),
        (date(2027, 10, 27), time(2, 30), "fold", "2027-10-31T00:30+00:00"),
    ],
)
async def test_an_opening_moved_by_a_clock_change_is_said(tools, today, opens, kind, instant):
    sundays = Schedule(opens=Slot(6, opens), nominations_close=Slot(1, time(19), 1), poll_close=Slot(2, time(19), 1))
    made = await found(tools, now=datetime.combine(today, time(), NOW.tzinfo), zone="Europe/Berlin", schedule=sundays)
    assert made.next_opening is not None
    assert (made.next_opening.kind, made.next_opening.instant) == (kind, datetime.fromisoformat(instant))


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("method", "schulze", lambda club: club.rules.method is Method.SCHULZE),
        ("layout", "one", lambda club: club.rules.layout is Layout.ONE),
        ("ranks", "3", lambda club: club.rules.ranks == 3),
        ("anonymous", "on", lambda club: club.rules.anonymous),
        ("timezone", "asia/kolkata", lambda club: club.zone == "Asia/Kolkata"),
        ("channel", "<#9123>", lambda club: club.channel_id == 9123),
        ("host_role", "<@&77>", lambda club: club.host_role_id == 77),
        ("host_role", "off", lambda club: club.host_role_id is None),
        ("reminder_role", "88", lambda club: club.reminder_role_id == 88),
        ("schedule", "on", lambda club: club.schedule == Schedule()),
        ("guide", "tracks", lambda club: club.rules.guide is Guide.TRACKS),
    ],
)
async def test_a_setting_is_changed_and_logged(tools, database, name, value, expected):
    club = await make_club(database, host_role_id=5)
    assert expected(await change_setting(tools, caller=HOST, now=NOW, name=name, value=value))
    assert expected(await club_of(tools, guild_id=GUILD))
    assert await audited(database, club) == ["setting_changed"]


async def test_a_setting_that_is_so_already_is_nothing_for_the_log(tools, database):
    club = await make_club(database)
    for name, value in (("schedule", "off"), ("guide", "card"), ("guide", "off"), ("guide", "off")):
        await change_setting(tools, caller=HOST, now=NOW, name=name, value=value)
    assert await audited(database, club) == ["setting_changed"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ranks", "6", "range"),
        ("method", "coin", "choice"),
        ("event", "maybe", "switch"),
        ("schedule", "weekly", "switch"),
        ("timezone", "Mars", "unknown"),
        ("colour", "blue", "unknown"),
        ("channel", "general", "mention"),
        ("channel", "off", "mention"),
        ("host_role", str(1 << 63), "mention"),
        ("host_role", "9" * 5_000, "mention"),
    ],
)
async def test_a_setting_out_of_bounds_changes_nothing(tools, database, name, value, reason):
    club = await make_club(database)
    with pytest.raises(SettingRefused) as caught:
        await change_setting(tools, caller=HOST, now=NOW, name=name, value=value)
    assert (caught.value.name, caught.value.reason) == (name, reason)
    assert await club_of(tools, guild_id=GUILD) == club
    assert await audited(database, club) == []


HOST_USES = {
    "setting": lambda tools, caller: change_setting(tools, caller=caller, now=NOW, name="ranks", value="3"),
    "schedule": lambda tools, caller: change_schedule(tools, caller=caller, now=NOW, schedule=Schedule(every=2)),
    "skip": lambda tools, caller: skip_date(tools, caller=caller, now=NOW, on=MONDAY + 7 * DAY),
    "pause": lambda tools, caller: pause(tools, caller=caller, now=NOW, until=NOW + DAY),
    "resume": lambda tools, caller: resume(tools, caller=caller, now=NOW),
}


@pytest.mark.parametrize("use", HOST_USES)
async def test_only_a_host_changes_a_club(tools, use):
    await found_with_schedule(tools, host_role_id=77)
    before = await club_of(tools, guild_id=GUILD)
    for stranger in (a_caller(1), a_caller(1, role_ids=frozenset({78}))):
        with pytest.raises(NotAHost):
            await HOST_USES[use](tools, stranger)
    assert await club_of(tools, guild_id=GUILD) == before
    await HOST_USES[use](tools, a_host_by_role(77))


async def test_settings_changed_at_once_are_all_kept(tools, elsewhere, database):
    club = await make_club(database)
    changes = [("ranks", "4"), ("anonymous", "on"), ("method", "schulze"), ("event", "off"), ("channel", "12")]
    await asyncio.gather(
        *(
            change_setting(one, caller=HOST, now=NOW, name=name, value=value)
            for (name, value), one in zip(changes, (tools, elsewhere) * 3, strict=False)
        )
    )
    kept = await club_of(tools, guild_id=GUILD)
    assert kept.rules == Rules(ranks=4, anonymous=True, method=Method.SCHULZE, event=False)
    assert kept.channel_id == 12
    assert len(await audited(database, club)) == len(changes)


# --- the template ---------------------------------------------------------------------------------------------------


async def test_turning_the_template_on_and_off_makes_and_drops_the_waiting_week(tools, database):
    club = await make_club(database)
    await change_setting(tools, caller=HOST, now=FRIDAY, name="schedule", value="on")
    assert await waiting_days(database, club) == [MONDAY]
    planned = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=NOW + 2 * DAY)
    assert planned.number == 2
    await change_setting(tools, caller=HOST, now=FRIDAY, name="schedule", value="off")
    (left,) = await weeks_of(database, club)
    assert (left.id, left.number) == (planned.id, 1)


async def test_the_waiting_week_moves_with_the_schedule(tools, database):
    club = await found_with_schedule(tools)
    tuesdays = Schedule(opens=Slot(1, time(20)))
    await change_schedule(tools, caller=HOST, now=FRIDAY, schedule=tuesdays)
    (week,) = await weeks_of(database, club)
    assert (week.opens_on, week.deadlines.opens_at) == (MONDAY + DAY, NOW + DAY + HOUR)


async def test_a_changed_zone_moves_the_waiting_week_and_not_the_running_one(tools, database):
    club = await found_with_schedule(tools)
    await advance_due(tools, now=NOW)
    running = (await weeks_of(database, club))[0]
    await change_setting(tools, caller=HOST, now=NOW, name="timezone", value="America/New_York")
    (waiting,) = await weeks_of(database, club, Phase.SCHEDULED)
    assert waiting.deadlines.opens_at == NOW + 7 * DAY + 6 * HOUR
    assert await week_now(database, running) == running


async def test_the_waiting_week_takes_new_rules_and_keeps_its_theme(tools, database):
    club = await found_with_schedule(tools)
    await set_theme(tools, caller=HOST, now=FRIDAY, theme="Debuts")
    await change_setting(tools, caller=HOST, now=FRIDAY, name="ranks", value="4")
    (week,) = await weeks_of(database, club)
    assert (week.rules.ranks, week.theme, week.opens_on) == (4, "Debuts", MONDAY)


async def test_a_waiting_week_that_a_host_has_moved_stays_there_until_the_calendar_changes(tools, database):
    club = await found_with_schedule(tools)
    await extend(tools, caller=HOST, now=FRIDAY, by=DAY)
    await change_setting(tools, caller=HOST, now=FRIDAY, name="ranks", value="4")
    await skip_date(tools, caller=HOST, now=FRIDAY, on=MONDAY + 7 * DAY)
    (week,) = await weeks_of(database, club)
    assert (week.deadlines.opens_at, week.rules.ranks) == (NOW + DAY, 4)
    await change_setting(tools, caller=HOST, now=FRIDAY, name="timezone", value="UTC")
    (week,) = await weeks_of(database, club)
    assert week.deadlines.opens_at == NOW + HOUR


async def test_a_skipped_date_opens_nothing(tools, database):
    club = await found_with_schedule(tools)
    following = await skip_date(tools, caller=HOST, now=FRIDAY, on=MONDAY)
    assert following is not None
    assert following.instant == NOW + 7 * DAY
    assert await waiting_days(database, club) == [MONDAY + 7 * DAY]
    later = await skip_date(tools, caller=HOST, now=FRIDAY, on=MONDAY + 14 * DAY)
    assert later == following
    await live_until(tools, NOW + 15 * DAY, now=FRIDAY)
    opened = [week.opens_on for week in await weeks_of(database, club)]
    assert opened == [MONDAY + 7 * DAY, MONDAY + 21 * DAY]
    assert (await audited(database, club))[:3] == ["club_set_up", "date_skipped", "date_skipped"]


@pytest.mark.parametrize(
    ("on", "reason"),
    [(MONDAY - 7 * DAY, "past"), (MONDAY + DAY, "weekday")],
)
async def test_a_date_that_cannot_be_skipped_is_refused(tools, on, reason):
    await found_with_schedule(tools)
    with pytest.raises(DateRefused) as caught:
        await skip_date(tools, caller=HOST, now=FRIDAY, on=on)
    assert caught.value.reason == reason


async def test_without_a_template_there_is_no_date_to_skip(tools, database):
    await make_club(database)
    with pytest.raises(DateRefused) as caught:
        await skip_date(tools, caller=HOST, now=FRIDAY, on=MONDAY)
    assert caught.value.reason == "no_schedule"


# --- pauses ---------------------------------------------------------------------------------------------------------


async def test_a_pause_keeps_the_time_that_was_left(tools, database):
    club = await make_club(database)
    poll = await make_week(database, club, phase=Phase.POLL)
    rating = await make_week(database, club, phase=Phase.RATINGS)
    await pause(tools, caller=HOST, now=NOW, until=NOW + 10 * DAY)
    assert (await week_now(database, poll)).ends_at == NOW + 11 * DAY
    assert (await week_now(database, rating)).ends_at == NOW + 11 * DAY
    assert (await advance_due(tools, now=NOW + 10 * DAY)).count == 0
    assert (await club_of(tools, guild_id=GUILD)).paused_until == NOW + 10 * DAY
    assert await audited(database, club) == ["moved", "moved", "club_paused"]


async def test_resuming_early_gives_back_what_was_not_needed(tools, database):
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.POLL)
    await pause(tools, caller=HOST, now=NOW, until=NOW + 10 * DAY)
    resumed = await resume(tools, caller=HOST, now=NOW + 2 * DAY)
    assert resumed.paused_until is None
    after = await week_now(database, week)
    assert after.ends_at == NOW + 3 * DAY
    assert after.deadlines.ratings_close_at == week.deadlines.ratings_close_at + 2 * DAY
    assert (await audited(database, club))[-1] == "club_resumed"


async def test_a_pause_made_longer_or_shorter_moves_by_the_difference(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.POLL)
    for days in (10, 20, 5):
        await pause(tools, caller=HOST, now=NOW, until=NOW + days * DAY)
        assert (await week_now(database, week)).ends_at == NOW + (days + 1) * DAY


async def test_resuming_after_the_pause_moves_nothing(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.POLL)
    await pause(tools, caller=HOST, now=NOW, until=NOW + DAY)
    await resume(tools, caller=HOST, now=NOW + DAY + HOUR)
    assert (await week_now(database, week)).ends_at == NOW + 2 * DAY


async def test_nothing_opens_during_a_pause_and_what_falls_on_its_end_opens_then(tools, database):
    club = await found_with_schedule(tools)
    planned = await plan_week(tools, caller=HOST, now=FRIDAY, opens_at=FRIDAY + DAY)
    until = NOW + 7 * DAY  # a Monday at 19:00
    await pause(tools, caller=HOST, now=FRIDAY, until=until)
    woken = await live_until(tools, until - HOUR, now=FRIDAY)
    assert woken == []
    assert await waiting_days(database, club) == [planned.opens_on, MONDAY + 7 * DAY]
    await live_until(tools, until, now=FRIDAY)
    opened = await week_now(database, planned)
    assert (opened.phase, opened.phase_began_at) == (Phase.NOMINATIONS, until)


async def test_the_template_comes_back_when_a_pause_ends_early(tools, database):
    club = await found_with_schedule(tools)
    await pause(tools, caller=HOST, now=FRIDAY, until=NOW + 30 * DAY)
    assert await waiting_days(database, club) == [MONDAY + 35 * DAY]
    await resume(tools, caller=HOST, now=FRIDAY + HOUR)
    assert await waiting_days(database, club) == [MONDAY]


async def test_a_pause_ends_in_the_future(tools, database):
    await make_club(database)
    with pytest.raises(PastTime):
        await pause(tools, caller=HOST, now=NOW, until=NOW)


async def test_a_paused_week_is_reminded_of_its_new_deadline_alone(tools, database):
    await make_week(database, await make_club(database), phase=Phase.POLL)
    await extend(tools, caller=HOST, now=NOW, by=2 * DAY)
    await pause(tools, caller=HOST, now=NOW, until=NOW + 10 * DAY)
    states = [(one.state, one.not_before) for one in await recorded(database, kind="reminder")]
    assert states == [("skipped", NOW + 2 * DAY), ("pending", NOW + 12 * DAY)]


# --- trouble --------------------------------------------------------------------------------------------------------


async def test_trouble_is_news_once_and_over_once(tools, database):
    club = await make_club(database)
    said = [await setup.set_trouble(tools, club_id=club.id, trouble=words) for words in ("a", "a", "b", None, None)]
    assert said == [True, False, True, True, False]
    await setup.set_trouble(tools, club_id=club.id, trouble="no permission")
    await change_setting(tools, caller=HOST, now=NOW, name="ranks", value="3")
    assert (await club_of(tools, guild_id=GUILD)).trouble == "no permission"
