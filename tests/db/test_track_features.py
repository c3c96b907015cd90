"""How music sounds has one plain shape: a row for each source, a column for each figure, any may be missing."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from bot.domain.ids import new_id
from db.queries.taste.days import FIGURES, features_of
from db.session import Database, violated
from tests.factories import NOW, a_caller, make_club, make_member
from tests.factories.library import make_track

SHARES = tuple(name for name in FIGURES if name not in ("tempo", "loudness"))


@pytest.fixture
async def track(database: Database) -> UUID:
    await make_club(database)
    maker = await make_member(database, a_caller(1))
    return await make_track(database, maker.user_id)


async def told(database: Database, track_id: UUID, source: str, **figures: float) -> None:
    names = ["track_id", "source", "measured_at", *figures]
    statement = text(
        f"INSERT INTO track_features ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
    )
    async with database.writing() as session:
        await session.execute(statement, {"track_id": track_id, "source": source, "measured_at": NOW, **figures})


@pytest.mark.row("4-09")
async def test_it_is_one_table_of_plain_columns(database: Database) -> None:
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        columns = await connection.run_sync(lambda sync: inspect(sync).get_columns("track_features"))
        tracks = await connection.run_sync(lambda sync: inspect(sync).get_columns("tracks"))
    assert [name for name in tables if "features" in name] == ["track_features"]
    assert not [each["name"] for each in tracks if each["name"].startswith("feature")]
    assert not [each["name"] for each in columns if "JSON" in str(each["type"]).upper()]
    assert {each["name"] for each in columns if each["nullable"]} == set(FIGURES)


@pytest.mark.row("4-09")
async def test_each_source_has_its_row_and_the_best_one_counts(database: Database, track: UUID) -> None:
    await told(database, track, "legacy", energy=0.2, valence=0.9)
    await told(database, track, "own", loudness=-14.2)
    async with database.reading() as session:
        found = await features_of(session, [track, new_id(NOW)])
    assert found == {track: {"loudness": -14.2}}


@pytest.mark.row("4-09")
async def test_a_share_is_a_share(database: Database, track: UUID) -> None:
    for figure in SHARES:
        for value in (-0.01, 1.01):
            with pytest.raises(IntegrityError) as caught:
                await told(database, track, "legacy", **{figure: value})
            assert violated(caught.value) == f"ck_track_features_{figure}_share"


@pytest.mark.row("4-09")
async def test_a_source_speaks_once_of_a_track_and_no_stranger_does(database: Database, track: UUID) -> None:
    await told(database, track, "own")
    for source in ("own", "hearsay"):
        with pytest.raises(IntegrityError):
            await told(database, track, source)
