"""What a member hears at this moment, as their linked accounts tell it to whoever waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.errors import Unavailable
from bot.domain.listening.accounts import AccessStale, AccountRefused, NowPlaying, Standing
from bot.domain.listening.linking import Account, NoSuchAccount
from bot.domain.listening.plays import Source
from bot.services.accounts import access_of
from bot.services.tools import Tools
from db.queries import accounts as account_queries

WAIT_SECONDS = 4.0
"""How long somebody waits to be told what plays; then the last play is told."""
FIRST = (Source.SPOTIFY, Source.LASTFM, Source.LISTENBRAINZ)
"""Of several that tell something at once, the one nearer to the player."""

log = logging.getLogger(__name__)
_asking: set[asyncio.Task[NowPlaying | None]] = set()


async def playing_now(
    tools: Tools, *, user_id: UUID, now: datetime, seconds: float = WAIT_SECONDS
) -> tuple[NowPlaying | None, tuple[Source, ...]]:
    """What a member hears, from whichever account tells it first; and the services that told nothing in time."""
    async with tools.database.reading() as session:
        accounts = await account_queries.accounts_of_user(session, user_id)
    known = [one for one in accounts if one.standing is Standing.WELL and one.source in tools.listening.sources]
    known.sort(key=lambda account: FIRST.index(account.source))
    tasks = {account.source: asyncio.create_task(_ask(tools, account, now)) for account in known}
    # Nobody is cut off: a token that is being renewed has to be stored, whoever still waits for it.
    for task in tasks.values():
        _asking.add(task)
        task.add_done_callback(_over)
    deadline = asyncio.get_running_loop().time() + seconds
    pending = set(tasks.values())
    while pending:
        left = deadline - asyncio.get_running_loop().time()
        done, pending = await asyncio.wait(pending, timeout=max(0.0, left), return_when=asyncio.FIRST_COMPLETED)
        heard = _first(list(tasks.values()))
        if heard is not None or not done:
            return heard, _silent(tasks)
    return None, _silent(tasks)


async def _ask(tools: Tools, account: Account, now: datetime) -> NowPlaying | None:
    source = tools.listening.sources[account.source]
    access = await access_of(tools, account.id, now)
    try:
        return await source.fetch_now_playing(access)
    except AccessStale:
        return await source.fetch_now_playing(await access_of(tools, account.id, now, stale=access.token))


def _over(task: asyncio.Task[NowPlaying | None]) -> None:
    _asking.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        if isinstance(error, AccountRefused | NoSuchAccount | Unavailable):
            log.info("what plays now was not told: %s", type(error).__name__)
        else:
            log.error("what plays now could not be asked", exc_info=error)


def _first(tasks: Sequence[asyncio.Task[NowPlaying | None]]) -> NowPlaying | None:
    told = (task.result() for task in tasks if task.done() and not task.cancelled() and task.exception() is None)
    return next((heard for heard in told if heard is not None), None)


def _silent(tasks: dict[Source, asyncio.Task[NowPlaying | None]]) -> tuple[Source, ...]:
    return tuple(
        source for source, task in tasks.items() if not task.done() or task.cancelled() or task.exception() is not None
    )
