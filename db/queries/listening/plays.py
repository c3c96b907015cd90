"""Plays as they are kept: one row for each, another for each further telling of it.

What is asked here goes to the driver itself: a page of plays is a handful of arrays, one round trip, one statement.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.dedup import Held, Twin
from bot.domain.listening.likeness import Reason
from bot.domain.listening.telling import Key, Telling

TELLING = "played_at, track_id, source, ordinal, ended_at, ms_played, resolution = 'minute', counts"

HOLD = text("SELECT id FROM users WHERE id = :user_id FOR NO KEY UPDATE")

KEPT = f"""
SELECT {TELLING}, artist_id, album_id
FROM unnest($2::timestamptz[], $3::timestamptz[]) AS span (since, until)
JOIN listen_events ON user_id = $1 AND played_at BETWEEN span.since AND span.until
WHERE track_id = ANY($4::uuid[])
"""

TWINS = f"""
SELECT {TELLING}, kept_played_at, kept_track_id, kept_source, kept_ordinal, reason
FROM unnest($2::timestamptz[], $3::timestamptz[]) AS span (since, until)
JOIN listen_twins ON user_id = $1 AND kept_played_at BETWEEN span.since AND span.until
WHERE kept_track_id = ANY($4::uuid[])
"""

REMOVE = """
DELETE FROM listen_events AS kept
USING unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[]) AS gone (played_at, track_id, source, ordinal)
WHERE kept.user_id = $1 AND kept.played_at = gone.played_at AND kept.track_id = gone.track_id
  AND kept.source = gone.source AND kept.ordinal = gone.ordinal
"""

ADD_TWINS = """
INSERT INTO listen_twins (user_id, played_at, track_id, source, ordinal, ended_at, ms_played, resolution, counts,
  kept_played_at, kept_track_id, kept_source, kept_ordinal, reason)
SELECT $1, played_at, track_id, source, ordinal, ended_at, ms_played,
  CASE WHEN minute THEN 'minute' ELSE 'second' END, counts,
  kept_played_at, kept_track_id, kept_source, kept_ordinal, reason
FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[], $6::timestamptz[], $7::int[], $8::bool[],
  $9::bool[], $10::timestamptz[], $11::uuid[], $12::text[], $13::smallint[], $14::text[])
  AS twin (played_at, track_id, source, ordinal, ended_at, ms_played, minute, counts,
    kept_played_at, kept_track_id, kept_source, kept_ordinal, reason)
ON CONFLICT DO NOTHING
"""

NAME_SOURCES = """
UPDATE listen_events AS kept SET also = string_to_array(named.also, ',')
FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[], $6::text[])
  AS named (played_at, track_id, source, ordinal, also)
WHERE kept.user_id = $1 AND kept.played_at = named.played_at AND kept.track_id = named.track_id
  AND kept.source = named.source AND kept.ordinal = named.ordinal
"""


OF_KEYS = """
WITH asked AS (
  SELECT * FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[])
    AS asked (played_at, track_id, source, ordinal)
), of AS (
  SELECT played_at, track_id, source, ordinal FROM asked
  UNION
  SELECT twin.kept_played_at, twin.kept_track_id, twin.kept_source, twin.kept_ordinal
  FROM listen_twins AS twin JOIN asked USING (played_at, track_id, source, ordinal) WHERE twin.user_id = $1
)
"""
KEPT_OF_KEYS = f"""{OF_KEYS}
SELECT {TELLING}, artist_id, album_id
FROM of JOIN listen_events USING (played_at, track_id, source, ordinal) WHERE user_id = $1
"""
TWINS_OF = f"""
SELECT {TELLING}, kept_played_at, kept_track_id, kept_source, kept_ordinal, reason
FROM listen_twins
WHERE user_id = $1 AND (kept_played_at, kept_track_id, kept_source, kept_ordinal) IN (
  SELECT * FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[])
)
"""
REMOVE_TWINS = """
DELETE FROM listen_twins AS twin
USING unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[]) AS gone (played_at, track_id, source, ordinal)
WHERE twin.user_id = $1 AND twin.played_at = gone.played_at AND twin.track_id = gone.track_id
  AND twin.source = gone.source AND twin.ordinal = gone.ordinal
"""
TOLD_BETWEEN = """
SELECT played_at, track_id, source, ordinal FROM listen_events
WHERE user_id = $1 AND source = $2 AND played_at >= $3 AND played_at < $4
UNION ALL
SELECT played_at, track_id, source, ordinal FROM listen_twins
WHERE user_id = $1 AND source = $2 AND played_at >= $3 AND played_at < $4
"""
ALSO_TOLD = """
SELECT played_at, track_id, source, ordinal FROM listen_events AS kept
WHERE user_id = $1 AND source = ANY($2::text[]) AND EXISTS (
  SELECT FROM listen_twins AS twin
  WHERE twin.user_id = $1 AND twin.kept_played_at = kept.played_at AND twin.kept_track_id = kept.track_id
    AND twin.kept_source = kept.source AND twin.kept_ordinal = kept.ordinal AND twin.source <> ALL($2::text[])
) LIMIT $3
"""
FORGET_KEPT = "DELETE FROM listen_events WHERE user_id = $1 AND source = ANY($2::text[])"
FORGET_TWINS = """
WITH forgotten AS (
  DELETE FROM listen_twins WHERE user_id = $1 AND source = ANY($2::text[])
  RETURNING kept_played_at, kept_track_id, kept_source, kept_ordinal
)
UPDATE listen_events AS kept
SET also = ARRAY(SELECT named FROM unnest(also) AS named WHERE named <> ALL($2::text[]) ORDER BY named)
FROM (SELECT DISTINCT * FROM forgotten) AS of
WHERE kept.user_id = $1 AND kept.played_at = of.kept_played_at AND kept.track_id = of.kept_track_id
  AND kept.source = of.kept_source AND kept.ordinal = of.kept_ordinal
