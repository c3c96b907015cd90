"""Files come in: attached to a command, or sent to a page of ours that works once; what is no audio goes no further."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.errors import TextTooLong, Unavailable
from bot.domain.ids import new_id
from bot.domain.library.audio import UPLOAD_BYTES, Format, format_of, named_otherwise
from bot.domain.library.errors import Code, UploadFailed, UploadRefused
from bot.domain.library.tracks import NOTE_LIMIT, TrackFields, check_fields, owned_by, title_from
from bot.domain.library.uploads import (
    A_DAY,
    DAILY,
    QUOTA_BYTES,
    SILENT_FOR,
    TICKET_LIFE,
    Invitation,
    Upload,
    UploadPage,
    UploadState,
)
from bot.domain.people import Caller, Member
from bot.domain.ports import Inbox
from bot.domain.tasks import KEEP_UPLOAD
from bot.services import people
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries import queue
from db.queries.library import tracks, uploads, versions
from db.session import Writing

SHOWN_NAME = 255


async def receive(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    url: str,
    name: str,
    size: int,
    fields: TrackFields | None = None,
    compress: bool = True,
    track: UUID | None = None,
    note: str = "",
) -> Upload:
    """An attachment becomes a new track of the caller's, or the next version of their `track`, as soon as it is heard.

    Raises `UploadFailed`, `UploadRefused`, `TrackRefused`, `TextTooLong`.
    """
    if size > UPLOAD_BYTES:
        raise UploadFailed(Code.FILE_TOO_LARGE, "limit", details={"size": str(size)})
    told = _told(fields, name)
    async with tools.database.writing() as session:
        one = await _begin(session, caller, now, told, name, size, compress, track, note, UploadState.ARRIVING)
    inbox = _inbox(tools)
    try:
        await inbox.fetch(url, key=one.id, limit_bytes=UPLOAD_BYTES)
    except Unavailable as unavailable:
        failed = UploadFailed(Code.NETWORK_ERROR, "download", unavailable.why.value)
        await give_up(tools, one, failed)
        raise failed from unavailable
    except OSError as error:
        failed = UploadFailed(Code.STORAGE_FAILED, "full", type(error).__name__)
        await give_up(tools, one, failed)
        raise failed from error
    try:
        await asyncio.to_thread(look_at, inbox.path(one.id))
    except UploadFailed as failed:
        await give_up(tools, one, failed)
        raise
    return await _hand_on(tools, one.id, now, size=inbox.path(one.id).stat().st_size)


async def open_page(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    fields: TrackFields | None = None,
    compress: bool = True,
    track: UUID | None = None,
    note: str = "",
) -> UploadPage:
    """A page for one file of the caller's that is too large for Discord; the one before works no longer.

    Raises `UploadRefused` (`no_page`), and what `receive` raises before a file comes.
    """
    address = tools.listening.web_address
    if not address or tools.library.inbox is None:
        raise UploadRefused("no_page")
    word = secrets.token_urlsafe(32)
    ends_at = now + TICKET_LIFE
    told = fields or TrackFields()
    told = check_fields(told) if told.title else told
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now)
        await uploads.close_pages(session, member.user_id, now)
        one = await _begin(
            session, caller, now, told, "", 0, compress, track, note, UploadState.WAITING, ticket=(word, ends_at)
        )
    return UploadPage(one.id, f"{address}/upload/{word}", ends_at)


async def invitation(tools: Tools, *, ticket: str, now: datetime) -> Invitation:
    """What an upload page says. Raises `UploadRefused`: `unknown`, `expired`, `used`."""
    async with tools.database.reading() as session:
        found = await uploads.by_ticket(session, _hash(ticket))
        one, ends_at = _usable(found, now)
        member = await people_queries.member(session, one.club_id, one.user_id)
        title = one.fields.title
        if one.is_version and one.track_id is not None:
            of = await tracks.track(session, one.club_id, one.track_id)
            title = of.title if of is not None else title
    return Invitation(member.shown_name if member is not None else "", title, one.is_version, ends_at)


async def take(tools: Tools, *, ticket: str, now: datetime, name: str, chunks: AsyncIterator[bytes]) -> Upload:
    """A browser sends a file to its page: from then on the page works no longer, unless nothing of worth came.

    Raises `UploadRefused`, `UploadFailed`.
    """
    async with tools.database.writing() as session:
        one, _ = _usable(await uploads.by_ticket(session, _hash(ticket), lock=True), now)
        await uploads.move(session, one.id, UploadState.ARRIVING, now, file_name=_name(name))
    inbox = _inbox(tools)
    try:
        size = await inbox.receive(_alive(tools, one.id, chunks), key=one.id, limit_bytes=UPLOAD_BYTES)
        await asyncio.to_thread(look_at, inbox.path(one.id))
    except BaseException as error:
        await inbox.remove(one.id)
        async with tools.database.writing() as session:
            await uploads.move(session, one.id, UploadState.WAITING, tools.clock.now())
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            raise UploadFailed(Code.STORAGE_FAILED, "full", type(error).__name__) from error
        raise
    return await _hand_on(tools, one.id, tools.clock.now(), size=size)


async def standing(tools: Tools, *, key: UUID) -> Upload | None:
    """How an upload stands."""
    async with tools.database.reading() as session:
        return await uploads.find(session, key)


async def latest(tools: Tools, *, caller: Caller) -> Upload:
    """How the caller's latest upload stands. Raises `UploadRefused` (`none`)."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        found = await uploads.latest(session, user_id) if user_id is not None else None
    if found is None:
        raise UploadRefused("none")
    return found


