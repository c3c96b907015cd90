"""Weeks move by their deadlines and by their hosts, once, whoever else is at it, and whatever was missed."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.club.views import PanelRef
from bot.domain.club.week import OPEN_PHASES, Phase
from bot.domain.errors import (
    NotAHost,
    NothingToReopen,
    OutOfOrder,
    PastTime,
    SlotTaken,
    TextTooLong,
    WhichWeek,
    WrongPhase,
)
from bot.domain.outbox import Draft, Kind
from bot.services import outbox
from bot.services.club import phases
from bot.services.club.phases import advance_due, advance_week, cancel_week, extend, reopen_week, resync_week
from bot.services.club.views import view_of
from db.queries import audit
from db.queries import outbox as outbox_queries
from db.queries.club import ballots, clubs
from db.session import Database
from db.tables import club as tables
from tests.factories import NOW, a_caller, make_club, make_member, make_tools, make_week, rewrite_week
from tests.factories.running import HOST, a_host_by_role, audited, put_in_race, recorded, week_now, weeks_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DUE = NOW + DAY
"""When a week of the factory reaches the end of its phase."""


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


async def a_poll(database, *, albums=2, ballots_cast=1):
    club = await make_club(database)
    found = await make_week(database, club, phase=Phase.POLL)
    return club, found, await put_in_race(database, found, albums=albums, ballots_cast=ballots_cast)


# --- by deadline ----------------------------------------------------------------------------------------------------


async def test_nothing_moves_before_its_deadline(tools, database):
    await make_week(database, await make_club(database))
    early = await advance_due(tools, now=DUE - timedelta(microseconds=1))
    assert (early.count, early.next_due) == (0, DUE)
    assert await recorded(database) == []


async def test_a_week_moves_at_its_deadline_and_the_next_one_is_told(tools, database):
    club, week, race = await a_poll(database)
    moved = await advance_due(tools, now=DUE)
    after = await week_now(database, week)
    assert (moved.count, moved.next_due) == (1, week.deadlines.discussion_at)
    assert (after.phase, after.winner_id, after.deciding_step) == (Phase.LISTENING, race[0], "points")
    assert await audited(database, club) == ["won"]
    assert (await advance_due(tools, now=DUE)).count == 0


async def test_two_processes_move_each_due_week_once(tools, elsewhere, database):
    weeks = []
    for guild in range(1, 9):
        club = await make_club(database, guild_id=guild)
        weeks.append(await make_week(database, club, phase=Phase.LISTENING))
    both = await asyncio.gather(*(advance_due(one, now=DUE) for one in (tools, elsewhere) * 2))
    assert sum(one.count for one in both) == len(weeks)
    assert [one.failed for one in both] == [0] * 4
    for week in weeks:
        after = await week_now(database, week)
        assert (after.phase, after.run) == (Phase.RATINGS, week.run + 1)
        assert len(await recorded(database, week=week.id, kind="discussion")) == 1


async def test_a_week_that_cannot_move_holds_up_no_other(tools, database, caplog):
    first = await make_week(database, await make_club(database), phase=Phase.LISTENING)
    other = await make_club(database, guild_id=5)
    second = await make_week(database, other, phase=Phase.LISTENING, now=NOW + HOUR)
    async with database.writing() as session:  # a method this version does not know: the row cannot even be read
        broken = {**first.rules.to_dict(), "method": "coin"}
        await session.execute(update(tables.Week).where(tables.Week.id == first.id).values(rules=broken))
    with caplog.at_level(logging.CRITICAL):
        moved = await advance_due(tools, now=DUE + HOUR)
    assert (moved.count, moved.failed) == (1, 1)
    assert (await week_now(database, second)).phase is Phase.RATINGS
    # The alarm does not ring for the broken one without end.
    assert moved.next_due is not None
    assert moved.next_due > DUE + HOUR


async def test_hosts_hear_of_a_week_that_stays_stuck_unless_it_moves_after_all(tools, database, caplog):
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.LISTENING)
    async with database.writing() as session:  # no further run can be stored
        await session.execute(update(tables.Week).where(tables.Week.id == week.id).values(run=2**31 - 1))
    with caplog.at_level(logging.CRITICAL):
        assert (await advance_due(tools, now=DUE)).failed == 1
        assert (await advance_due(tools, now=DUE + HOUR)).failed == 1
    (note,) = await recorded(database, kind="host_note")
    assert (note.words, note.not_before, note.state) == ("stuck", DUE + timedelta(minutes=5), "pending")
    await rewrite_week(database, week, run=5)
    assert (await advance_due(tools, now=DUE + HOUR)).count == 1
    (note,) = await recorded(database, kind="host_note")
    assert note.state == "skipped"


@pytest.mark.parametrize(
    ("asleep_until", "phase", "ends_in"),
    [
        ("nominations_close_at", Phase.POLL, None),
        ("poll_close_at", Phase.POLL, 2 * DAY),
        ("discussion_at", Phase.POLL, 2 * DAY),
        ("ratings_close_at", Phase.POLL, 2 * DAY),
    ],
)
async def test_what_a_sleeping_bot_missed_is_handled_once_when_it_wakes(tools, database, asleep_until, phase, ends_in):
    week = await make_week(database, await make_club(database))
    await put_in_race(database, week)
    now = getattr(week.deadlines, asleep_until) + HOUR
    assert (await advance_due(tools, now=now)).count == 1
    after = await week_now(database, week)
    assert after.phase is phase
    assert after.ends_at == (week.deadlines.poll_close_at if ends_in is None else now + ends_in)
    assert (await advance_due(tools, now=now)).count == 0
    assert len(await recorded(database, kind="poll_panel")) == 1


# --- empty boxes ----------------------------------------------------------------------------------------------------


async def test_without_nominations_a_week_gets_a_day_then_is_skipped(tools, database):
    club = await make_club(database)
    week = await make_week(database, club)
    await advance_due(tools, now=DUE)
    assert (await week_now(database, week)).ends_at == DUE + DAY
    await advance_due(tools, now=DUE + DAY)
    skipped = await week_now(database, week)
    assert (skipped.phase, skipped.cancel_reason) == (Phase.CANCELLED, "no_nominations")
    notes = [(note.words, note.state) for note in await recorded(database, kind="host_note")]
    assert notes == [("nominations_extended", "skipped"), ("cancelled", "pending")]
    assert await audited(database, club) == ["nominations_extended", "cancelled"]


async def test_one_nomination_wins_unopposed(tools, database):
    week = await make_week(database, await make_club(database))
    (only,) = await put_in_race(database, week, albums=1, ballots_cast=0)
    await advance_due(tools, now=DUE)
    after = await week_now(database, week)
    assert (after.phase, after.winner_id, after.deciding_step) == (Phase.LISTENING, only, "unopposed")
    assert after.result is None
    assert await recorded(database, kind="poll_panel") == []


async def test_a_poll_without_ballots_gets_a_day_then_a_recorded_draw(tools, database):
    _, week, race = await a_poll(database, albums=3, ballots_cast=0)
    await advance_due(tools, now=DUE)
    extended = await week_now(database, week)
    assert (extended.phase, extended.ends_at) == (Phase.POLL, DUE + DAY)
    assert [note.words for note in await recorded(database, kind="host_note")] == ["poll_extended"]
    await advance_due(tools, now=DUE + DAY)
    drawn = await week_now(database, week)
    assert (drawn.phase, drawn.deciding_step) == (Phase.LISTENING, "draw")
    assert drawn.winner_id in race
    view = await view_of(tools, week=week.id, now=DUE + DAY)
    assert view.tally is not None
    assert drawn.result is not None
    assert (view.tally.winner, view.tally.seed) == (str(drawn.winner_id), drawn.result["seed"])


async def test_a_ballot_for_removed_albums_alone_is_no_ballot(tools, database):
    _, week, race = await a_poll(database, albums=3)
    async with database.writing() as session:
        await session.execute(update(tables.Nomination).where(tables.Nomination.id == race[0]).values(standing="void"))
    await advance_due(tools, now=DUE)
    assert (await week_now(database, week)).poll_extended


async def test_a_poll_whose_albums_were_all_removed_ends_the_week(tools, database):
    _, week, _ = await a_poll(database)
    async with database.writing() as session:
        await session.execute(update(tables.Nomination).values(standing="void"))
    await advance_due(tools, now=DUE)
    assert (await week_now(database, week)).cancel_reason == "no_nominations"


@pytest.mark.parametrize(
    ("votes", "step"),
    [
        ([(0,), (0,), (1,)], "points"),
        ([(0, 2), (0, 2), (1, 2), (3, 2)], "firsts"),
        ([(0, 1), (1,), (2, 0)], "head_to_head"),
        ([(0,), (1,)], "draw"),
    ],
)
async def test_the_ladder_decides_and_the_stored_result_counts_again_alike(tools, database, votes, step):
    _, week, race = await a_poll(database, albums=4, ballots_cast=0)
    for number, choices in enumerate(votes, start=30):
        voter = await make_member(database, a_caller(number))
        async with database.writing() as session:
            await ballots.cast_ballot(
                session,
                club_id=week.club_id,
                week_id=week.id,
                user_id=voter.user_id,
                choices=[race[choice] for choice in choices],
                now=NOW,
            )
    await advance_due(tools, now=DUE)
    after = await week_now(database, week)
    tally = (await view_of(tools, week=week.id, now=DUE)).tally
    assert tally is not None
    assert after.result is not None
    assert after.deciding_step == tally.deciding_step == step
    assert after.winner_id in (race[0], race[1] if step == "draw" else race[0])
    assert str(after.winner_id) == tally.winner
    assert (tally.points, tally.firsts) == (after.result["points"], after.result["firsts"])
    assert (tally.seed, tally.ballots) == (after.result["seed"], len(votes))


# --- the slot -------------------------------------------------------------------------------------------------------


async def test_an_opening_waits_for_the_choice_before_it(tools, database):
    club, poll, _ = await a_poll(database)
    waiting = await make_week(database, club, phase=Phase.SCHEDULED, now=NOW - 2 * DAY)
    assert waiting.deadlines.opens_at < NOW
    idle = await advance_due(tools, now=NOW)
    assert (idle.count, idle.next_due) == (0, DUE)
    assert (await advance_due(tools, now=DUE)).count == 2
    opened = await week_now(database, waiting)
    assert (await week_now(database, poll)).phase is Phase.LISTENING
    assert (opened.phase, opened.ends_at) == (Phase.NOMINATIONS, DUE + 2 * DAY)


async def test_choices_of_different_clubs_do_not_wait_for_each_other(tools, database):
    await a_poll(database)
    other = await make_week(database, await make_club(database, guild_id=2), phase=Phase.SCHEDULED, now=NOW - DAY)
    await advance_due(tools, now=NOW)
    assert (await week_now(database, other)).phase is Phase.NOMINATIONS


# --- by a host ------------------------------------------------------------------------------------------------------

HOST_USES = {
    "advance": lambda tools, caller: advance_week(tools, caller=caller, now=NOW),
    "extend": lambda tools, caller: extend(tools, caller=caller, now=NOW, by=HOUR),
    "cancel": lambda tools, caller: cancel_week(tools, caller=caller, now=NOW),
    "reopen": lambda tools, caller: reopen_week(tools, caller=caller, now=NOW, until=NOW + DAY),
    "resync": lambda tools, caller: resync_week(tools, caller=caller, now=NOW),
}


@pytest.mark.parametrize("use", HOST_USES)
async def test_only_a_host_moves_a_week(tools, database, use):
    club = await make_club(database, host_role_id=77)
    week = await make_week(database, club, phase=Phase.POLL)
    await put_in_race(database, week)
    for stranger in (a_caller(1), a_caller(1, role_ids=frozenset({78}))):
        with pytest.raises(NotAHost):
            await HOST_USES[use](tools, stranger)
    assert await audited(database, club) == []
    assert await week_now(database, week) == week
    await HOST_USES[use](tools, a_host_by_role(77))
    assert len(await audited(database, club)) == 1


async def test_a_host_ends_a_phase_and_the_log_says_who(tools, database):
    club, week, _ = await a_poll(database)
    after = await advance_week(tools, caller=HOST, now=NOW)
    assert (after.phase, after.deadlines.poll_close_at) == (Phase.LISTENING, NOW)
    async with database.reading() as session:
        (deed,) = await audit.latest(session, club.id, week.id)
    assert (deed.action, deed.name, deed.details) == ("won", "Host", {"from": "poll", "to": "listening"})


async def test_two_clicks_end_one_phase(tools, database):
    _, week, _ = await a_poll(database)
    clicks = (advance_week(tools, caller=HOST, now=NOW, week=week.id, phase=Phase.POLL) for _ in range(3))
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Week", "WrongPhase", "WrongPhase"]
    assert (await week_now(database, week)).phase is Phase.LISTENING


async def test_a_host_and_a_deadline_at_the_same_moment_move_a_week_once(tools, elsewhere, database):
    for guild in range(2, 8):
        club = await make_club(database, guild_id=guild)
        week = await make_week(database, club, phase=Phase.LISTENING)
        host = a_caller(50, guild_id=guild, manages=True)
        await asyncio.gather(
            advance_week(tools, caller=host, now=DUE, week=week.id, phase=Phase.LISTENING),
            advance_due(elsewhere, now=DUE),
            return_exceptions=True,
        )
        after = await week_now(database, week)
        assert (after.phase, after.run) == (Phase.RATINGS, week.run + 1)
        assert await audited(database, club) == ["discussion"]


async def test_a_poll_that_closes_while_a_host_cancels_ends_in_one_of_both(tools, elsewhere, database):
    for guild in range(2, 8):
        club = await make_club(database, guild_id=guild)
        week = await make_week(database, club, phase=Phase.POLL)
        host = a_caller(50, guild_id=guild, manages=True)
        await put_in_race(database, week)
        answers = await asyncio.gather(
            cancel_week(tools, caller=host, now=DUE, week=week.id),
            advance_due(elsewhere, now=DUE),
            return_exceptions=True,
        )
        assert [answer for answer in answers if isinstance(answer, BaseException)] == []
        after = await week_now(database, week)
        assert after.phase is Phase.CANCELLED
        assert await audited(database, club) in (["cancelled"], ["won", "cancelled"])


async def test_a_waiting_week_is_meant_only_where_nothing_runs(tools, database):
    club = await make_club(database)
    waiting = await make_week(database, club, phase=Phase.SCHEDULED, now=NOW)
    running = await make_week(database, club, phase=Phase.LISTENING)
    assert (await extend(tools, caller=HOST, now=NOW, by=HOUR)).id == running.id
    assert (await extend(tools, caller=HOST, now=NOW, by=HOUR, number=waiting.number)).id == waiting.id
    await make_week(database, club, phase=Phase.RATINGS)
    with pytest.raises(WhichWeek) as caught:
        await extend(tools, caller=HOST, now=NOW, by=HOUR)
    assert [number for number, _ in caught.value.choices] == [2, 3]


async def test_a_scheduled_week_opens_early_only_into_a_free_slot(tools, database):
    club, poll, _ = await a_poll(database)
    waiting = await make_week(database, club, phase=Phase.SCHEDULED)
    with pytest.raises(SlotTaken) as caught:
        await advance_week(tools, caller=HOST, now=NOW, number=waiting.number)
    assert (caught.value.label, caught.value.until) == (poll.label, poll.deadlines.poll_close_at)
    await cancel_week(tools, caller=HOST, now=NOW, week=poll.id)
    opened = await advance_week(tools, caller=HOST, now=NOW, number=waiting.number)
    assert (opened.phase, opened.deadlines.opens_at) == (Phase.NOMINATIONS, NOW)


# --- deadlines ------------------------------------------------------------------------------------------------------


async def test_a_deadline_moves_by_a_length_to_an_instant_or_back(tools, database):
    week = await make_week(database, await make_club(database))
    later = await extend(tools, caller=HOST, now=NOW, by=6 * HOUR)
    assert later.ends_at == DUE + 6 * HOUR
    assert later.deadlines.ratings_close_at == week.deadlines.ratings_close_at + 6 * HOUR
    assert (await extend(tools, caller=HOST, now=NOW, by=-6 * HOUR)).deadlines == week.deadlines
    assert (await extend(tools, caller=HOST, now=NOW)).ends_at == DUE + DAY
    to = week.deadlines.discussion_at + 2 * DAY
    moved = await extend(tools, caller=HOST, now=NOW, deadline="discussion_at", to=to)
    assert (moved.deadlines.discussion_at, moved.ends_at) == (to, DUE + DAY)
    assert (await week_now(database, week)).deadlines == moved.deadlines
    assert [errand.words for errand in await recorded(database, kind="notice")] == ["moved"] * 4


@pytest.mark.parametrize(
    ("deadline", "to", "refusal"),
    [
        (None, NOW - HOUR, PastTime),
        ("opens_at", NOW + HOUR, WrongPhase),
        ("poll_close_at", DUE - HOUR, OutOfOrder),
    ],
)
async def test_a_deadline_that_cannot_stand_is_refused(tools, database, deadline, to, refusal):
    week = await make_week(database, await make_club(database))
    with pytest.raises(refusal):
        await extend(tools, caller=HOST, now=NOW, deadline=deadline, to=to)
    assert await week_now(database, week) == week


# --- cancel and reopen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", OPEN_PHASES)
async def test_a_host_cancels_any_open_week_with_a_reason(tools, database, phase):
    week = await make_week(database, await make_club(database), phase=phase)
    after = await cancel_week(tools, caller=HOST, now=NOW, reason="  Holidays ", week=week.id)
    assert (after.phase, after.cancelled_from, after.cancel_reason) == (Phase.CANCELLED, phase, "Holidays")
    assert (await advance_due(tools, now=NOW + 90 * DAY)).count == 0
    with pytest.raises(WrongPhase):
        await cancel_week(tools, caller=HOST, now=NOW, week=week.id)


async def test_a_reason_has_a_limit(tools, database):
    await make_week(database, await make_club(database))
    with pytest.raises(TextTooLong):
        await cancel_week(tools, caller=HOST, now=NOW, reason="x" * 501)


async def test_a_reopened_poll_forgets_its_winner_and_keeps_its_ballots(tools, database):
    _, week, _ = await a_poll(database, ballots_cast=3)
    await advance_due(tools, now=DUE)
    again = await reopen_week(tools, caller=HOST, now=DUE + HOUR, until=DUE + DAY)
    assert (again.id, again.phase, again.ends_at) == (week.id, Phase.POLL, DUE + DAY)
    assert (again.winner_id, again.deciding_step, again.result) == (None, None, None)
    assert (await view_of(tools, week=week.id, now=DUE + HOUR)).ballots == 3
    await advance_due(tools, now=DUE + DAY)
    assert (await week_now(database, week)).announced


async def test_reopening_without_naming_a_week_means_the_one_that_moved_last(tools, database):
    club = await make_club(database)
    await make_week(database, club, phase=Phase.CLOSED)
    older = await make_week(database, club, phase=Phase.RATINGS)
    await make_week(database, club, phase=Phase.CANCELLED)
    await rewrite_week(database, older, phase_began_at=NOW)
    again = await reopen_week(tools, caller=HOST, now=NOW, until=NOW + DAY, where=12345)
    assert (again.id, again.phase) == (older.id, Phase.LISTENING)


async def test_nothing_is_reopened_where_nothing_has_moved(tools, database):
    await make_week(database, await make_club(database))
    with pytest.raises(NothingToReopen):
        await reopen_week(tools, caller=HOST, now=NOW, until=NOW + DAY)


async def test_a_poll_is_not_reopened_while_a_later_week_is_chosen(tools, database):
    club, week, _ = await a_poll(database)
    await advance_due(tools, now=DUE)
    later = await make_week(database, club)
    with pytest.raises(SlotTaken) as caught:
        await reopen_week(tools, caller=HOST, now=DUE, until=DUE + DAY, number=week.number)
    assert caught.value.label == later.label
    assert (await week_now(database, week)).announced


async def test_listening_is_reopened_beside_a_later_choice(tools, database):
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.RATINGS)
    await make_week(database, club)
    again = await reopen_week(tools, caller=HOST, now=NOW, until=NOW + DAY, number=week.number)
    assert (again.phase, again.winner_id) == (Phase.LISTENING, week.winner_id)


async def test_reopening_needs_a_deadline_ahead(tools, database):
    await make_week(database, await make_club(database), phase=Phase.CLOSED)
    with pytest.raises(PastTime):
        await reopen_week(tools, caller=HOST, now=NOW, until=NOW)


# --- resync ---------------------------------------------------------------------------------------------------------


async def test_a_resync_revives_what_failed_and_draws_everything_again(tools, database):
    club, week, _ = await a_poll(database)
    async with database.writing() as session:
        for kind, ordinal in (("card", 0), ("poll_panel", 0), ("nomination", 2)):
            await outbox_queries.keep_panel(
                session, club_id=club.id, week_id=week.id, kind=kind, ordinal=ordinal, panel=PanelRef(1, 2)
            )
        await outbox.record(session, week, [Draft(Kind.POLL_PANEL), Draft(Kind.REFRESH)], NOW)
    (errand,) = await outbox.claim(tools, now=NOW)
    await outbox.fail(tools, errand, now=NOW, error="no such channel", final=True)
    assert await resync_week(tools, caller=HOST, now=NOW) == 1
    found = await recorded(database)
    assert [(one.kind, one.state, one.ordinal) for one in found] == [
        ("poll_panel", "unknown", 0),
        ("refresh", "pending", 0),
        ("nomination_edit", "pending", 2_000),
        ("redraw", "pending", list(Kind).index(Kind.POLL_PANEL)),
    ]
    assert [one.payload.get("force") for one in found] == [None, True, True, True]
    await resync_week(tools, caller=HOST, now=NOW + HOUR)
    assert len(await recorded(database)) == 6


# --- the next alarm -------------------------------------------------------------------------------------------------


async def test_the_alarm_rings_at_the_earliest_deadline_of_all_clubs(tools, database):
    assert await phases.next_due(tools, now=NOW) is None
    await make_week(database, await make_club(database), phase=Phase.CLOSED)
    assert await phases.next_due(tools, now=NOW) is None
    await make_week(database, await make_club(database, guild_id=2), now=NOW + HOUR)
    await make_week(database, await make_club(database, guild_id=3), phase=Phase.RATINGS)
    assert await phases.next_due(tools, now=NOW) == DUE


async def test_one_wake_up_moves_no_more_weeks_than_it_may(tools, database):
    for guild in range(1, 4):
        await make_week(database, await make_club(database, guild_id=guild), phase=Phase.LISTENING)
    moved = await advance_due(tools, now=DUE, limit=2)
    assert (moved.count, moved.next_due) == (2, DUE)
    assert len([week for guild in range(1, 4) for week in await _of(database, guild) if week == "ratings"]) == 2


async def _of(database, guild):
    async with database.reading() as session:
        club = await clubs.club_of_guild(session, guild)
    assert club is not None
    return [str(week.phase) for week in await weeks_of(database, club)]
