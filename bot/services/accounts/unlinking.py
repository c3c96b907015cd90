"""Unlinking: the account and its secrets are gone at once; what it told is kept or forgotten, as its owner says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.listening.linking import Account, NoSuchAccount
from bot.domain.listening.plays import Source
from bot.domain.people import Caller
from bot.services.accounts.owners import own_account, owner_of
from bot.services.listening import hearing
from bot.services.listening.forgetting import forget_source
from bot.services.taste import priors
from bot.services.tools import Tools
from db.queries import accounts as queries


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An account that is linked no more."""

    source: Source
    name: str
    granted: bool
    """It held a grant, which its owner may also take back at the service."""
    keeps: bool
    """Its listens stay."""


async def account_to_unlink(
    tools: Tools, *, caller: Caller, now: datetime, source: Source | None = None, account_id: UUID | None = None
) -> Account:
    """The caller's account of a service, or by its key; raises `NoSuchAccount`."""
    async with tools.database.writing() as session:
        if account_id is not None:
            return await own_account(session, caller, account_id)
        user_id = await owner_of(session, caller, now)
        account = None if source is None else await queries.account_of_user(session, user_id, source)
        if account is None:
            raise NoSuchAccount(source)
        return account


async def unlink(tools: Tools, *, caller: Caller, account_id: UUID, keeps: bool) -> Unlinked:
    """Unlink an account of the caller's, and forget what it told unless that is to be kept.

    What came from files stays in any case, and so does what another source told as well. A reading that is under way
    finds the account gone. Raises `NoSuchAccount`.
    """
    async with tools.database.writing() as session:
        account = await own_account(session, caller, account_id, lock=True)
        await queries.remove_account(session, account.id)
        await priors.forget(session, user_id=account.user_id, source=account.source)
        await hearing.member_changed(session, user_id=account.user_id, now=tools.clock.now())
        if not keeps:
            await forget_source(session, user_id=account.user_id, sources=(account.source,))
        return Unlinked(account.source, account.name, account.sealed, keeps)
