"""Errands are recorded once, performed in order, by one process at a time, and none is lost or done twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.domain.club.views import PanelRef
from bot.domain.club.week import Phase, ThreadRole
from bot.domain.outbox import ATTEMPTS, LEASE, Draft, Kind, State, retry_after
from bot.services import outbox
from db.queries import outbox as queries
from db.queries.club import clubs
from db.session import Database
from tests.factories import NOW, make_club, make_tools, make_week, rewrite_week
from tests.factories.running import recorded, week_now

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
PANELS = (Draft(Kind.CARD), Draft(Kind.PIN), Draft(Kind.NOMINATIONS_PANEL))


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


@pytest.fixture
async def week(database):
    return await make_week(database, await make_club(database))


async def record(database, week, *drafts, now=NOW):
    async with database.writing() as session:
        await outbox.record(session, week, drafts, now)


async def claim(tools, now=NOW, limit=8):
    return await outbox.claim(tools, now=now, limit=limit)


async def one(tools, now=NOW):
    (errand,) = await claim(tools, now)
    return errand


async def states(database):
    return [(errand.kind, errand.state) for errand in await recorded(database)]


# --- recording ------------------------------------------------------------------------------------------------------


async def test_the_same_errand_is_recorded_once(database, week):
    for _ in range(2):
        await record(database, week, *PANELS)
    assert [errand.kind for errand in await recorded(database)] == ["card", "pin", "nominations_panel"]


async def test_the_next_run_of_a_week_wants_its_own(database, week):
    await record(database, week, Draft(Kind.NOTICE, payload={"words": "moved"}))
    await record(
        database, await rewrite_week(database, week, run=week.run + 1), Draft(Kind.NOTICE, payload={"words": "moved"})
    )
    assert [(errand.kind, errand.run) for errand in await recorded(database)] == [("notice", 1), ("notice", 2)]


async def test_words_and_ordinals_tell_errands_of_one_kind_apart(database, week):
    notices = [Draft(Kind.NOTICE, ordinal, payload={"words": words}) for ordinal in (0, 1) for words in ("a", "b")]
    await record(database, week, *notices)
    assert len(await recorded(database)) == 4


async def test_hosts_are_asked_to_close_early_once_a_week_whatever_its_run(database, week):
    ask = Draft(Kind.HOST_NOTE, payload={"words": "close_early"})
    await record(database, week, ask)
    await record(database, await rewrite_week(database, week, run=9, phase=Phase.POLL), ask)
    assert len(await recorded(database)) == 1


async def test_one_refresh_waits_at_a_time(tools, database, week):
    for _ in range(3):
        await record(database, week, Draft(Kind.REFRESH))
    assert await states(database) == [("refresh", "pending")]
    errand = await one(tools)
    for _ in range(2):  # the same instant: a refresh while another is under way is wanted
        await record(database, week, Draft(Kind.REFRESH))
    assert await states(database) == [("refresh", "sending"), ("refresh", "pending")]
    assert await claim(tools) == []
    assert await outbox.settle(tools, errand, now=NOW)
    assert (await one(tools)).kind is Kind.REFRESH


async def test_a_refresh_that_failed_does_not_swallow_the_next(tools, database, week):
    await record(database, week, Draft(Kind.REFRESH))
    await outbox.fail(tools, await one(tools), now=NOW, error="503")
    await record(database, week, Draft(Kind.REFRESH))
    assert await states(database) == [("refresh", "pending"), ("refresh", "pending")]


async def test_a_forced_refresh_forces_the_one_that_waits(database, week):
    await record(database, week, Draft(Kind.REFRESH))
    await record(database, week, Draft(Kind.REFRESH, payload={"force": True}))
    await record(database, week, Draft(Kind.REFRESH))
    assert [errand.payload for errand in await recorded(database)] == [{"force": True}]


async def test_a_change_that_is_taken_back_leaves_no_errand(database, week):
    async def half_done():
        async with database.writing() as session:
            await outbox.record(session, week, PANELS, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half_done()
    assert await recorded(database) == []


async def test_the_bell_rings_after_the_commit_that_recorded_something(database, week):
    heard: list[int] = []
    database.bell = lambda: heard.append(1)
    async with database.writing() as session:
        await outbox.record(session, week, [], NOW)
    assert heard == []
    async with database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.CARD)], NOW)
        assert heard == []
    assert heard == [1]


# --- order ----------------------------------------------------------------------------------------------------------


async def test_a_lane_is_performed_in_order_one_at_a_time(tools, database, week):
    await record(database, week, *PANELS)
    done = []
    for _ in PANELS:
        errand = await one(tools)
        assert await claim(tools) == []
        await outbox.settle(tools, errand, now=NOW)
        done.append(errand.kind)
    assert done == [draft.kind for draft in PANELS]
    assert await claim(tools) == []


async def test_weeks_do_not_wait_for_each_other(tools, database, week):
    other = await make_week(database, await make_club(database, guild_id=2))
    await record(database, week, *PANELS)
    await record(database, other, *PANELS)
    assert [errand.week_id for errand in await claim(tools)] == [week.id, other.id]
    assert await claim(tools, limit=1) == []


async def test_an_errand_that_is_put_off_holds_up_its_lane_but_no_other(tools, database, week):
    await record(database, week, *PANELS)
    errand = await one(tools)
    await outbox.fail(tools, errand, now=NOW, error="429", after=10 * SECOND)
    assert await claim(tools, NOW + 9 * SECOND) == []
    again = await one(tools, NOW + 10 * SECOND)
    assert (again.id, again.attempts) == (errand.id, 2)


async def test_a_dead_errand_lets_the_next_one_pass(tools, database, week):
    await record(database, week, *PANELS)
    assert await outbox.fail(tools, await one(tools), now=NOW, error="50013", final=True) is State.DEAD
    assert (await one(tools)).kind is Kind.PIN


async def test_what_waits_for_its_time_stands_in_nobodys_way(tools, database, week):
    later = Draft(Kind.HOST_NOTE, not_before=NOW + HOUR, payload={"words": "stuck"})
    reminder = Draft(Kind.REMINDER, not_before=NOW + HOUR, payload={})
    await record(database, week, later, reminder, Draft(Kind.CARD))
    card = await one(tools)
    assert card.kind is Kind.CARD
    await outbox.settle(tools, card, now=NOW)
    assert sorted(errand.kind for errand in await claim(tools, NOW + HOUR)) == ["host_note", "reminder"]


async def test_one_errand_of_a_lane_is_under_way_also_when_an_earlier_one_becomes_due(tools, database, week):
    soon = Draft(Kind.HOST_NOTE, not_before=NOW + SECOND, payload={"words": "stuck"})
    await record(database, week, soon, Draft(Kind.CARD))
    await one(tools)
    assert await claim(tools, NOW + 2 * SECOND) == []


async def test_errands_without_a_week_have_lanes_of_their_own(tools, database, week):
    async with database.writing() as session:
        club = await clubs.club(session, week.club_id)
        for key in ("a", "a", "b"):
            await outbox.record_for_club(session, club, Draft(Kind.HOST_NOTE), key=key, now=NOW)
        for person in (1, 1, 2):
            await outbox.record_dm(session, week, Draft(Kind.DM), key="x", discord_id=person, now=NOW)
    claimed = await claim(tools)
    assert [(errand.kind, errand.week_id) for errand in claimed] == [
        (Kind.HOST_NOTE, None),
        (Kind.DM, week.id),
        (Kind.DM, week.id),
    ]
    assert await outbox.settle(tools, claimed[0], now=NOW)
    assert len(await claim(tools)) == 1


# --- leases ---------------------------------------------------------------------------------------------------------


async def test_a_claim_says_what_is_known_of_earlier_tries(tools, database, week):
    await record(database, week, Draft(Kind.CARD, payload={"a": 1}))
    first = await one(tools)
    assert (first.attempts, first.epoch, first.first_attempt_at, first.reconcile) == (1, 1, NOW, False)
    assert (first.phase, first.run, first.payload) == ("nominations", 1, {"a": 1})
    await outbox.fail(tools, first, now=NOW, error="429")
    second = await one(tools, NOW + HOUR)
    assert (second.attempts, second.epoch, second.first_attempt_at, second.reconcile) == (2, 2, NOW, False)


async def test_an_abandoned_errand_is_taken_over_and_reconciled(tools, elsewhere, database, week):
    await record(database, week, Draft(Kind.CARD))
    lost = await one(tools)
    assert await claim(elsewhere, NOW + LEASE) == []
    taken = await one(elsewhere, NOW + LEASE + SECOND)
    assert (taken.id, taken.reconcile, taken.epoch) == (lost.id, True, lost.epoch + 1)


async def test_a_process_that_wakes_up_too_late_changes_nothing(tools, elsewhere, database, week):
    await record(database, week, Draft(Kind.CARD))
    late = await one(tools)
    after = NOW + LEASE + SECOND
    taken = await one(elsewhere, after)
    settled = await outbox.settle(
        tools, late, now=after, discord_id=1, panel=PanelRef(1, 1), thread_roles=list(ThreadRole), event_id=1
    )
    assert settled is False
    assert await outbox.fail(tools, late, now=after, error="too late") is State.SENDING
    assert await outbox.fail(tools, late, now=after, error="too late", final=True) is State.SENDING
    unchanged = await week_now(database, week)
    assert (unchanged.threads, unchanged.event_id) == ({}, None)
    assert await outbox.settle(elsewhere, taken, now=after, discord_id=2)
    (errand,) = await recorded(database)
    assert (errand.state, errand.discord_id) == ("done", 2)
    assert await outbox.settle(elsewhere, taken, now=after, discord_id=3) is False


async def test_two_claimers_never_get_the_same_errand(tools, elsewhere, database):
    for guild in range(1, 13):
        found = await make_week(database, await make_club(database, guild_id=guild))
        await record(database, found, Draft(Kind.CARD), Draft(Kind.PIN))
    claims = await asyncio.gather(*(claim(process, limit=4) for process in (tools, elsewhere) * 3))
    errands = [errand for claimed in claims for errand in claimed]
    assert len({errand.id for errand in errands}) == len(errands) >= 8
    assert {errand.kind for errand in errands} == {Kind.CARD}
    assert {errand.epoch for errand in errands} == {1}


async def test_errands_claimed_and_settled_side_by_side_are_each_performed_once_in_order(tools, elsewhere, database):
    drafts = [Draft(Kind.NOTICE, place, payload={"words": "x"}) for place in range(4)]
    for guild in range(1, 5):
        await record(database, await make_week(database, await make_club(database, guild_id=guild)), *drafts)
    done: list[tuple[object, int]] = []

    async def work(process):
        while (await outbox.unsettled(process, now=NOW)).due:
            for errand in await claim(process, limit=2):
                done.append((errand.week_id, errand.ordinal))
                await asyncio.sleep(0)
                assert await outbox.settle(process, errand, now=NOW)

    async with asyncio.timeout(20):
        await asyncio.gather(work(tools), work(elsewhere), work(tools))
    assert len(done) == 16
    for week_id in {week_id for week_id, _ in done}:
        assert [ordinal for other, ordinal in done if other == week_id] == [0, 1, 2, 3]


# --- failures -------------------------------------------------------------------------------------------------------


async def test_tries_are_put_off_ever_longer_and_end(tools, database, week):
    await record(database, week, Draft(Kind.CARD))
    now = NOW
    for attempt in range(1, ATTEMPTS):
        errand = await one(tools, now)
        assert errand.attempts == attempt
        assert await outbox.fail(tools, errand, now=now, error="500") is State.PENDING
        assert await claim(tools, now + retry_after(attempt) - SECOND) == []
        now += retry_after(attempt)
    assert await outbox.fail(tools, await one(tools, now), now=now, error="500") is State.DEAD
    assert await claim(tools, now + HOUR) == []
    assert (await outbox.unsettled(tools, now=now)).dead == 1


async def test_an_unknown_outcome_stays_unknown_until_it_is_looked_up(tools, database, week):
    await record(database, week, Draft(Kind.CARD))
    assert await outbox.fail(tools, await one(tools), now=NOW, error="reset", unknown=True) is State.UNKNOWN
    again = await one(tools, NOW + HOUR)
    assert again.reconcile
    assert await outbox.fail(tools, again, now=NOW + HOUR, error="429") is State.UNKNOWN
    assert (await one(tools, NOW + 2 * HOUR)).reconcile


async def test_a_revived_errand_is_looked_up_before_it_is_tried(tools, database, week):
    await record(database, week, Draft(Kind.CARD), Draft(Kind.PIN))
    await outbox.fail(tools, await one(tools), now=NOW, error="50013", final=True)
    async with database.writing() as session:
        assert await queries.revive(session, week.id, NOW) == 1
        assert await queries.revive(session, week.id, NOW) == 0
    revived = await one(tools)
    assert (revived.kind, revived.attempts, revived.reconcile) == (Kind.CARD, 1, True)


# --- settling -------------------------------------------------------------------------------------------------------


async def test_settling_keeps_what_discord_gave(tools, database, week):
    await record(database, week, Draft(Kind.CARD), Draft(Kind.THREAD), Draft(Kind.EVENT), Draft(Kind.REDRAW))
    await outbox.settle(tools, await one(tools), now=NOW, discord_id=11, panel=PanelRef(1, 11, "abc"))
    roles = (ThreadRole.NOMINATIONS, ThreadRole.POLL)
    await outbox.settle(tools, await one(tools), now=NOW, discord_id=12, thread_roles=roles)
    await outbox.settle(tools, await one(tools), now=NOW, discord_id=13, event_id=13)
    await outbox.settle(
        tools, await one(tools), now=NOW, discord_id=11, panel=PanelRef(1, 11, "new"), panel_key=("card", 0)
    )
    kept = await week_now(database, week)
    assert kept.threads == {ThreadRole.NOMINATIONS: 12, ThreadRole.POLL: 12}
    assert kept.event_id == 13
    async with database.reading() as session:
        assert await queries.panels_of(session, week.id) == {("card", 0): PanelRef(1, 11, "new")}
    assert [errand.discord_id for errand in await recorded(database)] == [11, 12, 13, 11]


async def test_an_event_that_is_gone_is_forgotten(tools, database, week):
    await record(database, week, Draft(Kind.EVENT), Draft(Kind.EVENT_END))
    await outbox.settle(tools, await one(tools), now=NOW, event_id=13)
    await outbox.settle(tools, await one(tools), now=NOW, event_gone=True)
    assert (await week_now(database, week)).event_id is None


async def test_a_transition_does_not_overwrite_the_ids_discord_gave_meanwhile(tools, database, week):
    await record(database, week, Draft(Kind.THREAD))
    await outbox.settle(tools, await one(tools), now=NOW, discord_id=12, thread_roles=[ThreadRole.NOMINATIONS])
    stored = await rewrite_week(database, week, theme="from what was read before")
    assert stored.threads == {ThreadRole.NOMINATIONS: 12}


async def test_what_was_no_longer_wanted_is_marked_so(tools, database, week):
    await record(database, week, Draft(Kind.PIN))
    await outbox.settle(tools, await one(tools), now=NOW, skipped=True)
    assert await states(database) == [("pin", "skipped")]


# --- looking ahead --------------------------------------------------------------------------------------------------


async def test_unsettled_errands_are_counted_by_what_they_wait_for(tools, database, week):
    await record(database, week, *PANELS, Draft(Kind.REMINDER, not_before=NOW + HOUR, payload={}))
    await outbox.fail(tools, await one(tools), now=NOW, error="50013", final=True)
    await outbox.settle(tools, await one(tools), now=NOW)
    assert await outbox.unsettled(tools, now=NOW) == queries.Unsettled(due=1, waiting=1, dead=1)
    async with database.reading() as session:
        assert await queries.unsettled(session, NOW, uuid4()) == queries.Unsettled(0, 0, 0)
        assert await queries.troubles(session, week.id) == [("card", "50013")]


async def test_what_stands_behind_a_pause_is_no_work_of_now(tools, database, week):
    """Whoever waits until nothing is due would wait for Discord's own pause otherwise."""
    assert not await outbox.at_work(tools, now=NOW)
    await record(database, week, *PANELS)
    assert await outbox.at_work(tools, now=NOW)
    card = await one(tools)
    assert await outbox.at_work(tools, now=NOW)  # it is being posted, by whichever process
    await outbox.fail(tools, card, now=NOW, error="429 0: banned", after=10 * SECOND)
    assert not await outbox.at_work(tools, now=NOW)
    assert (await outbox.unsettled(tools, now=NOW)).due == 2
    assert await outbox.at_work(tools, now=NOW + 10 * SECOND)


