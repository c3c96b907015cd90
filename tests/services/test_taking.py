"""Plays are taken in once, whoever tells of them, however often, and by however many at the same time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from bot.domain.listening.names import heard_album_id, work_id
from bot.domain.listening.plays import Resolution, Source, Told
from bot.services import people
from bot.services.listening import club_counters
from bot.services.listening.forgetting import drop_plays, forget_source, recount, told_between
from bot.services.listening.taking import Taken, take_plays
from db.session import Database
from db.tables.catalog import Track
from db.tables.listening import AlbumPlays, Artist, ArtistPlays, ClubPlays, HeardAlbum, Listen, ListenTwin, TrackPlays
from db.tables.people import User
from tests.factories import NOW, a_caller, make_club, make_member, make_tools

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
HOUR, LENGTH = 60 * MINUTE, 4 * MINUTE

pytestmark = pytest.mark.row("4-08")


def scrobble(at=NOW, title="Pendulum Man", artist="Bark Psychosis", album="", source=Source.LASTFM):
    return Told(source, artist, title, at, album)


def extended(at=NOW, title="Pendulum Man", played=LENGTH, album="Hex"):
    """A play that began then, as Spotify's extended history tells it."""
    end = at + played
    return Told(Source.SPOTIFY_EXTENDED, "Bark Psychosis", title, end - played, album, ended_at=end, played=played)


def by_minute(at=NOW):
    return Told(
        Source.LASTFM_FILE, "Bark Psychosis", "Pendulum Man", at.replace(second=0), resolution=Resolution.MINUTE
    )


async def take(database, user_id, *plays):
    async with database.writing() as session:
        return await take_plays(session, user_id=user_id, plays=plays)


async def count(database, table):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def values(database, *columns):
    async with database.reading() as session:
        return [tuple(row) for row in await session.execute(select(*columns))]


@pytest.fixture
async def member(database):
    await make_club(database)
    return (await make_member(database, now=NOW - 30 * DAY)).user_id


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield database
    await database.close()


async def test_a_play_told_again_changes_nothing(database, member):
    plays = [scrobble(), scrobble(NOW + 5 * MINUTE), scrobble(NOW + 9 * MINUTE, "Absent Friend", album="Hex")]
    assert await take(database, member, *plays) == Taken(new=3)
    assert await take(database, member, *plays) == Taken(known=3)
    assert await take(database, member, plays[0], plays[0]) == Taken(known=2)
    assert await take(database, member) == Taken()
    assert await count(database, Listen) == 3
    assert await values(database, ArtistPlays.plays, ArtistPlays.first_at, ArtistPlays.last_at) == [
        (3, NOW, NOW + 9 * MINUTE)
    ]
    assert await values(database, AlbumPlays.album_id, AlbumPlays.plays) == [
        (heard_album_id("Bark Psychosis", "Hex"), 1)
    ]
    assert sorted(await values(database, ClubPlays.kind, ClubPlays.plays)) == [
        ("album", 1),
        ("artist", 3),
        ("track", 1),
        ("track", 2),
    ]


async def test_what_two_sources_tell_is_kept_once_and_remembers_both(database, member):
    assert await take(database, member, by_minute()) == Taken(new=1)
    assert await take(database, member, scrobble(NOW + 20 * SECOND)) == Taken(twins=1)
    assert await take(database, member, extended(NOW + 25 * SECOND)) == Taken(twins=1)
    for told in (by_minute(), scrobble(NOW + 20 * SECOND), extended(NOW + 25 * SECOND)):
        assert await take(database, member, told) == Taken(known=1)
    [(at, source, also, resolution, album)] = await values(
        database, Listen.played_at, Listen.source, Listen.also, Listen.resolution, Listen.album_id
    )
    assert (at, source, also, resolution) == (
        NOW + 20 * SECOND,
        "lastfm",
        ["lastfm_file", "spotify_extended"],
        "second",
    )
    assert album is None, "the kept one tells none"
    assert sorted(await values(database, ListenTwin.source, ListenTwin.reason, ListenTwin.kept_source)) == [
        ("lastfm_file", "minute", "lastfm"),
        ("spotify_extended", "start", "lastfm"),
    ]
    assert await values(database, TrackPlays.plays, TrackPlays.first_at) == [(1, NOW + 20 * SECOND)]


async def test_skips_are_kept_and_count_nowhere(database, member):
    skip = extended(played=20 * SECOND)
    assert await take(database, member, skip, extended(NOW + 20 * SECOND)) == Taken(new=2, skips=1)
    assert await take(database, member, skip) == Taken(known=1)
    at_once = extended(NOW + HOUR, played=0 * SECOND), extended(NOW + HOUR)
    assert await take(database, member, *at_once) == Taken(new=2, skips=1), "they only seem to begin together"
    assert await take(database, member, *at_once[::-1]) == Taken(known=2)
    assert await values(database, TrackPlays.plays) == [(2,)]
    assert sorted(await values(database, Listen.counts)) == [(False,), (False,), (True,), (True,)]


