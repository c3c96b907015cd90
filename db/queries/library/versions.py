"""Versions of members' tracks and the files behind them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Subquery, delete, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from bot.domain.library.audio import MIME, AudioFacts, Compression, Stored
from bot.domain.library.tracks import Asset, Version
from db.session import violated
from db.tables import library

HELD = "uq_track_versions_file_once_in_a_library"

_VERSION, _ASSET = library.TrackVersion, library.Asset
VERSION: tuple[Any, ...] = (
    _VERSION.id.label("version_id"),
    _VERSION.track_id.label("version_of"),
    _VERSION.number,
    _VERSION.file_name,
    _VERSION.note,
    _VERSION.original_file_size,
    _VERSION.compression_applied,
    _VERSION.compression_quality,
    _VERSION.compression_ms,
    _VERSION.original_bit_rate,
    _VERSION.stored_bit_rate,
    _VERSION.created_at.label("delivered_at"),
    _ASSET.id.label("asset_id"),
    _ASSET.sha256,
    _ASSET.size_bytes,
    _ASSET.format,
    _ASSET.duration_ms.label("asset_ms"),
    _ASSET.rate,
    _ASSET.channels,
    _ASSET.bit_rate,
    _ASSET.loudness_lufs,
    _ASSET.true_peak_db,
    _ASSET.waveform,
)
"""What `version_of` reads."""


def newest_version() -> Subquery:
    """The newest version of each track: `track_id`, `id`."""
    row = library.TrackVersion
    return (
        select(row.track_id, row.id)
        .ext(distinct_on(row.track_id))
        .order_by(row.track_id, row.number.desc())
        .subquery("newest_version")
    )


def version_of(row: Any) -> Version | None:
    """The version in a row; None where there is none."""
    if row.version_id is None:
        return None
    facts = AudioFacts(
        row.asset_ms, row.rate, row.channels, row.bit_rate, row.loudness_lufs, row.true_peak_db, bytes(row.waveform)
    )
    asset = Asset(row.asset_id, row.sha256, row.size_bytes, Stored(row.format), facts)
    compression = Compression(
        row.original_file_size,
        row.size_bytes,
        row.compression_applied,
        row.compression_quality,
        row.original_bit_rate,
        row.stored_bit_rate,
        row.compression_ms,
    )
    return Version(
        row.version_id, row.version_of, row.number, asset, row.file_name, compression, row.delivered_at, row.note
    )


async def versions_of(session: AsyncSession, track_id: UUID) -> tuple[Version, ...]:
    """A track's versions, newest first."""
    rows = await session.execute(
        select(*VERSION)
        .join(_ASSET, _ASSET.id == _VERSION.asset_id)
        .where(_VERSION.track_id == track_id)
        .order_by(_VERSION.number.desc())
    )
    return tuple(found for found in map(version_of, rows) if found is not None)


async def held_already(session: AsyncSession, owner_id: UUID, source_sha256: str) -> UUID | None:
    """The track of a member's library that this file is a version of, where it is in there."""
    return await session.scalar(
        select(_VERSION.track_id).where(_VERSION.user_id == owner_id, _VERSION.source_sha256 == source_sha256)
    )


async def library_bytes(session: AsyncSession, owner_id: UUID) -> int:
    """How much a member's library holds, every version counted."""
    held = await session.scalar(
        select(func.coalesce(func.sum(_ASSET.size_bytes), 0))
        .join(_VERSION, _VERSION.asset_id == _ASSET.id)
        .where(_VERSION.user_id == owner_id)
    )
    return int(held or 0)


