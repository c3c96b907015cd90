"""Covers of albums: fetched once, kept by their content, thrown out when they were not shown for longest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.club.views import WeekView
from bot.domain.covers import (
    STAYS_AFTER_USE,
    Asked,
    Cover,
    CoverOutcome,
    CoverRefused,
    Picture,
    is_placeholder,
    worth_asking,
)
from bot.domain.errors import Unavailable
from bot.services.tools import Covers, Tools
from db.queries import covers as queries

log = logging.getLogger(__name__)

PATIENCE = 4.0
"""Seconds within which a cover must be here; a message that shows it goes out without it after that."""
AT_ONCE = 4
LONGEST_ADDRESS = 2_048
ORPHANS = 500
"""Files whose rows are looked for at once."""


async def cover_of(tools: Tools, *, album_id: UUID) -> Cover | None:
    """What is kept of an album's cover; nothing is fetched."""
    async with tools.database.reading() as session:
        asked = await queries.asked(session, album_id)
    return asked.cover if asked else None


async def ensure_cover(tools: Tools, *, album_id: UUID, now: datetime) -> Picture | None:
    """An album's cover with its bytes, fetched when it is not here yet; None where it cannot be had.

    Takes at most `PATIENCE` seconds for the world. What came of it is remembered, a failure for a while too, so that
    whoever asks again meanwhile gets the same answer at once.
    """
    covers = tools.covers
    if covers is None:
        return None
    async with covers.one_at_a_time(album_id):
        async with tools.database.reading() as session:
            url = await queries.cover_address(session, album_id)
            asked = await queries.asked(session, album_id)
        if asked is not None and asked.cover is not None and url in (None, asked.source_url):
            content = await covers.store.read(asked.cover.sha256)
            if content is not None:
                await _note_use(tools, asked, now)
                return Picture(asked.cover, content)
        if not url or len(url) > LONGEST_ADDRESS or not worth_asking(asked, url, now):
            return None
        outcome, picture = await fetch(covers, url)
        if picture is None:
            log.info("no cover for album %s: %s", album_id, outcome)
        await _record(tools, covers, album_id, url, outcome, picture, now)
        return picture


async def pictures_of(tools: Tools, *, album_ids: Collection[UUID], now: datetime) -> dict[UUID, Picture]:
    """The covers of several albums, as far as they can be had."""
    if tools.covers is None:
        return {}
    places = asyncio.Semaphore(AT_ONCE)

    async def one(album_id: UUID) -> Picture | None:
        async with places:
            return await ensure_cover(tools, album_id=album_id, now=now)

    wanted = list(dict.fromkeys(album_ids))
    found = await asyncio.gather(*(one(album_id) for album_id in wanted))
    return {album_id: picture for album_id, picture in zip(wanted, found, strict=True) if picture is not None}


async def illustrated(tools: Tools, view: WeekView, *, album_ids: Collection[UUID], now: datetime) -> WeekView:
    """A week with the covers of these albums, as far as they can be had."""
    return replace(view, covers=await pictures_of(tools, album_ids=album_ids, now=now)) if album_ids else view


async def sweep(tools: Tools, *, now: datetime) -> int:
    """Remove files that no row knows: whoever put them there ended before it could say so. How many.

    The other way round, a row whose file is lost, needs no sweep: the cover is fetched again when it is wanted.
    """
    if tools.covers is None:
        return 0
    await _make_room(tools, tools.covers, now)
    lying = await tools.covers.store.older_than(now - STAYS_AFTER_USE)
    removed = 0
    for start in range(0, len(lying), ORPHANS):
        part = lying[start : start + ORPHANS]
        async with tools.database.reading() as session:
            orphans = set(part) - await queries.known(session, part)
        await tools.covers.store.remove(orphans)
        removed += len(orphans)
    return removed


async def fetch(covers: Covers, url: str) -> tuple[CoverOutcome, Picture | None]:
    """The picture, fetched and put into the store; else why not."""
    if is_placeholder(url):
        return CoverOutcome.PLACEHOLDER, None
    try:
        async with asyncio.timeout(PATIENCE):
            picture = await covers.fetcher.fetch_cover(url)
        # The file comes before its row: of a process that ends in between only a file is left, which a sweep finds.
        await covers.store.put(picture.cover.sha256, picture.content)
    except CoverRefused as refused:
        return refused.outcome, None
    except Unavailable as unavailable:
        return CoverOutcome(unavailable.why.value), None
    except TimeoutError:
        return CoverOutcome.SLOW, None
    except Exception:  # a full disk, or a bug: no card ever waits for its picture
        log.exception("a cover cannot be kept")
        return CoverOutcome.DOWN, None
    return CoverOutcome.KEPT, picture


async def _record(
    tools: Tools,
    covers: Covers,
    album_id: UUID,
    url: str,
    outcome: CoverOutcome,
    picture: Picture | None,
    now: datetime,
) -> None:
    async with tools.database.writing() as session:
        if picture is not None:
            await queries.keep_cover(session, picture.cover, now)
        await queries.note_asked(session, album_id, url, outcome, now, cover=picture.cover if picture else None)
    if picture is not None:
        await _make_room(tools, covers, now)


async def _make_room(tools: Tools, covers: Covers, now: datetime) -> None:
    """Rows first, their files afterwards: what is left of a process that ends in between is found by a sweep."""
    async with tools.database.writing() as session:
        gone = await queries.make_room(session, most=covers.most_bytes, used_before=now - STAYS_AFTER_USE)
    await covers.store.remove(gone)


async def _note_use(tools: Tools, asked: Asked, now: datetime) -> None:
    # Not every look writes: an hour more or less says nothing about what was not shown for longest.
    if asked.cover is not None and asked.used_at is not None and now - asked.used_at >= STAYS_AFTER_USE / 2:
        async with tools.database.writing() as session:
            await queries.note_use(session, asked.cover.sha256, now)
