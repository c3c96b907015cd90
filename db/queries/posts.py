"""Posts that present tracks, and what hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Album, Track
from bot.domain.club.views import PanelRef
from bot.domain.club.week import Phase
from bot.domain.ids import new_id
from bot.domain.outbox import Kind
from bot.domain.posts import Comment, Post, PostType, in_order
from db.queries.catalog import ALBUM
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.club.scope import in_week
from db.queries.library.veils import SHOWN
from db.tables import catalog
from db.tables import club as club_tables
from db.tables import posts as tables
from db.tables.outbox import Panel

ANNOUNCED = (str(Phase.LISTENING), str(Phase.RATINGS), str(Phase.CLOSED))

LIKES = (
    select(func.count())
    .where(tables.PostLike.club_id == tables.Post.club_id, tables.PostLike.post_id == tables.Post.id)
    .correlate(tables.Post)
    .scalar_subquery()
)
COMMENTS = (
    select(func.count())
    .where(
        tables.Comment.club_id == tables.Post.club_id,
        tables.Comment.post_id == tables.Post.id,
        tables.Comment.deleted_at.is_(None),
    )
    .correlate(tables.Post)
    .scalar_subquery()
)


def _posts() -> Any:
    row, track = tables.Post, catalog.Track
    return select(
        row.id,
        row.week_id,
        row.ordinal,
        row.channel_id,
        row.message_id,
        LIKES.label("likes"),
        COMMENTS.label("comments"),
        track.id.label("track_id"),
        track.position,
        track.title,
        track.duration_ms,
        track.user_id.label("owner_id"),
        SHOWN.label("public"),
        track.deleted_at,
    ).outerjoin(track, track.id == row.track_id)


def _post(row: Any) -> Post:
    track = None
    if row.track_id is not None and row.deleted_at is None:
        track = Track(row.track_id, row.position or 1, row.title, row.duration_ms)
    return Post(
        row.id,
        row.week_id,
        row.ordinal or 0,
        track,
        likes=row.likes,
        comments=row.comments,
        channel_id=row.channel_id,
        message_id=row.message_id,
        owner_id=row.owner_id,
        public=row.public is not False,
    )


async def post(session: AsyncSession, club_id: UUID, post_id: UUID) -> Post | None:
    """A post of the club."""
    row = (
        await session.execute(_posts().where(tables.Post.club_id == club_id, tables.Post.id == post_id))
    ).one_or_none()
    return None if row is None else _post(row)


async def post_numbered(session: AsyncSession, week_id: UUID, ordinal: int) -> Post | None:
    """The post of this number in a week."""
    query = _posts().where(in_week(tables.Post, week_id), tables.Post.ordinal == ordinal)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _post(row)


async def posts_of_guide(session: AsyncSession, week_id: UUID, nomination_id: UUID) -> tuple[Post, ...]:
    """The posts of a week's listening guide to a nomination's album, in the order of its list."""
    rows = await session.execute(
        _posts().where(in_week(tables.Post, week_id), tables.Post.nomination_id == nomination_id)
    )
    return in_order(_post(row) for row in rows)


async def album_of_post(session: AsyncSession, club_id: UUID, post_id: UUID) -> Album | None:
    """The album whose guide a post belongs to, where it belongs to one."""
    row = (
        await session.execute(
            select(*ALBUM)
            .join(club_tables.Nomination, club_tables.Nomination.album_id == catalog.Album.id)
            .join(
                tables.Post,
                and_(
                    tables.Post.club_id == club_tables.Nomination.club_id,
                    tables.Post.nomination_id == club_tables.Nomination.id,
                ),
            )
            .where(tables.Post.club_id == club_id, tables.Post.id == post_id)
        )
    ).one_or_none()
    return None if row is None else Album(*row)


async def add_to_guide(
    session: AsyncSession, *, club_id: UUID, week_id: UUID, nomination_id: UUID, tracks: Sequence[Track], now: datetime
) -> None:
    """Tracks become posts of a guide, numbered on; one that is in it stays the post it is."""
    if not tracks:
        return
    last = await session.scalar(select(func.max(tables.Post.ordinal)).where(in_week(tables.Post, week_id))) or 0
    await session.execute(
        insert(tables.Post)
        .values(
            [
                {
                    "club_id": club_id,
                    "id": new_id(now),
                    "week_id": week_id,
                    "nomination_id": nomination_id,
                    "ordinal": last + place,
                    "post_type": str(PostType.AUDIO),
                    "track_id": track.id,
                    "created_at": now,
                    "updated_at": now,
                }
                for place, track in enumerate(tracks, start=1)
            ]
        )
        .on_conflict_do_nothing()
    )


async def present(session: AsyncSession, club_id: UUID, tracks: Mapping[UUID, UUID | None], now: datetime) -> None:
    """Posts present these tracks from now on; None makes a tombstone of a post."""
    for post_id, track_id in tracks.items():
        await session.execute(
            update(tables.Post)
            .where(tables.Post.club_id == club_id, tables.Post.id == post_id)
            .values(track_id=track_id, updated_at=now)
        )


async def drop_tombstones(session: AsyncSession, week_id: UUID) -> None:
    """Posts whose track is gone, on which nothing hangs and which have no message of their own, are gone too."""
    row = tables.Post
    card = select(Panel.message_id).where(in_week(Panel, week_id), Panel.kind == str(Kind.GUIDE))
    await session.execute(
        delete(row).where(
            in_week(row, week_id),
            row.track_id.is_(None),
            row.post_type == str(PostType.AUDIO),
            or_(row.message_id.is_(None), row.message_id.in_(card)),
            ~exists().where(tables.PostLike.club_id == row.club_id, tables.PostLike.post_id == row.id),
            ~exists().where(tables.Comment.club_id == row.club_id, tables.Comment.post_id == row.id),
        )
    )


async def note_message(session: AsyncSession, club_id: UUID, post_ids: Collection[UUID], panel: PanelRef) -> None:
    """A message of ours shows these posts."""
    await session.execute(
        update(tables.Post)
        .where(
            tables.Post.club_id == club_id,
            tables.Post.id.in_(post_ids),
            tables.Post.message_id.is_distinct_from(panel.message_id),
        )
        .values(channel_id=panel.channel_id, message_id=panel.message_id)
    )


async def weeks_guided_by(session: AsyncSession, album_id: UUID) -> list[UUID]:
    """The weeks of any club that this album has won, as far as they are announced."""
    week, nomination = club_tables.Week, club_tables.Nomination
    rows = await session.scalars(
        select(week.id)
        .join(nomination, and_(nomination.club_id == week.club_id, nomination.id == week.winner_id))
        .where(nomination.album_id == album_id, week.phase.in_(ANNOUNCED))
        .order_by(week.id)
    )
    return list(rows)


# --- likes ----------------------------------------------------------------------------------------------------------


async def add_like(session: AsyncSession, club_id: UUID, post_id: UUID, user_id: UUID, now: datetime) -> bool:
    """A member likes a post; False when they did already."""
    added = await session.scalar(
        insert(tables.PostLike)
        .values(club_id=club_id, post_id=post_id, user_id=user_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(tables.PostLike.user_id)
    )
    return added is not None


def _like(club_id: UUID, post_id: UUID, user_id: UUID) -> Any:
    row = tables.PostLike
    return and_(row.club_id == club_id, row.post_id == post_id, row.user_id == user_id)


async def remove_like(session: AsyncSession, club_id: UUID, post_id: UUID, user_id: UUID) -> bool:
    """A member no longer likes a post; False when they did not."""
    removed = await session.scalar(
        delete(tables.PostLike).where(_like(club_id, post_id, user_id)).returning(tables.PostLike.user_id)
    )
    return removed is not None


async def likes_it(session: AsyncSession, club_id: UUID, post_id: UUID, user_id: UUID) -> bool:
    """Whether a member likes a post."""
    found = await session.scalar(select(tables.PostLike.user_id).where(_like(club_id, post_id, user_id)))
    return found is not None


# --- comments -------------------------------------------------------------------------------------------------------


def _comments(club_id: UUID) -> Select[Any]:
    row = tables.Comment
    columns = (row.id, row.post_id, row.user_id, row.parent_id, row.content, row.position_ms)
    query = select(*columns, row.created_at, row.deleted_at, *PERSON)
    return with_person(query, row.club_id, row.user_id).where(row.club_id == club_id)


def _comment(row: Any) -> Comment:
    return Comment(
        row.id,
        row.post_id,
        row.user_id,
        shown_name(row),
        row.content,
        row.created_at,
        parent_id=row.parent_id,
        position_ms=row.position_ms,
        deleted=row.deleted_at is not None,
    )


async def comments_of(session: AsyncSession, club_id: UUID, post_id: UUID) -> tuple[Comment, ...]:
    """Everything that is said about a post, oldest first; deleted comments that have replies are among it."""
    row = tables.Comment
    rows = await session.execute(_comments(club_id).where(row.post_id == post_id).order_by(row.created_at, row.id))
    return tuple(_comment(found) for found in rows)


async def latest_comments(session: AsyncSession, club_id: UUID, post_id: UUID, limit: int) -> tuple[Comment, ...]:
    """The newest comments on a post that still have their words, oldest of them first."""
    row = tables.Comment
    rows = await session.execute(
        _comments(club_id)
        .where(row.post_id == post_id, row.deleted_at.is_(None))
        .order_by(row.created_at.desc(), row.id.desc())
        .limit(limit)
    )
    return tuple(_comment(found) for found in rows)[::-1]


async def comment(session: AsyncSession, club_id: UUID, comment_id: UUID, *, lock: bool = False) -> Comment | None:
    """A comment of the club; `lock` holds it, so that it is not deleted while it is answered."""
    query = _comments(club_id).where(tables.Comment.id == comment_id)
    if lock:
        query = query.with_for_update(of=tables.Comment)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _comment(row)


async def add_comment(session: AsyncSession, club_id: UUID, comment: Comment) -> None:
    """A member says something about a post."""
    await session.execute(
        insert(tables.Comment).values(
            club_id=club_id,
            id=comment.id,
            post_id=comment.post_id,
            user_id=comment.user_id,
            parent_id=comment.parent_id,
            content=comment.content,
            position_ms=comment.position_ms,
            created_at=comment.commented_at,
        )
    )


async def delete_comment(session: AsyncSession, club_id: UUID, comment: Comment, now: datetime) -> None:
    """A comment goes; one that has replies stays without its words. A wordless one goes with its last reply."""
    row = tables.Comment
    own = and_(row.club_id == club_id, row.id == comment.id)
    answered = await session.scalar(select(row.id).where(row.club_id == club_id, row.parent_id == comment.id).limit(1))
    if answered is not None:
        await session.execute(update(row).where(own).values(content="", position_ms=None, deleted_at=now))
        return
    parent_id = await session.scalar(delete(row).where(own).returning(row.parent_id))
    while parent_id is not None:
        reply = select(row.id).where(row.club_id == club_id, row.parent_id == parent_id).limit(1)
        if await session.scalar(reply) is not None:
            return
        parent_id = await session.scalar(
            delete(row)
            .where(row.club_id == club_id, row.id == parent_id, row.deleted_at.is_not(None))
            .returning(row.parent_id)
        )
