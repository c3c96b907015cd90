"""The library's tables as they judge for themselves: owners, files once, versions in their order."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from bot.domain.library.audio import Compression
from db.queries.library import versions
from db.session import violated
from db.tables.catalog import Track
from db.tables.library import Asset, TrackVersion
from tests.factories import NOW, a_caller, make_club, make_member
from tests.factories.library import hash_of, make_track, make_version


@pytest.fixture
async def owner(database) -> UUID:
    await make_club(database)
    return (await make_member(database, a_caller(1))).user_id


async def refused(database, statement) -> str | None:
    with pytest.raises(IntegrityError) as caught:
        async with database.writing() as session:
            await session.execute(statement)
    return violated(caught.value)


@pytest.mark.row("0-04")
@pytest.mark.row("0-18")
@pytest.mark.row("1-21")
async def test_a_members_track_has_an_owner_and_a_catalogues_has_none(database, owner):
    dated = {"created_at": NOW, "updated_at": NOW}
    rows = {
        "ck_tracks_member_track_has_an_owner": {"kind": "member", "title": "Wax", **dated},
        "ck_tracks_member_track_is_dated": {"kind": "member", "title": "Wax", "user_id": owner},
        "fk_tracks_user_id_users": {"kind": "member", "title": "Wax", "user_id": uuid4(), **dated},
        "ck_tracks_title_given": {"kind": "member", "title": "  ", "user_id": owner, **dated},
    }
    for constraint, row in rows.items():
        assert await refused(database, insert(Track).values(id=uuid4(), **row)) == constraint
    owned = {"artist": "Ash", "title": "Wax", "title_key": "wax", "user_id": owner}
    assert await refused(database, insert(Track).values(id=uuid4(), **owned)) == "ck_tracks_member_track_has_an_owner"


@pytest.mark.row("0-01")
@pytest.mark.row("0-11")
async def test_versions_of_a_track_are_numbered_and_are_its_owners(database, owner):
    track = await make_track(database, owner)
    assert await make_version(database, track, owner, "second") == 2
    other = (await make_member(database, a_caller(2))).user_id
    with pytest.raises(IntegrityError) as caught:
        await make_version(database, track, other, "third")
    assert violated(caught.value) == "fk_track_versions_track_of_its_owner"
    moved = update(TrackVersion).where(TrackVersion.track_id == track).values(number=1)
    assert await refused(database, moved) == "uq_track_versions_track_id_number"


@pytest.mark.row("0-12")
@pytest.mark.row("1-22")
async def test_a_file_is_stored_once_and_stands_once_in_a_members_library(database, owner):
    track = await make_track(database, owner, content="one sound")
    other = (await make_member(database, a_caller(2))).user_id
    theirs = await make_track(database, other, content="one sound")
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM assets")) == 1
        assert await versions.references(session, [hash_of("one sound")]) == {hash_of("one sound"): 2}
        assert await versions.held_already(session, owner, hash_of("one sound")) == track
        assert await versions.held_already(session, other, hash_of("one sound")) == theirs
    assert await make_version(database, track, owner, "one sound") is None, "the index says so, not a look before"


OLD_ASSET = {
    "id": ("tracks", "id"),
    "user_id": ("tracks", "user_id"),
    "kind": ("tracks", "kind"),
    "title": ("tracks", "title"),
    "description": ("tracks", "description"),
    "tags": ("tracks", "tags"),
    "checksum": ("assets", "sha256"),
    "path": ("assets", "sha256"),
    "url": ("track_files", "file_url"),
    "created_at": ("tracks", "created_at"),
    "updated_at": ("tracks", "updated_at"),
    "deleted_at": ("tracks", "deleted_at"),
}
"""Where each column of the first design's asset stands now; nothing ever showed its `campaign_id`."""


@pytest.mark.row("0-12")
async def test_every_column_of_the_first_designs_asset_has_its_place(database, owner):
    await make_track(database, owner, content="one sound")
    async with database.reading() as session:
        for old, (table, column) in OLD_ASSET.items():
            values = list(await session.scalars(text(f"SELECT {column} FROM {table}")))
            assert len(values) == 1, old
            assert (values[0] is None) is (old == "deleted_at"), old
        gone = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'campaign_id'"
        assert await session.scalar(text(gone)) == 0


@pytest.mark.row("1-02")
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"size_bytes": 0}, "ck_assets_size_given"),
        ({"duration_ms": 0}, "ck_assets_duration_lasts"),
        ({"sha256": "x"}, "ck_assets_sha256_is_a_hash"),
        ({"channels": 9}, "ck_assets_channels_range"),
        ({"rate": 4_000}, "ck_assets_rate_range"),
        ({"format": "ogg"}, "ck_assets_format_known"),
    ],
)
async def test_a_file_has_a_size_a_length_and_a_hash(database, owner, values, constraint):
    track = await make_track(database, owner)
    assert track
    assert await refused(database, update(Asset).values(**values)) == constraint


@pytest.mark.row("1-01")
@pytest.mark.row("1-57")
async def test_a_view_tells_a_track_and_its_newest_file_by_the_first_designs_names(database, owner):
    track = await make_track(database, owner)
    await make_version(database, track, owner, "second")
    async with database.reading() as session:
        (row,) = (await session.execute(text("SELECT * FROM track_files"))).mappings()
    assert dict(row) | {"created_at": 0, "updated_at": 0} == {
        "id": track,
        "user_id": owner,
        "title": "Kite string",
        "description": "",
        "file_url": f"asset:{hash_of('second')}",
        "duration": 83,
        "file_size": 2_000_000,
        "mime_type": "audio/mpeg",
        "genre": "",
        "tags": "",
        "is_public": True,
        "play_count": 0,
        "created_at": 0,
        "updated_at": 0,
        "original_file_size": 2_000_000,
        "compression_ratio": 1,
        "compression_applied": False,
        "file_hash": hash_of("second"),
    }


@pytest.mark.row("1-03")
async def test_members_tracks_are_found_by_owner_by_age_and_the_public_ones_alone(database):
    async with database.reading() as session:
        found = await session.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tracks'"))
        indexes = {row.indexname: row.indexdef for row in found}
    assert "(user_id)" in indexes["ix_tracks_user_id"]
    assert "created_at DESC" in indexes["ix_tracks_created_at"]
    assert "is_public" in indexes["ix_tracks_is_public"].partition("WHERE")[2]


@pytest.mark.row("1-59")
def test_the_ratio_of_a_compression_fits_its_column():
    assert Compression(10_000_000, 1_000_000).ratio == 10.0
    assert Compression(50_000_000, 1_000).ratio == 99.99
    assert Compression(1, 50_000_000).ratio == 0.01
    assert Compression(10_000_000, 1_000_000).saved == 9_000_000


@pytest.mark.row("0-03")
async def test_a_tracks_key_is_a_uuid_that_stays(database, owner):
    track = await make_track(database, owner)
    await make_version(database, track, owner, "second")
    async with database.reading() as session:
        assert await session.scalar(text("SELECT id FROM tracks WHERE kind = 'member'")) == track
