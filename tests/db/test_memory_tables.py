"""The memory's tables as they judge for themselves: keyed by member and track, only added to, gone with either."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from db.session import violated
from db.tables.base import Base
from db.tables.catalog import Track
from db.tables.memory import ForgottenTrack, Idea, MemoryEntry, PitchDraft, TimelineEvent
from tests.factories import NOW, a_caller, make_club, make_member
from tests.factories.library import make_track, make_version


@pytest.fixture
async def owner(database) -> UUID:
    await make_club(database)
    return (await make_member(database, a_caller(1))).user_id


@pytest.fixture
async def track(database, owner) -> UUID:
    return await make_track(database, owner)


async def store(database, table, **values):
    async with database.writing() as session:
        await session.execute(insert(table).values(**values))


async def count(database, table) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def remember(database, owner, track, key="note:1"):
    entry = {"user_id": owner, "track_id": track, "source_key": key, "deed": "note", "words": "Mine"}
    await store(database, MemoryEntry, **entry, happened_at=NOW)


@pytest.mark.row("0-06")
@pytest.mark.row("0-02")
async def test_an_entry_is_keyed_by_member_and_track_and_stands_once_for_its_event(database, owner, track):
    assert [column.name for column in MemoryEntry.__table__.primary_key] == ["user_id", "track_id", "source_key"]
    await remember(database, owner, track)
    with pytest.raises(IntegrityError) as caught:
        await remember(database, owner, track)
    assert violated(caught.value) == "pk_memory_entries"
    for missing in ({"owner": uuid4(), "track": track}, {"owner": owner, "track": uuid4()}):
        with pytest.raises(IntegrityError):
            await remember(database, missing["owner"], missing["track"])


async def test_an_entry_is_never_changed(database, owner, track):
    await remember(database, owner, track)
    with pytest.raises(IntegrityError, match="never changed"):
        async with database.writing() as session:
            await session.execute(update(MemoryEntry).values(words="Otherwise"))


@pytest.mark.row("0-03")
async def test_the_key_that_memory_hangs_on_stays(database, owner, track):
    with pytest.raises(IntegrityError, match="keeps its key"):
        async with database.writing() as session:
            await session.execute(update(Track).where(Track.id == track).values(id=uuid4()))


@pytest.mark.row("0-05")
@pytest.mark.row("0-01")
async def test_memory_is_of_the_work_it_outlives_versions_and_goes_with_the_track(database, owner, track):
    other = (await make_member(database, a_caller(2))).user_id
    for user in (owner, other):
        await remember(database, user, track)
        await store(database, ForgottenTrack, user_id=user, track_id=track, forgotten_at=NOW)
    dated = {"id": uuid4(), "user_id": other, "track_id": track, "created_at": NOW, "updated_at": NOW}
    await store(database, Idea, **dated, content="Slower")
    await store(database, PitchDraft, **dated, name="Later", sections={})
    await store(database, TimelineEvent, **dated, title="Out", event_date=NOW.date())
    await make_version(database, track, owner, "second")
    assert await count(database, MemoryEntry) == 2
    async with database.writing() as session:
        await session.execute(delete(Track).where(Track.id == track))
    assert [await count(database, table) for table in (MemoryEntry, ForgottenTrack)] == [0, 0]
    async with database.reading() as session:
        for table in (Idea, PitchDraft, TimelineEvent):
            assert list(await session.scalars(select(table.track_id))) == [None]


def columns(table) -> set[str]:
    return set(table.__table__.columns.keys())


@pytest.mark.row("0-08")
@pytest.mark.row("0-13")
def test_an_idea_has_its_columns_and_perhaps_a_track():
    wanted = {"id", "user_id", "content", "tag", "position_x", "position_y", "is_starter", "created_at", "updated_at"}
    assert columns(Idea) >= wanted
    assert Idea.__table__.columns["track_id"].nullable


@pytest.mark.row("0-09")
@pytest.mark.row("0-14")
def test_a_draft_of_a_pitch_has_its_columns_and_perhaps_a_track():
    assert columns(PitchDraft) >= {"id", "user_id", "name", "pitch_type", "sections", "created_at", "updated_at"}
    assert PitchDraft.__table__.columns["track_id"].nullable


@pytest.mark.row("0-10")
@pytest.mark.row("0-15")
def test_a_milestone_has_its_columns_and_perhaps_a_track():
    wanted = {"id", "user_id", "lane", "title", "event_date", "description", "tags"}
    assert columns(TimelineEvent) >= wanted | {"opportunity_id", "tracker_campaign_id", "thread_id"}
    assert TimelineEvent.__table__.columns["track_id"].nullable


@pytest.mark.row("0-18")
@pytest.mark.row("0-11")
async def test_what_is_called_track_id_is_a_track_of_either_kind(database, owner, track):
    for name in ("memory_entries", "forgotten_tracks", "ideas", "pitch_drafts", "timeline_events"):
        keys = Base.metadata.tables[name].columns["track_id"].foreign_keys
        assert {key.target_fullname for key in keys} == {"tracks.id"}, name
    work = uuid4()
    await store(database, Track, id=work, kind="catalog", artist="Ash", title="Wax", title_key="wax")
    for key in (track, work):
        await remember(database, owner, key)
    idea = {"id": uuid4(), "user_id": owner, "content": "A kite", "created_at": NOW, "updated_at": NOW}
    await store(database, Idea, **idea)
    async with database.writing() as session:
        await session.execute(update(Track).where(Track.id == track).values(origin_idea_id=idea["id"]))
        await session.execute(text("DELETE FROM ideas"))
        assert await session.scalar(select(Track.origin_idea_id).where(Track.id == track)) is None
