"""Linked accounts at services that tell what their members hear, and the walks to their pages and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.accounts import LINKABLE, Standing
from bot.domain.listening.linking import Account
from bot.domain.listening.plays import Source
from db.queries.people import DISCORD
from db.tables.people import LinkedAccount, Membership, User

WAIT_FOR_RENEWAL = text("SET LOCAL lock_timeout = '25s'")
"""Whoever renews a token holds its row while the service is asked; that is waited for."""


def _accounts() -> Select[*tuple[Any, ...]]:
    return select(
        LinkedAccount.id,
        LinkedAccount.user_id,
        LinkedAccount.provider,
        LinkedAccount.external_id,
        LinkedAccount.external_name,
        LinkedAccount.linked_at,
        LinkedAccount.proven,
        LinkedAccount.scopes,
        LinkedAccount.consent_ends_at,
        LinkedAccount.told_of_end,
        LinkedAccount.standing,
        LinkedAccount.standing_at,
        LinkedAccount.told_standing,
        LinkedAccount.token_expires_at,
        LinkedAccount.access_token,
        LinkedAccount.refresh_token,
    ).where(LinkedAccount.provider.in_([str(source) for source in LINKABLE]))


def _account(row: Sequence[Any]) -> Account:
    key, user_id, provider, external_id, name, linked_at, proven, scopes, ends_at, told, standing, since, said = row[
        :13
    ]
    return Account(
        key,
        user_id,
        Source(provider),
        external_id,
        name or external_id,
        linked_at,
        proven,
        scopes,
        ends_at,
        told,
        Standing(standing),
        since,
        Standing(said),
        *row[13:],
    )


async def _one(session: AsyncSession, asked: Select[*tuple[Any, ...]]) -> Account | None:
    row = (await session.execute(asked)).one_or_none()
    return None if row is None else _account(row)


async def account(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> Account | None:
    """An account by its key; `lock` holds it until the transaction ends, and waits for whoever does."""
    asked = _accounts().where(LinkedAccount.id == account_id)
    if lock:
        await session.execute(WAIT_FOR_RENEWAL)
        asked = asked.with_for_update(key_share=True)
    return await _one(session, asked)


async def account_unless_held(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, held until the transaction ends; None when somebody else holds it, or when it is gone."""
    asked = _accounts().where(LinkedAccount.id == account_id)
    return await _one(session, asked.with_for_update(key_share=True, skip_locked=True))


async def accounts_of_user(session: AsyncSession, user_id: UUID) -> list[Account]:
    """A member's accounts, by service."""
    rows = await session.execute(_accounts().where(LinkedAccount.user_id == user_id).order_by(LinkedAccount.provider))
    return [_account(row) for row in rows]


async def account_of_user(
    session: AsyncSession, user_id: UUID, source: Source, *, lock: bool = False
) -> Account | None:
    """A member's account at a service."""
    asked = _accounts().where(LinkedAccount.user_id == user_id, LinkedAccount.provider == str(source))
    if lock:
        await session.execute(WAIT_FOR_RENEWAL)
        asked = asked.with_for_update(key_share=True)
    return await _one(session, asked)


async def account_at(session: AsyncSession, source: Source, external_id: str, *, lock: bool = False) -> Account | None:
    """Whoever's account it is, by its identity at the service."""
    asked = _accounts().where(LinkedAccount.provider == str(source), LinkedAccount.external_id == external_id)
    if lock:
        await session.execute(WAIT_FOR_RENEWAL)
        asked = asked.with_for_update(key_share=True)
    return await _one(session, asked)


async def add_account(
    session: AsyncSession, *, account_id: UUID, user_id: UUID, source: Source, external_id: str, now: datetime
) -> bool:
    """Make an account with nothing but its identity; False where the member or somebody else has it already."""
    made = await session.scalar(
        insert(LinkedAccount)
        .values(id=account_id, user_id=user_id, provider=str(source), external_id=external_id, linked_at=now)
        .on_conflict_do_nothing()
        .returning(LinkedAccount.id)
    )
    return made is not None


async def keep_grant(
    session: AsyncSession,
    account_id: UUID,
    *,
    name: str,
    proven: bool,
    scopes: str,
    access_token: bytes | None,
    refresh_token: bytes | None,
    token_expires_at: datetime | None,
    consent_ends_at: datetime | None,
    now: datetime,
) -> None:
    """What a member granted anew; whatever was the matter with the account is mended."""
    await session.execute(
        _update(account_id).values(
            external_name=name,
            proven=proven,
            scopes=scopes,
            access_token=access_token,
            refresh_token=refresh_token,
            token_expires_at=token_expires_at,
            consent_ends_at=consent_ends_at,
            told_of_end=0,
            standing=str(Standing.WELL),
            standing_at=now,
            told_standing=str(Standing.WELL),
        )
    )


