"""The guide's DDL, taken out of the guide: plays in parts by member, on a filled database, and nothing else changes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.domain.listening.plays import Source
from bot.services.listening.forgetting import forget_source
from bot.services.listening.taking import take_plays
from db import migrate
from db.queries.listening import imports, reading
from db.queries.listening.reading import Kind
from db.queries.taste.days import HEARD
from db.tables.listening import ClubListener, Listen, ListenTwin
from db.tables.people import Membership, User
from tests.factories import NOW, a_caller, make_club
from tests.factories.listening import MINUTES, a_play, make_listener
from tests.services.test_counters import counted, recounted

GUIDE = Path(__file__).parents[2] / "OPERATING.md"
PARTS = 16
MEMBERS = 24
PLAYS = 40


def ddl() -> str:
    (found,) = re.findall(r"```sql\n-- Parts of listen_events by member\.\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return found


def plays(member: int):
    """Some of them are told by two services, so that there are twins."""
    own = [
        a_play(
            NOW - (5 * place + 1) * MINUTES, f"Artist {(member + place) % 9}", f"Song {place % 7}", f"Album {place % 3}"
        )
        for place in range(PLAYS)
    ]
    again = [
        a_play(each.started_at, each.artist, each.title, each.album, source=Source.LISTENBRAINZ) for each in own[:3]
    ]
    return [*own, *again]


@pytest.fixture
async def filled(database):
    """A club whose members have heard something, now in parts."""
    await make_club(database)
    members = [
        (await make_listener(database, a_caller(1_000 + number), plays(number))).user_id for number in range(MEMBERS)
    ]
    before = await everything(database)
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        async with raw.driver_connection.transaction():
            await raw.driver_connection.execute(ddl())
    assert await everything(database) == before
    return members


async def everything(database):
    async with database.reading() as session:
        rows = [
            tuple(sorted(map(str, await session.execute(select(*table.__table__.columns)))))
            for table in (Listen, ListenTwin)
        ]
    assert all(rows)
    return rows, await counted(database)


async def parts_of(session, statement, **values):
    """The parts that answering really looked into."""
    plan = await session.scalar(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"), values)
    return looked_into(plan[0]["Plan"])


def looked_into(plan):
    here = {plan["Relation Name"]} if plan.get("Actual Loops") and "Relation Name" in plan else set()
    return {one for one in here if one.startswith("listen_events")}.union(
        *(looked_into(each) for each in plan.get("Plans", ()))
    )


async def test_plays_in_parts_are_the_same_plays(database, database_url, filled):
    async with database.reading() as session:
        parts = (
            await session.execute(
                text(
                    "SELECT relname, reltuples FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid"
                    " WHERE inhparent = 'listen_events'::regclass"
                )
            )
        ).all()
    assert len(parts) == PARTS
    assert sum(held > 0 for _, held in parts) > PARTS // 2, "members are spread"
    assert await migrate.check(database_url) == [], "names, rules and indexes are those of the code"


async def test_plays_are_taken_in_once_and_counted_and_taken_back_as_before(database, filled):
    member = filled[0]
    async with database.writing() as session:
        taken = await take_plays(session, user_id=member, plays=[*plays(0), a_play(NOW, "Low", "Dancing", "Trust")])
    assert (taken.new, taken.known) == (1, PLAYS + 3)
    async with database.writing() as session:  # as an import is tried, beside the tables
        await imports.set_apart(session, member)
        tried = await take_plays(session, user_id=member, plays=[a_play(NOW - MINUTES, "Low", "Sunflower")])
        assert tried.new == 1
        await session.rollback()
    assert await counted(database) == await recounted(database)
    async with database.writing() as session:
        await forget_source(session, user_id=member, sources=[Source.LASTFM])
    assert await counted(database) == await recounted(database)


async def test_the_rules_hold_as_before(database, filled):
    async with database.reading() as session:
        row = (await session.execute(select(*Listen.__table__.columns).limit(1))).mappings().one()
    wrong = {
        "pk_listen_events": {},
        "fk_listen_events_user_id_users": {"user_id": row["track_id"]},
        "ck_listen_events_source_known": {"source": "radio"},
    }
    for rule, change in wrong.items():
        with pytest.raises(IntegrityError) as broken:
            async with database.writing() as session:
                await session.execute(insert(Listen).values({**row, **change}))
        assert rule in str(broken.value) or "listen_events_p" in str(broken.value)
    async with database.writing() as session:
        for table in (ClubListener, Membership):
            await session.execute(delete(table).where(table.user_id.in_(filled[:3])))
        await session.execute(delete(User).where(User.id.in_(filled[:3])))
    async with database.reading() as session:
        for table in (Listen, ListenTwin):
            left = select(func.count()).where(table.user_id.in_(filled[:3]))
            assert await session.scalar(left) == 0, "they go with their member"


async def test_what_is_asked_of_a_member_looks_into_one_part(database, filled):
    asked = {
        "user": filled[1],
        "since": NOW - timedelta(days=7),
        "until": NOW + timedelta(days=1),
        "limit": 10,
        "offset": 0,
    }
    async with database.reading() as session:
        for statement in (reading.COUNT, reading.RECENT, *(reading.TOP[kind] for kind in Kind)):
            named = {name: asked[name] for name in statement._bindparams}
            looked = await parts_of(session, statement.text, **named)
            assert len(looked) == 1, statement.text
        heard = HEARD.replace("$1", ":user").replace("$2::timestamptz[]", "CAST(:since AS timestamptz[])")
        heard = heard.replace("$3::timestamptz[]", "CAST(:until AS timestamptz[])")
        spans = {"user": asked["user"], "since": [asked["since"]], "until": [asked["until"]]}
        assert len(await parts_of(session, heard, **spans)) == 1
