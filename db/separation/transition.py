"""Both interfaces of an old platform while its database is on its way: reads and writes that are right in every phase.

What is called the old way still works, and says that it is deprecated: in the log always, as a warning where warnings
are shown. Version 2 of the platform drops it together with the columns.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import new_id

log = logging.getLogger("longplay.deprecated")

NAMELESS = "Audio Track"
TITLE_LIMIT = 255


class TrackNotFound(LookupError):  # noqa: N818 - a refusal
    """The track of an audio post must exist."""

    def __init__(self) -> None:
        super().__init__("Track not found")


class TrackDenied(PermissionError):  # noqa: N818 - a refusal
    """An audio post presents the poster's own track, or a public one."""

    def __init__(self) -> None:
        super().__init__("You do not have permission to use this track")


class TrackHeld(ValueError):  # noqa: N818 - a refusal
    """A playlist holds a track once."""

    def __init__(self) -> None:
        super().__init__("Track already in playlist")


@dataclass(frozen=True, slots=True)
class Audio:
    """What a post lets one hear."""

    url: str
    filename: str
    duration: int | None = None
    file_size: int | None = None
    mime_type: str | None = None


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post as its table has it, in whatever phase; `track` is the row it presents."""

    row: dict[str, Any]
    track: dict[str, Any] | None

    @property
    def is_tombstone(self) -> bool:
        """Its track was removed."""
        return self.row.get("track_removed_at") is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """Which of the structures a database has."""

    links: bool
    """Posts can present tracks (from phase 1 on)."""
    columns: bool
    """Posts can hold audio themselves (before phase 5)."""
    playlists_of_tracks: bool
    """Entries of playlists point at tracks (from phase 3 on)."""


async def shape_of(connection: AsyncConnection) -> Shape:
    """Which structures are there now."""
    row = await connection.execute(
        text("""
            SELECT bool_or(column_name = 'track_id'), bool_or(column_name = 'audio_url'), EXISTS (
                SELECT FROM pg_constraint WHERE conname = 'playlist_tracks_track_id_fkey'
                AND confrelid = to_regclass('tracks')
            )
            FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'posts'
        """)
    )
    return Shape(*row.one())


async def post_facts(connection: AsyncConnection, post_id: UUID) -> PostFacts | None:
    """A post with the track it presents; None for no such post."""
    found = await connection.execute(
        text("""
            SELECT to_jsonb(p), to_jsonb(t) FROM posts p
            LEFT JOIN tracks t ON t.id = (to_jsonb(p) ->> 'track_id')::uuid WHERE p.id = :post
        """),
        {"post": post_id},
    )
    row = found.one_or_none()
    return None if row is None else PostFacts(row[0], row[1])


def audio_of(post: PostFacts, viewer: UUID | None) -> Audio | None:
    """What a post lets somebody hear: its track's first, else what its old columns say.

    None where there is nothing to hear for them: words alone, a track that was removed, a private one of somebody else.
    The old columns still tell of those: they are not fallen back to.
    """
    if post.row["post_type"] != "audio" or post.is_tombstone:
        return None
    if post.track is not None:
        if not post.track["is_public"] and str(viewer) != post.track["user_id"]:
            return None
        new = post.track
        return Audio(new["file_url"], new["title"], *(new.get(name) for name in ("duration", "file_size", "mime_type")))
    _deprecated("audio columns of a post", post.row["id"])
    old = post.row
    return Audio(
        old.get("audio_url") or "",
        old.get("audio_filename") or NAMELESS,
        old.get("audio_duration") or None,
        old.get("audio_file_size") or None,
        old.get("audio_mime_type") or None,
    )


async def create_audio_post(
    connection: AsyncConnection, *, user: UUID, track: UUID, caption: str = "", now: datetime
) -> PostFacts:
    """The new way: a post presents a track that exists. Raises `TrackNotFound`, `TrackDenied`."""
    found = await connection.execute(text("SELECT user_id, is_public FROM tracks WHERE id = :id"), {"id": track})
    row = found.one_or_none()
    if row is None:
        raise TrackNotFound
    if row.user_id != user and not row.is_public:
        raise TrackDenied
    return await _add_post(connection, user, caption.strip(), now, track_id=track)


async def create_audio_post_legacy(
    connection: AsyncConnection,
    *,
    user: UUID,
    url: str,
    now: datetime,
    description: str = "",
    file_size: int | None = None,
    duration: int | None = None,
    mime_type: str | None = None,
    filename: str | None = None,
) -> PostFacts:
    """The old way: an audio comes with its post. Where there are tracks it gets one, public, named by the text.

    While both structures are there both are written, so that old readers go on and the way back stays open.
    """
    _deprecated("createAudioPost with a file's facts", user)
    shape = await shape_of(connection)
    facts: dict[str, Any] = {}
    if shape.columns:
        facts = {
            "audio_url": url,
            "audio_filename": filename,
            "audio_duration": duration,
            "audio_file_size": file_size,
            "audio_mime_type": mime_type,
        }
    if shape.links:
        facts["track_id"] = await _track(connection, user, url, description, file_size, duration, mime_type, now)
    return await _add_post(connection, user, description.strip(), now, **facts)


async def add_to_playlist(connection: AsyncConnection, *, playlist: UUID, post: UUID, now: datetime) -> int:
    """The audio of a post joins a playlist at its end, whichever of the two its entries point at; returns its place.

    Raises `TrackNotFound`, `TrackHeld`.
    """
    target = post
    if (await shape_of(connection)).playlists_of_tracks:
        found = await post_facts(connection, post)
        if found is None or found.track is None:
            raise TrackNotFound
        target = UUID(found.track["id"])
    await connection.execute(text("SELECT id FROM playlists WHERE id = :id FOR UPDATE"), {"id": playlist})
    held, last = (
        await connection.execute(
            text(
                "SELECT coalesce(bool_or(track_id = :track), false), coalesce(max(position), -1)"
                " FROM playlist_tracks WHERE playlist_id = :playlist"
            ),
            {"playlist": playlist, "track": target},
        )
    ).one()
    if held:
        raise TrackHeld
    await connection.execute(
        text(
            "INSERT INTO playlist_tracks (id, playlist_id, track_id, position, added_at)"
            " VALUES (:id, :playlist, :track, :position, :now)"
        ),
        {"id": new_id(now), "playlist": playlist, "track": target, "position": last + 1, "now": now},
    )
    return last + 1


async def _track(
    connection: AsyncConnection,
    user: UUID,
    url: str,
    description: str,
    file_size: int | None,
    duration: int | None,
    mime_type: str | None,
    now: datetime,
) -> UUID:
    """The member's track of this address, made where they have none."""
    known = await connection.scalar(
        text("SELECT id FROM tracks WHERE user_id = :user AND file_url = :url ORDER BY created_at, id LIMIT 1"),
        {"user": user, "url": url},
    )
    if known is not None:
        return known
    made = new_id(now)
    await connection.execute(
        text("""
            INSERT INTO tracks (
                id, user_id, title, description, file_url, file_size, duration, mime_type, is_public, created_at,
                updated_at
            ) VALUES (:id, :user, :title, :description, :url, :size, :duration, :mime, true, :now, :now)
        """),
        {
            "id": made,
            "user": user,
            "title": description.strip()[:TITLE_LIMIT].strip() or NAMELESS,
            "description": description.strip(),
            "url": url,
            "size": file_size or None,
            "duration": duration or None,
            "mime": mime_type,
            "now": now,
        },
    )
    return made


async def _add_post(connection: AsyncConnection, user: UUID, content: str, now: datetime, **facts: Any) -> PostFacts:
    made = new_id(now)
    row = {"id": made, "user_id": user, "content": content, "post_type": "audio", "created_at": now, "updated_at": now}
    row |= facts
    names = ", ".join(row)
    await connection.execute(text(f"INSERT INTO posts ({names}) VALUES (:{', :'.join(row)})"), row)
    found = await post_facts(connection, made)
    assert found is not None, "just made"
    return found


def _deprecated(what: str, where: object) -> None:
    """Somebody still does it the old way."""
    log.warning("deprecated: %s (%s)", what, where)
    warnings.warn(f"{what}: deprecated, see migrations/posts/README.md", DeprecationWarning, stacklevel=3)
