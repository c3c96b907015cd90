"""What clubs count: the plays of members who are there and let the club see them."""

from __future__ import annotations

from uuid import UUID

from db.queries.listening import counters, plays
from db.session import Writing


async def member_changed(session: Writing, *, user_id: UUID) -> None:
    """Somebody joined, left, came back, hid or showed what they hear: their clubs count it from now on, or no longer.

    To be called in the transaction that made the change, after it.
    """
    if await counters.is_miscounted(session, user_id) and await plays.hold(session, user_id):
        await counters.count_member(session, user_id)


async def member_goes(session: Writing, *, user_id: UUID) -> None:
    """Somebody is about to be forgotten: no club counts them. To be called before their memberships go."""
    if await plays.hold(session, user_id):
        await counters.count_member(session, user_id, here=False)


async def zone_changed(session: Writing, *, club_id: UUID) -> None:
    """A club lives in another zone, after the change: its weeks begin at other instants, and are counted anew."""
    await counters.recount_club(session, club_id)
