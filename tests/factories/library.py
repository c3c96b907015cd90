"""Members' tracks with versions and files, as they stand in the tables."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from bot.domain.ids import new_id
from bot.domain.library.audio import AudioFacts, Compression, Stored
from bot.domain.library.tracks import TrackFields
from db.queries.library import tracks, versions
from db.session import Database
from tests.factories.people import NOW

FACTS = AudioFacts(83_000, 44_100, 2, 192_000, -13.5, -1.2, bytes(range(0, 200, 2)))


def hash_of(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


async def make_track(
    database: Database,
    owner_id: UUID,
    title: str = "Kite string",
    *,
    public: bool = True,
    content: str | None = None,
    now: datetime = NOW,
    facts: AudioFacts = FACTS,
) -> UUID:
    """A member's track with one version; `content` stands for its bytes."""
    key = new_id(now)
    async with database.writing() as session:
        fields = TrackFields(title=title, public=public)
        await tracks.add_track(
            session, track_id=key, owner_id=owner_id, fields=fields, duration_ms=facts.duration_ms, now=now
        )
    await make_version(database, key, owner_id, content or f"{title} of {owner_id}", now=now, facts=facts)
    return key


async def make_version(
    database: Database,
    track_id: UUID,
    owner_id: UUID,
    content: str,
    *,
    now: datetime = NOW,
    facts: AudioFacts = FACTS,
    note: str = "",
) -> int | None:
    """One more version of a track; its number."""
    async with database.writing() as session:
        sha256 = hash_of(content)
        asset = await versions.keep_asset(
            session, sha256=sha256, size=2_000_000, stored=Stored.MP3, facts=facts, now=now
        )
        return await versions.add_version(
            session,
            track_id=track_id,
            owner_id=owner_id,
            asset_id=asset,
            source_sha256=sha256,
            file_name=f"{content[:40]}.mp3",
            note=note,
            compression=Compression(2_000_000, 2_000_000),
            now=now,
        )
