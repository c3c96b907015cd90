"""What music is, is learnt in the background: most heard first, each once, later where nobody answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select, text, update

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.names import artist_id, heard_album_id
from bot.domain.taste.asking import LATER, LEASE
from bot.domain.taste.facts import FACTS_VERSION, KNOWN_FOR, UNKNOWN_FOR, Of, Teller
from bot.jobs.queue import Worker
from bot.providers.lastfm import PACE
from bot.services.manners import SharedManners
from bot.services.taste import learning, refreshing
from db.queries.taste import facts
from db.tables.catalog import Album
from db.tables.taste import TasteProfile, TasteShare, TasteSubject, TasteTold, TasteTrait
from tests.factories import NOW, a_caller, make_club, make_nomination, make_week
from tests.factories.facts import HeldFacts, later, learn_all, tools_that_learn
from tests.factories.listening import a_play, hear, make_listener
from tests.factories.taste import work_off

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LASTFM, MUSICBRAINZ = Teller.LASTFM, Teller.MUSICBRAINZ
HEARD = {"Low": 5, "Burial": 3, "Can": 2, "Various Artists": 4}
TAGS = {"Low": "slowcore, indie, seen live", "Burial": "dubstep, ambient", "Can": "krautrock, german"}


@pytest.fixture
async def user_id(database):
    """A member of a club who heard some artists, and whose profile is up to date."""
    await make_club(database)
    plays = [
        a_play(NOW - number * HOUR - place * DAY, artist, f"Song {number}", "Album")
        for place, (artist, count) in enumerate(HEARD.items())
        for number in range(count)
    ]
    member = await make_listener(database, a_caller(), plays)
    await work_off(tools_that_learn(database), member.user_id)
    return member.user_id


async def genres_of(database, user_id, scope="all"):
    """Genres of a member's profile, in hundredths."""
    async with database.reading() as session:
        row = await session.scalar(
            select(TasteProfile.profile).where(TasteProfile.user_id == user_id, TasteProfile.scope == scope)
        )
    return {} if row is None else {genre: round(100 * share) for genre, share in row["genres"].items()}


async def subject(database, artist):
    async with database.reading() as session:
        return await session.scalar(select(TasteSubject).where(TasteSubject.subject_id == artist_id(artist)))


async def told(database):
    async with database.reading() as session:
        rows = await session.execute(
            select(TasteTold.kind, TasteTold.source, TasteTold.found, TasteTold.fetched_at).order_by(
                TasteTold.subject_id
            )
        )
        return [tuple(row) for row in rows]


async def test_artists_that_are_heard_most_are_asked_about_first_and_their_hearers_get_genres(database, user_id):
    source = HeldFacts(LASTFM, TAGS)
    tools = tools_that_learn(database, source)
    assert await genres_of(database, user_id) == {}
    assert await learning.how_far(tools) == learning.Learnt(heard=4, described=0, waiting=4)
    await learn_all(tools)
    assert await learning.how_far(tools) == learning.Learnt(heard=4, described=3, waiting=0)
    assert source.asked == ["Low", "Low: Album", "Burial", "Burial: Album", "Can"], "nobody is called Various Artists"
    await work_off(tools, user_id)
    async with database.reading() as session:
        shares = {
            (row.kind, row.value): row.weight
            for row in await session.scalars(select(TasteShare).where(TasteShare.scope == "week"))
        }
    assert set(await genres_of(database, user_id)) == {"slowcore", "indie rock", "dubstep", "ambient", "krautrock"}
    assert shares["country", "Germany"] == 1_000 * HEARD["Can"], "a tag names it"
    source.asked.clear()
    assert await learning.wake(tools, now=NOW) is False
    assert await learn_all(tools) == 0
    assert source.asked == [], "each is asked about once"


async def test_names_are_asked_for_without_guests_and_editions(database, user_id):
    names = ("Talk Talk feat. Somebody", "Song", "Laughing Stock (2011 Remaster)")
    await hear(database, user_id, [a_play(NOW - number * HOUR, *names) for number in range(9)])
    source = HeldFacts(LASTFM)
    tools = tools_that_learn(database, source)
    await work_off(tools, user_id)
    await learn_all(tools)
    assert source.asked[:2] == ["Talk Talk", "Talk Talk: Laughing Stock"]


