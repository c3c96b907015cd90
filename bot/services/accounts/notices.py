"""What an account's owner is told in a private message: that it needs them, that its grant ends, that it went over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.domain.listening.accounts import Standing
from bot.domain.listening.linking import END_NOTICES, Account, end_notice
from bot.domain.outbox import Draft, Errand, Kind
from bot.services import outbox
from bot.services.tools import Tools
from db.queries import accounts as queries
from db.queries import people as people_queries
from db.session import Writing

AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """A private message to the owner of an account."""

    discord_id: int
    words: str
    """`standing`, `ending` or `taken_over`."""
    source: str
    name: str
    standing: Standing
    ends_at: datetime | None
    account_id: UUID | None
    """None where the account is no longer theirs."""


async def tell_of_standing(session: Writing, account: Account, standing: Standing, now: datetime) -> None:
    """Tell the owner that the account needs them."""
    key = f"{standing}:{now.isoformat()}"
    await _tell(session, account, {"words": "standing", "standing": str(standing)}, key, now)


async def tell_of_loss(session: Writing, account: Account, now: datetime) -> None:
    """Tell who had linked an account by its name alone that somebody has proven it theirs."""
    await _tell(session, account, {"words": "taken_over"}, "taken_over", now)


async def tell_of_ends(tools: Tools, *, now: datetime) -> int:
    """Tell the owners of grants that end in a month, and in a week; once each. How many were told."""
    async with tools.database.writing() as session:
        told = 0
        for account in await queries.ending_before(session, now + END_NOTICES[0], AT_ONCE):
            number = end_notice(account, now)
            if not number:
                continue
            assert account.consent_ends_at is not None, "it ends"
            await _tell(session, account, {"words": "ending"}, f"ending:{account.consent_ends_at}:{number}", now)
            await queries.note_told_of_end(session, account.id, number)
            told += 1
        return told


async def _tell(session: Writing, account: Account, payload: Mapping[str, Any], key: str, now: datetime) -> None:
    """Record the message, where the person can be written to; `/accounts` shows the same in any case."""
    where = await queries.where_to_write(session, account.user_id)
    if where is None:
        return
    discord_id, club_id = where
    payload = {
        **payload,
        "discord_id": str(discord_id),
        "account": str(account.id),
        "source": str(account.source),
        "name": account.name,
    }
    draft = Draft(Kind.ACCOUNT_DM, payload=payload)
    await outbox.record_account_dm(
        session, draft, club_id=club_id, key=f"{account.id}:{key}", discord_id=discord_id, now=now
    )


async def notice_of(tools: Tools, errand: Errand) -> Notice | None:
    """What an errand tells; None when it is no longer so, or the person takes no such messages any more."""
    payload = errand.payload
    words, discord_id = str(payload["words"]), int(payload["discord_id"])
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, discord_id)
        if user_id is None or await queries.dms_closed_at(session, user_id) is not None:
            return None
        account = await queries.account(session, UUID(payload["account"]))
    source, name = str(payload["source"]), str(payload["name"])
    if words == "taken_over":
        return Notice(discord_id, words, source, name, Standing.GONE, None, None)
    if account is None or account.user_id != user_id:
        return None
    if words == "standing" and str(account.standing) != payload["standing"]:
        return None
    if words == "ending" and not account.told_of_end:  # linked anew in the meantime
        return None
    return Notice(discord_id, words, source, account.name, account.standing, account.consent_ends_at, account.id)


async def dms_closed(tools: Tools, *, discord_id: int, now: datetime) -> None:
    """Discord refused a private message to this person: none is tried again until they ask for it."""
    async with tools.database.writing() as session:
        user_id = await people_queries.user_by_discord(session, discord_id)
        if user_id is not None:
            await queries.note_dms(session, user_id, closed_at=now)
            await people_queries.stop_dms(session, discord_id)
