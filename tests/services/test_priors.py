"""What services say members like is read once a day, stands for their taste at first, and goes with the account."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.domain.listening.names import artist_id
from bot.domain.taste.facts import Of, Teller
from bot.domain.taste.priors import AGAIN, EVERY, LEASE
from bot.jobs.queue import Worker
from bot.rehearsal.providers.listeners import Play
from bot.rehearsal.providers.server import Fault
from bot.rehearsal.providers.spotify_listening import SpotifyShop
from bot.services.accounts.unlinking import unlink
from bot.services.listening import syncing
from bot.services.taste import priors
from db.tables.taste import TastePrior, TasteProfile, TasteState
from tests.factories import NOW, a_caller, make_club
from tests.factories.accounts import a_grant, keep_account
from tests.factories.facts import HeldFacts, learn_all
from tests.factories.listening import a_play, hear, make_listener
from tests.factories.syncing import SyncStand, some_plays, sync_stand
from tests.factories.taste import describe, work_off

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCOPES = "user-read-recently-played user-read-currently-playing user-top-read"


@pytest.fixture
async def stand(database):
    async with sync_stand(database) as stand:
        yield stand


@pytest.fixture
async def user_id(database):
    await make_club(database)
    return (await make_listener(database, a_caller())).user_id


async def reads(stand: SyncStand) -> int:
    """Everything that is due is asked; how many accounts that were."""
    claimed = await priors.wake(stand.tools, now=stand.clock.now())
    worker = Worker(stand.tools)
    try:
        await worker.work_off()
    finally:
        await worker.stop()
    return claimed


async def prior_of(database, user_id) -> TastePrior | None:
    async with database.reading() as session:
        return await session.scalar(select(TastePrior).where(TastePrior.user_id == user_id))


async def profile_of(database, user_id, scope="all"):
    async with database.reading() as session:
        asked = select(TasteProfile.profile).where(TasteProfile.user_id == user_id, TasteProfile.scope == scope)
        return await session.scalar(asked)


async def link_spotify(stand: SyncStand, user_id, listener, scopes=SCOPES):
    shop = stand.services.shops["spotify"]
    assert isinstance(shop, SpotifyShop)
    token, refresh = shop.grant(listener, scopes)
    granted = a_grant(listener.name, token=token, refresh=refresh, now=stand.clock.now(), scopes=scopes)
    return await keep_account(stand.tools, user_id, granted=granted)


async def test_lastfm_tells_artists_albums_and_tags_and_a_newcomer_has_genres(stand, database, user_id):
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(60))
    ada.tags = {"krautrock": 7, "seen live": 3}
    await stand.links(ada, user_id=user_id)
    await describe(database, Of.ARTIST, artist_id("Cluster 0"), [("ambient", 100)])
    assert await reads(stand) == 1
    row = await prior_of(database, user_id)
    assert row is not None
    assert (row.told_at, row.why, row.source) == (NOW, "", "lastfm")
    assert sorted(row.told["artists"]) == [["Cluster 0", 20.0], ["Cluster 1", 20.0], ["Cluster 2", 20.0]]
    assert ["Cluster 0", "Album 0", 5.0] in row.told["albums"]
    assert row.told["tags"] == [["krautrock", 7.0], ["seen live", 3.0]]
    assert EVERY <= row.due_at - NOW <= 1.25 * EVERY
    await work_off(stand.tools, user_id)
    profile = await profile_of(database, user_id)
    assert profile["genres"] == {"ambient": 0.5, "krautrock": 0.5}
    assert (profile["prior"], profile["prior_sources"], profile["plays"]) == (1.0, ["lastfm"], 0)
    assert await reads(stand) == 0, "nothing is due"


async def test_genres_that_are_learnt_later_come_into_it(stand, database, user_id):
    await stand.links(stand.elsewhere.joins_lastfm("ada", some_plays(9)), user_id=user_id)
    await reads(stand)
    await work_off(stand.tools, user_id)
    assert (await profile_of(database, user_id))["genres"] == {}
    source = HeldFacts(Teller.LASTFM, {"Cluster 1": "krautrock"})
    await learn_all(replace(stand.tools, fact_sources=(source,)))
    assert "Cluster 1" in source.asked, "nobody here has played it"
    async with database.reading() as session:
        assert await session.scalar(select(TasteState.stale)) is True
    await work_off(stand.tools, user_id)
    assert (await profile_of(database, user_id))["genres"] == {"krautrock": 1.0}


async def test_it_fades_as_plays_arrive_in_every_scope_alike(stand, database, user_id):
    ada = stand.elsewhere.joins_lastfm("ada")
    ada.tags = {"krautrock": 1}
    await stand.links(ada, user_id=user_id)
    await reads(stand)
    await describe(database, Of.ARTIST, artist_id("Low"), [("slowcore", 100)])
    heard = 0
    for more, share in ((100, 0.5), (800, 0.1)):
        old = [a_play(NOW - 30 * DAY - number * HOUR, "Low", f"Song {number}") for number in range(heard, heard + more)]
        await hear(database, user_id, [*old, a_play(NOW - HOUR, "Low", f"New {heard}")])
        heard += more
        await work_off(stand.tools, user_id)
        for scope in ("week", "all"):
            profile = await profile_of(database, user_id, scope)
            assert profile["prior"] == pytest.approx(share, abs=0.01)
            assert profile["genres"].get("krautrock", 0.0) == pytest.approx(share, abs=0.01)


async def test_spotify_tells_artists_and_tracks_of_three_times(stand, database, user_id):
    times = [NOW - 2 * DAY, NOW - 3 * DAY, NOW - 90 * DAY, NOW - 300 * DAY]
    plays = [Play(at, artist, "Song") for at, artist in zip(times, ("Moth", "Fenn", "Moth", "Can"), strict=True)]
    await link_spotify(stand, user_id, stand.elsewhere.joins_spotify("ben", plays))
    assert await reads(stand) == 1
    row = await prior_of(database, user_id)
    assert row is not None
    assert row.why == ""
    assert [name for name, _ in row.told["artists"]] == ["Moth", "Fenn", "Can"]
    assert [track[:2] for track in row.told["tracks"]] == [["Moth", "Song"], ["Fenn", "Song"], ["Can", "Song"]]
    await work_off(stand.tools, user_id)
    profile = await profile_of(database, user_id)
    assert set(profile["genres"]) == {"electronic", "ambient", "downtempo", "slowcore", "post-rock"}
    assert profile["prior_sources"] == ["spotify"]


async def test_a_grant_that_lacks_it_is_left_out_with_its_reason_and_nothing_is_asked(stand, database, user_id):
    listener = stand.elsewhere.joins_spotify("ben", some_plays(9))
    await link_spotify(stand, user_id, listener, "user-read-recently-played")
    await reads(stand)
    row = await prior_of(database, user_id)
    assert row is not None
    assert (row.why, row.told_at) == ("not granted: user-top-read", None)
    assert row.due_at >= NOW + EVERY
    assert stand.pages_asked("spotify") == 0
    async with database.reading() as session:
        assert await session.scalar(text("SELECT standing FROM linked_accounts")) == "well", "it reads as before"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault("lastfm/*", status=500), "lastfm down"),
        (Fault("lastfm/*", status=429, headers={"Retry-After": "10000"}), "lastfm busy"),
        (Fault("lastfm/*", kind="garbage"), "lastfm garbled"),
        (Fault("lastfm/*", status=404, body=b'<lfm status="failed"><error code="6">No</error></lfm>'), "gone"),
        (
            Fault("lastfm/*", status=403, body=b'<lfm status="failed"><error code="10">No</error></lfm>'),
            "lastfm refused",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
async def test_a_service_that_fails_keeps_what_was_told_and_is_asked_later(stand, database, user_id, fault, why):
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(9))
    await stand.links(ada, user_id=user_id)
    await reads(stand)
    stand.clock.move(2 * EVERY)
    stand.services.faults.append(fault)
    await reads(stand)
    row = await prior_of(database, user_id)
    assert row is not None
    assert (row.why, row.told_at) == (why, NOW)
    assert row.told["artists"]
    assert row.due_at >= stand.clock.now() + AGAIN
    stand.services.faults.clear()
    stand.clock.move(2 * EVERY)
    await reads(stand)
    row = await prior_of(database, user_id)
    assert row is not None
    assert (row.why, row.told_at) == ("", stand.clock.now())


async def test_answers_for_somebody_else_are_never_taken(stand, database, user_id):
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(9))
    await stand.links(ada, user_id=user_id)
    ada.strangers = 1
    await reads(stand)
    row = await prior_of(database, user_id)
    assert row is not None
    assert row.told_at == NOW, "asked once more"
    stand.clock.move(2 * EVERY)
    ada.strangers = 99
    await reads(stand)
    row = await prior_of(database, user_id)
    assert row is not None
    assert (row.why, row.told_at) == ("lastfm garbled", NOW)


async def test_two_processes_never_read_the_same_and_a_dead_ones_claim_runs_out(stand, database, user_id):
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(9))
    await stand.links(ada, user_id=user_id)
    claimed = await asyncio.gather(*(priors.wake(stand.tools, now=NOW) for _ in range(3)))
    assert sorted(claimed) == [0, 0, 1]
    async with database.writing() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))  # its worker died with it
    assert await reads(stand) == 0
    stand.clock.move(LEASE)
    assert await reads(stand) == 1
    assert await prior_of(database, user_id) is not None
    assert (await prior_of(database, user_id)).told_at == NOW + LEASE  # type: ignore[union-attr]


async def test_unlinking_takes_it_along_and_the_profile_is_without_it(stand, database, user_id):
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(9))
    ada.tags = {"krautrock": 1}
    account = await stand.links(ada, user_id=user_id)
    await syncing.wake(stand.tools, now=NOW)
    await reads(stand)
    await work_off(stand.tools, user_id)
    before = await profile_of(database, user_id)
    await unlink(stand.tools, caller=a_caller(), account_id=account, keeps=True)
    assert await prior_of(database, user_id) is None
    await work_off(stand.tools, user_id)
    after = await profile_of(database, user_id)
    assert (before["prior_sources"], after["prior_sources"], after["genres"]) == (["lastfm"], [], {})
    assert after["plays"] == before["plays"]
    stand.clock.move(2 * EVERY)
    assert await reads(stand) == 0


async def test_an_account_that_is_unlinked_while_it_is_asked_leaves_nothing(stand, database, user_id):
    ada = stand.elsewhere.joins_lastfm("ada", some_plays(9))
    account = await stand.links(ada, user_id=user_id)
    stand.services.faults.append(Fault("lastfm/*", kind="slow", seconds=0.5, times=1))
    await priors.wake(stand.tools, now=NOW)
    worker = Worker(stand.tools)
    reading = asyncio.create_task(worker.work_off())
    async with asyncio.timeout(10):
        while not stand.pages_asked():  # noqa: ASYNC110 - the loopback server tells nobody
            await asyncio.sleep(0.02)
    await unlink(stand.tools, caller=a_caller(), account_id=account, keeps=False)
    await reading
    await worker.stop()
    assert await prior_of(database, user_id) is None
