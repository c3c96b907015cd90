"""The catalogue's tables judge, and the migration that brought the search finds what was there before."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.services.suggestions import album_suggestions
from db import migrate
from db.session import Database, violated
from db.tables.catalog import Album, AlbumMerge, ClubAlbum
from tests.factories import GUILD, NOW, make_club, make_member, make_nomination, make_tools, make_week

BEFORE = "023c6d5b7c16"
"""The revision before the catalogue could be searched."""

OLD_ROWS = """
INSERT INTO clubs (id, guild_id, name, channel_id, zone, rules, created_at)
VALUES ('{club}', {guild}, 'A club', 1, 'UTC', '{{}}', now());
INSERT INTO users (id, display_name, created_at) VALUES ('{user}', 'Ann', now());
INSERT INTO albums (id, title, artist, identity_key, title_key, artist_key, created_at)
VALUES ('{one}', 'Blue Train', 'Somebody', 'one', 'blue train', 'somebody', now()),
       ('{two}', 'Blue Lines', 'Somebody', 'two', 'blue lines', 'somebody', now());
INSERT INTO weeks (club_id, id, number, opens_on, phase, run, rules, from_template,
    opens_at, nominations_close_at, poll_close_at, discussion_at, ratings_close_at, created_at)
VALUES ('{club}', '{week}', 1, now(), 'nominations', 1, '{{}}', false, now(), now(), now(), now(), now(), now());
INSERT INTO nominations (club_id, id, week_id, user_id, album_id, ordinal, slot, standing, nominated_at)
VALUES ('{club}', gen_random_uuid(), '{week}', '{user}', '{one}', 1, 1, 'standing', now())
"""
"""A club with one of two albums nominated, as the first revision keeps them."""


async def two_albums(database):
    week = await make_week(database, await make_club(database))
    first = await make_nomination(database, week, title="One")
    second = await make_nomination(database, week, title="Two", slot=2)
    return first.album.id, second.album.id


async def refused(database, *statements):
    """The constraint that the last of the statements breaks."""

    async def change():
        async with database.writing() as session:
            for statement in statements:
                await session.execute(statement)

    with pytest.raises(IntegrityError) as caught:
        await change()
    return violated(caught.value)


async def test_an_album_is_not_merged_into_itself(database):
    one, _ = await two_albums(database)
    change = update(Album).where(Album.id == one).values(merged_into=one)
    assert await refused(database, change) == "ck_albums_merged_into_another"


async def test_an_album_is_merged_once_at_a_time(database):
    one, two = await two_albums(database)
    user = (await make_member(database)).user_id

    def a_merge(**values):
        row = {"id": uuid4(), "kept_id": two, "merged_id": one, "user_id": user, "moved": {}, "merged_at": NOW}
        return insert(AlbumMerge).values(**row, **values)

    async with database.writing() as session:
        await session.execute(a_merge(split_at=NOW))
        await session.execute(a_merge())
    assert await refused(database, a_merge()) == "uq_album_merges_merged_once"


async def test_what_was_there_before_the_search_is_found(empty_database_url):
    await migrate.upgrade(empty_database_url, BEFORE)
    database = Database.connect(empty_database_url)
    try:
        club, user, week, albums = uuid4(), uuid4(), uuid4(), [uuid4(), uuid4()]
        async with database.writing() as session:
            rows = OLD_ROWS.format(guild=GUILD, club=club, user=user, week=week, one=albums[0], two=albums[1])
            for statement in rows.split(";"):
                await session.execute(text(statement))
        await migrate.upgrade(empty_database_url)

        async def offered(typed):
            found = await album_suggestions(make_tools(database), text=typed, guild_id=GUILD)
            return [label.removesuffix(" — Somebody") for label, _ in found]

        assert await offered("blue") == ["Blue Train", "Blue Lines"], "the nominated one first"
        assert await offered("lnies somebody") == ["Blue Lines"]
        async with database.reading() as session:
            assert (await session.scalars(select(ClubAlbum.album_id))).all() == albums[:1]
    finally:
        await database.close()
