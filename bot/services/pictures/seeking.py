"""Covers of albums that members heard: found once, remembered with their failures, looked for within a time.

The catalogue is looked at first, which costs nothing. Then services are asked by the album's names, one question for
each album, and only an album of the very same names is taken. What a picture cannot wait for is looked for afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import Service
from bot.domain.covers import (
    ASK_AGAIN_LATER,
    ASK_AGAIN_SOON,
    PASSING,
    STAYS_AFTER_USE,
    Asked,
    CoverOutcome,
    Picture,
    is_placeholder,
)
from bot.domain.errors import Unavailable
from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.names import heard_album_id
from bot.domain.ports import AlbumSource
from bot.domain.tasks import SEEK_COVERS
from bot.services.covers import LONGEST_ADDRESS, fetch
from bot.services.tools import Covers, Tools
from db.queries import covers as queries
from db.queries import queue
from db.queries.listening import search

log = logging.getLogger(__name__)

AT_ONCE = 8
ONE_SECONDS, ALL_SECONDS = 5.0, 10.0
"""How long a picture waits for one cover, and for all of them."""
PAUSE = 0.5
"""Seconds between two albums that nobody waits for: whoever waits goes first."""
MOST = 150
"""Albums looked for in one task."""
FOUND = 5
"""Answers of a service that are looked at."""
TELL_AT_ONCE = (Service.DEEZER, Service.SPOTIFY, Service.LASTFM)
"""Services whose search names the cover: one question is enough. The others would take two."""


async def covers_for(
    tools: Tools, *, albums: Sequence[Subject], now: datetime, within: float = ALL_SECONDS
) -> dict[UUID, str]:
    """The hashes of the covers that are kept of heard albums; what is not known yet is looked for within the time.

    What is not found by then goes into the queue, so that the next picture has it.
    """
    covers = tools.covers
    if covers is None or not albums:
        return {}
    known, addresses = await _known(tools, albums)
    kept = {key: asked.cover.sha256 for key, asked in known.items() if asked.cover is not None}
    await _note_uses(tools, list(kept.values()), now)
    wanted = [one for one in albums if one.id not in kept and _worth_seeking(known.get(one.id), now)]
    if not wanted or not (addresses or _sources(tools)):
        return kept
    places = asyncio.Semaphore(AT_ONCE)

    async def one(album: Subject) -> None:
        async with places:
            picture = await _sought(tools, covers, album, addresses.get(album.id, ""), now)
            if picture is not None:
                kept[album.id] = picture.cover.sha256

    tasks = [asyncio.ensure_future(one(album)) for album in wanted]
    _done, late = await asyncio.wait(tasks, timeout=within)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    left = [album.id for album, task in zip(wanted, tasks, strict=True) if task in late]
    for task in tasks:
        if task not in late and (error := task.exception()) is not None:
            log.error("a cover could not be looked for", exc_info=error)
    await _leave_for_later(tools, left)
    return kept


async def seek(tools: Tools, *, albums: list[str]) -> int:
    """Look for the covers of heard albums that nobody waits for, one after another; how many were found."""
    covers = tools.covers
    if covers is None:
        return 0
    async with tools.database.reading() as session:
        subjects = await search.named(session, Kind.ALBUM, [UUID(key) for key in albums[:MOST]])
    known, addresses = await _known(tools, subjects)
    found = 0
    for album in subjects:
        now = tools.clock.now()
        asked = known.get(album.id)
        if (asked is None or asked.cover is None) and _worth_seeking(asked, now):
            found += await _sought(tools, covers, album, addresses.get(album.id, ""), now) is not None
            await asyncio.sleep(PAUSE)
    return found


async def _known(tools: Tools, albums: Sequence[Subject]) -> tuple[dict[UUID, Asked], dict[UUID, str]]:
    """What is known of their covers, and where the catalogue says that the others stand."""
    keys = [album.id for album in albums]
    async with tools.database.reading() as session:
        known = await queries.heard(session, keys)
        rest = [key for key in keys if (asked := known.get(key)) is None or asked.cover is None]
        return known, await queries.catalogue_addresses(session, rest)


def _worth_seeking(asked: Asked | None, now: datetime) -> bool:
    """Whether a cover that is not there shall be looked for: never yet, made room, or long ago."""
    if asked is None or asked.outcome is CoverOutcome.KEPT:
        return True
    return now - asked.checked_at >= (ASK_AGAIN_SOON if asked.outcome in PASSING else ASK_AGAIN_LATER)


async def _sought(tools: Tools, covers: Covers, album: Subject, url: str, now: datetime) -> Picture | None:
    """Look for one cover, and remember what came of it."""
    async with covers.one_at_a_time(album.id):
        try:
            async with asyncio.timeout(ONE_SECONDS):
                outcome, address = (CoverOutcome.KEPT, url) if url else await _address(tools, album)
                picture = None
                if address:
                    outcome, picture = await fetch(covers, address)
        except TimeoutError:
            outcome, address, picture = CoverOutcome.SLOW, url, None
        async with tools.database.writing() as session:
            if picture is not None:
                await queries.keep_cover(session, picture.cover, now)
            cover = picture.cover if picture is not None else None
            await queries.note_heard(session, album.id, address, outcome, now, cover=cover)
    return picture


async def _address(tools: Tools, album: Subject) -> tuple[CoverOutcome, str]:
    """Where a service says that the cover stands, and what came of asking."""
    outcome = CoverOutcome.MISSING
    for source in _sources(tools):
        try:
            for found in await source.search_albums(f"{album.artist} {album.title}", limit=FOUND):
                address = found.cover_url or ""
                same = heard_album_id(found.artist, found.title) == album.id
                if same and 0 < len(address) <= LONGEST_ADDRESS and not is_placeholder(address):
                    return CoverOutcome.KEPT, address
        except Unavailable as unavailable:
            outcome = CoverOutcome(unavailable.why.value)
    return outcome, ""


def _sources(tools: Tools) -> list[AlbumSource]:
    """The services that are asked, the one with the most room first."""
    by_name: Mapping[Service, AlbumSource] = {source.service: source for source in tools.album_sources}
    return [by_name[service] for service in TELL_AT_ONCE if service in by_name]


async def _note_uses(tools: Tools, hashes: Sequence[str], now: datetime) -> None:
    if hashes:
        async with tools.database.writing() as session:
            await queries.note_uses(session, hashes, now, before=now - STAYS_AFTER_USE / 2)


async def _leave_for_later(tools: Tools, keys: Sequence[UUID]) -> None:
    if keys:
        told = sorted(map(str, keys))
        async with tools.database.writing() as session:
            await queue.defer(session, SEEK_COVERS, {"albums": told[:MOST]}, queueing_lock=f"covers:{told[0]}")
