"""The names that plays come with: artists, albums as players name them, works."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.session import driving

# Who counts plays of a club, or changes whether they count, holds it together with the others; who changes its zone,
# alone.
HOLD_CLUBS = """
SELECT 'club', club_id, pg_advisory_xact_lock_shared(hashtextextended(club_id::text, 41))::text
FROM (SELECT DISTINCT club_id FROM memberships WHERE user_id = ANY($1::uuid[]) ORDER BY club_id) AS of_members
"""

UNKNOWN = f"""
SELECT 'artist', asked.id, NULL FROM unnest($2::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM artists AS known WHERE known.id = asked.id)
UNION ALL
SELECT 'album', asked.id, NULL FROM unnest($3::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM heard_albums AS known WHERE known.id = asked.id)
UNION ALL
SELECT 'track', asked.id, NULL FROM unnest($4::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM tracks AS known WHERE known.id = asked.id)
UNION ALL ({HOLD_CLUBS})
"""
"""One question instead of two: each way to the server and back takes longer than what it does there."""


@dataclass(frozen=True, slots=True)
class NewNames:
    """Names that nobody heard before; the same column of all rows is one array of a statement."""

    artists: list[tuple[UUID, str, str]] = field(default_factory=list[tuple[UUID, str, str]])
    """By key, name and the name as it is compared."""
    albums: list[tuple[UUID, UUID, str, str]] = field(default_factory=list[tuple[UUID, UUID, str, str]])
    """By key, artist, title and the title as it is compared."""
    tracks: list[tuple[UUID, str, str, str]] = field(default_factory=list[tuple[UUID, str, str, str]])
    """By key, artist, title and the title as it is compared."""

    def columns(self) -> list[list[Any]]:
        """The eleven columns of the three kinds."""
        return [
            [row[place] for row in rows]
            for rows, width in ((self.artists, 3), (self.albums, 4), (self.tracks, 4))
            for place in range(width)
        ]


async def unknown(
    session: AsyncSession,
    members: Collection[UUID],
    artists: Collection[UUID] = (),
    albums: Collection[UUID] = (),
    tracks: Collection[UUID] = (),
) -> dict[str, set[UUID]]:
    """Which of these nobody has heard before, as `artist`, `album` and `track`; holds the members' clubs besides."""
    raw = await driving(session)
    found: dict[str, set[UUID]] = {"artist": set(), "album": set(), "track": set(), "club": set()}
    for kind, key, _ in await raw.fetch(UNKNOWN, list(members), list(artists), list(albums), list(tracks)):
        found[kind].add(key)
    return found
