"""Ideas, drafts of pitches and milestones: a member's own, asked by nobody else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Blurb
from bot.domain.library.plans import Idea, Milestone, PitchDraft
from db.tables import memory as tables
from db.tables.catalog import Album, Track

FIELDS = ("pitch", "genre", "decade", "country")
"""What a draft of a pitch keeps of the form it fills; the track to start with is its track."""
TITLE = func.coalesce(Track.title, "").label("track")


def _seen(row: Any) -> Any:
    """The join to a row's track, as long as that is not deleted."""
    return (Track.id == row.track_id) & Track.deleted_at.is_(None)


async def count_of(session: AsyncSession, table: Any, user_id: UUID) -> int:
    """How many rows of a table a member keeps."""
    return await session.scalar(select(func.count()).where(table.user_id == user_id)) or 0


# --- ideas ----------------------------------------------------------------------------------------------------------


def _ideas(user_id: UUID) -> Any:
    row = tables.Idea
    return (
        select(row.id, row.content, row.tag, row.created_at, Track.id.label("track_id"), TITLE)
        .outerjoin(Track, _seen(row))
        .where(row.user_id == user_id)
    )


async def ideas_of(session: AsyncSession, user_id: UUID) -> list[Idea]:
    """A member's ideas, newest first."""
    row = tables.Idea
    return [Idea(*found) for found in await session.execute(_ideas(user_id).order_by(row.created_at.desc(), row.id))]


async def idea(session: AsyncSession, user_id: UUID, idea_id: UUID) -> Idea | None:
    """One of a member's own ideas."""
    found = (await session.execute(_ideas(user_id).where(tables.Idea.id == idea_id))).one_or_none()
    return None if found is None else Idea(*found)


async def add_idea(session: AsyncSession, user_id: UUID, new: Idea, *, now: datetime) -> None:
    """A member has an idea."""
    await session.execute(
        insert(tables.Idea).values(
            id=new.id,
            user_id=user_id,
            content=new.content,
            tag=new.tag,
            track_id=new.track_id,
            created_at=now,
            updated_at=now,
        )
    )


async def anchor_idea(session: AsyncSession, user_id: UUID, idea_id: UUID, track_id: UUID, now: datetime) -> None:
    """An idea belongs to a track; the member's own track came from it, if from no other before."""
    row = tables.Idea
    await session.execute(
        update(row).where(row.id == idea_id, row.user_id == user_id).values(track_id=track_id, updated_at=now)
    )
    own = (Track.id == track_id, Track.user_id == user_id, Track.origin_idea_id.is_(None))
    await session.execute(update(Track).where(*own).values(origin_idea_id=idea_id))


# --- drafts of pitches ----------------------------------------------------------------------------------------------


def _drafts(user_id: UUID) -> Any:
    row = tables.PitchDraft
    return (
        select(
            row.id,
            row.name,
            row.sections,
            row.updated_at,
            Track.id.label("track_id"),
            TITLE,
            func.coalesce(func.nullif(Track.artist, ""), Album.artist, "").label("artist"),
            func.coalesce(Album.title, "").label("album"),
        )
        .outerjoin(Track, _seen(row))
        .outerjoin(Album, Album.id == Track.album_id)
        .where(row.user_id == user_id)
    )


def _draft(row: Any) -> PitchDraft:
    words = {name: str(row.sections.get(name, "")) for name in FIELDS}
    blurb = Blurb(words["pitch"], row.track, words["genre"], words["decade"], words["country"])
    return PitchDraft(row.id, row.name, blurb, row.updated_at, row.track_id, row.track, row.artist, row.album)


async def drafts_of(session: AsyncSession, user_id: UUID) -> list[PitchDraft]:
    """A member's drafts, the one that changed last first."""
    row = tables.PitchDraft
    return [_draft(found) for found in await session.execute(_drafts(user_id).order_by(row.updated_at.desc(), row.id))]


