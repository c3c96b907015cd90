"""What a club hears of a track in a demo week: its sound alone, in one format, under a name that tells nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bot.domain.club.entries import Nomination
from bot.domain.errors import Unavailable
from bot.domain.library.audio import AudioFacts, Stored
from bot.domain.library.demos import COPY_BYTES, DemoSound, copy_bit_rate, sound_name
from bot.domain.library.errors import UploadFailed
from bot.domain.library.tracks import Version
from bot.domain.outbox import EDITS_APART, Draft, Kind
from bot.domain.ports import AssetStore, Ears, Inbox
from bot.domain.tasks import COPY_DEMO
from bot.services import outbox
from bot.services.library import keeping
from bot.services.tools import Tools
from db.queries import queue
from db.queries.club import weeks
from db.queries.library import copies, versions
from db.session import Writing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy that lies in the store."""

    sha256: str
    size: int
    facts: AudioFacts


async def wanted(session: Writing, version: Version, now: datetime) -> None:
    """A version is in a race: what the club hears of it is made, unless it is what is stored already."""
    if await copies.is_copied(session, version.id):
        return
    if version.asset.stored is Stored.OPUS and version.asset.size <= COPY_BYTES:
        # It was made here, of the sound alone.
        await copies.keep_copy(session, version.id, version.asset.id, now)
        return
    key = f"demo:{version.id}"
    await queue.defer(session, COPY_DEMO, {"version_id": str(version.id)}, lock=key)


async def work(tools: Tools, *, version_id: str) -> None:
    """Make what clubs hear of a version, and draw the nominations that present it; done again, it changes nothing."""
    key = UUID(version_id)
    async with tools.database.reading() as session:
        version = await copies.version(session, key)
        if version is None or await copies.is_copied(session, key):
            return
    inbox, ears, store = tools.library.inbox, tools.library.ears, tools.library.assets
    if inbox is None or ears is None or store is None:
        return
    try:
        made = await _made(version, inbox, ears, store)
    except (UploadFailed, Unavailable) as failed:
        log.warning("version %s has no copy for its club: %r", key, failed)
        return
    try:
        async with tools.database.writing() as session:
            await versions.hold_hash(session, made.sha256)
            await _keep(session, key, made, tools.clock.now())
    finally:
        await keeping.drop(tools, made.sha256)  # unless a version or a copy holds it


async def _made(version: Version, inbox: Inbox, ears: Ears, store: AssetStore) -> _Copy:
    content = await store.read(version.asset.sha256)
    if content is None:
        raise Unavailable("files")
    # Unfinished files of such names are swept with the others.
    source, copy = (inbox.path(version.id).with_suffix(suffix) for suffix in (".source.part", ".demo.part"))
    try:
        await asyncio.to_thread(_write, source, content)
        stored, seconds = version.asset.stored, version.asset.facts.duration_ms / 1_000
        heard = await ears.hear(source, stored, copy=copy, bit_rate=copy_bit_rate(seconds))
        sha256 = await asyncio.to_thread(keeping.sha256_of, copy)
        await keeping.put(store, sha256, copy)
        return _Copy(sha256, (await asyncio.to_thread(copy.stat)).st_size, heard.facts)
    finally:
        for path in (source, copy):
            with suppress(OSError):
                await asyncio.to_thread(path.unlink)


async def _keep(session: Writing, version_id: UUID, made: _Copy, now: datetime) -> None:
    asset = await versions.keep_asset(
        session, sha256=made.sha256, size=made.size, stored=Stored.OPUS, facts=made.facts, now=now
    )
    if await copies.keep_copy(session, version_id, asset, now):
        await _draw(session, await copies.presented_in(session, version_id), f"heard {version_id}", now)


async def track_changed(session: Writing, track_ids: Sequence[UUID], now: datetime) -> None:
    """Tracks are called otherwise, or out of reach: while they are in a race, the nominations say so."""
    for track_id in track_ids:
        await _draw(session, await copies.races_of_track(session, track_id), f"track {now.isoformat()}", now)


async def _draw(session: Writing, races: Sequence[tuple[UUID, int]], words: str, now: datetime) -> None:
    for week_id, ordinal in races:
        week = await weeks.week(session, week_id)
        if week is not None:
            draft = Draft(Kind.NOMINATION_EDIT, ordinal * EDITS_APART, payload={"words": words})
            await outbox.record(session, week, [draft], now)


async def heard(tools: Tools, *, club_id: UUID, nomination: Nomination, limit: int) -> DemoSound | None:
    """What the club hears of a nomination; None where it is not made yet, out of reach, or over `limit` bytes."""
    store = tools.library.assets
    if store is None or not nomination.of_track:
        return None
    async with tools.database.reading() as session:
        found = await copies.copy_heard(session, club_id, nomination.id)
    if found is None or found[1] > limit:
        return None
    content = await store.read(found[0])
    return None if content is None else DemoSound(sound_name(nomination.ordinal), content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