async def sweep(tools: Tools, *, now: datetime) -> None:
    """What nobody goes on with has failed, pages nobody used are closed, and files nobody needs any more go."""
    async with tools.database.writing() as session:
        await uploads.close_silent(session, now - 5 * SILENT_FOR, now)
    inbox = tools.library.inbox
    if inbox is None:
        return
    kept = await inbox.kept(before=now - 5 * SILENT_FOR)
    async with tools.database.reading() as session:
        needed = await uploads.needing_files(session, kept)
    for key in kept:
        if key not in needed:
            await inbox.remove(key)


# --- for whoever deals with a file ----------------------------------------------------------------------------------


def look_at(path: Path) -> Format:
    """The format of a file by its content. Blocks; raises `UploadFailed` (INVALID_FORMAT)."""
    with path.open("rb") as file:
        head = file.read(16)
        found = format_of(file)
    if not head:
        raise UploadFailed(Code.INVALID_FORMAT, "empty")
    if found is None:
        raise UploadFailed(Code.INVALID_FORMAT, "other", named_otherwise(head))
    return found


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes. Blocks; raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def give_up(tools: Tools, one: Upload, failed: UploadFailed) -> None:
    """An upload came to nothing, and its file goes."""
    now = tools.clock.now()
    async with tools.database.writing() as session:
        await uploads.move(
            session,
            one.id,
            UploadState.FAILED,
            now,
            code=str(failed.code),
            reason=failed.reason,
            detail=failed.detail[:200],
            ended_at=now,
        )
    if tools.library.inbox is not None:
        await tools.library.inbox.remove(one.id)


# --- inside ---------------------------------------------------------------------------------------------------------


async def _begin(
    session: Writing,
    caller: Caller,
    now: datetime,
    fields: TrackFields,
    name: str,
    size: int,
    compress: bool,
    track: UUID | None,
    note: str,
    state: UploadState,
    *,
    ticket: tuple[str, datetime] | None = None,
) -> Upload:
    club, member = await people.present(session, caller, now)
    await uploads.hold_member(session, member.user_id)
    await _within_limits(session, member, now, size)
    note = visible(note).strip()
    if len(note) > NOTE_LIMIT:
        raise TextTooLong("note", NOTE_LIMIT, len(note))
    if track is not None:
        owned_by(await tracks.track(session, club.id, track), member.user_id)
    one = Upload(
        id=new_id(now),
        user_id=member.user_id,
        club_id=club.id,
        state=state,
        fields=fields,
        file_name=_name(name),
        size=size,
        compress=compress,
        began_at=now,
        alive_at=now,
        track_id=track,
        is_version=track is not None,
        note=note,
    )
    word, ends_at = ticket or ("", None)
    await uploads.add(session, one, ticket_hash=_hash(word) if word else None, ticket_ends_at=ends_at)
    return one


async def _within_limits(session: Writing, member: Member, now: datetime, size: int) -> None:
    """Raises `UploadRefused` (`running`, `daily`), `UploadFailed` (FILE_TOO_LARGE, `quota`)."""
    for other in await uploads.under_way(session, member.user_id):
        if not other.cut_off(now):
            raise UploadRefused("running")
    count, first = await uploads.begun_since(session, member.user_id, now - A_DAY)
    if count >= DAILY and first is not None:
        raise UploadRefused("daily", first + A_DAY, DAILY)
    held = await versions.library_bytes(session, member.user_id)
    if held + size > QUOTA_BYTES:
        raise UploadFailed(Code.FILE_TOO_LARGE, "quota", details={"held": str(held)})


async def _hand_on(tools: Tools, upload_id: UUID, now: datetime, *, size: int) -> Upload:
    """The file is here: the queue hears it."""
    async with tools.database.writing() as session:
        await uploads.move(session, upload_id, UploadState.WORKING, now, size_bytes=size)
        await queue.defer(session, KEEP_UPLOAD, {"upload_id": str(upload_id)}, lock=f"upload:{upload_id}")
        one = await uploads.find(session, upload_id)
    if one is None:  # its member was deleted meanwhile
        await _inbox(tools).remove(upload_id)
        raise UploadRefused("over")
    return one


async def _alive(tools: Tools, upload_id: UUID, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What comes in, with a sign of life now and then: a slow line is no dead one."""
    last = tools.clock.now()
    async for chunk in chunks:
        if (now := tools.clock.now()) - last > SILENT_FOR / 3:
            last = now
            async with tools.database.writing() as session:
                await uploads.show_life(session, upload_id, now)
        yield chunk


def _usable(found: tuple[Upload, datetime] | None, now: datetime) -> tuple[Upload, datetime]:
    if found is None:
        raise UploadRefused("unknown")
    one, ends_at = found
    if one.state is not UploadState.WAITING:
        raise UploadRefused("expired" if one.state is UploadState.FAILED and not one.code else "used")
    if now >= ends_at:
        raise UploadRefused("expired")
    return one, ends_at


def _told(fields: TrackFields | None, name: str) -> TrackFields:
    told = fields or TrackFields()
    if not visible(told.title).strip():
        told = TrackFields(title_from(name), told.description, told.genre, told.tags, told.public)
    return check_fields(told)


def _name(name: str) -> str:
    return " ".join(visible(name).replace("\\", "/").rpartition("/")[2].split())[:SHOWN_NAME]


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def _inbox(tools: Tools) -> Inbox:
    if tools.library.inbox is None:
        raise UploadFailed(Code.NETWORK_ERROR, "download")
    return tools.library.inbox
