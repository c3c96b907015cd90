"""Who stands behind a nomination, a ballot or a rating: the name the club sees, and the Discord account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.people import FORMER_MEMBER
from db.tables.people import LinkedAccount, Membership, User

DISCORD_ID: ColumnElement[int] = func.coalesce(cast(LinkedAccount.external_id, BigInteger), 0)
"""0 for somebody who came with an import and never was on Discord."""

PERSON: tuple[Any, ...] = (
    func.coalesce(Membership.display_name, User.display_name).label("person"),
    Membership.left_at.label("person_left_at"),
    DISCORD_ID.label("person_discord_id"),
)
"""What `shown_name` and the Discord account are read from."""


def with_person(
    query: Any, club_id: InstrumentedAttribute[Any], user_id: InstrumentedAttribute[Any], *, outer: bool = False
) -> Select[Any]:
    """The query joined to the person of its rows; one row stays one row. `outer` keeps rows that are nobody's."""
    return (
        query.join(User, User.id == user_id, isouter=outer)
        .outerjoin(Membership, and_(Membership.club_id == club_id, Membership.user_id == user_id))
        .outerjoin(LinkedAccount, and_(LinkedAccount.user_id == user_id, LinkedAccount.provider == "discord"))
    )


def shown_name(row: Any) -> str:
    """The name the club sees; people who left have none."""
    return row.person if row.person_left_at is None else FORMER_MEMBER
