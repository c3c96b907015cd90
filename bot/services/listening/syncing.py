"""Linked accounts are read: found due, taken up, asked page by page, and landed as a whole, several together.

Whatever ends a reading in its middle loses nothing: pages that came are staged, and whoever takes the account up next
goes on behind them. Whoever was overtaken writes nothing any more.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccessStale, AccountRefused, HistoryPage, Standing
from bot.domain.listening.linking import NoSuchAccount
from bot.domain.listening.sync import (
    ASKED_EVERY,
    EDGE,
    LEASE,
    REFUSED_EVERY,
    STAND_BACK,
    Purpose,
    Window,
    back_off,
    is_enough,
    next_due,
    next_window,
    with_page,
)
from bot.domain.ports import ListenSource
from bot.domain.tasks import BACKFILL_ACCOUNT, SYNC_ACCOUNTS
from bot.services.accounts.access import access_of
from bot.services.accounts.standing import set_standing
from bot.services.listening.landing import Landing, Overtaken, land, land_together, together
from bot.services.listening.staging import packed
from bot.services.tools import Tools
from db.queries import queue
from db.queries.listening import syncing as queries
from db.queries.listening.syncing import Claimed, Given, Turn
from db.session import WAKE

log = logging.getLogger(__name__)

BATCH = 20
"""Accounts of one task."""
AT_ONCE = 8
"""Accounts that a task reads at the same time."""
GATHER_SECONDS = 1.0
"""So long an account that was read waits for others of its task at the most, to be landed together with them."""
MOST_UNDER_WAY = 200
"""Accounts in anybody's hands, of all processes: the others wait in their rows, where they cost nothing."""
MOST_BACKFILLED = 8
BACKFILLED_AT_ONCE = 2
JUST_ASKED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Woken:
    """What a look at the accounts came to."""

    claimed: int
    next_due: datetime | None


async def wake(tools: Tools, *, now: datetime, begins: bool = True) -> Woken:
    """Find accounts that are due and put them into the queue, a few at a time, in one transaction.

    Where it `begins`, accounts that were linked or mended since the last time are due from now on.
    """
    if not tools.listening.sources:
        return Woken(0, None)
    async with tools.database.writing() as session:
        if begins:
            await queries.begin_accounts(session, now)
        newest, backfilled = await queries.under_way(session, now)
        lease = now + LEASE
        due = await queries.claim_due(session, now, most=MOST_UNDER_WAY - newest, lease=lease)
        for start in range(0, len(due), BATCH):
            await queue.defer(session, SYNC_ACCOUNTS, _args(due[start : start + BATCH]))
        rest = await queries.claim_due(session, now, most=MOST_BACKFILLED - backfilled, lease=lease, backfill=True)
        for one in rest:
            await queue.defer(session, BACKFILL_ACCOUNT, _args([one]))
        ahead = await queries.next_due(session)
        # What is due and had no room is claimed by whoever is done first.
        return Woken(len(due) + len(rest), ahead if ahead is not None and ahead > now else None)


async def read_accounts(tools: Tools, *, claims: Sequence[Sequence[Any]]) -> None:
    """Read the accounts of a task, some at the same time; then look for more that are due."""
    claimed = [Claimed(UUID(account), claim) for account, claim in claims]
    async with tools.database.writing() as session:
        turns = await queries.take_up(session, claimed, tools.clock.now() + LEASE)
    await read_turns(tools, turns)
    await wake(tools, now=tools.clock.now(), begins=False)