async def test_names_are_kept_as_told_and_fit_their_columns(database, member):
    long = "x" * 2_000
    plays = [
        scrobble(title="  Pendulum\u200b  Man \x00", artist="Bark\nPsychosis", album="Hex (Deluxe Edition)"),
        scrobble(NOW + HOUR, title=long, artist="\ufdfa" * 600, album=long),
        scrobble(NOW + 2 * HOUR, title="\u200b"),
        scrobble(NOW + 3 * HOUR, artist=" "),
    ]
    assert await take(database, member, *plays) == Taken(new=2, nameless=2)
    tracks = dict(await values(database, Track.id, Track.title))
    assert tracks[work_id("Bark Psychosis", "Pendulum Man")] == "Pendulum Man"
    assert sorted(len(title) for title in tracks.values()) == [12, 500]
    assert ("Bark Psychosis", "bark psychosis") in await values(database, Artist.name, Artist.name_key)
    assert ("Hex (Deluxe Edition)", "hex") in await values(database, HeardAlbum.title, HeardAlbum.title_key)
    assert max(len(key) for (key,) in await values(database, Artist.name_key)) == 200


async def test_nobody_takes_in_plays_of_somebody_unknown(database, member):
    assert await take(database, uuid4(), scrobble()) == Taken()
    assert await count(database, Listen) == await count(database, Track) == 0


async def test_what_is_not_committed_leaves_no_trace(database, member):
    async def fail():
        async with database.writing() as session:
            await take_plays(session, user_id=member, plays=[scrobble(album="Hex")])
            raise RuntimeError("the page failed")

    with pytest.raises(RuntimeError, match="the page failed"):
        await fail()
    for table in (Listen, Track, Artist, HeardAlbum, TrackPlays, ClubPlays):
        assert await count(database, table) == 0


async def test_the_same_plays_told_by_many_at_once_are_kept_once(database, elsewhere, member):
    others = [(await make_member(database, a_caller(number))).user_id for number in (2, 3)]
    plays = [scrobble(NOW + number * MINUTE, f"Song {number % 7}", f"Artist {number % 3}") for number in range(60)]
    live = [extended(NOW + number * MINUTE, f"Song {number % 7}", 50 * SECOND) for number in range(60)]
    told = [
        take(one, user_id, *page[::step])
        for user_id in (member, *others)
        for one, page, step in (
            (database, plays, 1),
            (elsewhere, plays, -1),
            (database, live, -1),
            (elsewhere, live, 1),
        )
    ]
    taken = sum(await asyncio.gather(*told), Taken())
    kept = await count(database, Listen)
    assert taken.new == kept
    assert (taken.new, taken.known) == (6 * 60, 6 * 60)
    before = sorted(await values(database, ClubPlays.week_on, ClubPlays.kind, ClubPlays.subject_id, ClubPlays.plays))
    for user_id in (member, *others):
        async with database.writing() as session:
            await recount(session, user_id=user_id)
    after = sorted(await values(database, ClubPlays.week_on, ClubPlays.kind, ClubPlays.subject_id, ClubPlays.plays))
    assert before == after


async def test_coming_and_going_while_plays_come_leaves_the_counters_right(database, elsewhere, member):
    await make_club(database, guild_id=2)
    tools = make_tools(elsewhere)

    async def come_and_go():
        for _ in range(4):
            await people.join(tools, caller=a_caller(1, guild_id=2), now=NOW - DAY)
            await people.leave(tools, caller=a_caller(1, guild_id=2), now=NOW)

    async def hide_and_show():
        for visibility in ("me", "club", "followers", "club"):
            async with elsewhere.writing() as session:
                await session.execute(update(User).where(User.id == member).values(visibility=visibility))
                await club_counters.member_changed(session, user_id=member)

    pages = [[scrobble(NOW + (10 * page + number) * 5 * MINUTE) for number in range(10)] for page in range(6)]
    await asyncio.gather(come_and_go(), hide_and_show(), *(take(database, member, *page) for page in pages))
    counted = await values(database, ClubPlays.kind, ClubPlays.plays)
    assert sorted(counted) == [("artist", 60), ("track", 60)], "the club they are in counts all, the other nothing"


async def test_what_a_source_took_back_goes_unless_another_tells_it(database, member):
    await take(database, member, scrobble(), scrobble(NOW + HOUR), extended(NOW + HOUR + SECOND))
    async with database.writing() as session:
        span = {"since": NOW - DAY, "until": NOW + DAY}
        told = await told_between(session, user_id=member, source=Source.LASTFM, **span)
        assert {key[0] for key in told} == {NOW, NOW + HOUR}
        assert await drop_plays(session, user_id=member, keys=told) == 1
        assert await drop_plays(session, user_id=member, keys=told) == 0
        assert await told_between(session, user_id=member, source=Source.LASTFM, **span) == set()
    assert await values(database, Listen.played_at, Listen.source, Listen.also) == [
        (NOW + HOUR + SECOND, "spotify_extended", [])
    ]
    assert await values(database, ArtistPlays.plays, ArtistPlays.last_at) == [(1, NOW + HOUR + SECOND)]
    assert await count(database, ListenTwin) == 0


async def test_forgetting_a_source_keeps_what_others_told(database, member):
    await take(database, member, scrobble(), by_minute(), scrobble(NOW + HOUR, "Absent Friend"))
    await take(database, member, extended(NOW + SECOND))
    async with database.writing() as session:
        await forget_source(session, user_id=member, sources=[Source.LASTFM])
    assert await values(database, Listen.source, Listen.also, Listen.counts) == [
        ("spotify_extended", ["lastfm_file"], True)
    ]
    async with database.writing() as session:
        await forget_source(session, user_id=member, sources=[Source.LASTFM_FILE, Source.SPOTIFY_EXTENDED])
    for table in (Listen, ListenTwin, ArtistPlays, AlbumPlays, TrackPlays, ClubPlays):
        assert await count(database, table) == 0
    assert await count(database, Track) == 2, "names are the catalogue's"
