"""What is kept of a person, told to them; and who sees what they hear."""

from __future__ import annotations

from datetime import datetime

from bot.domain.people import Caller
from bot.domain.privacy import Kept
from bot.domain.privacy_errors import NothingKept
from bot.services import people
from bot.services.listening import club_counters, hearing
from bot.services.listening.watching import CLUB
from bot.services.taste import making
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries.privacy import erasing, reading


async def kept_of(tools: Tools, *, caller: Caller) -> Kept:
    """Everything that is kept of the caller, in counts. Raises `NothingKept`."""
    async with tools.database.reading() as session:
        await reading.take_snapshot(session)
        person = await erasing.person_behind(session, caller.discord_id)
        if person is None:
            raise NothingKept
        return await reading.kept(session, person)


async def set_visibility(tools: Tools, *, caller: Caller, now: datetime, visibility: str) -> bool:
    """Who sees what the caller hears: their `club`s, `followers`, or `me` alone. False when that was so already.

    Cards that name them are drawn again at once, and their clubs count their plays, or no longer do.
    """
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        if not await people_queries.set_visibility(session, member.user_id, visibility):
            return False
        await club_counters.member_changed(session, user_id=member.user_id)
        await hearing.member_changed(session, user_id=member.user_id, now=now)
        if visibility != CLUB:
            await making.member_hid(session, member.user_id, now)
        return True