async def test_every_value_says_who_told_it_and_when(database, user_id):
    tools = tools_that_learn(
        database, HeldFacts(LASTFM, {"Low": "slowcore"}), HeldFacts(MUSICBRAINZ, {"Low": "rock"}, country="US")
    )
    await learn_all(tools)
    async with database.reading() as session:
        traits = await facts.traits_of_subjects(session, Of.ARTIST, [artist_id("Low")])
        rows = (await session.scalars(select(TasteTold).where(TasteTold.subject_id == artist_id("Low")))).all()
        kept = {row.source: row for row in rows}
    assert traits[artist_id("Low")].genres == {"rock": 500, "slowcore": 500}
    assert traits[artist_id("Low")].country == "United States"
    assert {fact.value: tellers for fact, tellers in traits[artist_id("Low")].tellers.items()} == {
        "genre": (LASTFM, MUSICBRAINZ),
        "country": (MUSICBRAINZ,),
    }
    assert (kept["lastfm"].tags, kept["lastfm"].fetched_at) == ([["slowcore", 100.0]], NOW)


async def test_what_nobody_knows_is_asked_again_after_a_month_and_the_rest_after_half_a_year(database, user_id):
    source = HeldFacts(LASTFM, {"Low": "slowcore"})
    tools = tools_that_learn(database, source)
    await learn_all(tools)
    assert (LASTFM.value, False) in {(row[1], row[2]) for row in await told(database)}, "no answer is one, too"
    source.asked.clear()
    later(tools, UNKNOWN_FOR * 1.2)
    await learn_all(tools)
    assert "Burial" in source.asked
    assert "Low" not in source.asked
    later(tools, KNOWN_FOR * 1.2)
    source.tags = {"Low": "dream pop"}
    await learn_all(tools)
    assert source.asked.count("Low") == 1
    await work_off(tools, user_id, tools.clock.now())
    assert await genres_of(database, user_id) == {"dream pop": 100}


@pytest.mark.parametrize(
    "trouble",
    [
        *(Unavailable("lastfm", why) for why in Why),
        Unavailable("lastfm", Why.BUSY, NOW + 3 * HOUR),
        RuntimeError("a bug of ours"),
    ],
    ids=lambda trouble: str(getattr(trouble, "why", "bug")) + (" until" if getattr(trouble, "until", None) else ""),
)
async def test_a_source_that_fails_loses_nothing_and_is_asked_later(database, user_id, trouble):
    lastfm, musicbrainz = HeldFacts(LASTFM, TAGS), HeldFacts(MUSICBRAINZ, {"Low": "rock"})
    lastfm.trouble = trouble
    tools = tools_that_learn(database, lastfm, musicbrainz)
    await learn_all(tools)
    assert lastfm.asked == ["Low"], "one failure is enough for a while"
    assert musicbrainz.asked[:3] == ["Low", "Low: Album", "Burial"], "the other one is asked all the same"
    await work_off(tools, user_id)
    assert await genres_of(database, user_id) == {"rock": 100}
    row = await subject(database, "Low")
    assert (row.failures, row.due_at >= NOW + LATER) == (1, True)
    assert row.due_at >= (getattr(trouble, "until", None) or NOW)
    lastfm.trouble = None
    later(tools, 4 * HOUR)
    await learn_all(tools)
    assert lastfm.asked[1:] == ["Low", "Low: Album", "Burial", "Burial: Album", "Can"]
    assert len(musicbrainz.asked) == 5, "who answered is not asked again"
    await work_off(tools, user_id, tools.clock.now())
    assert {"rock", "slowcore", "dubstep"} <= set(await genres_of(database, user_id))
    assert (await subject(database, "Low")).failures == 0


async def test_a_source_that_is_left_alone_is_not_asked_by_anybody(database, user_id):
    source = HeldFacts(LASTFM, TAGS)
    tools = tools_that_learn(database, source)
    manners = SharedManners(database, tools.clock)
    await manners.wait_turn("lastfm", PACE, within=1)
    await manners.failed("lastfm", Why.BUSY, until=NOW + HOUR)
    assert await learning.wake(tools, now=NOW) is False
    assert await learning.learn(tools) == 0
    assert source.asked == []
    later(tools, HOUR)
    assert await learning.wake(tools, now=tools.clock.now()) is True
    assert await learn_all(tools) > 0


