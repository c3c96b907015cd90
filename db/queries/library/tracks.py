"""Members' tracks: asked as one reader may see them, and written by their owners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.library.known import Access
from bot.domain.library.tracks import MemberTrack, TrackFields
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.library.veils import SHOWN, VEILED
from db.queries.library.versions import VERSION, newest_version, version_of
from db.tables import library
from db.tables import posts as post_tables
from db.tables.catalog import Track
from db.tables.people import User

PLAYLISTS = (
    select(func.count(func.distinct(post_tables.PlaylistTrack.playlist_id)))
    .where(post_tables.PlaylistTrack.track_id == Track.id)
    .correlate(Track)
    .scalar_subquery()
)
POSTS = (
    select(func.count(post_tables.Post.id))
    .where(post_tables.Post.track_id == Track.id)
    .correlate(Track)
    .scalar_subquery()
)


def reachable_by(user_id: UUID | None) -> ColumnElement[bool]:
    """That somebody may reach a track: the rule of `bot.domain.library.tracks.reachable`, as the database asks it."""
    own = Track.user_id == user_id if user_id is not None else Track.user_id.is_(None)
    return or_(Track.user_id.is_(None), and_(Track.deleted_at.is_(None), or_(own, SHOWN)))


def _tracks(club_id: UUID) -> Select[Any]:
    newest = newest_version()
    columns = (
        Track.id.label("track_id"),
        Track.user_id.label("owner_id"),
        Track.title,
        Track.description,
        Track.genre,
        Track.tags,
        Track.is_public,
        Track.play_count,
        Track.created_at.label("made_at"),
        Track.updated_at,
        Track.deleted_at,
        Track.hidden_at,
        VEILED.label("veiled"),
        PLAYLISTS.label("playlists"),
        POSTS.label("posts"),
    )
    query = select(*columns, *VERSION, *PERSON)
    query = with_person(query, club_id, Track.user_id)  # type: ignore[arg-type]
    query = query.outerjoin(newest, newest.c.track_id == Track.id)
    query = query.outerjoin(library.TrackVersion, library.TrackVersion.id == newest.c.id)
    return query.outerjoin(library.Asset, library.Asset.id == library.TrackVersion.asset_id).where(
        Track.kind == "member"
    )


def _track(row: Any) -> MemberTrack:
    return MemberTrack(
        id=row.track_id,
        user_id=row.owner_id,
        owner=shown_name(row),
        title=row.title,
        description=row.description,
        genre=row.genre,
        tags=row.tags,
        public=row.is_public,
        created_at=row.made_at,
        updated_at=row.updated_at,
        current=version_of(row),
        play_count=row.play_count,
        playlist_count=row.playlists,
        post_count=row.posts,
        deleted_at=row.deleted_at,
        hidden_at=row.hidden_at,
        veiled=row.veiled,
    )


async def track(session: AsyncSession, club_id: UUID, track_id: UUID, *, lock: bool = False) -> MemberTrack | None:
    """A member's track, whoever may see it; `lock` holds it until the transaction ends."""
    if lock:
        await session.execute(select(Track.id).where(Track.id == track_id).with_for_update())
    row = (await session.execute(_tracks(club_id).where(Track.id == track_id))).one_or_none()
    return None if row is None else _track(row)


async def access_to(session: AsyncSession, track_id: UUID) -> Access | None:
    """Who may reach a member's track now."""
    row = (
        await session.execute(
            select(
                Track.user_id,
                Track.is_public,
                Track.deleted_at.is_not(None).label("gone"),
                or_(Track.hidden_at.is_not(None), VEILED).label("hidden"),
                Track.updated_at,
            ).where(Track.id == track_id, Track.kind == "member")
        )
    ).one_or_none()
    return None if row is None else Access(row.user_id, row.is_public, row.gone, row.hidden, row.updated_at)


async def tracks_of(
    session: AsyncSession, club_id: UUID, owner_id: UUID, *, private: bool, limit: int, offset: int = 0
) -> tuple[MemberTrack, ...]:
    """A member's tracks, newest first: the public ones, with `private` all that are not deleted."""
    query = _tracks(club_id).where(Track.user_id == owner_id, Track.deleted_at.is_(None))
    if not private:
        query = query.where(SHOWN)
    query = query.order_by(Track.created_at.desc(), Track.id.desc()).limit(limit).offset(offset)
    return tuple(_track(row) for row in await session.execute(query))


async def all_of(session: AsyncSession, owner_id: UUID) -> list[UUID]:
    """The keys of a member's tracks, deleted ones too."""
    return list(await session.scalars(select(Track.id).where(Track.user_id == owner_id).order_by(Track.id)))


async def deleted_tracks(session: AsyncSession, club_id: UUID, owner_id: UUID) -> tuple[MemberTrack, ...]:
    """What a member has deleted and can bring back, newest first."""
    query = _tracks(club_id).where(Track.user_id == owner_id, Track.deleted_at.is_not(None))
    query = query.order_by(Track.deleted_at.desc()).limit(25)
    return tuple(_track(row) for row in await session.execute(query))


async def called(session: AsyncSession, owner_id: UUID, words: str, limit: int) -> list[tuple[UUID, str, bool]]:
    """A member's own tracks whose titles hold these words, newest first: key, title, whether it is public."""
    rows = await session.execute(
        select(Track.id, Track.title, Track.is_public)
        .where(
            Track.user_id == owner_id,
            Track.deleted_at.is_(None),
            Track.title.icontains(words, autoescape=True) if words else Track.user_id == owner_id,
        )
        .order_by(Track.created_at.desc(), Track.id.desc())
        .limit(limit)
    )
    return [(row.id, row.title, row.is_public) for row in rows]


