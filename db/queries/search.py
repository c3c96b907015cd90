"""The search for names while somebody types: keys kept beside the names, and the albums that fit what was typed."""

# asyncpg ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Integer, case, delete, func, literal, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.catalog.searching import Typed, keys_of_club, learnable, name_keys, near_keys, words_of
from bot.domain.catalog.suggesting import Suggestion
from db.tables.catalog import Album, ClubAlbum, NameWord
from db.tables.club import Club, Nomination

BEGUN = 13
"""Albums whose title begins as typed, and as many whose artist does; both together are all that Discord shows."""
LOOSE = 200
"""Albums that nearly fit, from which the nearest are chosen."""
NEAR_WORDS = 1_000

Asker: TypeAlias = tuple[int, str]
"""The ids of the server and of the person at Discord."""

_NAMES = "id, title, artist, year, title_key, artist_key"
_CLUB = "(SELECT id FROM clubs WHERE guild_id = $1)"
_USER = "(SELECT user_id FROM linked_accounts WHERE provider = 'discord' AND external_id = $2)"
# Where enough names begin as typed, the filter on `begun` is false once for all and the words are never looked for.
_FITTING = f"""
WITH begun AS MATERIALIZED (
    (SELECT {_NAMES}, 0 AS part FROM albums
     WHERE title_key ~>=~ $3 AND title_key ~<~ $4 AND merged_into IS NULL
     ORDER BY title_key USING ~<~ LIMIT {BEGUN})
    UNION ALL
    (SELECT {_NAMES}, 1 FROM albums
     WHERE artist_key ~>=~ $3 AND artist_key ~<~ $4 AND merged_into IS NULL
     ORDER BY artist_key USING ~<~ LIMIT {BEGUN})
), club AS MATERIALIZED (SELECT id FROM clubs WHERE guild_id = $1)
(SELECT a.id, a.title, a.artist, a.year, a.title_key, a.artist_key, 2, s.shelved_at, NULL::timestamptz
 FROM shelf_items s JOIN albums a ON a.id = s.album_id
 WHERE s.club_id = (SELECT id FROM club) AND s.user_id = {_USER} AND a.search_keys || '{{}}' @> $5::int[]
 ORDER BY s.shelved_at DESC LIMIT $7)
UNION ALL
(SELECT a.id, a.title, a.artist, a.year, a.title_key, a.artist_key, 2, NULL, near.nominated_at
 FROM (SELECT album_id, nominated_at FROM club_albums
       WHERE search_keys @> $6::int[] AND club_id = (SELECT id FROM club)
       ORDER BY nominated_at DESC LIMIT $7) AS near JOIN albums a ON a.id = near.album_id)
UNION ALL
SELECT {_NAMES}, part, NULL, NULL FROM begun WHERE EXISTS (SELECT FROM club)
UNION ALL
(SELECT {_NAMES}, 2, NULL, NULL FROM albums
 WHERE search_keys @> $5::int[] AND EXISTS (SELECT FROM club) AND (SELECT count(*) FROM begun) < $7 LIMIT $7)
"""
_NEAREST = f"""
(SELECT a.id, a.title, a.artist, a.year, a.title_key, a.artist_key, 2, s.shelved_at, NULL::timestamptz
 FROM shelf_items s JOIN albums a ON a.id = s.album_id
 WHERE s.club_id = {_CLUB} AND s.user_id = {_USER} ORDER BY s.shelved_at DESC LIMIT $3)
UNION ALL
(SELECT a.id, a.title, a.artist, a.year, a.title_key, a.artist_key, 2, NULL, n.nominated_at
 FROM club_albums n JOIN albums a ON a.id = n.album_id
 WHERE n.club_id = {_CLUB} ORDER BY n.nominated_at DESC LIMIT $3)
"""
_LOOSELY = f"""
SELECT {_NAMES}, 2,
    (SELECT s.shelved_at FROM shelf_items s
     WHERE s.club_id = {_CLUB} AND s.user_id = {_USER} AND s.album_id = loose.id),
    (SELECT n.nominated_at FROM club_albums n WHERE n.club_id = {_CLUB} AND n.album_id = loose.id)
FROM (SELECT {_NAMES} FROM albums WHERE {{conditions}} LIMIT {LOOSE}) AS loose WHERE EXISTS {_CLUB}
"""
_NEAR = "SELECT word FROM name_words WHERE near_keys && $1::int[] LIMIT $2"


