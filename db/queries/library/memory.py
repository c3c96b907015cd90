"""The memory of tracks: written once for each event, read by its member alone.

Nothing else asks these tables: what is remembered feeds no taste, no match and no list.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.library.memory import Deed, Deposit, Entry
from bot.domain.listening.names import title_key, work_id
from db.tables.catalog import Album, ClubAlbum, Track
from db.tables.listening import Listen, TrackPlays
from db.tables.memory import ForgottenTrack, MemoryEntry

LONGEST_KEY = 200

DEPOSIT = text("""
INSERT INTO memory_entries (user_id, track_id, source_key, deed, happened_at, about, words)
SELECT told.user_id, told.track_id, told.source_key, told.deed, told.happened_at, told.about, told.words
FROM unnest(CAST(:users AS uuid[]), CAST(:tracks AS uuid[]), CAST(:keys AS text[]), CAST(:deeds AS text[]),
  CAST(:moments AS timestamptz[]), CAST(:about AS text[]), CAST(:words AS text[]))
  AS told (user_id, track_id, source_key, deed, happened_at, about, words)
JOIN users ON users.id = told.user_id
WHERE EXISTS (SELECT FROM linked_accounts AS account WHERE account.user_id = told.user_id
    AND account.provider = 'discord')
  AND NOT EXISTS (SELECT FROM forgotten_tracks AS forgotten WHERE forgotten.user_id = told.user_id
    AND forgotten.track_id = told.track_id AND forgotten.forgotten_at >= told.happened_at)
FOR KEY SHARE OF users SKIP LOCKED
ON CONFLICT DO NOTHING
""")
"""Whoever is being forgotten at this moment is passed over, so that nobody waits for them; and so are the nameless.

What happened before its track was forgotten stays out.
"""


async def deposit(session: AsyncSession, deposits: Sequence[Deposit]) -> None:
    """Remember what happened; what is remembered already changes nothing."""
    if not deposits:
        return
    await session.execute(
        DEPOSIT,
        {
            "users": [one.user_id for one in deposits],
            "tracks": [one.track_id for one in deposits],
            "keys": [one.key for one in deposits],
            "deeds": [str(one.deed) for one in deposits],
            "moments": [one.happened_at for one in deposits],
            "about": [one.about for one in deposits],
            "words": [one.words for one in deposits],
        },
    )


async def entries_of(session: AsyncSession, user_id: UUID, tracks: Collection[UUID]) -> list[Entry]:
    """What a member's memory holds of some tracks, newest first."""
    row = MemoryEntry
    rows = await session.execute(
        select(row.track_id, row.deed, row.source_key, row.happened_at, row.about, row.words)
        .where(row.user_id == user_id, row.track_id.in_(tracks))
        .order_by(row.happened_at.desc(), row.source_key)
    )
    return [Entry(one.track_id, Deed(one.deed), one.source_key, one.happened_at, one.about, one.words) for one in rows]


async def all_entries(session: AsyncSession, user_id: UUID) -> list[tuple[Entry, str, str]]:
    """Everything that a member's memory holds, with each track's title and artist; nothing of deleted tracks."""
    row = MemoryEntry
    artist = func.coalesce(func.nullif(Track.artist, ""), Album.artist, "")
    rows = await session.execute(
        select(row.track_id, row.deed, row.source_key, row.happened_at, row.about, row.words)
        .add_columns(Track.title, artist.label("artist"))
        .join(Track, Track.id == row.track_id)
        .outerjoin(Album, Album.id == Track.album_id)
        .where(row.user_id == user_id, Track.deleted_at.is_(None))
        .order_by(row.track_id, row.happened_at, row.source_key)
    )
    return [
        (
            Entry(one.track_id, Deed(one.deed), one.source_key, one.happened_at, one.about, one.words),
            one.title,
            one.artist,
        )
        for one in rows
    ]


async def remembered_tracks(session: AsyncSession, user_id: UUID, words: Sequence[str], limit: int) -> list[UUID]:
    """The tracks of which something is remembered and whose titles hold the words, last deed first."""
    row = MemoryEntry
    rows = await session.scalars(
        select(row.track_id)
        .join(Track, Track.id == row.track_id)
        .where(row.user_id == user_id, Track.deleted_at.is_(None))
        .where(*(Track.title.icontains(word, autoescape=True) for word in words))
        .group_by(row.track_id)
        .order_by(func.max(row.happened_at).desc(), row.track_id)
        .limit(limit)
    )
    return list(rows)