async def hold_hash(session: AsyncSession, sha256: str) -> None:
    """Nobody else stores or sweeps this file until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 6))"), {"key": sha256})


async def keep_asset(
    session: AsyncSession, *, sha256: str, size: int, stored: Stored, facts: AudioFacts, now: datetime
) -> UUID:
    """A file by its content, once; its key."""
    row = insert(_ASSET).values(
        id=new_id(now),
        sha256=sha256,
        size_bytes=size,
        mime_type=MIME[stored],
        format=str(stored),
        duration_ms=facts.duration_ms,
        rate=facts.rate,
        channels=facts.channels,
        bit_rate=facts.bit_rate,
        loudness_lufs=facts.loudness_lufs,
        true_peak_db=facts.true_peak_db,
        waveform=facts.waveform,
        created_at=now,
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=["sha256"]))
    found = await session.scalar(select(_ASSET.id).where(_ASSET.sha256 == sha256))
    assert found is not None, "just kept"
    return found


async def add_version(
    session: AsyncSession,
    *,
    track_id: UUID,
    owner_id: UUID,
    asset_id: UUID,
    source_sha256: str,
    file_name: str,
    note: str,
    compression: Compression,
    now: datetime,
) -> int | None:
    """The next version of a track, which is held; its number, or None where the file is in the library already."""
    last = await session.scalar(select(func.max(_VERSION.number)).where(_VERSION.track_id == track_id))
    number = (last or 0) + 1
    try:
        async with session.begin_nested():
            await session.execute(
                insert(_VERSION).values(
                    id=new_id(now),
                    track_id=track_id,
                    user_id=owner_id,
                    number=number,
                    asset_id=asset_id,
                    source_sha256=source_sha256,
                    file_name=file_name,
                    note=note,
                    original_file_size=compression.original_size,
                    compression_ratio=Decimal(str(compression.ratio)),
                    compression_applied=compression.applied,
                    compression_quality=compression.quality,
                    compression_ms=compression.took_ms,
                    original_bit_rate=compression.original_bit_rate,
                    stored_bit_rate=compression.stored_bit_rate,
                    created_at=now,
                )
            )
    except IntegrityError as error:
        if violated(error) != HELD:
            raise
        return None
    return number


# --- files that nothing points at -----------------------------------------------------------------------------------


def _pointed_at() -> Any:
    copied = exists().where(library.DemoCopy.asset_id == _ASSET.id)
    return or_(exists().where(_VERSION.asset_id == _ASSET.id), copied)


async def unreferenced(session: AsyncSession, before: datetime, limit: int) -> list[str]:
    """Files that no version holds, and that were stored before."""
    rows = await session.scalars(
        select(_ASSET.sha256).where(~_pointed_at(), _ASSET.created_at < before).order_by(_ASSET.created_at).limit(limit)
    )
    return list(rows)


async def drop_unreferenced(session: AsyncSession, sha256: str) -> bool:
    """A file's row goes where nothing points at it; whether no row of that file is left. Hold the hash."""
    await session.execute(delete(_ASSET).where(_ASSET.sha256 == sha256, ~_pointed_at()))
    return await session.scalar(select(_ASSET.id).where(_ASSET.sha256 == sha256)) is None


async def known(session: AsyncSession, hashes: Sequence[str]) -> set[str]:
    """Which of these files have a row."""
    return set(await session.scalars(select(_ASSET.sha256).where(_ASSET.sha256.in_(hashes))))


async def assets_of(session: AsyncSession, owner_id: UUID) -> list[str]:
    """The files that a member's versions hold, and the copies that were made of them."""
    copy = library.DemoCopy
    held = select(_VERSION.asset_id).where(_VERSION.user_id == owner_id)
    made = select(copy.asset_id).join(_VERSION, _VERSION.id == copy.version_id).where(_VERSION.user_id == owner_id)
    rows = await session.scalars(select(_ASSET.sha256).where(_ASSET.id.in_(held.union(made))))
    return list(rows)


async def references(session: AsyncSession, hashes: Collection[str]) -> dict[str, int]:
    """How many versions hold each of these files."""
    rows = await session.execute(
        select(_ASSET.sha256, func.count(_VERSION.id))
        .outerjoin(_VERSION, _VERSION.asset_id == _ASSET.id)
        .where(_ASSET.sha256.in_(hashes))
        .group_by(_ASSET.sha256)
    )
    return {found.sha256: int(found[1]) for found in rows}
