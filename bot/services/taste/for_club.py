"""What hosts are shown for the club: albums it would likely love that nobody has nominated, without anybody's name."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from bot.domain.people import Caller
from bot.domain.taste.for_club import LOVERS, Fit, fitting
from bot.domain.taste.recommended import ForClub, ForClubList, NothingForClub, RecommendationGone
from bot.domain.taste.recommending import Shelf
from bot.services import people
from bot.services.taste.gathering import Gathered, gathered_of_club
from bot.services.tools import Tools
from db.queries.taste import recommending as queries

LISTENERS, LISTED = 200, 6
"""Members whose albums are looked at, those who were active last first; albums that are shown."""
MUCH = 10
"""Plays of an artist from which somebody hears much of them."""


async def suggestions_for_club(tools: Tools, *, caller: Caller, now: datetime) -> ForClubList:
    """What the caller's club would likely love. Raises `NotAHost`, `NothingForClub`."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        gathered, kept = await gathered_of_club(session, club.id, LISTENERS)
    found = await asyncio.to_thread(_fits, gathered, kept)
    if not found:
        raise NothingForClub
    async with tools.database.reading() as session:
        artists = {gathered.names[fit.key].artist_id for fit in found}
        hearers = await queries.artist_hearers(session, club.id, sorted(artists), MUCH)
    listeners = sum(1 for own in gathered.tastes.loves.values() if own)
    told = (_told(fit, gathered, listeners, hearers.get(gathered.names[fit.key].artist_id, 0)) for fit in found)
    return ForClubList(tuple(told), listeners)


def _fits(gathered: Gathered, kept: dict[UUID, int]) -> list[Fit]:
    return fitting(Shelf(gathered.tastes), nominated=gathered.put_forward, kept=kept, most=LISTED)


def _told(fit: Fit, gathered: Gathered, listeners: int, hearers: int) -> ForClub:
    names = gathered.names[fit.key]
    several = fit.lovers >= LOVERS
    return ForClub(
        fit.key,
        names.title,
        names.artist,
        fit.lovers if several else 0,
        listeners - fit.hearers if several else 0,
        fit.keepers,
        tuple(gathered.names[key].title for key in fit.near_to),
        hearers if hearers >= LOVERS else 0,
    )


async def suggested(tools: Tools, *, album: UUID) -> tuple[str, str]:
    """Title and artist of an album that was suggested; raises `RecommendationGone` where nobody knows it any more."""
    async with tools.database.reading() as session:
        found = await queries.named(session, None, album)
    if found is None:
        raise RecommendationGone
    return found