async def forget(session: AsyncSession, user_id: UUID, tracks: Collection[UUID], now: datetime) -> int:
    """A member wants nothing remembered of some tracks up to now; how many entries went."""
    for track_id in sorted(tracks):
        forgetting = insert(ForgottenTrack).values(user_id=user_id, track_id=track_id, forgotten_at=now)
        await session.execute(
            forgetting.on_conflict_do_update(
                index_elements=["user_id", "track_id"], set_={"forgotten_at": forgetting.excluded.forgotten_at}
            )
        )
    row = MemoryEntry
    gone = await session.scalars(
        delete(row).where(row.user_id == user_id, row.track_id.in_(tracks)).returning(row.source_key)
    )
    return len(list(gone))


async def forget_note(session: AsyncSession, user_id: UUID, track_id: UUID, key: str) -> bool:
    """One of a member's own notes goes; False where there is none."""
    row = MemoryEntry
    own = and_(row.user_id == user_id, row.track_id == track_id, row.source_key == key, row.deed == str(Deed.NOTE))
    return await session.scalar(delete(row).where(own).returning(row.source_key)) is not None


# --- the work behind a track ----------------------------------------------------------------------------------------


async def same_work(session: AsyncSession, club_id: UUID, track_id: UUID) -> tuple[UUID, frozenset[UUID]]:
    """The key under which a track's plays are counted, and every track of the club's albums that is the same work.

    A member's own track is the work alone.
    """
    row = (
        await session.execute(
            select(
                Track.title, Track.kind, func.coalesce(func.nullif(Track.artist, ""), Album.artist, "").label("artist")
            )
            .outerjoin(Album, Album.id == Track.album_id)
            .where(Track.id == track_id)
        )
    ).one()
    if row.kind == "member" or not row.artist:
        return track_id, frozenset((track_id,))
    work = work_id(row.artist, row.title)
    artist = func.coalesce(func.nullif(Track.artist, ""), Album.artist, "")
    listed = await session.execute(
        select(Track.id, Track.title, artist.label("artist"))
        .join(Album, Album.id == Track.album_id)
        .join(
            ClubAlbum,
            # The list of an album that became another one still holds what was remembered of its tracks.
            and_(ClubAlbum.album_id == func.coalesce(Album.merged_into, Album.id), ClubAlbum.club_id == club_id),
        )
        .where(func.lower(Track.title) == row.title.lower())
    )
    same = {one.id for one in listed if one.artist and work_id(one.artist, one.title) == work}
    return work, frozenset({track_id, work, *same})


async def keep_work(session: AsyncSession, artist: str, title: str) -> UUID | None:
    """The track of a work that stands on no list, by its names; None where they do not name one."""
    artist, title = " ".join(artist.split())[:500].strip(), " ".join(title.split())[:500].strip()
    key = title_key(title)[:LONGEST_KEY]
    if not artist or not title or not key:
        return None
    work = work_id(artist, title)
    await session.execute(
        insert(Track)
        .values(id=work, kind="catalog", artist=artist, title=title, title_key=key)
        .on_conflict_do_nothing()
    )
    return work


async def plays_of(session: AsyncSession, user_id: UUID, work: UUID) -> tuple[int, datetime | None]:
    """How often a member heard a work, and when first."""
    row = TrackPlays
    found = (
        await session.execute(select(row.plays, row.first_at).where(row.user_id == user_id, row.track_id == work))
    ).one_or_none()
    return (0, None) if found is None else (found.plays, found.first_at)


async def play_numbered(session: AsyncSession, user_id: UUID, work: UUID, number: int) -> datetime | None:
    """When a member heard a work for the n-th time."""
    row = Listen
    return await session.scalar(
        select(row.played_at)
        .where(row.user_id == user_id, row.track_id == work, row.counts)
        .order_by(row.played_at)
        .offset(number - 1)
        .limit(1)
    )