"""


async def driver(session: AsyncSession) -> Any:
    """The driver's own connection, inside the session's transaction once anything was executed there."""
    return (await (await session.connection()).get_raw_connection()).driver_connection


async def hold(session: AsyncSession, user_id: UUID) -> bool:
    """Keep everybody else from this member's plays until the transaction ends; False where there is no such user."""
    return await session.scalar(HOLD, {"user_id": user_id}) is not None


async def held_in(
    session: AsyncSession, user_id: UUID, spans: Sequence[tuple[datetime, datetime]], tracks: Iterable[UUID]
) -> list[Held]:
    """A member's plays of some tracks that began in some times, with their twins."""
    raw = await driver(session)
    asked = (user_id, [since for since, _ in spans], [until for _, until in spans], list(tracks))
    kept = [Telling._make(row) for row in await raw.fetch(KEPT, *asked)]
    return _held(kept, await raw.fetch(TWINS, *asked)) if kept else []


async def held_of(session: AsyncSession, user_id: UUID, keys: Iterable[Key]) -> list[Held]:
    """A member's plays that have tellings of these keys, with all their twins."""
    raw = await driver(session)
    kept = [Telling._make(row) for row in await raw.fetch(KEPT_OF_KEYS, user_id, *_keys(keys))]
    return _held(kept, await raw.fetch(TWINS_OF, user_id, *_keys(play.key for play in kept))) if kept else []


def _held(kept: Sequence[Telling], rows: Iterable[Any]) -> list[Held]:
    twins: dict[Key, list[Twin]] = {}
    beside = {play.key: play for play in kept}
    for row in rows:
        of = beside[row[8], row[9], row[10], row[11]]
        twin = Twin(Telling._make((*row[:8], of.artist_id, of.album_id)), Reason(row[12]))
        twins.setdefault(of.key, []).append(twin)
    return [Held(play, tuple(twins.get(play.key, ()))) for play in kept]


async def remove(session: AsyncSession, user_id: UUID, plays: Sequence[Telling]) -> None:
    """Plays no longer kept; their twins go with them."""
    raw = await driver(session)
    await raw.execute(REMOVE, user_id, *_keys(play.key for play in plays))


async def add_twins(session: AsyncSession, user_id: UUID, twins: Sequence[tuple[Twin, Key]]) -> None:
    """Further tellings of kept plays."""
    raw = await driver(session)
    told = [twin.telling for twin, _ in twins]
    await raw.execute(
        ADD_TWINS,
        user_id,
        *(list(column) for column in zip(*(one[:8] for one in told), strict=True)),
        *_keys(key for _, key in twins),
        [twin.reason.value for twin, _ in twins],
    )


async def name_sources(session: AsyncSession, user_id: UUID, also: dict[Key, tuple[str, ...]]) -> None:
    """Which further sources told of kept plays."""
    raw = await driver(session)
    await raw.execute(NAME_SOURCES, user_id, *_keys(also), [",".join(sources) for sources in also.values()])


async def told_between(session: AsyncSession, user_id: UUID, source: str, since: datetime, until: datetime) -> set[Key]:
    """The keys of all that a source told of plays that began in [since, until), kept or twin."""
    raw = await driver(session)
    return {(row[0], row[1], row[2], row[3]) for row in await raw.fetch(TOLD_BETWEEN, user_id, source, since, until)}


async def remove_twins(session: AsyncSession, user_id: UUID, keys: Iterable[Key]) -> None:
    """Tellings no longer known; a key of a kept play changes nothing."""
    raw = await driver(session)
    await raw.execute(REMOVE_TWINS, user_id, *_keys(keys))


async def also_told(session: AsyncSession, user_id: UUID, sources: Sequence[str], limit: int) -> list[Key]:
    """Plays that are kept as these sources told them, and that others told as well."""
    raw = await driver(session)
    return [(row[0], row[1], row[2], row[3]) for row in await raw.fetch(ALSO_TOLD, user_id, list(sources), limit)]


async def forget_told(session: AsyncSession, user_id: UUID, sources: Sequence[str]) -> None:
    """Everything that these sources told, kept or twin; counters do not follow."""
    raw = await driver(session)
    await raw.execute("SET LOCAL statement_timeout = '120s'")
    await raw.execute(FORGET_KEPT, user_id, list(sources))
    await raw.execute(FORGET_TWINS, user_id, list(sources))


def _keys(keys: Iterable[Key]) -> list[list[Any]]:
    listed = list(keys)
    return [[key[place] for key in listed] for place in range(4)]