async def draft(session: AsyncSession, user_id: UUID, draft_id: UUID) -> PitchDraft | None:
    """One of a member's own drafts."""
    found = (await session.execute(_drafts(user_id).where(tables.PitchDraft.id == draft_id))).one_or_none()
    return None if found is None else _draft(found)


async def save_draft(
    session: AsyncSession,
    user_id: UUID,
    *,
    draft_id: UUID,
    name: str,
    blurb: Blurb,
    track_id: UUID | None,
    now: datetime,
) -> None:
    """A draft of a pitch, new or changed; it stays whose it is."""
    values = {
        "name": name,
        "sections": {field: getattr(blurb, field) for field in FIELDS},
        "track_id": track_id,
        "updated_at": now,
    }
    row = tables.PitchDraft
    await session.execute(
        insert(row)
        .values(id=draft_id, user_id=user_id, created_at=now, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values, where=row.user_id == user_id)
    )


# --- milestones -----------------------------------------------------------------------------------------------------


def _milestones() -> Any:
    row = tables.TimelineEvent
    columns = (row.id, row.title, row.event_date, row.description, row.remind_at, Track.id.label("track_id"), TITLE)
    return select(*columns).outerjoin(Track, _seen(row))


async def milestones_of(session: AsyncSession, user_id: UUID, since: date | None = None) -> list[Milestone]:
    """A member's milestones in the order of their days, from a day on where one is named."""
    row = tables.TimelineEvent
    query = _milestones().where(row.user_id == user_id)
    if since is not None:
        query = query.where(row.event_date >= since)
    return [
        Milestone(*found) for found in await session.execute(query.order_by(row.event_date, row.created_at, row.id))
    ]


async def milestone(session: AsyncSession, milestone_id: UUID) -> tuple[Milestone, UUID] | None:
    """A milestone, and whose it is."""
    row = tables.TimelineEvent
    query = _milestones().add_columns(row.user_id).where(row.id == milestone_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    kept = Milestone(
        found.id, found.title, found.event_date, found.description, found.remind_at, found.track_id, found.track
    )
    return kept, found.user_id


async def add_milestone(
    session: AsyncSession, user_id: UUID, new: Milestone, *, thread_id: int | None, now: datetime
) -> None:
    """A member marks a day."""
    await session.execute(
        insert(tables.TimelineEvent).values(
            id=new.id,
            user_id=user_id,
            title=new.title,
            event_date=new.day,
            description=new.description,
            thread_id=thread_id,
            track_id=new.track_id,
            remind_at=new.remind_at,
            created_at=now,
            updated_at=now,
        )
    )


# --- any of them ----------------------------------------------------------------------------------------------------


async def drop_idea(session: AsyncSession, user_id: UUID, key: UUID) -> bool:
    """One of a member's own ideas goes; False where it is not theirs."""
    return await _drop(session, tables.Idea, user_id, key)


async def drop_draft(session: AsyncSession, user_id: UUID, key: UUID) -> bool:
    """One of a member's own drafts goes; False where it is not theirs."""
    return await _drop(session, tables.PitchDraft, user_id, key)


async def drop_milestone(session: AsyncSession, user_id: UUID, key: UUID) -> bool:
    """One of a member's own milestones goes; False where it is not theirs."""
    return await _drop(session, tables.TimelineEvent, user_id, key)


async def _drop(session: AsyncSession, row: Any, user_id: UUID, key: UUID) -> bool:
    dropped = delete(row).where(row.id == key, row.user_id == user_id).returning(row.id)
    return await session.scalar(dropped) is not None


async def counts(session: AsyncSession, user_id: UUID) -> tuple[int, int, int]:
    """How many ideas, drafts and milestones a member keeps."""
    kept = (tables.Idea, tables.PitchDraft, tables.TimelineEvent)
    ideas, drafts, milestones = [await count_of(session, table, user_id) for table in kept]
    return ideas, drafts, milestones
