"""Who follows whom, who asked to, and who may not any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.taste.following import Neighbour
from db.tables.follows import FollowBlock, FollowRequest
from db.tables.people import Follow, Membership, User


@dataclass(frozen=True, slots=True)
class Followee:
    """Whom a member follows and may look at, in one club."""

    user_id: UUID
    name: str
    zone: str | None
    """The zone they named for their days."""


async def visibility_held(session: AsyncSession, user_id: UUID, *, alone: bool = False) -> str | None:
    """Who sees what somebody hears, held until the transaction ends; None for somebody who is gone.

    Whoever follows them holds it side by side, whoever is about to bar a follower `alone`: so nobody slips in between.
    Changing it holds it alone too.
    """
    asked = select(User.visibility).where(User.id == user_id)
    return await session.scalar(asked.with_for_update(read=not alone, key_share=alone))


async def is_barred(session: AsyncSession, follower: UUID, followee: UUID) -> bool:
    """Whether one does not let the other follow them."""
    row = FollowBlock
    return bool(await session.scalar(select(exists().where(row.user_id == followee, row.blocked_user_id == follower))))


async def is_following(session: AsyncSession, follower: UUID, followee: UUID) -> bool:
    """Whether one follows the other."""
    return bool(await session.scalar(select(exists().where(*_pair(Follow, follower, followee)))))


async def followed_count(session: AsyncSession, follower: UUID) -> int:
    """How many users somebody follows."""
    return await session.scalar(select(func.count()).where(Follow.follower_id == follower)) or 0


async def add_follow(session: AsyncSession, follower: UUID, followee: UUID, now: datetime) -> bool:
    """One follows the other from now on; False where they did before."""
    adding = insert(Follow).values(follower_id=follower, followee_id=followee, followed_at=now)
    added = await session.scalar(adding.on_conflict_do_nothing().returning(Follow.follower_id))
    await session.execute(delete(FollowRequest).where(*_pair(FollowRequest, follower, followee)))
    return added is not None


async def add_request(session: AsyncSession, follower: UUID, followee: UUID, now: datetime) -> bool:
    """One asks to follow the other; False where they did before."""
    adding = insert(FollowRequest).values(follower_id=follower, followee_id=followee, asked_at=now)
    added = await session.scalar(adding.on_conflict_do_nothing().returning(FollowRequest.follower_id))
    return added is not None


async def remove_follow(session: AsyncSession, follower: UUID, followee: UUID) -> bool:
    """One follows the other no longer, and no longer asks to; False where they did neither."""
    followed = await session.scalar(
        delete(Follow).where(*_pair(Follow, follower, followee)).returning(Follow.follower_id)
    )
    return await remove_request(session, follower, followee) or followed is not None


async def remove_request(session: AsyncSession, follower: UUID, followee: UUID) -> bool:
    """One no longer asks to follow the other; False where they did not."""
    row = FollowRequest
    gone = await session.scalar(delete(row).where(*_pair(row, follower, followee)).returning(row.follower_id))
    return gone is not None


async def bar(session: AsyncSession, user_id: UUID, follower: UUID, now: datetime) -> None:
    """One does not let the other follow them from now on."""
    adding = insert(FollowBlock).values(user_id=user_id, blocked_user_id=follower, blocked_at=now)
    await session.execute(adding.on_conflict_do_nothing())


async def unbar(session: AsyncSession, user_id: UUID, follower: UUID) -> bool:
    """One lets the other follow them again; False where they did."""
    row = FollowBlock
    mine = and_(row.user_id == user_id, row.blocked_user_id == follower)
    return await session.scalar(delete(row).where(mine).returning(row.user_id)) is not None


def _pair(row: Any, follower: UUID, followee: UUID) -> tuple[Any, ...]:
    return row.follower_id == follower, row.followee_id == followee


# --- lists ----------------------------------------------------------------------------------------------------------


def _beside(club_id: UUID, other: Any, since: Any) -> Select[*tuple[Any, ...]]:
    """Users with their names in a club, else their own, whoever they are."""
    here = and_(Membership.user_id.is_not(None), Membership.left_at.is_(None))
    name = func.coalesce(Membership.display_name, User.display_name)
    return (
        select(other, name, since, here, User.visibility)
        .join(User, User.id == other)
        .outerjoin(Membership, and_(Membership.club_id == club_id, Membership.user_id == other))
        .order_by(since.desc(), other)
    )


async def _neighbours(session: AsyncSession, asked: Select[*tuple[Any, ...]]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(*row) for row in await session.execute(asked))


async def following(session: AsyncSession, club_id: UUID, user_id: UUID) -> tuple[Neighbour, ...]:
    """Whom a user follows."""
    asked = _beside(club_id, Follow.followee_id, Follow.followed_at).where(Follow.follower_id == user_id)
    return await _neighbours(session, asked)


async def followers(session: AsyncSession, club_id: UUID, user_id: UUID) -> tuple[Neighbour, ...]:
    """Who follows a user."""
    asked = _beside(club_id, Follow.follower_id, Follow.followed_at).where(Follow.followee_id == user_id)
    return await _neighbours(session, asked)


async def asked_by(session: AsyncSession, club_id: UUID, user_id: UUID) -> tuple[Neighbour, ...]:
    """Whom a user asked, without an answer yet."""
    row = FollowRequest
    return await _neighbours(session, _beside(club_id, row.followee_id, row.asked_at).where(row.follower_id == user_id))


async def requests_to(session: AsyncSession, club_id: UUID, user_id: UUID) -> tuple[Neighbour, ...]:
    """Who asks to follow a user."""
    row = FollowRequest
    return await _neighbours(session, _beside(club_id, row.follower_id, row.asked_at).where(row.followee_id == user_id))


async def barred_by(session: AsyncSession, club_id: UUID, user_id: UUID) -> tuple[Neighbour, ...]:
    """Whom a user does not let follow them."""
    row = FollowBlock
    return await _neighbours(
        session, _beside(club_id, row.blocked_user_id, row.blocked_at).where(row.user_id == user_id)
    )


async def visible_followees(session: AsyncSession, club_id: UUID, user_id: UUID) -> Sequence[Followee]:
    """Whom a user follows, who is in the club, and who lets their followers see them at this moment."""
    rows = await session.execute(
        select(User.id, Membership.display_name, User.zone)
        .join(Follow, Follow.followee_id == User.id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.club_id == club_id))
        .where(Follow.follower_id == user_id, Membership.left_at.is_(None), User.visibility.in_(("club", "followers")))
        .order_by(User.id)
    )
    return [Followee(*row) for row in rows]