async def test_the_next_look_is_when_something_can_be_done(tools, database, week):
    assert await outbox.next_errand_at(tools) is None
    await record(database, week, Draft(Kind.REMINDER, not_before=NOW + HOUR, payload={}))
    assert await outbox.next_errand_at(tools) == NOW + HOUR
    await record(database, week, *PANELS)
    assert await outbox.next_errand_at(tools) == NOW
    card = await one(tools)
    # The rest of the lane waits for this one; should its process die, the lease says when to look again.
    assert await outbox.next_errand_at(tools) == NOW + LEASE
    await outbox.fail(tools, card, now=NOW, error="429", after=10 * SECOND)
    assert await outbox.next_errand_at(tools) == NOW + 10 * SECOND


async def test_what_newer_code_recorded_is_left_to_it_and_holds_up_no_other_week(tools, database, week):
    other = await make_week(database, await make_club(database, guild_id=77))
    await record(database, week, Draft(Kind.CARD))
    await record(database, other, Draft(Kind.CARD), Draft(Kind.PIN))
    async with database.writing() as session:
        newer = text("UPDATE outbox SET kind = 'hologram' WHERE week_id = :week")
        await session.execute(newer, {"week": week.id})
    errand = await one(tools)
    assert errand.week_id == other.id
    await outbox.settle(tools, errand, now=NOW)
    assert (await one(tools)).kind is Kind.PIN
    assert sorted(await states(database)) == [("card", "done"), ("hologram", "pending"), ("pin", "sending")]


async def test_finished_errands_are_forgotten_after_a_month_and_dead_ones_after_half_a_year(tools, database, week):
    await record(database, week, Draft(Kind.CARD), Draft(Kind.PIN), Draft(Kind.THREAD))
    await outbox.settle(tools, await one(tools), now=NOW)
    await outbox.fail(tools, await one(tools), now=NOW, error="50013", final=True)
    await outbox.sweep(tools, now=NOW + outbox.KEPT_FOR)
    assert len(await recorded(database)) == 3
    await outbox.sweep(tools, now=NOW + outbox.KEPT_FOR + SECOND)
    assert await states(database) == [("pin", "dead"), ("thread", "pending")]
    await outbox.sweep(tools, now=NOW + outbox.DEAD_FOR + SECOND)
    assert await states(database) == [("thread", "pending")]
