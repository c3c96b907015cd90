"""Whose listening somebody asks for, and whether they may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.club.week import Club
from bot.domain.errors import ClubNotSetUp
from bot.domain.listening.periods import period_suggestions
from bot.domain.listening.refusals import HearingHidden, NothingHeard
from bot.domain.listening.seen import Person, Shown
from bot.domain.people import Caller
from bot.services import people
from bot.services.club.setup import known_zone
from bot.services.tools import Tools
from db.queries.club import clubs
from db.queries.listening import reading as queries
from db.queries.taste import days as taste
from db.session import Reading

CLUB, FOLLOWERS = "club", "followers"


@dataclass(frozen=True, slots=True)
class Whose:
    """Another member, as Discord tells of them."""

    discord_id: int
    name: str


async def shown_of(session: Reading, caller: Caller, whose: Whose | None = None) -> Shown:
    """Whose listening is to be shown: the caller's own, or another member's who lets them see it.

    Raises `ClubNotSetUp`, `NothingHeard` for somebody nothing is known of, `HearingHidden`.
    """
    club = await people.club_here(session, caller.guild_id)
    own = whose is None or whose.discord_id == caller.discord_id
    asker = await queries.person_of(session, club.id, caller.discord_id)
    if own:
        if asker is None:
            raise NothingHeard
        return _shown(club, asker, asker)
    assert whose is not None
    person = await queries.person_of(session, club.id, whose.discord_id)
    if person is None or not person.here:
        raise NothingHeard(whose.name)
    followed = (
        person.visibility == FOLLOWERS
        and asker is not None
        and await queries.follows(session, asker.user_id, person.user_id)
    )
    if person.visibility != CLUB and not followed:
        raise HearingHidden(person.name)
    return _shown(club, person, asker)


def _shown(club: Club, person: Person, asker: Person | None) -> Shown:
    return Shown(
        club_id=club.id,
        person=person,
        zone=ZoneInfo(person.zone) if person.zone else club.timezone,
        own=asker is not None and asker.user_id == person.user_id,
        everyone=person.visibility == CLUB,
        viewer=asker.user_id if asker is not None else None,
    )


async def periods_for(
    tools: Tools, *, guild_id: int, discord_id: int, text: str, now: datetime
) -> list[tuple[str, str]]:
    """Periods to offer somebody who types, in their own zone."""
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            raise ClubNotSetUp
        person = await queries.person_of(session, club.id, discord_id)
    zone = ZoneInfo(person.zone) if person is not None and person.zone else club.timezone
    return period_suggestions(text, zone, now)


async def set_zone(tools: Tools, *, caller: Caller, now: datetime, zone: str | None) -> tuple[str, bool]:
    """The caller names the zone of their days, or (None) takes the club's again; the zone, and whether it is their own.

    Raises `SettingRefused` for a zone nobody knows.
    """
    known = None if zone is None else known_zone(zone)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        await queries.set_zone(session, member.user_id, known)
        await taste.mark(session, member.user_id)
    return known or club.zone, known is not None