async def test_two_workers_never_ask_the_same(database, user_id):
    source = HeldFacts(LASTFM, TAGS)
    source.gate = asyncio.Event()
    one, other = (asyncio.create_task(learning.learn(tools_that_learn(database, source))) for _ in range(2))
    await asyncio.wait_for(source.begun.wait(), 10)
    third = asyncio.create_task(learning.learn(tools_that_learn(database, source)))
    await asyncio.sleep(0.1)
    source.gate.set()
    await asyncio.gather(one, other, third)
    await learn_all(tools_that_learn(database, source))
    assert sorted(source.asked) == sorted({*source.asked})
    assert len(source.asked) == 5


async def test_who_dies_between_asking_and_keeping_leaves_a_claim_that_runs_out(database, user_id):
    source = HeldFacts(LASTFM, TAGS)
    source.gate = asyncio.Event()
    dies = asyncio.create_task(learning.learn(tools_that_learn(database, source)))
    await asyncio.wait_for(source.begun.wait(), 10)
    dies.cancel()
    await asyncio.gather(dies, return_exceptions=True)
    source.gate = None
    tools = tools_that_learn(database, source)
    assert await told(database) == []
    assert await learn_all(tools) == 0, "they are claimed"
    later(tools, LEASE)
    assert await learning.wake(tools, now=tools.clock.now()) is True
    assert await learn_all(tools) > 0
    assert source.asked[:2] == ["Low", "Low"]
    await work_off(tools, user_id)
    assert "slowcore" in await genres_of(database, user_id)


async def test_who_was_overtaken_keeps_nothing(database, user_id):
    slow, quick = HeldFacts(LASTFM, {"Low": "opera"}), HeldFacts(LASTFM, TAGS)
    slow.gate = asyncio.Event()
    late = tools_that_learn(database, slow)
    asking = asyncio.create_task(learning.learn(late))
    await asyncio.wait_for(slow.begun.wait(), 10)
    tools = tools_that_learn(database, quick)
    later(tools, LEASE)
    await learn_all(tools)
    slow.gate.set()
    assert await asking == 0
    await work_off(tools, user_id)
    assert "opera" not in await genres_of(database, user_id)


async def test_the_queue_does_it_and_goes_on_until_nothing_is_due(database, user_id):
    many = [a_play(NOW - number * HOUR, f"Artist {number}", "Song") for number in range(40)]
    await hear(database, user_id, many)
    source = HeldFacts(LASTFM, TAGS)
    tools = tools_that_learn(database, source)
    await work_off(tools, user_id)
    assert await learning.wake(tools, now=NOW) is True
    assert await learning.wake(tools, now=NOW) is False, "it waits already"
    worker = Worker(tools)
    try:
        await worker.work_off()
    finally:
        await worker.stop()
    assert len(source.asked) == len({*source.asked}) == 45


async def test_another_mapping_derives_anew_and_asks_nobody(database, user_id):
    source = HeldFacts(LASTFM, TAGS)
    tools = tools_that_learn(database, source)
    await learn_all(tools)
    await work_off(tools, user_id)
    right = await genres_of(database, user_id)
    async with database.writing() as session:
        # As if an older mapping had taken every genre for polka.
        await session.execute(update(TasteSubject).values(version=1))
        await session.execute(
            update(TasteTrait).where(TasteTrait.fact == "genre", TasteTrait.share > 500).values(value="polka")
        )
        await session.execute(text("UPDATE taste_states SET rules = 0, stale = true"))
    await work_off(tools, user_id)
    assert "polka" in await genres_of(database, user_id)
    source.asked.clear()
    await learning.sweep(tools, now=NOW)
    await work_off(tools, user_id)
    assert await genres_of(database, user_id) == right
    assert (await subject(database, "Low")).version == FACTS_VERSION
    assert source.asked == []


