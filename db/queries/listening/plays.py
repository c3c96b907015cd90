"""Plays as they are kept: one row for each, another for each further telling of it.

What is asked here goes to the driver itself: pages of plays, of one member or of several, are a handful of arrays, one
round trip, one statement.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.dedup import Held, Twin
from bot.domain.listening.likeness import Reason
from bot.domain.listening.telling import Key, Telling
from db.session import driving

TELLING = "played_at, track_id, source, ordinal, ended_at, ms_played, resolution = 'minute', counts"

HOLD = text("SELECT id FROM users WHERE id = :user_id FOR NO KEY UPDATE")

IN_SPANS = """
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS span (member, since, until)
CROSS JOIN LATERAL (SELECT * FROM {table} WHERE user_id = span.member
  AND {start} BETWEEN span.since AND span.until AND {track} = ANY($4::uuid[]) OFFSET 0) AS stored
"""
"""Looked up span by span, however young the tables are and whatever the planner thinks of them."""

KEPT = f"""
SELECT {TELLING}, artist_id, album_id, user_id
{IN_SPANS.format(table="listen_events", start="played_at", track="track_id")}
"""

TWINS = f"""
SELECT {TELLING}, kept_played_at, kept_track_id, kept_source, kept_ordinal, reason, user_id
{IN_SPANS.format(table="listen_twins", start="kept_played_at", track="kept_track_id")}
"""

REMOVE = """
DELETE FROM listen_events AS kept
USING unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[])
  AS gone (user_id, played_at, track_id, source, ordinal)
WHERE kept.user_id = gone.user_id AND kept.played_at = gone.played_at AND kept.track_id = gone.track_id
  AND kept.source = gone.source AND kept.ordinal = gone.ordinal
"""

ADD_TWINS = """
INSERT INTO listen_twins (user_id, played_at, track_id, source, ordinal, ended_at, ms_played, resolution, counts,
  kept_played_at, kept_track_id, kept_source, kept_ordinal, reason)
SELECT user_id, played_at, track_id, source, ordinal, ended_at, ms_played,
  CASE WHEN minute THEN 'minute' ELSE 'second' END, counts,
  kept_played_at, kept_track_id, kept_source, kept_ordinal, reason
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[], $6::timestamptz[], $7::int[],
  $8::bool[], $9::bool[], $10::timestamptz[], $11::uuid[], $12::text[], $13::smallint[], $14::text[])
  AS twin (user_id, played_at, track_id, source, ordinal, ended_at, ms_played, minute, counts,
    kept_played_at, kept_track_id, kept_source, kept_ordinal, reason)
ON CONFLICT DO NOTHING
"""

NAME_SOURCES = """
UPDATE listen_events AS kept SET also = string_to_array(named.also, ',')
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[], $6::text[])
  AS named (user_id, played_at, track_id, source, ordinal, also)
WHERE kept.user_id = named.user_id AND kept.played_at = named.played_at AND kept.track_id = named.track_id
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
USING unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::smallint[])
  AS gone (user_id, played_at, track_id, source, ordinal)
WHERE twin.user_id = gone.user_id AND twin.played_at = gone.played_at AND twin.track_id = gone.track_id
  AND twin.source = gone.source AND twin.ordinal = gone.ordinal
"""
TOLD_BETWEEN = """
SELECT span.member, told.played_at, told.track_id, told.source, told.ordinal
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS span (member, source, since, until)
CROSS JOIN LATERAL (
  SELECT played_at, track_id, source, ordinal FROM listen_events
  WHERE user_id = span.member AND source = span.source AND played_at >= span.since AND played_at < span.until
  UNION ALL
  SELECT played_at, track_id, source, ordinal FROM listen_twins
  WHERE user_id = span.member AND source = span.source AND played_at >= span.since AND played_at < span.until
  OFFSET 0
) AS told
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


async def hold(session: AsyncSession, user_id: UUID) -> bool:
    """Keep everybody else from this member's plays until the transaction ends; False where there is no such user."""
    return await session.scalar(HOLD, {"user_id": user_id}) is not None