async def index_album(session: AsyncSession, album_id: UUID) -> None:
    """The album is found by its names as they are now: title and artist, and those of albums merged into it.

    Call it in the transaction that changes a name, after the change. A merged album is found by nothing.
    """
    here = or_(Album.id == album_id, Album.merged_into == album_id)
    names = union_all(select(Album.title_key).where(here), select(Album.artist_key).where(here))
    keys = list(await session.scalars(names))
    found_by = case(
        (Album.merged_into.is_(None), literal(name_keys(keys), ARRAY(Integer()))), else_=literal([], ARRAY(Integer()))
    )
    await session.execute(update(Album).where(Album.id == album_id).values(search_keys=found_by))
    await _index_for_clubs(session, album_id)
    # In order, so that two who add the same words wait for each other instead of both failing.
    words = sorted({learnable(word) for key in keys for word in words_of(key)} - {""})
    if words:
        await session.execute(
            insert(NameWord)
            .values([{"word": word, "near_keys": near_keys(word)} for word in words])
            .on_conflict_do_nothing(index_elements=["word"])
        )


async def _index_for_clubs(session: AsyncSession, album_id: UUID) -> None:
    """The clubs that nominated the album find it by the names it has now; those that no longer did, no more."""
    await session.execute(delete(ClubAlbum).where(ClubAlbum.album_id == album_id))
    nominated = (
        select(Nomination.club_id, func.max(Nomination.nominated_at))
        .where(Nomination.album_id == album_id)
        .group_by(Nomination.club_id)
    )
    for club_id, at in (await session.execute(nominated)).all():
        await note_nominated(session, club_id, album_id, at)


async def note_nominated(session: AsyncSession, club_id: UUID, album_id: UUID, at: datetime) -> None:
    """The club nominated the album: its members are offered it before others. Call it with the nomination."""
    keys_of_album = select(Album.search_keys).where(Album.id == album_id).scalar_subquery()
    guild_id, keys = (await session.execute(select(Club.guild_id, keys_of_album).where(Club.id == club_id))).one()
    noted = insert(ClubAlbum).values(
        club_id=club_id, album_id=album_id, nominated_at=at, search_keys=keys_of_club(guild_id, keys)
    )
    await session.execute(
        noted.on_conflict_do_update(
            index_elements=["club_id", "album_id"],
            set_={"nominated_at": func.greatest(ClubAlbum.nominated_at, noted.excluded.nominated_at)},
        )
    )


async def albums_fitting(connection: Any, asker: Asker, typed: Typed, *, limit: int) -> list[Suggestion]:
    """Albums with all typed words begun: on the member's shelf, nominated in the club, and any, at most `limit` each.

    Of any, those come first whose title or artist begins as typed. None without a club.
    """
    keys = typed.keys
    rows = await connection.fetch(
        _FITTING, *asker, typed.key, f"{typed.key}\U0010ffff", keys, keys_of_club(asker[0], keys), limit
    )
    return [Suggestion(*row) for row in rows]


async def albums_near(connection: Any, asker: Asker, *, limit: int) -> list[Suggestion]:
    """Albums on the member's shelf and nominated in the club, the latest of each."""
    return [Suggestion(*row) for row in await connection.fetch(_NEAREST, *asker, limit)]


async def words_near(connection: Any, keys: Collection[int]) -> list[str]:
    """Words of names that share one of the keys of close spellings."""
    return [row[0] for row in await connection.fetch(_NEAR, list(keys), NEAR_WORDS)]


async def albums_loosely(connection: Any, asker: Asker, groups: Sequence[Sequence[Sequence[int]]]) -> list[Suggestion]:
    """Albums that have, of each group, all keys of one of its sets; in no order, at most `LOOSE`."""
    values: list[list[int]] = []
    conditions: list[str] = []
    for sets in groups:
        if all(len(keys) == 1 for keys in sets):
            values.append([keys[0] for keys in sets])
            conditions.append(f"search_keys && ${len(values) + 2}::int[]")
        else:
            places = range(len(values) + 3, len(values) + 3 + len(sets))
            values += map(list, sets)
            conditions.append("(" + " OR ".join(f"search_keys @> ${place}::int[]" for place in places) + ")")
    rows = await connection.fetch(_LOOSELY.format(conditions=" AND ".join(conditions)), *asker, *values)
    return [Suggestion(*row) for row in rows]