async def read_turns(tools: Tools, turns: Sequence[Turn]) -> None:
    """Read accounts that are in our hands, each as far as one window goes; what comes of each is in its row."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def read(turn: Turn) -> Landing | None:
        """What is to be landed together with others."""
        async with gate, _told_of_trouble(tools, turn):
            landing = await _read(tools, turn)
            if landing is None or landing.goes_with_others:
                return landing
            await land(tools, landing)
        return None

    async with asyncio.TaskGroup() as group:
        reading: list[asyncio.Task[Landing | None]] = [group.create_task(read(turn)) for turn in turns]
        while reading:
            await asyncio.wait(reading, timeout=GATHER_SECONDS)
            done = [task.result() for task in reading if task.done()]
            reading = [task for task in reading if not task.done()]
            await _land_all(tools, [landing for landing in done if landing is not None])


async def _land_all(tools: Tools, landings: Sequence[Landing]) -> None:
    """Land what was read at the same time: together, and one by one what cannot be."""
    for group in together(landings):
        left: Sequence[Landing] = group
        if len(group) > 1:
            try:
                left = await land_together(tools, group)
            except Exception:
                log.exception("%d accounts could not be landed together: one by one", len(group))
        for landing in left:
            async with _told_of_trouble(tools, landing.turn):
                await land(tools, landing)


@asynccontextmanager
async def _told_of_trouble(tools: Tools, turn: Turn) -> AsyncGenerator[None]:
    """Whatever keeps an account from being read is in its row afterwards."""
    try:
        yield
    except (Overtaken, NoSuchAccount):
        log.info("the reading of account %s was overtaken", turn.account_id)
    except AccountRefused as refused:
        await _refused(tools, turn, refused)
    except Unavailable as failure:
        await _unavailable(tools, turn, failure)
    except Exception:
        log.exception("account %s could not be read", turn.account_id)
        await _failed(tools, turn, "fault")


async def ask_now(tools: Tools, *, account_id: UUID, now: datetime) -> bool:
    """Have an account read at once; False when that was asked for a moment ago, or when it is not linked."""
    async with tools.database.writing() as session:
        asked = await queries.ask(session, account_id, now, now - ASKED_EVERY)
        if asked:
            session.info[WAKE] = now
        return asked


async def next_account_due(tools: Tools) -> datetime | None:
    """When the next account is due; None where none is linked."""
    async with tools.database.reading() as session:
        return await queries.next_due(session)


def _args(claimed: Sequence[Claimed]) -> dict[str, Any]:
    return {"claims": [[str(one.account_id), one.claim] for one in claimed]}


# --- one reading ----------------------------------------------------------------------------------------------------


async def _read(tools: Tools, turn: Turn) -> Landing | None:
    """Ask page after page; what is to be landed then, or None where nothing was to be read.

    Raises what keeps us from it, `Overtaken` when the account is in other hands by now.
    """
    now = tools.clock.now()
    source = tools.listening.sources.get(turn.source)
    if source is None:
        raise Unavailable(str(turn.source), Why.REFUSED, detail="this service is not set up here")
    window = next_window(turn.state, turn.source, now)
    if window is None:
        await _nothing_to_read(tools, turn, now)
        return None
    if turn.state.window is not None and window is not turn.state.window:
        await _give_up_window(tools, turn)
    asks = _Asking(tools, turn, source, await _access(tools, turn, now))
    while True:
        page = await asks.page(window)
        window = with_page(window, page)
        oldest = min((told.started_at for told in page.plays), default=None)
        if not page.cursor or is_enough(window, oldest):
            return Landing(turn, window, page.plays)
        async with tools.database.writing() as session:
            if not await queries.stage(session, turn, window, packed(page.plays), tools.clock.now() + LEASE):
                raise Overtaken


async def _access(tools: Tools, turn: Turn, now: datetime, stale: str = "") -> Access:
    """How the account is asked; one that is read by its public name needs nobody to open it."""
    if not turn.sealed and turn.standing not in (Standing.REVOKED, Standing.ENDED):
        return Access(turn.external_id, turn.name)
    return await access_of(tools, turn.account_id, now, stale=stale)


class _Asking:
    """Asks for the pages of one account; a token that went stale in between is renewed once."""

    def __init__(self, tools: Tools, turn: Turn, source: ListenSource, access: Access) -> None:
        self._tools = tools
        self._turn = turn
        self._source = source
        self._access = access

    async def page(self, window: Window) -> HistoryPage:
        """The next page of a window."""
        try:
            return await self._fetch(window)
        except AccessStale:
            self._access = await access_of(
                self._tools, self._turn.account_id, self._tools.clock.now(), stale=self._access.token
            )
            return await self._fetch(window)

    async def _fetch(self, window: Window) -> HistoryPage:
        asked = self._turn.state.asked_at
        waits = asked is not None and self._tools.clock.now() - asked < JUST_ASKED
        return await self._source.fetch_history(
            self._access,
            since=window.since - EDGE,
            until=window.until + EDGE,
            cursor=window.cursor,
            newest=waits and window.purpose is not Purpose.BACKFILL,
        )


async def _nothing_to_read(tools: Tools, turn: Turn, now: datetime) -> None:
    async with tools.database.writing() as session:
        await queries.settle(session, [Given(turn, turn.state, next_due(turn.state, turn.source, now))])


async def _give_up_window(tools: Tools, turn: Turn) -> None:
    """Forget the pages of a window that stands back for a newer one."""
    async with tools.database.writing() as session:
        if not await queries.hold(session, turn):
            raise Overtaken
        await queries.staged_pages(session, turn.account_id)


# --- what keeps us from reading -------------------------------------------------------------------------------------


async def _refused(tools: Tools, turn: Turn, refused: AccountRefused) -> None:
    """Only its owner can mend it: they are told once, and it is looked at once a day until then."""
    now = tools.clock.now()
    async with tools.database.writing() as session:
        await set_standing(session, turn.account_id, refused.standing, now)
        await queries.put_off(
            session,
            turn,
            next_due=now + REFUSED_EVERY * (1 + random.random() / 4),
            failures=turn.state.failures,
            why=str(refused.standing),
            refused=True,
        )


async def _unavailable(tools: Tools, turn: Turn, failure: Unavailable) -> None:
    """Where the service said until when, no account is to blame; a backfill stands back further than what is new."""
    log.info("account %s waits: %s %s %s", turn.account_id, failure.source, failure.why, failure.detail)
    if failure.until is None:
        await _failed(tools, turn, f"{failure.source} {failure.why}")
        return
    now = tools.clock.now()
    backfills = turn.state.newest_due_at > now
    due = max(failure.until, now) + timedelta(minutes=random.random()) + (STAND_BACK if backfills else timedelta())
    async with tools.database.writing() as session:
        await queries.put_off(
            session,
            turn,
            next_due=min(due, turn.state.newest_due_at) if backfills else due,
            failures=turn.state.failures,
            why=f"{failure.source} {failure.why}",
        )


async def _failed(tools: Tools, turn: Turn, why: str) -> None:
    now = tools.clock.now()
    failures = turn.state.failures + 1
    due = now + back_off(failures, random.random())
    async with tools.database.writing() as session:
        await queries.put_off(
            session,
            turn,
            next_due=min(due, turn.state.newest_due_at) if turn.state.newest_due_at > now else due,
            failures=failures,
            why=why,
        )
