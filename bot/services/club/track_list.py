"""The track list of a week's winner, told by a member where no source knows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.catalog import parse_track_list
from bot.domain.club.entries import Track
from bot.domain.club.week import Phase
from bot.domain.errors import Missing, NotAHost, NothingToRate
from bot.domain.people import Caller
from bot.domain.post_errors import TracksKnown
from bot.services import people
from bot.services.catalog import set_tracks
from bot.services.club.finding import week_for
from bot.services.tools import Tools
from db.queries.club import nominations


async def tell_tracks(tools: Tools, *, caller: Caller, now: datetime, week: UUID, text: str) -> tuple[Track, ...]:
    """The pasted lines become the track list of the week's album.

    Raises `NothingToRate` before there is a winner, `Missing` for a text without a track, `TextTooLong`, and
    `TracksKnown` where a list is there that only a host replaces.
    """
    lines = parse_track_list(text)
    if not lines:
        raise Missing(("track list",))
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        found = await week_for(session, club, week=week, phases=tuple(Phase))
        if not found.announced or found.winner_id is None:
            raise NothingToRate(found.label)
        winner = await nominations.nomination(session, club.id, found.winner_id)
    assert winner is not None, "nominations are never deleted"
    try:
        return await set_tracks(tools, caller=caller, now=now, album_id=winner.album.id, tracks=lines)
    except NotAHost:
        raise TracksKnown from None
