"""What services say a member likes is read once a day of each linked account, and stands in while little was heard.

Whoever reads has claimed the account; what comes is kept in one transaction with its source and time, and whoever was
overtaken or finds the account unlinked keeps nothing.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.domain.errors import Unavailable
from bot.domain.listening.accounts import AccessStale, AccountRefused, GrantTooSmall
from bot.domain.listening.linking import Account, NoSuchAccount
from bot.domain.listening.plays import Source
from bot.domain.ports import TasteSource
from bot.domain.tasks import READ_PRIORS
from bot.domain.taste.priors import AGAIN, EVERY, LEASE, Liked, artists_of, packed
from bot.services.accounts.access import access_of
from bot.services.tools import Tools
from db.queries import accounts, queue
from db.queries.taste import asking, days
from db.queries.taste import priors as queries
from db.queries.taste.priors import Claimed
from db.session import Writing

log = logging.getLogger(__name__)

BATCH = 20
NOT_GRANTED = "not granted: {}"


async def wake(tools: Tools, *, now: datetime) -> int:
    """Claim accounts that are to be asked what their members like; how many were put into the queue."""
    sources = list(tools.listening.tastes)
    if not sources:
        return 0
    async with tools.database.reading() as session:
        if not await queries.any_due(session, sources, now):
            return 0
    async with tools.database.writing() as session:
        claimed = await queries.claim(session, sources, now=now, until=now + LEASE, most=BATCH)
        if claimed:
            told = [[str(one.user_id), str(one.source), one.until.isoformat()] for one in claimed]
            await queue.defer(session, READ_PRIORS, {"claims": told})
        return len(claimed)


async def read(tools: Tools, *, claims: Sequence[Sequence[Any]]) -> None:
    """The task: ask one account after another what its member likes."""
    for user, source, until in claims:
        claimed = Claimed(UUID(user), Source(source), datetime.fromisoformat(until))
        fresh = Claimed(claimed.user_id, claimed.source, tools.clock.now() + LEASE)
        async with tools.database.writing() as session:
            if not await queries.take_up(session, claimed, fresh.until):
                continue
        await _read(tools, fresh)


async def forget(session: Writing, *, user_id: UUID, source: Source) -> None:
    """An account is unlinked: what its service said of the member goes with it."""
    if await queries.forget(session, user_id, source):
        await days.mark(session, user_id)


async def _read(tools: Tools, claimed: Claimed) -> None:
    """Ask one account; whatever comes of it is in its row."""
    try:
        liked = await _asked(tools, claimed)
    except NoSuchAccount:
        log.info("an account at %s is no longer linked", claimed.source)
        return
    except GrantTooSmall as refused:
        await _put_off(tools, claimed, EVERY, NOT_GRANTED.format(" ".join(refused.missing)))
    except AccountRefused as refused:
        await _put_off(tools, claimed, EVERY, str(refused.standing))
    except Unavailable as failure:
        log.info("what a member likes was not told: %s %s %s", failure.source, failure.why, failure.detail)
        wait = max(failure.until - tools.clock.now(), AGAIN) if failure.until is not None else AGAIN
        await _put_off(tools, claimed, wait, f"{failure.source} {failure.why}")
    except Exception:
        log.exception("what a member likes could not be read from %s", claimed.source)
        await _put_off(tools, claimed, EVERY, "fault")
    else:
        await _keep(tools, claimed, liked)


async def _asked(tools: Tools, claimed: Claimed) -> Liked:
    """What the service says; raises what keeps us from it."""
    async with tools.database.reading() as session:
        account = await accounts.account_of_user(session, claimed.user_id, claimed.source)
    if account is None:
        raise NoSuchAccount(claimed.source)
    source = tools.listening.tastes[claimed.source]
    missing = tuple(scope for scope in source.needs if scope not in account.scopes.split())
    if missing:
        raise GrantTooSmall(claimed.source, account.standing, account.name, missing)
    return await _fetch(tools, account, source)


async def _fetch(tools: Tools, account: Account, source: TasteSource) -> Liked:
    """A token that went stale in between is renewed once."""
    access = await access_of(tools, account.id, tools.clock.now())
    try:
        return await source.fetch_liked(access)
    except AccessStale:
        access = await access_of(tools, account.id, tools.clock.now(), stale=access.token)
        return await source.fetch_liked(access)


async def _keep(tools: Tools, claimed: Claimed, liked: Liked) -> None:
    """Keep what was told; its artists are something to ask about, and the member's profile is another one."""
    now = tools.clock.now()
    artists = artists_of([liked])
    due = now + EVERY * (1 + random.random() / 4)
    # By itself: whoever takes in the member's plays holds names first, and what is marked stale then.
    async with tools.database.writing() as session:
        await asking.add_names(session, list(artists.values()))
    async with tools.database.writing() as session:
        if await queries.keep(session, claimed, packed(liked), list(artists), now=now, due=due):
            await days.mark(session, claimed.user_id)


async def _put_off(tools: Tools, claimed: Claimed, wait: timedelta, why: str) -> None:
    due = tools.clock.now() + wait * (1 + random.random() / 4)
    async with tools.database.writing() as session:
        await queries.put_off(session, claimed, due=due, why=why)
