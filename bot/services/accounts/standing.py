"""How an account stands: well, or in need of its owner, who is told once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.listening.accounts import Standing
from bot.domain.listening.linking import Account
from bot.services.accounts import notices
from db.queries import accounts as queries
from db.session import Writing

WORTHLESS = (Standing.REVOKED, Standing.ENDED)
"""In these the tokens open nothing any more and are not kept."""


async def set_standing(session: Writing, account_id: UUID, standing: Standing, now: datetime) -> Account | None:
    """What became of an account; its owner is told of trouble once, until it was well again. None when it is gone."""
    held = await queries.account(session, account_id, lock=True)
    if held is None or held.standing is standing:
        return held
    told: Standing | None = None
    if standing is Standing.WELL:
        told = standing
    elif held.told_standing is not standing:
        await notices.tell_of_standing(session, held, standing, now)
        told = standing
    await queries.keep_standing(session, account_id, standing=standing, told=told, now=now)
    if standing in WORTHLESS:
        await queries.forget_tokens(session, account_id)
    return await queries.account(session, account_id)
