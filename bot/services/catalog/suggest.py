"""Albums offered while somebody types."""

from __future__ import annotations

from bot.domain.club.entries import Album
from bot.services.catalog.resolved import ALBUM_PREFIX
from bot.services.tools import Tools
from db.queries import catalog as queries
from db.queries import people as people_queries
from db.queries.club import clubs

SUGGESTIONS = 25
"""Choices Discord shows for one option."""


async def album_suggestions(
    tools: Tools, *, text: str, guild_id: int, discord_id: int | None = None
) -> list[tuple[str, str]]:
    """Albums for autocomplete: how each is called, and the value that `resolve_album` understands.

    The member's own shelf comes first, then what the club nominated, then the whole catalogue.
    """
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            return []
        found: list[Album] = []
        user_id = None if discord_id is None else await people_queries.user_by_discord(session, discord_id)
        if user_id is not None:
            found += await queries.albums_of_shelf(session, club.id, user_id, text, limit=SUGGESTIONS)
        if len(found) < SUGGESTIONS:
            found += await queries.albums_of_club(session, club.id, text, limit=SUGGESTIONS)
        if len(found) < SUGGESTIONS:
            found += await queries.albums_like(session, text, limit=SUGGESTIONS)
    once = {album.id: album for album in found}
    return [(album.shown, f"{ALBUM_PREFIX}{album.id}") for album in once.values()][:SUGGESTIONS]
