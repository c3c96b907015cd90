"""Files of listening histories that members attach to a command: looked at first, then read in by the queue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.errors import Unavailable
from bot.domain.ids import new_id
from bot.domain.listening.imports import (
    ASKED_FOR,
    ATTACHED_BYTES,
    UNFINISHED,
    Import,
    ImportRefused,
    ImportReport,
    ImportState,
    ListenFileRefused,
)
from bot.domain.people import Caller
from bot.domain.ports import ListenFile, Luggage
from bot.domain.tasks import IMPORT_LISTENS
from bot.services import people
from bot.services.listening.importing import begin, keep_file, open_file, try_file, zone_called
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries import queue
from db.queries.listening import imports
from db.session import Reading, Writing


async def receive(
    tools: Tools, *, caller: Caller, now: datetime, url: str, name: str, size: int, zone: str = ""
) -> Import:
    """Fetch an attachment and have it looked at; times without a zone are in `zone`, or in the member's, or the club's.

    Raises `ImportRefused` and `ListenFileRefused`.
    """
    luggage = tools.listening.luggage
    if size > ATTACHED_BYTES:
        raise ImportRefused("large", f"{ATTACHED_BYTES // 1_000_000} MB")
    if zone:
        zone_called(zone)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        other = await imports.unfinished(session, member.user_id)
        if other is not None and not other.cut_off(now):
            raise ImportRefused("running")
        zone = zone or await imports.zone_of(session, member.user_id) or club.zone
    if luggage is None:
        raise ImportRefused("download")
    key = new_id(now)
    try:
        sha256 = await _fetch(luggage, url, key)
        file = await open_file(tools, luggage.path(key), now)
        report = ImportReport(file.kinds, zone, file.local, file.ignored)
        shown = " ".join(visible(name).split())[:200]
        one = Import(key, member.user_id, ImportState.LOOKING, zone, shown, 0.0, report, now, now, None)
        async with tools.database.writing() as session:
            await begin(session, one, sha256=sha256, now=now)
            await _enqueue(session, one)
    except BaseException:
        await luggage.remove(key)
        raise
    return one


async def _fetch(luggage: Luggage, url: str, key: UUID) -> str:
    try:
        return await luggage.fetch(url, key=key, limit_bytes=ATTACHED_BYTES)
    except Unavailable as unavailable:
        raise ImportRefused("download", unavailable.why.value) from unavailable


async def _enqueue(session: Writing, one: Import) -> None:
    await queue.defer(session, IMPORT_LISTENS, {"import_id": str(one.id)}, lock=f"import:{one.user_id}")


async def work(tools: Tools, *, import_id: str) -> None:
    """Go on with an import, wherever it stands: look at the file, or read it in. Done again it does nothing twice."""
    key = UUID(import_id)
    async with tools.database.reading() as session:
        one = await imports.find(session, key)
    luggage = tools.listening.luggage
    if one is None or one.state not in UNFINISHED or luggage is None:
        return
    try:
        file = await open_file(tools, luggage.path(key), one.began_at)
        if one.state is ImportState.LOOKING:
            await _look(tools, one, file)
        else:
            await keep_file(tools, one, file, zone_called(one.zone))
            await _end(tools, one, ImportState.DONE)
    except ImportRefused:
        return  # cancelled, or somebody else goes on with it
    except ListenFileRefused as refusal:
        await _end(tools, one, ImportState.FAILED, reason=refusal.reason)


async def _look(tools: Tools, one: Import, file: ListenFile) -> None:
    """Find out what reading it in would come to, and ask the member."""

    async def still_wanted(share: float) -> bool:
        async with tools.database.writing() as session:
            return await imports.show_life(session, one.id, share=share, now=tools.clock.now())

    zone = zone_called(one.zone)
    report = await try_file(tools, one.user_id, file, zone, one.report, still_wanted=still_wanted)
    async with tools.database.writing() as session:
        if await _state(session, one.id) is ImportState.LOOKING:
            await imports.move(session, one.id, ImportState.ASKED, now=tools.clock.now(), report=report)


async def confirm(tools: Tools, *, caller: Caller, now: datetime, key: UUID) -> Import:
    """The member says yes: the file is read in. Pressing again changes nothing. Raises `ImportRefused`."""
    async with tools.database.writing() as session:
        one = await _own(session, caller, key, lock=True)
        if one.state in (ImportState.RUNNING, ImportState.DONE):
            return one
        if one.state is not ImportState.ASKED or now - one.alive_at > ASKED_FOR:
            raise ImportRefused("over")
        other = await imports.unfinished(session, one.user_id)
        if other is not None:
            if not other.cut_off(now):
                raise ImportRefused("running")
            await imports.move(session, other.id, ImportState.FAILED, now=now, ends=True, reason="cut_off")
        await imports.move(session, key, ImportState.RUNNING, now=now)
        await _enqueue(session, one)
        return await _own(session, caller, key)


async def cancel(tools: Tools, *, caller: Caller, now: datetime, key: UUID) -> Import:
    """The member says no; nothing was written. Raises `ImportRefused`."""
    async with tools.database.writing() as session:
        one = await _own(session, caller, key, lock=True)
        if one.state not in (ImportState.ASKED, ImportState.LOOKING):
            raise ImportRefused("over")
        await imports.move(session, key, ImportState.CANCELLED, now=now, ends=True)
        cancelled = await _own(session, caller, key)
    if tools.listening.luggage is not None:
        await tools.listening.luggage.remove(key)
    return cancelled


async def standing(tools: Tools, *, key: UUID) -> Import | None:
    """How an import stands."""
    async with tools.database.reading() as session:
        return await imports.find(session, key)


async def latest(tools: Tools, *, caller: Caller) -> Import:
    """How the caller's latest import stands. Raises `ImportRefused`."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        found = await imports.latest(session, user_id) if user_id is not None else None
    if found is None:
        raise ImportRefused("none")
    return found


async def sweep(tools: Tools, *, now: datetime) -> None:
    """Whoever never answered has cancelled, what nobody goes on with has failed, and files nobody needs any more go."""
    async with tools.database.writing() as session:
        await imports.close_silent(session, now - ASKED_FOR, now)
    luggage = tools.listening.luggage
    if luggage is None:
        return
    kept = await luggage.kept(before=now - ASKED_FOR)
    async with tools.database.reading() as session:
        needed = await imports.needing_files(session, kept)
    for key in kept:
        if key not in needed:
            await luggage.remove(key)


async def _state(session: Reading, key: UUID) -> ImportState | None:
    one = await imports.find(session, key, lock=True)
    return one.state if one is not None else None


async def _own(session: Reading, caller: Caller, key: UUID, *, lock: bool = False) -> Import:
    """An import of the caller's. Raises `ImportRefused`."""
    user_id = await people_queries.user_by_discord(session, caller.discord_id)
    one = await imports.find(session, key, lock=lock)
    if one is None or one.user_id != user_id:
        raise ImportRefused("over")
    return one


async def _end(tools: Tools, one: Import, state: ImportState, *, reason: str = "") -> None:
    async with tools.database.writing() as session:
        await imports.move(session, one.id, state, now=tools.clock.now(), ends=True, reason=reason)
    if tools.listening.luggage is not None:
        await tools.listening.luggage.remove(one.id)