async def keep_renewed(
    session: AsyncSession,
    account_id: UUID,
    *,
    access_token: bytes,
    refresh_token: bytes | None,
    token_expires_at: datetime | None,
    scopes: str,
) -> None:
    """A renewed grant; what the service did not give anew stays."""
    values: dict[str, Any] = {"access_token": access_token, "token_expires_at": token_expires_at}
    if refresh_token is not None:
        values["refresh_token"] = refresh_token
    if scopes:
        values["scopes"] = scopes
    await session.execute(_update(account_id).values(**values))


async def keep_standing(
    session: AsyncSession, account_id: UUID, *, standing: Standing, told: Standing | None, now: datetime
) -> None:
    """How the account stands since now, and what its owner was `told` of it where they were."""
    values: dict[str, Any] = {"standing": str(standing), "standing_at": now}
    if told is not None:
        values["told_standing"] = str(told)
    await session.execute(_update(account_id).values(**values))


async def forget_tokens(session: AsyncSession, account_id: UUID) -> None:
    """The secrets of an account are no longer kept."""
    await session.execute(_update(account_id).values(access_token=None, refresh_token=None, token_expires_at=None))


async def note_told_of_end(session: AsyncSession, account_id: UUID, number: int) -> None:
    """Which notice of the coming end its owner was given."""
    await session.execute(_update(account_id).values(told_of_end=number))


async def remove_account(session: AsyncSession, account_id: UUID) -> None:
    """The account is no longer linked; its secrets are gone with it."""
    await session.execute(WAIT_FOR_RENEWAL)
    await session.execute(delete(LinkedAccount).where(LinkedAccount.id == account_id))


def _update(account_id: UUID) -> Update:
    return update(LinkedAccount).where(LinkedAccount.id == account_id)


async def ending_before(session: AsyncSession, before: datetime, limit: int) -> list[Account]:
    """Accounts in good standing whose grants end before an instant, held; the nearest end first."""
    asked = (
        _accounts()
        .where(
            LinkedAccount.standing == str(Standing.WELL),
            LinkedAccount.consent_ends_at <= before,
            LinkedAccount.told_of_end < 2,
        )
        .order_by(LinkedAccount.told_of_end, LinkedAccount.consent_ends_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [_account(row) for row in await session.execute(asked)]


async def where_to_write(session: AsyncSession, user_id: UUID) -> tuple[int, UUID] | None:
    """The person's Discord account and a club they are in; None when they are in none, or have closed their door."""
    row = (
        await session.execute(
            select(LinkedAccount.external_id, Membership.club_id)
            .join(User, User.id == LinkedAccount.user_id)
            .join(Membership, Membership.user_id == LinkedAccount.user_id)
            .where(
                LinkedAccount.user_id == user_id,
                LinkedAccount.provider == DISCORD,
                User.dms_closed_at.is_(None),
                Membership.left_at.is_(None),
            )
            .order_by(Membership.active_at.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else (int(row[0]), row[1])


async def note_dms(session: AsyncSession, user_id: UUID, *, closed_at: datetime | None) -> None:
    """Since when the person takes no private messages about accounts; None when they do."""
    await session.execute(update(User).where(User.id == user_id).values(dms_closed_at=closed_at))


async def dms_closed_at(session: AsyncSession, user_id: UUID) -> datetime | None:
    """Since when the person takes no private messages about accounts."""
    return await session.scalar(select(User.dms_closed_at).where(User.id == user_id))


async def name_of(session: AsyncSession, user_id: UUID) -> tuple[str, str]:
    """How a person is called on Discord: the name others see, and the one they log in with."""
    row = (await session.execute(select(User.display_name, User.handle).where(User.id == user_id))).one()
    return row[0], row[1] or ""


async def sealed_after(session: AsyncSession, after: UUID | None, limit: int) -> list[UUID]:
    """The keys of accounts that hold secrets, in their order, after one of them."""
    asked = select(LinkedAccount.id).where(
        or_(LinkedAccount.access_token.is_not(None), LinkedAccount.refresh_token.is_not(None))
    )
    if after is not None:
        asked = asked.where(LinkedAccount.id > after)
    return list(await session.scalars(asked.order_by(LinkedAccount.id).limit(limit)))


async def reseal(
    session: AsyncSession, account_id: UUID, *, access_token: bytes | None, refresh_token: bytes | None
) -> None:
    """The same secrets under another key."""
    await session.execute(_update(account_id).values(access_token=access_token, refresh_token=refresh_token))