async def add_track(
    session: AsyncSession, *, track_id: UUID, owner_id: UUID, fields: TrackFields, duration_ms: int, now: datetime
) -> None:
    """A new track of a member."""
    await session.execute(
        insert(Track).values(
            id=track_id,
            kind="member",
            user_id=owner_id,
            title=fields.title,
            description=fields.description,
            genre=fields.genre,
            tags=fields.tags,
            is_public=fields.public,
            duration_ms=duration_ms,
            created_at=now,
            updated_at=now,
        )
    )


async def change(session: AsyncSession, track_id: UUID, fields: TrackFields, now: datetime) -> None:
    """A track's texts, and whether it is public."""
    await session.execute(
        update(Track)
        .where(Track.id == track_id)
        .values(
            title=fields.title,
            description=fields.description,
            genre=fields.genre,
            tags=fields.tags,
            is_public=fields.public,
            updated_at=now,
        )
    )


async def set_length(session: AsyncSession, track_id: UUID, duration_ms: int, now: datetime) -> None:
    """A track is as long as its newest version."""
    await session.execute(update(Track).where(Track.id == track_id).values(duration_ms=duration_ms, updated_at=now))


async def set_deleted(session: AsyncSession, track_id: UUID, at: datetime | None) -> None:
    """A track is out of everybody's reach, or back."""
    await session.execute(update(Track).where(Track.id == track_id).values(deleted_at=at))


async def set_hidden(session: AsyncSession, track_id: UUID, at: datetime | None) -> None:
    """A track is out of others' reach until hosts have looked at it, or back."""
    await session.execute(update(Track).where(Track.id == track_id).values(hidden_at=at))


async def count_play(session: AsyncSession, track_id: UUID) -> None:
    """Somebody was handed the sound of a track."""
    await session.execute(update(Track).where(Track.id == track_id).values(play_count=Track.play_count + 1))


async def remove(session: AsyncSession, track_id: UUID) -> None:
    """A track goes at once, with all that hangs on it."""
    await session.execute(delete(Track).where(Track.id == track_id))


async def purge(session: AsyncSession, deleted_before: datetime) -> list[UUID]:
    """Tracks that were deleted before go for good, with all that hangs on them; their keys."""
    gone = await session.scalars(
        delete(Track).where(Track.kind == "member", Track.deleted_at < deleted_before).returning(Track.id)
    )
    return list(gone)


async def introduce(session: AsyncSession, user_id: UUID, bio: str) -> None:
    """What a member says of themselves above their tracks."""
    await session.execute(update(User).where(User.id == user_id).values(bio=bio))


async def bio_of(session: AsyncSession, user_id: UUID) -> str:
    """What a member says of themselves; empty where they say nothing."""
    return await session.scalar(select(User.bio).where(User.id == user_id)) or ""


async def posts_of_track(session: AsyncSession, track_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Where tracks are posted: club and post."""
    row = post_tables.Post
    rows = await session.execute(
        select(row.club_id, row.id).where(row.track_id.in_(track_ids)).order_by(row.club_id, row.id)
    )
    return [(found.club_id, found.id) for found in rows]


# --- who vouched for what -------------------------------------------------------------------------------------------


async def has_attested(session: AsyncSession, user_id: UUID, version: int) -> bool:
    """Whether a member said, by these words, that they may share what they share."""
    row = library.RightsAttestation
    found = await session.scalar(select(row.version).where(row.user_id == user_id, row.version >= version).limit(1))
    return found is not None


async def attest(session: AsyncSession, user_id: UUID, version: int, now: datetime) -> None:
    """A member says so; saying it again changes nothing."""
    row = insert(library.RightsAttestation).values(user_id=user_id, version=version, attested_at=now)
    await session.execute(row.on_conflict_do_nothing())


async def report(
    session: AsyncSession, *, report_id: UUID, club_id: UUID, track_id: UUID, user_id: UUID, reason: str, now: datetime
) -> bool:
    """Somebody reports a track; False when they did already."""
    row = insert(library.TrackReport).values(
        id=report_id, club_id=club_id, track_id=track_id, user_id=user_id, reason=reason, reported_at=now
    )
    added = await session.scalar(row.on_conflict_do_nothing().returning(library.TrackReport.id))
    return added is not None


async def settle_reports(session: AsyncSession, track_id: UUID, now: datetime) -> None:
    """A host has looked at a track."""
    row = library.TrackReport
    await session.execute(update(row).where(row.track_id == track_id, row.settled_at.is_(None)).values(settled_at=now))


async def reported_in(session: AsyncSession, club_id: UUID) -> list[tuple[UUID, str, str]]:
    """The hidden tracks of a club that nobody has looked at yet: key, title, what was said of the first report."""
    row = library.TrackReport
    rows = await session.execute(
        select(row.track_id, Track.title, row.reason)
        .join(Track, Track.id == row.track_id)
        .where(row.club_id == club_id, row.settled_at.is_(None))
        .ext(distinct_on(row.track_id))
        .order_by(row.track_id, row.reported_at)
        .limit(25)
    )
    return [(found.track_id, found.title, found.reason) for found in rows]
