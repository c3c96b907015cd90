"""Users, their Discord identities, and memberships."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, bindparam, cast, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from bot.domain.people import ACTIVE_FOR, Member
from db.tables.listening import ClubListener
from db.tables.people import LinkedAccount, Membership, User

DISCORD = "discord"
DISCORD_ID = cast(LinkedAccount.external_id, BigInteger)


@cache
def _members() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Membership.club_id,
            Membership.user_id,
            DISCORD_ID,
            Membership.display_name,
            Membership.joined_at,
            Membership.active_at,
            Membership.left_at,
            Membership.dm_reminders,
        )
        .join(LinkedAccount, LinkedAccount.user_id == Membership.user_id)
        .where(LinkedAccount.provider == DISCORD)
    )


# Every click asks these: a statement made once costs a third of one made each time.
USER_BY_DISCORD = select(LinkedAccount.user_id).where(
    LinkedAccount.provider == DISCORD, LinkedAccount.external_id == bindparam("discord_id")
)
MEMBER = _members().where(Membership.club_id == bindparam("club"), Membership.user_id == bindparam("user"))
ACTIVE = (
    select(func.count())
    .select_from(Membership)
    .where(
        Membership.club_id == bindparam("club"),
        Membership.left_at.is_(None),
        Membership.active_at >= bindparam("since"),
    )
)


async def user_by_discord(session: AsyncSession, discord_id: int) -> UUID | None:
    """The user behind a Discord account."""
    return await session.scalar(USER_BY_DISCORD, {"discord_id": str(discord_id)})


async def add_user(session: AsyncSession, *, discord_id: int, name: str, handle: str, now: datetime) -> UUID:
    """The user behind a Discord account, made at first sight; two at once make one."""
    user_id = new_id(now)
    await session.execute(insert(User).values(id=user_id, display_name=name, handle=handle or None, created_at=now))
    linked = await session.scalar(
        insert(LinkedAccount)
        .values(
            id=new_id(now),
            user_id=user_id,
            provider=DISCORD,
            external_id=str(discord_id),
            external_name=handle or None,
            linked_at=now,
        )
        .on_conflict_do_nothing(index_elements=["provider", "external_id"])
        .returning(LinkedAccount.user_id)
    )
    if linked is not None:
        return linked
    await session.execute(User.__table__.delete().where(User.id == user_id))  # type: ignore[attr-defined]
    found = await user_by_discord(session, discord_id)
    assert found is not None, "the conflicting identity exists"
    return found


async def see_member(
    session: AsyncSession, *, club_id: UUID, user_id: UUID, name: str, now: datetime, takes_part: bool = True
) -> bool:
    """A person was here: the membership is made or brought up to date; whether the club rightly counts their plays.

    Taking part keeps them active and brings back who had left; looking makes nobody a member.
    """
    fresh = insert(Membership).values(
        club_id=club_id,
        user_id=user_id,
        display_name=name,
        joined_at=now,
        active_at=now,
        seen_at=now,
        left_at=None if takes_part else now,
    )
    changes: dict[str, Any] = {"display_name": name, "seen_at": now}
    if takes_part:
        changes |= {"active_at": now, "left_at": None}
    counted = exists().where(ClubListener.club_id == club_id, ClubListener.user_id == user_id)
    seen = await session.execute(
        fresh.on_conflict_do_update(index_elements=["club_id", "user_id"], set_=changes).returning(
            Membership.left_at.is_(None) == counted
        )
    )
    return bool(seen.scalar_one())


async def member(session: AsyncSession, club_id: UUID, user_id: UUID) -> Member | None:
    """A person in a club."""
    row = (await session.execute(MEMBER, {"club": club_id, "user": user_id})).one_or_none()
    return None if row is None else Member(*row)


async def set_dm_reminders(session: AsyncSession, club_id: UUID, user_id: UUID, on: bool) -> None:
    """Whether the member is reminded by DM."""
    await session.execute(
        update(Membership).where(Membership.club_id == club_id, Membership.user_id == user_id).values(dm_reminders=on)
    )


async def stop_dms(session: AsyncSession, discord_id: int) -> None:
    """The person has closed their DMs: no club tries again."""
    user_id = await user_by_discord(session, discord_id)
    if user_id is not None:
        await session.execute(update(Membership).where(Membership.user_id == user_id).values(dm_reminders=False))


async def mark_left(session: AsyncSession, club_id: UUID, user_id: UUID, now: datetime) -> None:
    """The person left the club: turnout and lists forget them, what they gave stays; what they chose to show ends."""
    await session.execute(
        update(Membership)
        .where(Membership.club_id == club_id, Membership.user_id == user_id, Membership.left_at.is_(None))
        .values(left_at=now, dm_reminders=False, shows_hearing=False)
    )


async def set_visibility(session: AsyncSession, user_id: UUID, visibility: str) -> bool:
    """Who sees what the person listens to; False when that was so already."""
    changed = await session.scalar(
        update(User)
        .where(User.id == user_id, User.visibility != visibility)
        .values(visibility=visibility)
        .returning(User.id)
    )
    return changed is not None


async def mark_seen(session: AsyncSession, club_id: UUID, user_id: UUID, now: datetime) -> None:
    """Discord confirmed that the person is on the server."""
    await session.execute(
        update(Membership).where(Membership.club_id == club_id, Membership.user_id == user_id).values(seen_at=now)
    )


async def unseen_since(session: AsyncSession, before: datetime, limit: int) -> Sequence[tuple[UUID, Member]]:
    """Members whom Discord has not confirmed since an instant, longest unseen first."""
    rows = await session.execute(
        _members()
        .where(Membership.left_at.is_(None), Membership.seen_at < before)
        .order_by(Membership.seen_at)
        .limit(limit)
    )
    return [(member.club_id, member) for member in (Member(*row) for row in rows)]


async def active_count(session: AsyncSession, club_id: UUID, now: datetime) -> int:
    """How many members turnout counts: here, and taking part within four weeks."""
    return await session.scalar(ACTIVE, {"club": club_id, "since": now - ACTIVE_FOR}) or 0


async def dm_members(session: AsyncSession, club_id: UUID) -> list[Member]:
    """Members who asked to be reminded by DM."""
    rows = await session.execute(
        _members().where(Membership.club_id == club_id, Membership.left_at.is_(None), Membership.dm_reminders)
    )
    return [Member(*row) for row in rows]
