"""What the club sees, what one member sees, what hosts see: complete, and never more than they may."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.club.entries import Standing
from bot.domain.club.rules import Rules
from bot.domain.club.views import PanelRef
from bot.domain.club.week import Phase
from bot.domain.errors import ClubNotSetUp, NoSuchWeek, NotAHost
from bot.domain.outbox import Draft, Kind
from bot.services import outbox, people
from bot.services.club import nominating, rating, voting
from bot.services.club.phases import advance_due, advance_week, cancel_week, reopen_week
from bot.services.club.planning import plan_week, set_theme
from bot.services.club.views import host_summary, show_week, view_of, week_suggestions, your_part
from tests.factories import GUILD, NOW, a_caller, make_club, make_member, make_nomination, make_tools, make_week
from tests.factories.running import HOST, put_in_race

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DUE = NOW + DAY


@pytest.fixture
def tools(database):
    return make_tools(database)


async def a_poll(database, **rules):
    club = await make_club(database, rules=Rules(**rules))
    week = await make_week(database, club, phase=Phase.POLL)
    return week, await put_in_race(database, week, albums=3)


# --- the club's view ------------------------------------------------------------------------------------------------


async def test_a_view_holds_what_the_cards_show_and_counts_alone(tools, database):
    week, _ = await a_poll(database)
    await make_member(database, a_caller(9), now=NOW - 40 * DAY)
    async with database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.CARD)], NOW)
    (errand,) = await outbox.claim(tools, now=NOW)
    await outbox.settle(tools, errand, now=NOW, discord_id=5, panel=PanelRef(4, 5, "x"))
    view = await view_of(tools, week=week.id, now=NOW)
    assert view.week == week
    assert [one.album.title for one in view.nominations] == ["Album 1", "Album 2", "Album 3"]
    assert (view.ballots, view.turnout_of) == (1, 4)
    assert (view.winner, view.tally, view.summary, view.ratings, view.heard) == (None, None, None, 0, 0)
    assert view.panels == {("card", 0): PanelRef(4, 5, "x")}


async def test_withdrawn_nominations_are_gone_and_removed_ones_stay_in_sight(tools, database):
    week = await make_week(database, await make_club(database))
    one, two = [
        await make_nomination(database, week, caller=a_caller(number), title=f"Album {number}") for number in (1, 2)
    ]
    await make_nomination(database, week, caller=a_caller(3), title="Album 3")
    await nominating.withdraw_nomination(tools, caller=a_caller(1), now=NOW, nomination=one.id)
    await advance_week(tools, caller=HOST, now=NOW)
    await nominating.remove_nomination(tools, caller=HOST, now=NOW, nomination=two.id)
    view = await view_of(tools, week=week.id, now=NOW)
    assert [(seen.album.title, seen.standing) for seen in view.nominations] == [
        ("Album 2", Standing.VOID),
        ("Album 3", Standing.STANDING),
    ]
    assert [seen.album.title for seen in view.standing] == ["Album 3"]


async def test_a_winner_comes_with_its_count_and_closed_weeks_with_their_figures(tools, database):
    week, race = await a_poll(database)
    await advance_due(tools, now=DUE)
    await rating.rate(tools, caller=a_caller(1), now=DUE, week=week.id, score="4.5")
    await rating.rate(tools, caller=a_caller(2), now=DUE, week=week.id, score="4")
    await rating.mark_heard(tools, caller=a_caller(3), now=DUE, week=week.id)
    open_view = await view_of(tools, week=week.id, now=DUE)
    assert open_view.winner is not None
    assert open_view.winner.id == race[0]
    assert open_view.tally is not None
    assert open_view.tally.winner == str(race[0])
    assert (open_view.ratings, open_view.heard, open_view.summary) == (2, 3, None)
    for _ in range(2):
        await advance_week(tools, caller=HOST, now=DUE)
    await rating.rate(tools, caller=a_caller(3), now=DUE, week=week.id, score="1")
    closed = await view_of(tools, week=week.id, now=DUE)
    assert closed.summary is not None
    assert (closed.summary.count, closed.summary.mean, closed.late) == (2, Decimal("4.25"), 1)


async def test_a_week_closed_without_ratings_has_no_figures(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.RATINGS)
    await advance_due(tools, now=DUE)
    assert (await view_of(tools, week=week.id, now=DUE)).summary is None


async def test_people_who_left_keep_their_nomination_but_not_their_name(tools, database):
    week, _ = await a_poll(database)
    await people.leave(tools, caller=a_caller(1), now=NOW)
    view = await view_of(tools, week=week.id, now=NOW)
    assert [one.nominator for one in view.nominations] == ["former member", "Member 2", "Member 3"]
    assert (view.ballots, view.turnout_of) == (1, 3)


# --- hidden nominators ----------------------------------------------------------------------------------------------


async def test_nominators_are_hidden_until_the_winner_is_announced(tools, database):
    week, _ = await a_poll(database, anonymous=True)
    hidden = await view_of(tools, week=week.id, now=NOW)
    assert [(one.nominator, one.nominator_discord_id) for one in hidden.nominations] == [("", 0)] * 3
    await advance_due(tools, now=DUE)
    announced = await view_of(tools, week=week.id, now=DUE)
    assert [one.nominator for one in announced.nominations] == ["Member 1", "Member 2", "Member 3"]
    assert announced.winner is not None
    assert announced.winner.nominator == "Member 1"


@pytest.mark.parametrize("use", ["cancel", "reopen"])
async def test_nominators_stay_hidden_in_a_week_without_a_winner(tools, database, use):
    week, _ = await a_poll(database, anonymous=True)
    if use == "reopen":
        await advance_due(tools, now=DUE)
        await reopen_week(tools, caller=HOST, now=DUE, until=DUE + DAY)
    else:
        await cancel_week(tools, caller=HOST, now=NOW)
    view = await view_of(tools, week=week.id, now=DUE)
    assert {one.nominator for one in view.nominations} == {""}
    assert view.winner is None


async def test_hosts_do_not_learn_hidden_nominators_either(tools, database):
    await a_poll(database, anonymous=True)
    summary = await host_summary(tools, caller=HOST, now=NOW)
    assert {one.nominator for one in summary.view.nominations} == {""}


# --- your part ------------------------------------------------------------------------------------------------------


async def test_your_part_is_yours_alone(tools, database):
    week = await make_week(database, await make_club(database))
    mine = await make_nomination(database, week, caller=a_caller(1), title="Mine")
    theirs = await make_nomination(database, week, caller=a_caller(2), title="Theirs")
    await nominating.second(tools, caller=a_caller(1), now=NOW, nomination=theirs.id)
    await people.set_dm_reminders(tools, caller=a_caller(1), now=NOW, on=True)
    await advance_week(tools, caller=HOST, now=NOW)
    await voting.cast_ballot(tools, caller=a_caller(1), now=NOW, choices=[theirs.id])
    await voting.cast_ballot(tools, caller=a_caller(2), now=NOW, choices=[mine.id])
    part = await your_part(tools, caller=a_caller(1), now=NOW)
    assert [one.id for one in part.nominations] == [mine.id]
    assert [one.id for one in part.seconds] == [theirs.id]
    assert part.ballot is not None
    assert [one.id for one in part.ballot] == [theirs.id]
    assert (part.rating, part.heard, part.dm_reminders) == (None, False, True)
    await advance_week(tools, caller=HOST, now=NOW)
    await rating.rate(tools, caller=a_caller(1), now=NOW, week=week.id, score="3.5")
    await rating.mark_heard(tools, caller=a_caller(1), now=NOW, week=week.id)
    part = await your_part(tools, caller=a_caller(1), now=NOW, week=week.id)
    assert part.rating is not None
    assert (part.rating.score, part.heard) == (Decimal("3.5"), True)
    stranger = await your_part(tools, caller=a_caller(9), now=NOW)
    assert (stranger.nominations, stranger.ballot, stranger.rating, stranger.heard) == ((), None, None, False)


async def test_your_part_forgets_what_was_withdrawn(tools, database):
    week = await make_week(database, await make_club(database))
    mine = await make_nomination(database, week, caller=a_caller(1))
    await nominating.second(tools, caller=a_caller(2), now=NOW, nomination=mine.id)
    await nominating.withdraw_nomination(tools, caller=a_caller(1), now=NOW, nomination=mine.id)
    assert (await your_part(tools, caller=a_caller(1), now=NOW)).nominations == ()
    assert (await your_part(tools, caller=a_caller(2), now=NOW)).seconds == ()


async def test_your_part_does_not_give_hidden_nominators_away(tools, database):
    week = await make_week(database, await make_club(database, rules=Rules(anonymous=True)))
    mine = await make_nomination(database, week, caller=a_caller(1), title="Mine")
    theirs = await make_nomination(database, week, caller=a_caller(2), title="Theirs")
    await nominating.second(tools, caller=a_caller(1), now=NOW, nomination=theirs.id)
    await advance_week(tools, caller=HOST, now=NOW)
    await voting.cast_ballot(tools, caller=a_caller(1), now=NOW, choices=[theirs.id])
    part = await your_part(tools, caller=a_caller(1), now=NOW)
    assert part.ballot is not None
    assert {one.nominator for one in (*part.seconds, *part.ballot, *part.view.nominations)} == {""}
    assert [one.id for one in part.nominations] == [mine.id]


async def test_looking_at_your_part_keeps_nobody_active(tools, database):
    week, _ = await a_poll(database)
    later = NOW + 30 * DAY
    await your_part(tools, caller=a_caller(1), now=later, week=week.id)
    assert (await view_of(tools, week=week.id, now=later)).turnout_of == 0


# --- which week -----------------------------------------------------------------------------------------------------


async def test_the_week_shown_is_the_threads_else_the_newest_that_runs(tools, database):
    club = await make_club(database)
    closed = await make_week(database, club, phase=Phase.CLOSED, thread_id=11)
    listening = await make_week(database, club, phase=Phase.LISTENING, album="Second")
    poll = await make_week(database, club, phase=Phase.POLL)
    for ahead in range(1, 23):
        await plan_week(tools, caller=HOST, now=NOW, opens_at=NOW + ahead * DAY)
    shown = [
        await show_week(tools, caller=a_caller(1), now=NOW, **which)
        for which in ({}, {"where": 999}, {"where": 11}, {"number": listening.number}, {"where": 11, "number": 3})
    ]
    assert [view.week.id for view in shown] == [poll.id, poll.id, closed.id, listening.id, poll.id]


async def test_without_a_running_week_the_last_one_is_shown_else_the_next(tools, database):
    club = await make_club(database)
    with pytest.raises(NoSuchWeek):
        await show_week(tools, caller=a_caller(1), now=NOW)
    for ahead in (1, 2):
        await plan_week(tools, caller=HOST, now=NOW, opens_at=NOW + ahead * DAY)
    assert (await show_week(tools, caller=a_caller(1), now=NOW)).week.number == 1
    await advance_due(tools, now=DUE)
    await cancel_week(tools, caller=HOST, now=DUE)
    view = await show_week(tools, caller=a_caller(1), now=DUE)
    assert (view.week.number, view.week.phase, view.club.id) == (1, Phase.CANCELLED, club.id)


async def test_another_clubs_week_is_no_week_of_ours(tools, database):
    await make_club(database)
    other = await make_club(database, guild_id=2)
    week = await make_week(database, other, phase=Phase.CLOSED, thread_id=11)
    for which in ({"number": 1}, {"where": 11}):
        with pytest.raises(NoSuchWeek):
            await show_week(tools, caller=a_caller(1), now=NOW, **which)
    with pytest.raises(NoSuchWeek):
        await your_part(tools, caller=a_caller(1), now=NOW, week=week.id)
    with pytest.raises(ClubNotSetUp):
        await show_week(tools, caller=a_caller(1, guild_id=3), now=NOW)


# --- hosts ----------------------------------------------------------------------------------------------------------


async def test_a_host_sees_what_is_stuck_and_who_did_what_and_no_ballot(tools, database):
    week, _ = await a_poll(database)
    await set_theme(tools, caller=HOST, now=NOW, theme="Rain")
    async with database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.POLL_PANEL)], NOW)
    (refresh,) = await outbox.claim(tools, now=NOW)
    await outbox.settle(tools, refresh, now=NOW)
    (panel,) = await outbox.claim(tools, now=NOW)
    await outbox.fail(tools, panel, now=NOW, error="Missing Permissions", final=True)
    summary = await host_summary(tools, caller=HOST, now=NOW)
    assert (summary.unsettled.due, summary.unsettled.dead) == (0, 1)
    assert summary.troubles == (("poll_panel", "Missing Permissions"),)
    assert [(deed.action, deed.name, deed.details) for deed in summary.deeds] == [
        ("theme_set", "Host", {"theme": "Rain"})
    ]
    assert (summary.view.ballots, summary.view.tally, summary.hearings) == (1, None, 0)
    with pytest.raises(NotAHost):
        await host_summary(tools, caller=a_caller(1), now=NOW)


async def test_what_a_deadline_did_has_no_name(tools, database):
    week, _ = await a_poll(database)
    await advance_due(tools, now=DUE)
    summary = await host_summary(tools, caller=HOST, now=DUE, number=week.number)
    assert [(deed.action, deed.name) for deed in summary.deeds] == [("won", "")]


# --- suggestions ----------------------------------------------------------------------------------------------------


async def test_weeks_are_suggested_by_label_and_theme_newest_first(tools, database):
    club = await make_club(database)
    await make_week(database, club, phase=Phase.CLOSED)
    await make_week(database, club, phase=Phase.LISTENING, album="Second")
    poll = await make_week(database, club, phase=Phase.POLL)
    await set_theme(tools, caller=HOST, now=NOW, theme="Live albums")

    async def suggested(text, **which):
        return [number for _, number in await week_suggestions(tools, guild_id=GUILD, text=text, **which)]

    assert await suggested("") == [3, 2]
    assert await suggested("", phases=tuple(Phase)) == [3, 2, 1]
    assert await suggested(" LIVE ") == [3]
    assert await suggested("week 002") == [2]
    assert await suggested("nothing like it") == []
    assert (await week_suggestions(tools, guild_id=GUILD, text="live"))[0][0] == f"{poll.label} · Live albums"
    assert await week_suggestions(tools, guild_id=404, text="") == []
