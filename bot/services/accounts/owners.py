"""Whose accounts somebody may look at and change: their own, on any server and in private messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.listening.linking import Account, NoSuchAccount
from bot.domain.people import Caller
from bot.services import people
from db.queries import accounts as queries
from db.queries import people as people_queries
from db.session import Reading, Writing


async def owner_of(session: Writing, caller: Caller, now: datetime, *, takes_part: bool = False) -> UUID:
    """The person who asks; linking takes part in the club, looking does not. In a private message they are known.

    Raises `ClubNotSetUp`, `NoSuchAccount`.
    """
    if caller.guild_id:
        return (await people.present(session, caller, now, takes_part=takes_part))[1].user_id
    return await known_owner(session, caller)


async def known_owner(session: Reading, caller: Caller) -> UUID:
    """The person who asks, where they were seen before; raises `NoSuchAccount`."""
    user_id = await people_queries.user_by_discord(session, caller.discord_id)
    if user_id is None:
        raise NoSuchAccount
    return user_id


async def own_account(session: Reading, caller: Caller, account_id: UUID, *, lock: bool = False) -> Account:
    """An account of the caller's; raises `NoSuchAccount` for one that is gone and for somebody else's."""
    user_id = await known_owner(session, caller)
    account = await queries.account(session, account_id, lock=lock)
    if account is None or account.user_id != user_id:
        raise NoSuchAccount
    return account
