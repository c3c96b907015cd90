"""Files of listening histories are read in, batch by batch, each play once however often."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.ids import new_id
from bot.domain.listening.imports import (
    Import,
    ImportRefused,
    ImportReport,
    ImportState,
    ListenFileRefused,
    RefusedRow,
    Tally,
    Unfit,
)
from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Told
from bot.domain.ports import ListenFile
from bot.services.listening.hearing import plays_changed
from bot.services.listening.taking import take_plays
from bot.services.tools import Tools
from db.queries.listening import imports
from db.session import Writing

BATCH = 2_000
"""Rows that are kept in one transaction."""
SIGNS_OF_LIFE = 5
"""After so many batches a trial, which writes nothing else, says that it goes on."""

Progress = Callable[[float, int], None]
"""Told how much of the file was read, from 0 to 1, and how many rows that were."""
StillWanted = Callable[[float], Awaitable[bool]]
"""Told the same now and then while a file is tried; answers whether to go on."""


async def import_plays(
    tools: Tools,
    *,
    user_id: UUID,
    path: Path,
    zone: str = "UTC",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Read a file into a member's plays; a dry run writes nothing and reports what a real one would.

    Doing it again, also after it was broken off anywhere, adds nothing twice. Raises `ListenFileRefused` and
    `ImportRefused` (`running`, `zone`).
    """
    here, now = zone_called(zone), tools.clock.now()
    file = await open_file(tools, path, now)
    report = ImportReport(file.kinds, zone, file.local, file.ignored)
    if dry_run:
        return await try_file(tools, user_id, file, here, report, progress=progress)
    sha256 = await asyncio.to_thread(sha256_of, path)
    one = Import(new_id(now), user_id, ImportState.RUNNING, zone, path.name, 0.0, report, now, now, None)
    async with tools.database.writing() as session:
        await begin(session, one, sha256=sha256, now=now)
    try:
        report = await keep_file(tools, one, file, here, progress=progress)
    except BaseException:
        async with tools.database.writing() as session:
            await imports.move(session, one.id, ImportState.FAILED, now=tools.clock.now(), ends=True, reason="broken")
        raise
    async with tools.database.writing() as session:
        await imports.move(session, one.id, ImportState.DONE, now=tools.clock.now(), ends=True)
    return report


async def users_called(tools: Tools, name: str) -> list[tuple[UUID, str, str]]:
    """Users by their Discord id or one of their names: key, name, Discord id."""
    async with tools.database.reading() as session:
        return await imports.users_called(session, name)


# --- for whoever reads a file ---------------------------------------------------------------------------------------


def zone_called(name: str) -> ZoneInfo:
    """A time zone by its name. Raises `ImportRefused`."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # none of that name, a folder of names, a path that leads elsewhere
        raise ImportRefused("zone", name[:100]) from None


async def open_file(tools: Tools, path: Path, now: datetime) -> ListenFile:
    """What a file is. Raises `ListenFileRefused`."""
    files = tools.listening.files
    if files is None:
        raise ListenFileRefused("no_history")
    return await asyncio.to_thread(files.open, path, now=now)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes. Blocks; raises `ListenFileRefused` where it is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise ListenFileRefused("gone") from None


async def begin(session: Writing, one: Import, *, sha256: str, now: datetime) -> None:
    """Note a new import; one that was cut off makes room for it. Raises `ImportRefused` (`running`)."""
    other = await imports.unfinished(session, one.user_id)
    if other is not None and other.cut_off(now):
        await imports.move(session, other.id, ImportState.FAILED, now=now, ends=True, reason="cut_off")
    if not await imports.add(session, one, sha256=sha256):
        raise ImportRefused("running")


async def try_file(
    tools: Tools,
    user_id: UUID,
    file: ListenFile,
    zone: ZoneInfo,
    report: ImportReport,
    *,
    progress: Progress | None = None,
    still_wanted: StillWanted | None = None,
) -> ImportReport:
    """What reading a file in would come to: it is done with all that belongs to it, beside the tables, and undone."""
    tally = Tally(report)
    async with tools.database.writing() as session, aclosing(_batches(file, zone)) as batches:
        await imports.set_apart(session, user_id)
        number = 0
        async for batch in batches:
            await _take(session, user_id, batch, tally)
            number += 1
            if progress is not None:
                progress(file.share, tally.read)
            if still_wanted is not None and number % SIGNS_OF_LIFE == 0 and not await still_wanted(file.share):
                break
        await session.rollback()
    return tally.report()


async def keep_file(
    tools: Tools, one: Import, file: ListenFile, zone: ZoneInfo, *, progress: Progress | None = None
) -> ImportReport:
    """Read a file in from where the import stands; each batch is committed together with how far it came.

    Ends early where the import was cancelled, or another process goes on with it.
    """
    report = one.report if one.report.read else replace(one.report, kinds=file.kinds, ignored=file.ignored)
    tally = Tally(replace(report, zone=one.zone, local=file.local))
    async with aclosing(_batches(file, zone, skip=tally.read)) as batches:
        async for batch in batches:
            before = tally.read
            async with tools.database.writing() as session:
                await _take(session, one.user_id, batch, tally)
                works = {work_id(row.artist, row.title) for row in batch if isinstance(row, Told)}
                await plays_changed(session, works={one.user_id: works}, now=tools.clock.now())
                goes_on = await imports.note(
                    session, one.id, tally.report(), before=before, share=file.share, now=tools.clock.now()
                )
                if not goes_on:
                    await session.rollback()
                    raise ImportRefused("over")
            if progress is not None:
                progress(file.share, tally.read)
    return tally.report()


async def _take(session: Writing, user_id: UUID, batch: list[Told | RefusedRow], tally: Tally) -> None:
    plays = [play for row in batch if (play := tally.add(row)) is not None]
    taken = await take_plays(session, user_id=user_id, plays=plays)
    tally.take(new=taken.new, known=taken.known, twins=taken.twins, skips=taken.skips, near=taken.near)
    for _ in range(taken.nameless):
        tally.refuse(RefusedRow(Unfit.NAMELESS, 0))


async def _batches(file: ListenFile, zone: ZoneInfo, *, skip: int = 0) -> AsyncGenerator[list[Told | RefusedRow]]:
    """The rows of a file, so many at a time; the next ones are read while these are kept."""
    rows = islice(file.rows(zone=zone), skip, None)

    def read() -> list[Told | RefusedRow]:
        return list(islice(rows, BATCH))

    coming = asyncio.create_task(asyncio.to_thread(read))
    try:
        while batch := await coming:
            coming = asyncio.create_task(asyncio.to_thread(read))
            yield batch
    finally:
        await asyncio.wait({coming})
