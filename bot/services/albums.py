"""Albums of the catalogue looked at: which one is meant, and what the club made of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.catalog import normalised
from bot.domain.catalog.record import AlbumRecord, Outing
from bot.domain.club.entries import Nomination, Rating, Standing
from bot.domain.club.ratings import summarise
from bot.domain.club.week import Phase, Week
from bot.domain.errors import NotInCatalogue
from bot.domain.people import Caller
from bot.services import covers, people
from bot.services.catalog import ALBUM_PREFIX
from bot.services.club.views import hidden
from bot.services.suggestions import suggested_albums
from bot.services.tools import Tools
from db.queries import albums as queries
from db.queries import catalog
from db.queries import people as people_queries
from db.queries.club import ratings, weeks
from db.session import Reading


async def find_known(tools: Tools, *, caller: Caller, text: str, surely: bool = False) -> UUID:
    """The album of the catalogue that is meant: the one that was picked from the list, else the one words fit best.

    `surely`: words must fit one album alone, or be the whole name of one. Raises `NotInCatalogue`.
    """
    if text.startswith(ALBUM_PREFIX):
        with suppress(ValueError):
            return UUID(text.removeprefix(ALBUM_PREFIX))
    found = await suggested_albums(tools, text=text, guild_id=caller.guild_id, discord_id=caller.discord_id)
    if not found or not text.strip():
        raise NotInCatalogue(text)
    if surely and len(found) > 1:
        found = [one for one in found if normalised(text) in (one.title_key, f"{one.artist_key} {one.title_key}")]
        if len(found) != 1:
            raise NotInCatalogue(text, several=True)
    return found[0].id


async def album_record(tools: Tools, *, caller: Caller, now: datetime, text: str, public: bool = False) -> AlbumRecord:
    """What is known of an album, and what this club made of it, as the caller may see it.

    `public`: as everybody may see it. Nominators stay hidden while their week hides them, ratings until the caller has
    rated in a blind week that is not closed. Raises `NotInCatalogue`, `ClubNotSetUp`.
    """
    album_id = await find_known(tools, caller=caller, text=text)
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        album = await catalog.album(session, album_id)
        if album is None:
            raise NotInCatalogue(text)
        viewer = None if public else await people_queries.user_by_discord(session, caller.discord_id)
        outings: list[Outing] = []
        given: list[Rating] = []
        unseen = False
        for nomination in await queries.nominations_of_album(session, club.id, album.id):
            week = await weeks.week(session, nomination.week_id)
            assert week is not None, "its nomination refers to it"
            outings.append(_outing(week, nomination))
            if outings[-1].won:
                shown = await _ratings_shown(session, week, viewer)
                unseen |= shown is None
                given += shown or ()
        record = AlbumRecord(
            album=album,
            facts=await queries.facts(session, album.id),
            links=await catalog.links_of(session, album.id),
            tracks=await catalog.tracks_of(session, album.id),
            outings=tuple(outings),
            summary=summarise(given),
            unseen=unseen,
        )
    return replace(record, picture=await covers.ensure_cover(tools, album_id=album.id, now=now))


def _outing(week: Week, nomination: Nomination) -> Outing:
    """A nomination as the club may know of it."""
    return Outing(
        week.label,
        "" if hidden(week) else nomination.nominator,
        host_pick=nomination.host_pick,
        void=nomination.standing is Standing.VOID,
        won=week.winner_id == nomination.id if week.announced else None,
        cancelled=week.phase is Phase.CANCELLED,
    )


async def _ratings_shown(session: Reading, week: Week, viewer: UUID | None) -> tuple[Rating, ...] | None:
    """The official ratings of a week; None where there are some that the viewer may not see yet."""
    given = await ratings.ratings_of_week(session, week.id)
    blind = week.rules.blind_ratings and week.phase is not Phase.CLOSED
    if blind and given and all(rating.user_id != viewer for rating in given):
        return None
    return tuple(rating for rating in given if rating.official)
