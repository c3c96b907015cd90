"""Tracks as members look for them: of the club's albums, and what they heard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.library.tracks import reachable_by
from db.tables.catalog import Album, ClubAlbum, Track
from db.tables.listening import TrackPlays
from db.tables.people import Membership, User
from db.tables.posts import Post


@dataclass(frozen=True, slots=True)
class Found:
    """A track by its names."""

    id: UUID
    title: str
    artist: str
    album: str = ""
    own: bool = False
    """It is the member's own, who looks."""


OWNER = select(User.display_name).where(User.id == Track.user_id).correlate(Track).scalar_subquery()
ARTIST = func.coalesce(func.nullif(Track.artist, ""), Album.artist, OWNER, "")
NAMES = func.concat_ws(" ", Track.title, Track.artist, Album.artist, Album.title)


def _columns() -> Any:
    return select(Track.id, Track.title, ARTIST.label("artist"), func.coalesce(Album.title, "").label("album"))


def _like(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def of_club(session: AsyncSession, club_id: UUID, words: Sequence[str], limit: int) -> list[Found]:
    """Tracks of the albums a club nominated whose names hold all the words, newest nomination first."""
    begins = func.lower(Track.title).startswith((words[0] if words else "").lower(), autoescape=True)
    rows = await session.execute(
        _columns()
        .join(Album, Album.id == Track.album_id)
        .join(ClubAlbum, and_(ClubAlbum.album_id == Album.id, ClubAlbum.club_id == club_id))
        .where(*(NAMES.ilike(_like(word), escape="\\") for word in words))
        .order_by(case((begins, 0), else_=1), ClubAlbum.nominated_at.desc(), Album.id, Track.position)
        .limit(limit)
    )
    return [Found(*row) for row in rows]


def _made_here(club_id: UUID) -> Any:
    """That a track is one of a member who is in the club."""
    member = Membership
    return exists().where(member.club_id == club_id, member.user_id == Track.user_id, member.left_at.is_(None))


async def of_members(
    session: AsyncSession, club_id: UUID, user_id: UUID | None, words: Sequence[str], limit: int
) -> list[Found]:
    """Members' own tracks that somebody may reach and whose titles hold all the words, their own first."""
    own = Track.user_id == user_id
    rows = await session.execute(
        _columns()
        .add_columns(own.label("own"))
        .outerjoin(Album, Album.id == Track.album_id)
        .where(Track.kind == "member", reachable_by(user_id), _made_here(club_id))
        .where(*(Track.title.icontains(word, autoescape=True) for word in words))
        .order_by(case((own, 0), else_=1), Track.created_at.desc(), Track.id)
        .limit(limit)
    )
    return [Found(*row) for row in rows]


async def heard(session: AsyncSession, user_id: UUID, key: str, limit: int) -> list[Found]:
    """Tracks that a member heard and whose title begins so, most played first; `key` is what titles are compared by."""
    rows = await session.execute(
        _columns()
        .outerjoin(Album, Album.id == Track.album_id)
        .join(TrackPlays, and_(TrackPlays.track_id == Track.id, TrackPlays.user_id == user_id))
        .where(Track.title_key.startswith(key, autoescape=True))
        .order_by(TrackPlays.plays.desc(), Track.id)
        .limit(limit)
    )
    return [Found(*row) for row in rows]


async def by_id(session: AsyncSession, track_id: UUID) -> Found | None:
    """A track's names."""
    row = (
        await session.execute(_columns().outerjoin(Album, Album.id == Track.album_id).where(Track.id == track_id))
    ).one_or_none()
    return None if row is None else Found(*row)


async def by_ids(session: AsyncSession, user_id: UUID | None, track_ids: Sequence[UUID]) -> list[Found]:
    """The names of tracks that somebody may reach, in the order in which they are asked for."""
    query = _columns().outerjoin(Album, Album.id == Track.album_id)
    rows = await session.execute(query.where(Track.id.in_(track_ids), reachable_by(user_id)))
    found = {row.id: Found(*row) for row in rows}
    return [found[key] for key in track_ids if key in found]


async def known(session: AsyncSession, track_ids: Collection[UUID]) -> list[UUID]:
    """Those of some keys that are tracks."""
    return list(await session.scalars(select(Track.id).where(Track.id.in_(track_ids))))


async def of_message(session: AsyncSession, club_id: UUID, message_id: int) -> list[Found]:
    """The tracks that a message presents, in the order of its posts."""
    rows = await session.execute(
        _columns()
        .outerjoin(Album, Album.id == Track.album_id)
        .join(Post, Post.track_id == Track.id)
        .where(Post.club_id == club_id, Post.message_id == message_id)
        .order_by(Track.position.nulls_last(), Post.ordinal, Post.id)
    )
    return [Found(*row) for row in rows]


async def exact(session: AsyncSession, club_id: UUID, user_id: UUID | None, title: str) -> list[Found]:
    """Tracks of a club's albums or members under just this title, capitals aside; two at most, to see if it is one."""
    of_album = exists().where(ClubAlbum.album_id == Track.album_id, ClubAlbum.club_id == club_id)
    rows = await session.execute(
        _columns()
        .outerjoin(Album, Album.id == Track.album_id)
        .where(func.lower(Track.title) == title.lower())
        .where(or_(of_album, and_(Track.kind == "member", reachable_by(user_id), _made_here(club_id))))
        .order_by(Track.id)
        .limit(2)
    )
    return [Found(*row) for row in rows]
