"""Accounts are read: what is due, page by page, landed as a whole; whatever goes wrong loses nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Source
from bot.domain.listening.sync import SECOND_LOOK
from bot.rehearsal.providers.listeners import Play
from bot.rehearsal.providers.server import Fault
from bot.rehearsal.providers.spotify_listening import SpotifyShop
from bot.services.listening import syncing
from bot.services.listening.backfill import progress_of
from tests.factories.accounts import a_grant, keep_account
from tests.factories.people import NOW
from tests.factories.syncing import SyncStand, link, make_user, plays_of, some_plays, sync_stand

SCOPES = "user-read-recently-played user-top-read user-read-currently-playing"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def stand(database):
    async with sync_stand(database) as stand:
        yield stand


async def count(database, table="listen_events"):
    async with database.reading() as session:
        return await session.scalar(text(f"SELECT count(*) FROM {table}"))


async def row(database, columns="*"):
    async with database.reading() as session:
        return (await session.execute(text(f"SELECT {columns} FROM sync_accounts"))).one()


async def test_an_account_is_read_newest_first_and_then_to_its_beginning(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(700, every=timedelta(hours=3)))
    ada.page_limit = 50
    account = await stand.links(ada)
    assert await progress_of(stand.tools, account_id=account, now=NOW) is None
    await stand.syncs()
    assert await count(database) == 700
    progress = await progress_of(stand.tools, account_id=account, now=NOW)
    assert progress is not None
    assert (progress.read, progress.total, progress.done, progress.holes) == (700, 700, True, ())
    assert progress.synced_at == NOW
    assert await count(database, "staged_pages") == 0
    asked = stand.pages_asked()
    await stand.syncs()
    assert stand.pages_asked() == asked, "nothing is due"


async def test_what_is_heard_later_is_read_when_it_is_due_and_once(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(30))
    await stand.links(ada)
    await stand.syncs()
    asked = stand.pages_asked()
    ada.hears(Play(NOW + 3 * MINUTE, "Harmonia", "Watussi"))
    stand.clock.move(30 * MINUTE)
    await stand.syncs()
    assert await count(database) == 31
    assert stand.pages_asked() == asked + 1, "one small page"
    stand.clock.move(5 * MINUTE)
    await stand.syncs()
    assert stand.pages_asked() == asked + 1


async def test_plays_that_come_late_are_found_within_the_hour_and_within_the_fortnight(stand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(30))
    await stand.links(ada)
    await stand.syncs()
    ada.hears(Play(NOW - 40 * MINUTE, "Neu!", "Isi", told_at=NOW + MINUTE))
    ada.hears(Play(NOW - 5 * DAY, "Neu!", "Seeland", told_at=NOW + MINUTE))
    stand.clock.move(45 * MINUTE)
    await stand.syncs()
    assert await count(database) == 31
    stand.clock.move(DAY)
    await stand.syncs()
    assert await count(database) == 32


async def test_a_failed_page_loses_nothing_and_advances_nothing(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(450))
    ada.page_limit = 100
    await stand.links(ada)
    fault = Fault(
        "lastfm/*", body=b'{"error":8,"message":"Operation failed"}', spares=2, content_type="application/json"
    )
    stand.services.faults.append(fault)
    await stand.syncs()
    assert await count(database) == 0
    assert await count(database, "staged_pages") == 2
    state = await row(database, "failures, why, covered_since, next_due_at, lease_until")
    assert (state.failures, state.why, state.covered_since, state.lease_until) == (1, "lastfm down", [], None)
    assert MINUTE <= state.next_due_at - NOW <= 1.25 * MINUTE
    stand.services.faults.clear()
    asked = stand.pages_asked()
    stand.clock.move(2 * MINUTE)
    await stand.syncs()
    assert await count(database) == 450
    # Three pages of the month that were missing, and one question for everything before it.
    assert stand.pages_asked() - asked == 4, "the window goes on behind the pages that are staged"
    assert (await row(database, "failures")).failures == 0


async def test_failures_are_waited_out_longer_each_time(stand: SyncStand, database) -> None:
    await stand.links(stand.elsewhere.joins_lastfm("ada", some_plays(5)))
    stand.services.faults.append(Fault("lastfm/*", body=b"<html>", status=200))
    waits = []
    for _ in range(6):
        await stand.syncs()
        due = (await row(database, "next_due_at")).next_due_at
        waits.append((due - stand.clock.now()) / MINUTE)
        stand.clock.move(due - stand.clock.now() + HOUR)  # … and any breaker has closed
    for wait, least in zip(waits, (1, 5, 25, 120, 720, 720), strict=True):
        assert least <= wait <= 1.25 * least


async def test_a_service_that_is_busy_is_waited_for_and_no_account_is_to_blame(stand: SyncStand, database) -> None:
    await stand.links(stand.elsewhere.joins_spotify("ada", some_plays(5)), Source.LASTFM)
    stand.elsewhere.joins_lastfm("ada", some_plays(5))
    stand.services.faults.append(Fault("lastfm/*", status=429, headers={"Retry-After": "300"}, body=b"{}"))
    await stand.syncs()
    state = await row(database, "failures, why, next_due_at")
    assert (state.failures, state.why) == (0, "lastfm busy")
    assert 5 * MINUTE <= state.next_due_at - NOW <= 6.1 * MINUTE
    stand.services.faults.clear()
    stand.clock.move(7 * MINUTE)
    await stand.syncs()
    assert await count(database) == 5


async def test_a_profile_that_is_hidden_between_pages_waits_for_its_owner_and_goes_on(stand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(250))
    ada.page_limit = 100

    def hide(pages: int) -> None:
        ada.hides = pages == 1

    ada.between_pages = hide
    await stand.links(ada)
    await stand.syncs()
    assert await count(database) == 0
    assert (await row(database, "why, refused"))[:] == ("private", True)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT standing FROM linked_accounts")) == "private"
    asked = stand.pages_asked()
    stand.clock.move(2 * HOUR)
    await stand.syncs()
    assert stand.pages_asked() == asked, "nobody is asked in vain"
    ada.hides = False
    stand.clock.move(2 * DAY)
    await stand.syncs()
    assert await count(database) == 250
    async with database.reading() as session:
        assert await session.scalar(text("SELECT standing FROM linked_accounts")) == "well"


async def test_what_its_owner_mended_is_read_at_once(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(5))
    ada.hides = True
    await stand.links(ada)
    await stand.syncs()
    ada.hides = False
    async with database.writing() as session:
        await session.execute(text("UPDATE linked_accounts SET standing = 'well'"))
    stand.clock.move(MINUTE)
    await stand.syncs()
    assert await count(database) == 5


async def test_an_account_that_is_unlinked_between_pages_leaves_nothing(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(250))
    ada.page_limit = 100
    reached = asyncio.Event()
    ada.between_pages = lambda pages: reached.set() if pages == 2 else None
    await stand.links(ada)
    stand.services.faults.append(Fault("lastfm/*", kind="slow", seconds=0.5, spares=1))
    reading = asyncio.create_task(stand.syncs())
    await asyncio.wait_for(reached.wait(), 10)
    async with database.writing() as session:
        await session.execute(text("DELETE FROM linked_accounts WHERE provider = 'lastfm'"))
    await reading
    assert [await count(database, table) for table in ("listen_events", "staged_pages", "sync_accounts")] == [0, 0, 0]


async def test_whoever_was_overtaken_writes_nothing(stand: SyncStand, database) -> None:
    await stand.links(stand.elsewhere.joins_lastfm("ada", some_plays(20)))
    async with database.writing() as session:
        await syncing.queries.begin_accounts(session, NOW)
        claimed = await syncing.queries.claim_due(session, NOW, most=5, lease=NOW + HOUR)
        early = await syncing.queries.take_up(session, claimed, NOW + HOUR)
        late = await syncing.queries.take_up(session, claimed, NOW + HOUR)
    await syncing.read_turns(stand.tools, early)
    assert await count(database) == 0
    await syncing.read_turns(stand.tools, late)
    assert await count(database) == 20
    async with database.writing() as session:
        assert await syncing.queries.take_up(session, claimed, NOW + HOUR) == [], "it is done"


async def test_two_workers_on_the_same_accounts_do_each_page_once(stand: SyncStand, database) -> None:
    for number in range(12):
        listener = stand.elsewhere.joins_lastfm(f"member{number}", some_plays(25 * (number % 3) + 10))
        listener.page_limit = 20
        await stand.links(listener, user_id=await make_user(database, f"member{number}"))
    async with sync_stand(database, clock=stand.clock, elsewhere=stand.elsewhere, services=stand.services) as other:
        await asyncio.gather(stand.syncs(), other.syncs(), stand.syncs(), other.syncs())
    assert await count(database) == 4 * (10 + 35 + 60)
    # A month in pages of twenty, each with the last second of the one before; and one question for all before it.
    assert stand.pages_asked() == 4 * (1 + 2 + 4) + 12


async def test_spotify_is_asked_for_the_last_fifty_and_what_went_by_is_a_hole(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_spotify("ada", some_plays(120))
    user = await make_user(database)
    account = await _link_spotify(stand, user, ada)
    await stand.syncs()
    assert await count(database) == 50
    ada.hears(*(Play(NOW + 3 * MINUTE * number, "Faust", f"Part {number}") for number in range(100)))
    stand.clock.move(6 * HOUR)
    await stand.syncs()
    assert await count(database) == 100
    progress = await progress_of(stand.tools, account_id=account, now=stand.clock.now())
    assert progress is not None
    state = await row(database, "covered_since, newest_due_at")
    assert len(state.covered_since) == 2, "what lies between is known to be missing"
    assert 20 * MINUTE <= state.newest_due_at - stand.clock.now() <= 30 * MINUTE


async def _link_spotify(stand: SyncStand, user, listener):
    shop = stand.services.shops["spotify"]
    assert isinstance(shop, SpotifyShop)
    token, refresh = shop.grant(listener, SCOPES)
    return await keep_account(
        stand.tools, user, granted=a_grant(listener.name, token=token, refresh=refresh, now=stand.clock.now())
    )


async def test_deleted_scrobbles_go_after_a_second_look_and_renamed_ones_at_once(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(40, every=HOUR))
    ada.hears(Play(NOW - 30 * MINUTE, "Kluster", "Misspelled"))
    await stand.links(ada)
    await stand.syncs()
    assert ada.deletes(lambda play: play.title == "Title 7") == 2
    ada.corrects("Kluster", to="Cluster")
    stand.clock.move(25 * HOUR)
    await stand.syncs()
    tracks = {play[2] for play in await plays_of(database)}
    assert work_id("Cluster", "Misspelled") in tracks
    assert work_id("Kluster", "Misspelled") not in tracks
    assert await count(database) == 41, "a service may be wrong once"
    stand.clock.move(SECOND_LOOK + MINUTE)
    await stand.syncs()
    assert await count(database) == 39


async def test_a_service_that_suddenly_tells_hardly_anything_deletes_nothing(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(40, every=HOUR))
    await stand.links(ada)
    await stand.syncs()
    ada.deletes(lambda play: play.at < NOW - HOUR)
    for _ in range(3):
        stand.clock.move(25 * HOUR)
        await stand.syncs()
    assert await count(database) == 40


async def test_a_long_history_is_landed_window_by_window(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(950, every=timedelta(hours=20)))
    ada.page_limit = 30
    account = await stand.links(ada)
    await syncing.wake(stand.tools, now=NOW)
    seen: list[int] = []
    for _ in range(6):
        async with database.reading() as session:
            args = await session.scalar(text("SELECT args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1"))
        await syncing.read_accounts(stand.tools, claims=args["claims"])
        progress = await progress_of(stand.tools, account_id=account, now=NOW)
        assert progress is not None
        assert progress.done is (progress.read == 950)
        seen.append(progress.read)
    assert seen[0] == 36, "first the month"
    assert seen == sorted(seen)
    assert 290 <= seen[1] - seen[0] <= 300, "then ten pages at a time"
    assert (seen[-1], await count(database)) == (950, 950)


async def test_a_member_may_ask_for_a_reading_once_a_minute(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(5))
    account = await stand.links(ada)
    await stand.syncs()
    ada.hears(Play(NOW + MINUTE, "Can", "Future Days", seconds=60))
    now = stand.clock.move(3 * MINUTE)
    assert await syncing.ask_now(stand.tools, account_id=account, now=now)
    assert not await syncing.ask_now(stand.tools, account_id=account, now=now)
    await stand.syncs()
    assert await count(database) == 6


async def test_an_account_of_a_service_that_is_not_set_up_waits(stand: SyncStand, database) -> None:
    await link(database, await make_user(database), Source.LASTFM, "ada")
    sources = {key: source for key, source in stand.tools.listening.sources.items() if key is not Source.LASTFM}
    stand.tools.listening.__dict__["sources"] = sources
    await stand.syncs()
    assert (await row(database, "why")).why == "lastfm refused"


async def test_a_token_that_is_taken_no_more_is_renewed_and_the_reading_goes_on(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_spotify("ada", some_plays(20))
    await _link_spotify(stand, await make_user(database), ada)
    shop = stand.services.shops["spotify"]
    assert isinstance(shop, SpotifyShop)
    async with database.reading() as session:
        before = (await session.execute(text("SELECT access_token, refresh_token FROM linked_accounts"))).one()
    shop.spoil_tokens(ada)
    await stand.syncs()
    assert await count(database) == 20
    async with database.reading() as session:
        after = (await session.execute(text("SELECT access_token, refresh_token FROM linked_accounts"))).one()
    assert after[0] != before[0]
    assert after[1] != before[1], "the service gave another one, and it is kept"


async def test_a_grant_that_was_taken_back_is_told_of_and_not_asked_with_again(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_spotify("ada", some_plays(20))
    await _link_spotify(stand, await make_user(database), ada)
    shop = stand.services.shops["spotify"]
    assert isinstance(shop, SpotifyShop)
    shop.revoke(ada)
    await stand.syncs()
    async with database.reading() as session:
        assert await session.scalar(text("SELECT standing FROM linked_accounts")) == "revoked"
    asked = len(stand.services.calls)
    for _ in range(2):
        stand.clock.move(2 * DAY)
        await stand.syncs()
    assert len(stand.services.calls) == asked, "there is no token to ask with"
    assert await count(database) == 0


async def test_a_backfill_stands_back_when_a_service_has_enough(stand: SyncStand, database) -> None:
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(100, every=12 * HOUR))
    await stand.links(ada)
    busy = Fault("lastfm/*", status=429, headers={"Retry-After": "300"}, body=b"{}", spares=1)
    stand.services.faults.append(busy)
    await stand.syncs()
    assert 50 < await count(database) < 70, "the month is there"
    state = await row(database, "failures, next_due_at, newest_due_at")
    assert state.failures == 0
    assert state.next_due_at - NOW >= 10 * MINUTE, "later than anybody who waits for what is new"
    stand.services.faults.clear()
    stand.clock.move(12 * MINUTE)
    await stand.syncs()
    assert await count(database) == 100


async def test_more_accounts_than_may_be_under_way_wait_in_their_rows(stand: SyncStand, database) -> None:
    for number in range(syncing.MOST_UNDER_WAY + 30):
        await link(database, await make_user(database, f"m{number}"), Source.LASTFM, f"m{number}")
    woken = await syncing.wake(stand.tools, now=NOW)
    assert woken.claimed == syncing.MOST_UNDER_WAY
    assert woken.next_due is None, "whoever is done looks for more: nobody has to be woken for them"
    assert (await syncing.wake(stand.tools, now=NOW)).claimed == 0
    stand.clock.move(HOUR)
    assert (await syncing.wake(stand.tools, now=stand.clock.now())).claimed == syncing.MOST_UNDER_WAY, "leases end"