async def test_a_source_that_comes_later_is_asked_about_what_others_told_of(database, user_id):
    await learn_all(tools_that_learn(database, HeldFacts(MUSICBRAINZ, {"Low": "rock"})))
    lastfm, musicbrainz = HeldFacts(LASTFM, TAGS), HeldFacts(MUSICBRAINZ)
    tools = tools_that_learn(database, lastfm, musicbrainz)
    assert await learn_all(tools) == 0
    await learning.sweep(tools, now=NOW)
    await learn_all(tools)
    assert lastfm.asked[:2] == ["Low", "Low: Album"]
    assert musicbrainz.asked == []


async def test_what_the_catalogue_knows_of_a_nominated_album_needs_nobody(database):
    week = await make_week(database, await make_club(database))
    await make_nomination(database, week, title="Laughing Stock", artist="Talk Talk", year=1991)
    async with database.writing() as session:
        await session.execute(update(Album).values(genres=["Art Rock", "ambient"]))
    source = HeldFacts(LASTFM)
    tools = tools_that_learn(database, source)
    assert await learning.note_catalogue(tools, now=NOW) == 1
    assert await learning.note_catalogue(tools, now=NOW) == 0, "it is written down"
    async with database.reading() as session:
        found = await facts.traits_of_subjects(session, Of.ALBUM, [heard_album_id("Talk Talk", "Laughing Stock")])
    (traits,) = found.values()
    assert (list(traits.genres), traits.decade) == (["art rock", "ambient"], 1990)
    await learn_all(tools)
    assert source.asked == ["Talk Talk"], "its artist is asked about, though nobody played anything"


async def test_a_profile_is_the_same_in_whatever_order_facts_arrive(database, user_id):
    tools = tools_that_learn(database)
    sums = []
    for order in permutations(("Low", "Burial", "Can")):
        async with database.writing() as session:
            for table in ("taste_subjects", "taste_told", "taste_traits"):
                await session.execute(text(f"DELETE FROM {table}"))
            await session.execute(text("UPDATE taste_states SET rules = 0, stale = true"))
        await work_off(tools, user_id)
        for place, artist in enumerate(order):
            await learn_all(tools_that_learn(database, HeldFacts(LASTFM, {artist: TAGS[artist]})))
            async with database.writing() as session:
                # The next one is asked about as if it had never been.
                await session.execute(text("DELETE FROM taste_told WHERE NOT found"))
                await session.execute(text("UPDATE taste_subjects SET due_at = NULL WHERE version = 0 OR rev = 0"))
            if place % 2:
                await work_off(tools, user_id)
        await work_off(tools, user_id)
        async with database.reading() as session:
            rows = await session.execute(select(TasteShare.scope, TasteShare.kind, TasteShare.value, TasteShare.weight))
            sums.append(sorted(tuple(row) for row in rows))
    assert all(one == sums[0] for one in sums[1:])


async def test_what_is_heard_and_learnt_all_the_time_is_gathered_for_an_hour(database, user_id):
    tools = tools_that_learn(database, HeldFacts(LASTFM, TAGS))
    await learn_all(tools)
    assert await refreshing.wake(tools, now=NOW) == 0, "the profile was refreshed a moment ago"
    await hear(database, user_id, [a_play(NOW, "Low", "New")])
    assert await refreshing.wake(tools, now=NOW) == 0
    await work_off(tools, user_id)
    more = tools_that_learn(database, HeldFacts(MUSICBRAINZ, {"Low": "rock"}))
    await learning.sweep(more, now=NOW)
    await learn_all(more)
    assert await refreshing.wake(tools, now=NOW + refreshing.REST - timedelta(seconds=1)) == 0
    assert await refreshing.wake(tools, now=NOW + refreshing.REST) == 1


async def test_what_was_left_over_of_a_long_history_does_not_rest(database, user_id):
    tools = tools_that_learn(database)
    await work_off(tools, user_id)
    days = refreshing.DAYS_AT_ONCE + 5
    await hear(database, user_id, [a_play(NOW - timedelta(days=day), "Low", "Sunflower") for day in range(days)])
    assert await refreshing.refresh_piece(tools, user_id=user_id, now=NOW), "as whoever looked at it left it"
    assert await refreshing.wake(tools, now=NOW) == 1
    await work_off(tools, user_id)
    assert await refreshing.wake(tools, now=NOW + refreshing.LEASE) == 0
