"""A file that came in is heard, measured, stored once by its content, and becomes a track or a version of one.

The order matters: size and first bytes were looked at when it came; here it is decoded to its end, hashed, looked for
in its member's library, stored, and only then it has a row. Whatever ends in between leaves no row without its file; a
file without a row is swept.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bot.domain.errors import Refusal
from bot.domain.ids import new_id
from bot.domain.library.audio import AudioFacts, Compression, Format, Heard, Stored, wants_copy
from bot.domain.library.errors import Code, UploadFailed
from bot.domain.library.memory import Deed, Deposit
from bot.domain.library.tracks import owned_by, title_from
from bot.domain.library.uploads import QUOTA_BYTES, STORE_PAUSE, STORE_TRIES, Upload, UploadState
from bot.domain.ports import AssetStore, Inbox
from bot.services.library import memory, showing
from bot.services.library.receiving import give_up, look_at, sha256_of
from bot.services.tools import Tools
from db.queries.library import tracks, uploads, versions
from db.queries.taste import facts
from db.session import Writing

log = logging.getLogger(__name__)

QUALITY = "opus 128k"


@dataclass(frozen=True, slots=True)
class _File:
    """What is to be stored, and what it was made of."""

    path: Path
    sha256: str
    source_sha256: str
    size: int
    stored: Stored
    facts: AudioFacts
    compression: Compression


async def work(tools: Tools, *, upload_id: str, pause: float = STORE_PAUSE) -> None:
    """Go on with an upload. Done again, after it was broken off anywhere, it does nothing twice.

    `pause`: seconds between two tries to store the file.
    """
    key = UUID(upload_id)
    async with tools.database.writing() as session:
        one = await uploads.find(session, key, lock=True)
        if one is None or one.state is not UploadState.WORKING:
            return
        await uploads.show_life(session, key, tools.clock.now())
    inbox = tools.library.inbox
    if inbox is None:
        return
    try:
        await _keep(tools, one, inbox, pause)
    except UploadFailed as failed:
        await give_up(tools, one, failed)
    except Refusal as refusal:  # the track it is a version of is gone
        await give_up(tools, one, UploadFailed(Code.DATABASE_FAILED, "gone", type(refusal).__name__))
    except Exception as error:
        log.exception("upload %s failed", key)
        await give_up(tools, one, UploadFailed(Code.NETWORK_ERROR, "unexpected", type(error).__name__))
    else:
        await inbox.remove(key)
    finally:
        with suppress(OSError):
            await asyncio.to_thread(_copy_path(inbox, key).unlink)


async def _keep(tools: Tools, one: Upload, inbox: Inbox, pause: float) -> None:
    path = inbox.path(one.id)
    try:
        found = await asyncio.to_thread(look_at, path)
        source_sha256 = await asyncio.to_thread(sha256_of, path)
    except OSError as error:
        raise UploadFailed(Code.STORAGE_FAILED, "lost", type(error).__name__) from error
    file = await _hear(tools, one, path, found, source_sha256, inbox)
    if await _in_library_already(tools, one, source_sha256):
        return
    store = tools.library.assets
    if store is None:
        raise UploadFailed(Code.STORAGE_FAILED, "none")
    await put(store, file.sha256, file.path, pause=pause)
    try:
        async with tools.database.writing() as session:
            await versions.hold_hash(session, file.sha256)
            if not await store.has(file.sha256):  # a sweep passed between the file and its row
                await store.put_file(file.sha256, file.path)
            await _record(tools, session, one, file)
    except Refusal:
        await drop(tools, file.sha256)
        raise
    except Exception as error:
        log.exception("upload %s was stored and has no row", one.id)
        await drop(tools, file.sha256)
        raise UploadFailed(Code.DATABASE_FAILED, "row", type(error).__name__) from error


async def _hear(tools: Tools, one: Upload, path: Path, found: Format, source_sha256: str, inbox: Inbox) -> _File:
    """Decode the file to its end; where a smaller copy was made, and is smaller, that is what is kept."""
    if tools.library.ears is None:
        raise UploadFailed(Code.NETWORK_ERROR, "unexpected", "nobody hears files here")
    copy = _copy_path(inbox, one.id) if one.compress and wants_copy(found) else None
    heard = await tools.library.ears.hear(path, found, copy=copy)
    size = (await asyncio.to_thread(path.stat)).st_size
    made = heard.copy
    if made is None or copy is None or made.size >= size:
        compression = Compression(
            size, size, original_bit_rate=heard.facts.bit_rate, stored_bit_rate=heard.facts.bit_rate
        )
        return _File(path, source_sha256, source_sha256, size, Stored(str(found)), heard.facts, compression)
    return await _of_copy(heard, copy, source_sha256, size)


async def _of_copy(heard: Heard, copy: Path, source_sha256: str, size: int) -> _File:
    made = heard.copy
    assert made is not None, "made"
    compression = Compression(
        size,
        made.size,
        applied=True,
        quality=QUALITY,
        original_bit_rate=heard.facts.bit_rate,
        stored_bit_rate=made.bit_rate,
        took_ms=made.took_ms,
    )
    sha256 = await asyncio.to_thread(sha256_of, copy)
    return _File(copy, sha256, source_sha256, made.size, made.stored, heard.facts, compression)


async def put(store: AssetStore, sha256: str, path: Path, *, pause: float = STORE_PAUSE) -> None:
    """Store a file, in three tries. Raises `UploadFailed` (STORAGE_FAILED)."""
    for left in reversed(range(STORE_TRIES)):
        try:
            await store.put_file(sha256, path)
        except OSError as error:
            if not left:
                details = {"tries": str(STORE_TRIES), "error": error.strerror or type(error).__name__}
                raise UploadFailed(Code.STORAGE_FAILED, "full", type(error).__name__, details) from error
            await asyncio.sleep(pause)
        else:
            return


async def drop(tools: Tools, sha256: str) -> bool:
    """A file goes, with its row, unless a version holds it; whether it went."""
    if tools.library.assets is None:
        return False
    async with tools.database.writing() as session:
        await versions.hold_hash(session, sha256)
        if not await versions.drop_unreferenced(session, sha256):
            return False
        await tools.library.assets.remove([sha256])
        return True


async def _in_library_already(tools: Tools, one: Upload, source_sha256: str) -> bool:
    """The same file again: it stays the track it is, and comes back where it was deleted."""
    async with tools.database.writing() as session:
        held = await versions.held_already(session, one.user_id, source_sha256)
        if held is None:
            return False
        await _duplicate(tools, session, one, held)
        return True


async def _duplicate(tools: Tools, session: Writing, one: Upload, held: UUID) -> None:
    now = tools.clock.now()
    found = await tracks.track(session, one.club_id, held, lock=True)
    back = found is not None and found.deleted_at is not None
    if back:
        await tracks.set_deleted(session, held, None)
        await showing.track_changed(session, [held], now)
    await uploads.move(
        session, one.id, UploadState.DONE, now, track_id=held, duplicate=True, restored=back, ended_at=now
    )


async def _record(tools: Tools, session: Writing, one: Upload, file: _File) -> None:
    """The file's row, the track's or the version's, and the end of the upload: all of it, or nothing."""
    now = tools.clock.now()
    again = await uploads.find(session, one.id, lock=True)
    if again is None or again.state is not UploadState.WORKING:
        return  # its member was deleted, or somebody else was quicker
    if await versions.library_bytes(session, one.user_id) + file.size > QUOTA_BYTES:
        raise UploadFailed(Code.FILE_TOO_LARGE, "quota")
    asset = await versions.keep_asset(
        session, sha256=file.sha256, size=file.size, stored=file.stored, facts=file.facts, now=now
    )
    track_id = await _track(session, one, file, now=now)
    number = await versions.add_version(
        session,
        track_id=track_id,
        owner_id=one.user_id,
        asset_id=asset,
        source_sha256=file.source_sha256,
        file_name=one.file_name,
        note=one.note,
        compression=file.compression,
        now=now,
    )
    if number is None:  # the same file came twice at the same moment
        held = await versions.held_already(session, one.user_id, file.source_sha256)
        if not one.is_version:
            await tracks.remove(session, track_id)
        if held is not None:
            await _duplicate(tools, session, one, held)
        return
    added = Deposit(one.user_id, track_id, Deed.VERSION_ADDED, str(one.id), now, f"v{number}", one.note)
    await memory.remember(session, added)
    await tracks.set_length(session, track_id, file.facts.duration_ms, now)
    await facts.keep_loudness(session, track_id, file.facts.loudness_lufs, now)
    await showing.track_changed(session, [track_id], now)
    await uploads.move(session, one.id, UploadState.DONE, now, track_id=track_id, ended_at=now)


async def _track(session: Writing, one: Upload, file: _File, *, now: datetime) -> UUID:
    """The track that the file belongs to: the one it is a version of, held, or a new one."""
    if one.is_version:
        of = None if one.track_id is None else await tracks.track(session, one.club_id, one.track_id, lock=True)
        return owned_by(of, one.user_id).id
    fields = one.fields if one.fields.title else replace(one.fields, title=title_from(one.file_name))
    key = new_id(now)
    await tracks.add_track(
        session,
        track_id=key,
        owner_id=one.user_id,
        fields=fields,
        duration_ms=file.facts.duration_ms,
        now=now,
    )
    return key


def _copy_path(inbox: Inbox, key: UUID) -> Path:
    """Where a smaller copy is written; swept with the other unfinished files."""
    return inbox.path(key).with_suffix(".copy.part")
