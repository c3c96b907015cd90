"""Opening an account: its token, renewed first where it is stale; once, however many processes ask for it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, Granted, Standing
from bot.domain.listening.linking import Account, NoSuchAccount, ended_or_revoked, is_stale
from bot.services.accounts.sealing import ACCESS, REFRESH, opened, place_of, vault_of
from bot.services.accounts.standing import set_standing
from bot.services.tools import Tools
from db.queries import accounts as queries
from db.session import Writing

RENEW_SECONDS = 20.0
"""How long a service may take to renew a token: less than the database lets a transaction stand idle."""
LOOK_SECONDS, LOOKS = 0.1, 250
"""How often, and how many times, somebody looks whether another process has renewed the token."""


async def access_of(tools: Tools, account_id: UUID, now: datetime, *, stale: str = "") -> Access:
    """How an account is asked now; `stale` is a token that the service has just refused as too old.

    A stale token is renewed under the account's row lock, so that of several processes one renews it and the others
    use what it got. Raises `NoSuchAccount` when it was unlinked, `AccountRefused` when its grant has ended (its owner
    is then told), `Unavailable` when the service cannot renew it now or our own key does not open it.
    """
    for _ in range(LOOKS):
        access = _ready(tools, await _account(tools, account_id), now, stale)
        if access is not None:
            return access
        async with tools.database.writing() as session:
            held = await queries.account_unless_held(session, account_id)
            renewed = None if held is None else await _renew_held(tools, session, held, now, stale)
        if isinstance(renewed, AccountRefused):
            raise renewed
        if renewed is not None:
            return renewed
        await asyncio.sleep(LOOK_SECONDS)
    raise Unavailable("vault", Why.SLOW, detail="another process is renewing the token")


async def _account(tools: Tools, account_id: UUID) -> Account:
    async with tools.database.reading() as session:
        account = await queries.account(session, account_id)
    if account is None:
        raise NoSuchAccount
    return account


def _ready(tools: Tools, account: Account, now: datetime, stale: str) -> Access | None:
    """The access as it is kept; None where the token has to be renewed. Raises `AccountRefused` without a grant."""
    if account.standing in (Standing.REVOKED, Standing.ENDED):
        raise AccountRefused(account.source, account.standing, account.name)
    if account.access_token is None:
        return Access(account.external_id, account.name)
    if is_stale(account, now):
        return None
    token = opened(tools, account.access_token, place_of(account.id, ACCESS))
    return None if token == stale else Access(account.external_id, account.name, token)


async def _renew_held(
    tools: Tools, session: Writing, account: Account, now: datetime, stale: str
) -> Access | AccountRefused:
    """The access after a renewal, or why there is none any more; both are stored when the transaction ends."""
    try:
        access = _ready(tools, account, now, stale)  # somebody else may just have done it
    except AccountRefused as refused:
        return refused
    if access is not None:
        return access
    granter = tools.listening.granters.get(account.source)
    if account.refresh_token is None or granter is None:
        # A key without an end that is no longer taken, or an operator who took our own key away.
        if granter is None and account.refresh_token is not None:
            raise Unavailable(str(account.source), Why.REFUSED, detail="this service is no longer set up here")
        return await _lost(session, account, now)
    refresh_token = opened(tools, account.refresh_token, place_of(account.id, REFRESH))
    try:
        async with asyncio.timeout(RENEW_SECONDS):
            granted = await granter.renew(refresh_token)
    except TimeoutError:
        raise Unavailable(str(account.source), Why.SLOW, detail="the token was not renewed in time") from None
    except AccountRefused as refused:
        return await _lost(session, account, now, refused.standing)
    await _keep(tools, session, account, granted)
    return Access(account.external_id, account.name, granted.access_token)


async def _lost(session: Writing, account: Account, now: datetime, told: Standing = Standing.REVOKED) -> AccountRefused:
    standing = ended_or_revoked(account, now) if told is Standing.REVOKED else told
    await set_standing(session, account.id, standing, now)
    return AccountRefused(account.source, standing, account.name)


async def _keep(tools: Tools, session: Writing, account: Account, granted: Granted) -> None:
    vault = vault_of(tools)
    again = granted.refresh_token
    await queries.keep_renewed(
        session,
        account.id,
        access_token=vault.seal(granted.access_token, place=place_of(account.id, ACCESS)),
        refresh_token=vault.seal(again, place=place_of(account.id, REFRESH)) if again else None,
        token_expires_at=granted.expires_at,
        scopes=granted.scopes,
    )
