"""The names that plays come with: artists, albums as players name them, works."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.listening.plays import driver

UNKNOWN = """
SELECT 'artist', asked.id FROM unnest($1::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM artists AS known WHERE known.id = asked.id)
UNION ALL
SELECT 'album', asked.id FROM unnest($2::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM heard_albums AS known WHERE known.id = asked.id)
UNION ALL
SELECT 'track', asked.id FROM unnest($3::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM tracks AS known WHERE known.id = asked.id)
"""

# Everybody adds names in the order of their keys, so that two members who hear something new never wait for each other.
ADD_ARTISTS = """
INSERT INTO artists (id, name, name_key)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, name, name_key) ORDER BY id
ON CONFLICT DO NOTHING
"""
ADD_ALBUMS = """
INSERT INTO heard_albums (id, artist_id, title, title_key)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS new (id, artist_id, title, title_key)
ORDER BY id
ON CONFLICT DO NOTHING
"""
ADD_TRACKS = """
INSERT INTO tracks (id, artist, title, title_key, kind)
SELECT id, artist, title, title_key, 'catalog'
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS new (id, artist, title, title_key) ORDER BY id
ON CONFLICT DO NOTHING
"""


async def unknown(
    session: AsyncSession, artists: Collection[UUID], albums: Collection[UUID], tracks: Collection[UUID]
) -> dict[str, set[UUID]]:
    """Which of these nobody has heard before, as `artist`, `album` and `track`."""
    raw = await driver(session)
    found: dict[str, set[UUID]] = {"artist": set(), "album": set(), "track": set()}
    for kind, key in await raw.fetch(UNKNOWN, list(artists), list(albums), list(tracks)):
        found[kind].add(key)
    return found


async def add_artists(session: AsyncSession, rows: Sequence[tuple[UUID, str, str]]) -> None:
    """Artists by key, name and the name as it is compared."""
    await _add(session, ADD_ARTISTS, rows)


async def add_albums(session: AsyncSession, rows: Sequence[tuple[UUID, UUID, str, str]]) -> None:
    """Albums by key, artist, title and the title as it is compared."""
    await _add(session, ADD_ALBUMS, rows)


async def add_tracks(session: AsyncSession, rows: Sequence[tuple[UUID, str, str, str]]) -> None:
    """Works by key, artist, title and the title as it is compared."""
    await _add(session, ADD_TRACKS, rows)


async def _add(session: AsyncSession, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        raw = await driver(session)
        await raw.execute(statement, *(list(column) for column in zip(*rows, strict=True)))
