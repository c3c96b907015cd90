"""What a member sees of their accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.listening.linking import Account
from bot.domain.people import Caller
from bot.services.accounts.owners import known_owner, own_account, owner_of
from bot.services.listening.backfill import Progress, progress_of
from bot.services.listening.syncing import ask_now
from bot.services.tools import Tools
from db.queries import accounts as queries


@dataclass(frozen=True, slots=True)
class Shown:
    """An account, and how far it is read."""

    account: Account
    progress: Progress | None
    """None before it was ever taken up."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A member's accounts, and whether they can be written to."""

    accounts: tuple[Shown, ...]
    dms_closed_at: datetime | None
    """Since when private messages about accounts do not reach them; none are tried."""


async def my_accounts(tools: Tools, *, caller: Caller, now: datetime) -> Overview:
    """The caller's accounts."""
    async with tools.database.writing() as session:
        user_id = await owner_of(session, caller, now)
        found = await queries.accounts_of_user(session, user_id)
        closed_at = await queries.dms_closed_at(session, user_id)
    shown = [Shown(each, await progress_of(tools, account_id=each.id, now=now)) for each in found]
    return Overview(tuple(shown), closed_at)


async def read_now(tools: Tools, *, caller: Caller, account_id: UUID, now: datetime) -> bool:
    """Have an account of the caller's read at once; False when that was asked for a moment ago.

    Raises `NoSuchAccount`.
    """
    async with tools.database.reading() as session:
        await own_account(session, caller, account_id)
    return await ask_now(tools, account_id=account_id, now=now)


async def write_again(tools: Tools, *, caller: Caller) -> None:
    """The caller wants to be told by private message again when an account needs them."""
    async with tools.database.writing() as session:
        await queries.note_dms(session, await known_owner(session, caller), closed_at=None)
