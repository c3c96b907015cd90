"""Many clubs with their members, weeks and listens, put into a fresh database by the database itself."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.bench.audience import (
    ALBUMS,
    ALBUMS_OF_ARTIST,
    COUNTERS,
    FIRST_MEMBER,
    INDEXES,
    NAMES,
    NOW,
    PLAYS,
    SLICES,
    TRACKS,
    TRACKS_OF_ALBUM,
    YEARS,
    ZONE,
    Size,
)

FIRST_GUILD = 1_000
PAST_WEEKS = 100
"""Weeks that each club has behind it, two years of them."""
ERRANDS_A_WEEK = 10
KEPT_WEEKS = 4
"""Weeks whose settled errands are still there."""
SHARE_DUE = 0.02
"""Accounts that are due at one moment."""
SHARE_STALE = 0.02
"""Members whose taste is stale at one moment."""

CLUBS = """
INSERT INTO clubs (id, guild_id, name, channel_id, zone, rules, created_at)
SELECT md5('club ' || n)::uuid, n + $2::bigint, 'Club ' || n, (n + $2) * 10, $3, '{}', $4
FROM generate_series(0, $1::int - 1) AS n
"""
PEOPLE = """
WITH member AS (
  SELECT n, gen_random_uuid() AS id, md5('club ' || n % $2::int)::uuid AS club_id
  FROM generate_series(0, $1::int - 1) AS n
), person AS (
  INSERT INTO users (id, display_name, created_at) SELECT id, 'Member ' || n, $4 FROM member
), account AS (
  INSERT INTO linked_accounts (id, user_id, provider, external_id, linked_at)
  SELECT gen_random_uuid(), id, 'discord', (n + $3::bigint)::text, $4 FROM member
), scrobbles AS (
  INSERT INTO linked_accounts (id, user_id, provider, external_id, linked_at)
  SELECT gen_random_uuid(), id, 'lastfm', 'member' || n, $4 FROM member
  RETURNING id
), reading AS (
  INSERT INTO sync_accounts (account_id, next_due_at, newest_due_at, synced_at)
  SELECT id, due, due, $5 FROM (
    SELECT id, $5::timestamptz + (random() - $6::float8) * interval '30 minutes' AS due FROM scrobbles
  ) AS spread
), taste AS (
  INSERT INTO taste_states (user_id, stale, as_of, zone, rules)
  SELECT id, random() < $7::float8, $5::date, 'UTC', 1 FROM member
), membership AS (
  INSERT INTO memberships (club_id, user_id, display_name, joined_at, active_at, seen_at)
  SELECT club_id, id, 'Member ' || n, $4, $4, $5 FROM member
)
INSERT INTO club_listeners (club_id, user_id, since) SELECT club_id, id, $4 FROM member
"""
WEEKS = """
INSERT INTO weeks (club_id, id, number, opens_on, phase, run, rules, from_template, opens_at, nominations_close_at,
  poll_close_at, discussion_at, ratings_close_at, cancel_reason, created_at)
SELECT id, gen_random_uuid(), number, at::date, 'cancelled', 1, '{}', false, at, at, at, at, at, 'host', at
FROM clubs CROSS JOIN generate_series(1, $1::int) AS number
CROSS JOIN LATERAL (SELECT $2::timestamptz - ($1 + 1 - number) * interval '7 days' AS at) AS day
"""
ERRANDS = """
INSERT INTO outbox (id, club_id, week_id, lane, key, phase, run, kind, ordinal, payload, state, not_before,
  recorded_at, settled_at)
SELECT gen_random_uuid(), club_id, id, id::text, id || ' ' || ordinal, 'poll', 1, 'notice', ordinal, '{}', 'done',
  opens_at, opens_at, opens_at
FROM weeks CROSS JOIN generate_series(1, $1::int) AS ordinal
WHERE number > $2::int
"""
CLUB_COUNTERS = """
INSERT INTO club_plays (club_id, week_on, kind, subject_id, plays)
SELECT club_id, date_trunc('week', played_at AT TIME ZONE $1)::date, '{kind}', {kind}_id, count(*)
FROM listen_events JOIN club_listeners USING (user_id) WHERE counts AND {kind}_id IS NOT NULL GROUP BY 1, 2, 4
"""


@dataclass(frozen=True, slots=True)
class Platform:
    """How many clubs there are, how many members they have together, and how much these heard."""

    clubs: int
    members: int
    listens: int


async def fill_platform(connection: Any, size: Platform, told: Callable[[int], None]) -> None:
    """So many clubs with everything that grows; `told` hears how many plays are in."""
    begin = NOW - timedelta(days=round(365.25 * YEARS))
    heard = Size(size.listens, size.members)
    # Every row refers to what was just put in: asking for each would take longer than all the rest.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET work_mem = '512MB'")
    await connection.execute("SET maintenance_work_mem = '512MB'")
    await connection.execute(CLUBS, size.clubs, FIRST_GUILD, ZONE, begin)
    await connection.execute(PEOPLE, size.members, size.clubs, FIRST_MEMBER, begin, NOW, SHARE_DUE, SHARE_STALE)
    await connection.execute(WEEKS, PAST_WEEKS, NOW)
    await connection.execute(ERRANDS, ERRANDS_A_WEEK, PAST_WEEKS - KEPT_WEEKS)
    await connection.execute(NAMES, heard.tracks // (TRACKS_OF_ALBUM * ALBUMS_OF_ARTIST) + 1)
    await connection.execute(ALBUMS, heard.tracks // TRACKS_OF_ALBUM + 1)
    await connection.execute(TRACKS, heard.tracks)
    indexes = await connection.fetch(INDEXES)
    for index in indexes:  # built over what is there they take a fraction of the time
        await connection.execute(f"DROP INDEX {index['name']}")
    slices = min(SLICES, heard.each)
    for number in range(slices):
        first, after = (heard.each * place // slices for place in (number, number + 1))
        await connection.execute(PLAYS, first, after - 1, begin, (NOW - begin) / heard.each, heard.tracks)
        told(after * size.members)
    for kind in ("artist", "album", "track"):
        await connection.execute(COUNTERS.format(kind=kind))
        await connection.execute(CLUB_COUNTERS.format(kind=kind), ZONE)
    for index in indexes:
        await connection.execute(index["definition"])
    for setting in ("work_mem", "maintenance_work_mem", "session_replication_role"):
        await connection.execute(f"RESET {setting}")
    await connection.execute("VACUUM ANALYZE")
