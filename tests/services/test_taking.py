"""Plays are taken in once, whoever tells of them, however often, in whatever order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.listening.plays import Resolution, Source, Told
from bot.services.listening.taking import Taken, take_plays
from db.tables.listening import ArtistPlays, Listen, ListenTwin
from tests.factories import NOW, make_club, make_member

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def scrobble(at, title="Pendulum Man", artist="Bark Psychosis", source=Source.LASTFM, **more):
    return Told(source, artist, title, at, **more)


async def take(database, user_id, *plays):
    async with database.writing() as session:
        return await take_plays(session, user_id=user_id, plays=plays)


async def count(database, table):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


@pytest.fixture
async def member(database):
    await make_club(database)
    return (await make_member(database)).user_id


async def test_a_play_told_again_changes_nothing(database, member):
    plays = [scrobble(NOW), scrobble(NOW + 5 * MINUTE), scrobble(NOW + 9 * MINUTE, "Absent Friend", album="Hex")]
    assert await take(database, member, *plays) == Taken(new=3)
    assert await take(database, member, *plays) == Taken(known=3)
    assert await count(database, Listen) == 3
    async with database.reading() as session:
        assert await session.scalar(select(ArtistPlays.plays)) == 3


async def test_a_file_and_a_live_source_tell_one_play(database, member):
    assert await take(database, member, scrobble(NOW + 20 * SECOND)) == Taken(new=1)
    by_minute = scrobble(NOW, source=Source.LASTFM_FILE, resolution=Resolution.MINUTE)
    assert await take(database, member, by_minute) == Taken(twins=1)
    assert await take(database, member, by_minute) == Taken(known=1)
    assert (await count(database, Listen), await count(database, ListenTwin)) == (1, 1)