async def held_in(
    session: AsyncSession, spans: Mapping[UUID, Sequence[tuple[datetime, datetime]]], tracks: Iterable[UUID]
) -> dict[UUID, list[Held]]:
    """Members' plays of some tracks that began in some times of each, with their twins."""
    raw = await driving(session)
    asked = [(member, since, until) for member, each in spans.items() for since, until in each]
    values = (*(list(column) for column in zip(*asked, strict=True)), list(tracks))
    kept: defaultdict[UUID, list[Telling]] = defaultdict(list)
    for *telling, member in await raw.fetch(KEPT, *values):
        kept[member].append(Telling._make(telling))
    if not kept:
        return {}
    twins: defaultdict[UUID, list[Sequence[Any]]] = defaultdict(list)
    for *twin, member in await raw.fetch(TWINS, *values):
        twins[member].append(twin)
    return {member: _held(plays, twins[member]) for member, plays in kept.items()}


async def held_of(session: AsyncSession, user_id: UUID, keys: Iterable[Key]) -> list[Held]:
    """A member's plays that have tellings of these keys, with all their twins."""
    raw = await driving(session)
    kept = [Telling._make(row) for row in await raw.fetch(KEPT_OF_KEYS, user_id, *_keys(keys))]
    return _held(kept, await raw.fetch(TWINS_OF, user_id, *_keys(play.key for play in kept))) if kept else []


def _held(kept: Sequence[Telling], rows: Iterable[Sequence[Any]]) -> list[Held]:
    twins: dict[Key, list[Twin]] = {}
    beside = {play.key: play for play in kept}
    for row in rows:
        of = beside[row[8], row[9], row[10], row[11]]
        twin = Twin(Telling._make((*row[:8], of.artist_id, of.album_id)), Reason(row[12]))
        twins.setdefault(of.key, []).append(twin)
    return [Held(play, tuple(twins.get(play.key, ()))) for play in kept]


async def remove(session: AsyncSession, plays: Sequence[tuple[UUID, Telling]]) -> None:
    """Members' plays no longer kept; their twins go with them."""
    raw = await driving(session)
    await raw.execute(REMOVE, [member for member, _ in plays], *_keys(play.key for _, play in plays))


async def add_twins(session: AsyncSession, twins: Sequence[tuple[UUID, Twin, Key]]) -> None:
    """Further tellings of plays that members have."""
    raw = await driving(session)
    told = [twin.telling for _, twin, _ in twins]
    await raw.execute(
        ADD_TWINS,
        [member for member, _, _ in twins],
        *(list(column) for column in zip(*(one[:8] for one in told), strict=True)),
        *_keys(key for _, _, key in twins),
        [twin.reason.value for _, twin, _ in twins],
    )


async def name_sources(session: AsyncSession, also: Sequence[tuple[UUID, Key, tuple[str, ...]]]) -> None:
    """Which further sources told of plays that members have."""
    raw = await driving(session)
    members, keys = [member for member, _, _ in also], _keys(key for _, key, _ in also)
    await raw.execute(NAME_SOURCES, members, *keys, [",".join(sources) for _, _, sources in also])


async def told_between(
    session: AsyncSession, spans: Mapping[UUID, tuple[str, datetime, datetime]]
) -> dict[UUID, set[Key]]:
    """The keys of all that a source of each member told of plays that began in [since, until), kept or twin."""
    raw = await driving(session)
    found: dict[UUID, set[Key]] = {member: set() for member in spans}
    columns = (list(column) for column in zip(*((member, *span) for member, span in spans.items()), strict=True))
    for member, *key in await raw.fetch(TOLD_BETWEEN, *columns) if spans else ():
        found[member].add((key[0], key[1], key[2], key[3]))
    return found


async def remove_twins(session: AsyncSession, twins: Sequence[tuple[UUID, Key]]) -> None:
    """Tellings no longer known; a key of a kept play changes nothing."""
    raw = await driving(session)
    await raw.execute(REMOVE_TWINS, [member for member, _ in twins], *_keys(key for _, key in twins))


async def also_told(session: AsyncSession, user_id: UUID, sources: Sequence[str], limit: int) -> list[Key]:
    """Plays that are kept as these sources told them, and that others told as well."""
    raw = await driving(session)
    return [(row[0], row[1], row[2], row[3]) for row in await raw.fetch(ALSO_TOLD, user_id, list(sources), limit)]


async def forget_told(session: AsyncSession, user_id: UUID, sources: Sequence[str]) -> None:
    """Everything that these sources told, kept or twin; counters do not follow."""
    raw = await driving(session)
    await raw.execute("SET LOCAL statement_timeout = '120s'")
    await raw.execute(FORGET_KEPT, user_id, list(sources))
    await raw.execute(FORGET_TWINS, user_id, list(sources))


def _keys(keys: Iterable[Key]) -> list[list[Any]]:
    listed = list(keys)
    return [[key[place] for key in listed] for place in range(4)]
