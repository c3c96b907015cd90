"""A member lets the club's cards tell what they have heard of its albums, or no longer does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.club.week import Club, Week
from bot.domain.errors import NoSuchWeek, NothingToRate
from bot.domain.listening.hearing import Hearer
from bot.domain.people import Caller
from bot.domain.privacy_errors import ListeningHidden
from bot.services import people
from bot.services.listening import hearing
from bot.services.listening.hearing import WORDS_AFTER, members_of
from bot.services.tools import Tools
from db.queries.club import weeks
from db.queries.listening import hearing as queries
from db.session import Reading


@dataclass(frozen=True, slots=True)
class Own:
    """What one member's line on the card says, or would say."""

    week: Week
    tracks: int
    hearer: Hearer
    changed: bool
    """Whether showing it was turned on or off just now."""


async def show(tools: Tools, *, caller: Caller, now: datetime, week: UUID, on: bool) -> Own:
    """The caller lets this club's cards say how much of the album they have heard, or no longer does.

    It is asked once per club and holds for its later weeks. Raises `ListeningHidden` for whoever shows their listening
    to nobody, `NoSuchWeek`, `NothingToRate`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=on)
        found = await _heard_here(session, club, week)
        if on and (visibility := await queries.visibility_of(session, member.user_id)) != queries.CLUB:
            raise ListeningHidden(visibility)
        if not on:  # while they are still named
            await hearing.member_changed(session, user_id=member.user_id, now=now, club=club.id)
        changed = await queries.set_shows(session, club.id, member.user_id, on)
        if on and changed:
            await hearing.member_changed(session, user_id=member.user_id, now=now, club=club.id, after=WORDS_AFTER)
        tracks, members = await members_of(session, found, now, [member.user_id])
        hearer = members[0] if members else Hearer(member.user_id, member.name)
        return Own(found, tracks, hearer, changed)


async def _heard_here(session: Reading, club: Club, week: UUID) -> Week:
    found = await weeks.week(session, week)
    if found is None or found.club_id != club.id:
        raise NoSuchWeek
    if not found.announced:
        raise NothingToRate(found.label)
    return found
