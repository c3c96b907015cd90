"""The tables of listening judge: a play twice, a telling of nothing and a counter of nothing are not stored."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain.listening.names import artist_id, work_id
from bot.services.listening import club_counters
from db.session import violated
from db.tables.base import Base
from db.tables.catalog import Track
from db.tables.club import Club
from db.tables.listening import Artist, ArtistPlays, ClubListener, ClubPlays, Listen, ListenTwin
from db.tables.people import User
from tests.factories import NOW, make_club, make_member

pytestmark = pytest.mark.row("4-08")
ARTIST, TRACK = artist_id("Bark Psychosis"), work_id("Bark Psychosis", "Pendulum Man")


async def store(database, table: type[Base], **values):
    async with database.writing() as session:
        await session.execute(insert(table).values(**values))


async def refused(database, table: type[Base], **values):
    """The constraint that a row breaks."""
    with pytest.raises(IntegrityError) as caught:
        await store(database, table, **values)
    return violated(caught.value)


async def count(database, table: type[Base]):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


@pytest.fixture
async def play(database):
    """A play that is not stored yet, of a member, with its names."""
    await make_club(database)
    member = await make_member(database)
    await store(database, Artist, id=ARTIST, name="Bark Psychosis", name_key="bark psychosis")
    await store(database, Track, id=TRACK, artist="Bark Psychosis", title="Pendulum Man", title_key="pendulum man")
    return {
        "user_id": member.user_id,
        "played_at": NOW,
        "track_id": TRACK,
        "source": "lastfm",
        "ordinal": 0,
        "artist_id": ARTIST,
        "resolution": "second",
        "counts": True,
    }


def twin_of(play, **values):
    told = {key: value for key, value in play.items() if key != "artist_id"} | {"source": "spotify"} | values
    return (
        told
        | {f"kept_{key}": play[key] for key in ("played_at", "track_id", "source", "ordinal")}
        | {"reason": "start"}
    )


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({}, "pk_listen_events"),
        ({"source": "radio"}, "ck_listen_events_source_known"),
        ({"ordinal": -1}, "ck_listen_events_ordinal_counts"),
        ({"ordinal": 1, "ms_played": -1}, "ck_listen_events_ms_played_counts"),
        ({"ordinal": 1, "resolution": "hour"}, "ck_listen_events_resolution_known"),
        ({"track_id": uuid4()}, "fk_listen_events_track_id_tracks"),
        ({"ordinal": 1, "artist_id": uuid4()}, "fk_listen_events_artist_id_artists"),
        ({"ordinal": 1, "album_id": uuid4()}, "fk_listen_events_album_id_heard_albums"),
        ({"user_id": uuid4()}, "fk_listen_events_user_id_users"),
    ],
)
async def test_a_play_is_stored_once_and_of_somebody(database, play, changed, constraint):
    await store(database, Listen, **play)
    assert await refused(database, Listen, **play | changed) == constraint
    await store(database, Listen, **play | {"ordinal": 2})
    await store(database, Listen, **play | {"source": "spotify"})


async def test_a_twin_is_one_of_a_kept_play_and_goes_with_it(database, play):
    assert await refused(database, ListenTwin, **twin_of(play)) == "fk_listen_twins_kept_listen_events"
    await store(database, Listen, **play)
    await store(database, ListenTwin, **twin_of(play))
    assert await refused(database, ListenTwin, **twin_of(play)) == "pk_listen_twins"
    other = twin_of(play, played_at=NOW + timedelta(seconds=1))
    assert await refused(database, ListenTwin, **other | {"reason": "likely"}) == "ck_listen_twins_reason_known"
    async with database.writing() as session:
        await session.execute(update(Listen).values(played_at=NOW + timedelta(seconds=3)))
    async with database.reading() as session:
        assert await session.scalar(select(ListenTwin.kept_played_at)) == NOW + timedelta(seconds=3)
    async with database.writing() as session:
        await session.execute(delete(Listen))
    assert await count(database, ListenTwin) == 0


async def test_counters_count_something_and_go_with_whom_they_count(database, play):
    user_id = play["user_id"]
    one = {"user_id": user_id, "artist_id": ARTIST, "plays": 1, "first_at": NOW, "last_at": NOW}
    assert await refused(database, ArtistPlays, **one | {"plays": 0}) == "ck_artist_plays_plays_counted"
    await store(database, ArtistPlays, **one)
    async with database.reading() as session:
        club_id = await session.scalar(select(Club.id))
    of_club = {"club_id": club_id, "week_on": NOW.date(), "kind": "artist", "subject_id": ARTIST, "plays": 1}
    assert await refused(database, ClubPlays, **of_club | {"plays": 0}) == "ck_club_plays_plays_counted"
    assert await refused(database, ClubPlays, **of_club | {"kind": "genre"}) == "ck_club_plays_kind_known"
    await store(database, ClubPlays, **of_club)
    async with database.writing() as session:
        await session.execute(delete(Club))
    assert [await count(database, table) for table in (ClubPlays, ClubListener)] == [0, 0]
    async with database.writing() as session:
        await club_counters.member_goes(session, user_id=user_id)
        await session.execute(delete(User))
    assert await count(database, ArtistPlays) == 0
