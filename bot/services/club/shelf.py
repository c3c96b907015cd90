"""Shelves: albums that members keep for a later week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.club.entries import Album
from bot.domain.errors import ShelfRefused
from bot.domain.people import Caller
from bot.services import people
from bot.services.catalog import Resolved, keep_album
from bot.services.tools import Tools
from db.queries import catalog
from db.queries import people as people_queries
from db.queries.club import shelf as queries

OFFERED = 25


@dataclass(frozen=True, slots=True)
class Shelved:
    """An album that members keep, without saying who."""

    album: Album
    keepers: int


async def shelve(tools: Tools, *, caller: Caller, now: datetime, album: Resolved) -> Album:
    """A member keeps an album for later. Raises `ShelfRefused` (`held`) when they keep it already."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        kept = await keep_album(session, album, now)
        if not await queries.add_to_shelf(session, club_id=club.id, user_id=member.user_id, album_id=kept.id, now=now):
            raise ShelfRefused("held", kept.shown)
        return kept


async def unshelve(tools: Tools, *, caller: Caller, now: datetime, album_id: UUID) -> Album:
    """A member no longer keeps an album. Raises `ShelfRefused` (`absent`) when they did not."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        album = await catalog.album(session, album_id)
        gone = await queries.take_from_shelf(session, club_id=club.id, user_id=member.user_id, album_id=album_id)
        if album is None or not gone:
            raise ShelfRefused("absent", album.shown if album else "")
        return album


async def shelf_of(tools: Tools, *, caller: Caller) -> list[Album]:
    """The albums the caller keeps in this club, latest first."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        return [] if user_id is None else await catalog.albums_of_shelf(session, club.id, user_id)


async def shelf_of_club(tools: Tools, *, caller: Caller, limit: int = OFFERED) -> list[Shelved]:
    """What a host may offer when nobody nominates: albums on members' shelves, most kept first. Raises `NotAHost`."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        found = await queries.albums_of_all_shelves(session, club.id, limit=limit)
        return [Shelved(album, keepers) for album, keepers in found]
