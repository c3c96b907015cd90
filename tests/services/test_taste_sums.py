"""Profiles that are kept up are what counting everything anew would say, whatever happened to plays and ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bot.domain.club.week import Phase as Phases
from bot.domain.listening.names import artist_id, heard_album_id
from bot.domain.listening.plays import Source
from bot.domain.taste.facts import Of
from bot.services.club import rating
from bot.services.listening.forgetting import drop_plays, forget_source, told_between
from bot.services.taste import priors
from db.queries.taste import days
from db.tables.catalog import Album
from db.tables.club import Rating
from db.tables.people import User
from db.tables.taste import TasteDay, TasteProfile, TasteShare, TasteState, TasteWeight
from tests.factories import NOW, a_caller, make_club, make_tools, make_week, rewrite_week
from tests.factories.listening import a_play, hear, make_listener
from tests.factories.taste import describe, like, work_off

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ARTISTS = ("Low", "Sigur Rós", "Burial", "Can", "Mum")
TAGS = ("shoegaze", "rock", "ambient", "seen live", "90s", "british", "hip hop")
SOURCES = (Source.LASTFM, Source.SPOTIFY, Source.LASTFM_FILE)


async def stored(database, user_id):
    """Everything that is summed for a member, with the traits by which it was."""
    found = {}
    async with database.reading() as session:
        for table in (TasteDay, TasteWeight, TasteShare, TasteProfile):
            for row in await session.scalars(select(table).where(table.user_id == user_id)):
                values = {name: getattr(row, name) for name in table.__table__.columns.keys()}  # noqa: SIM118
                values.pop("refreshed_at", None)
                key = tuple(str(getattr(row, column.name)) for column in table.__table__.primary_key)
                if table is TasteDay:
                    artists, albums = (
                        sorted(
                            zip(
                                values.pop(f"{of}s"), values.pop(f"{of}_plays"), values.pop(f"{of}_extras"), strict=True
                            )
                        )
                        for of in ("artist", "album")
                    )
                    values |= {"artist": artists, "album": albums}
                found[table.__tablename__, key] = values
    return found


async def anew(database, user_id):
    """Forget by which rules the sums were made: they are made anew."""
    async with database.writing() as session:
        await session.execute(update(TasteState).where(TasteState.user_id == user_id).values(rules=0, stale=True))


plays_told = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 23), st.sampled_from(ARTISTS), st.integers(0, 2)), max_size=10
)
deed = st.one_of(
        st.tuples(st.just("hear"), st.sampled_from(SOURCES), plays_told),
        st.tuples(st.just("drop"), st.integers(0, 40), st.integers(1, 10)),
        st.tuples(st.just("forget"), st.sampled_from(SOURCES)),
        st.tuples(st.just("describe"), st.sampled_from(ARTISTS), st.lists(
            st.tuples(st.sampled_from(TAGS), st.integers(1, 100)), max_size=3)),
        st.tuples(st.just("date"), st.sampled_from(ARTISTS), st.integers(1960, 2026)),
        st.tuples(st.just("zone"), st.sampled_from((None, "Pacific/Auckland", "America/St_Johns"))),
        st.tuples(st.just("like"), st.sampled_from(ARTISTS), st.sampled_from(TAGS)),
        st.tuples(st.just("unlink")),
        st.tuples(st.just("rate"), st.integers(0, 40), st.sampled_from(("1.0", "3.5", "5.0"))),
)  # fmt: skip
LONG_AGO = ("hear", Source.LASTFM, [(5, 1, "Low", 0), (29, 2, "Can", 1), (6, 3, "Low", 1)])


@given(st.lists(st.tuples(deed, st.none() | st.integers(0, 40)), max_size=8))
@example([(LONG_AGO, 0), (("describe", "Low", [("rock", 5)]), None), (("forget", Source.SPOTIFY), 9), (LONG_AGO, 80)])
@example([(LONG_AGO, 0), (("rate", 3, "5.0"), 0), (("rate", 0, "4.0"), 0), (("drop", 3, 5), 2), (LONG_AGO, 400)])
@example([(("like", "Low", "rock"), 0), (LONG_AGO, None), (("describe", "Low", [("ambient", 5)]), 0), (("unlink",), 0)])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@pytest.mark.row("4-10")
async def test_a_profile_kept_up_is_the_profile_made_anew(database, album_to_rate, deeds):
    tools, user_id, rate = make_tools(database), *album_to_rate
    now = NOW
    async with database.writing() as session:
        for source in SOURCES:
            await forget_source(session, user_id=user_id, sources=[source])
        await session.execute(delete(Rating))
        await priors.forget(session, user_id=user_id, source=Source.LASTFM)
        await days.mark(session, user_id)
    await anew(database, user_id)
    await work_off(tools, user_id, now)
    for (what, *how), days_later in deeds:
        if what == "hear":
            source, told = how
            await hear(
                database,
                user_id,
                [
                    a_play(now - day * DAY - hour * HOUR, artist, f"Song {song}", f"Album {song}", source=source)
                    for day, hour, artist, song in told
                ],
            )
        elif what == "drop":
            begin = now - how[0] * DAY
            async with database.writing() as session:
                told = await told_between(
                    session, user_id=user_id, source=Source.LASTFM, since=begin - how[1] * DAY, until=begin
                )
                await drop_plays(session, user_id=user_id, keys=told)
        elif what == "forget":
            async with database.writing() as session:
                await forget_source(session, user_id=user_id, sources=how)
        elif what == "describe":
            await describe(database, Of.ARTIST, artist_id(how[0]), how[1])
        elif what == "date":
            await describe(database, Of.ALBUM, heard_album_id(how[0], "Album 1"), year=how[1])
        elif what == "zone":
            async with database.writing() as session:
                await session.execute(update(User).where(User.id == user_id).values(zone=how[0]))
                await days.mark(session, user_id)
        elif what == "like":
            await like(database, user_id, *how)
        elif what == "unlink":
            async with database.writing() as session:
                await priors.forget(session, user_id=user_id, source=Source.LASTFM)
        elif what == "rate":
            await rate(now - how[0] * DAY, Decimal(how[1]))
        if days_later is not None:
            now += days_later * DAY
            await work_off(tools, user_id, now)
    await work_off(tools, user_id, now)
    kept_up = await stored(database, user_id)
    await anew(database, user_id)
    await work_off(tools, user_id, now)
    assert kept_up == await stored(database, user_id)


@pytest.fixture
async def album_to_rate(database):
    """A member, and how they rate an album by Low on a day, again and again."""
    club = await make_club(database)
    caller = a_caller()
    member = await make_listener(database, caller)
    week = await make_week(database, club, phase=Phases.RATINGS, album="Album 1")
    far = replace(week.deadlines, ratings_close_at=NOW + 9_999 * DAY)
    week = await rewrite_week(database, week, deadlines=far)
    async with database.writing() as session:
        await session.execute(update(Album).values(artist="Low"))

    async def rate(at, score):
        await rating.rate(make_tools(database), caller=caller, now=at, score=score, week=week.id)

    return member.user_id, rate
