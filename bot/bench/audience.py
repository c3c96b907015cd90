"""A club that has listened for years, put into a fresh database by the database itself, counters and all."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from bot.bench.filling import AT
from bot.domain.ids import new_id

GUILD = 1
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YEARS = 4
ZONE = "Europe/Berlin"
FIRST_MEMBER = 1_000_000
"""The Discord id of the first member; the others follow."""
SLICES = 50
"""Steps in which plays are put in, so that somebody who waits sees them come."""
TRACKS_OF_ALBUM, ALBUMS_OF_ARTIST = 10, 3

NAMES = """
INSERT INTO artists (id, name, name_key)
SELECT md5('artist ' || n)::uuid, 'Artist ' || n, 'artist ' || n FROM generate_series(0, $1::int - 1) AS n
"""
ALBUMS = """
INSERT INTO heard_albums (id, artist_id, title, title_key)
SELECT md5('album ' || n)::uuid, md5('artist ' || n / 3)::uuid, 'Album ' || n, 'album ' || n
FROM generate_series(0, $1::int - 1) AS n
"""
TRACKS = """
INSERT INTO tracks (id, kind, title, artist, title_key)
SELECT md5('track ' || n)::uuid, 'catalog', 'Track ' || n, 'Artist ' || n / 30, 'track ' || n
FROM generate_series(0, $1::int - 1) AS n
"""
PEOPLE = """
WITH member AS (
  SELECT n, gen_random_uuid() AS id FROM generate_series(0, $2::int - 1) AS n
), person AS (
  INSERT INTO users (id, display_name, created_at) SELECT id, 'Member ' || n, $3 FROM member
), account AS (
  INSERT INTO linked_accounts (id, user_id, provider, external_id, linked_at)
  SELECT gen_random_uuid(), id, 'discord', (n + $4::bigint)::text, $3 FROM member
)
INSERT INTO memberships (club_id, user_id, display_name, joined_at, active_at, seen_at)
SELECT $1, id, 'Member ' || n, $3, $3, $3 FROM member
"""
PLAYS = """
INSERT INTO listen_events (user_id, played_at, track_id, source, artist_id, album_id, resolution, counts)
SELECT person.id, $3::timestamptz + (i + random()) * $4::interval, md5('track ' || track)::uuid, 'lastfm',
  md5('artist ' || track / 30)::uuid, md5('album ' || track / 10)::uuid, 'second', true
FROM generate_series($1::int, $2::int) AS i
CROSS JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM users) AS person
CROSS JOIN LATERAL (SELECT CASE WHEN random() < 0.5 + 0 * (i + person.place)
  THEN floor($5::int * power(random(), 4))::int
  ELSE (person.place * 7919 + floor($5::int * 0.05 * power(random(), 3))::bigint) % $5::int END AS track) AS heard
"""
"""Half of it what everybody hears, half what is near to a member's own heart; both with few things heard much."""
INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid IN ('listen_events'::regclass, 'artist_plays'::regclass, 'album_plays'::regclass,
  'track_plays'::regclass, 'club_plays'::regclass) AND NOT i.indisunique
"""
COUNTERS = """
INSERT INTO {kind}_plays (user_id, {kind}_id, plays, first_at, last_at)
SELECT user_id, {kind}_id, count(*), min(played_at), max(played_at)
FROM listen_events WHERE counts AND {kind}_id IS NOT NULL GROUP BY user_id, {kind}_id
"""
CLUB_COUNTERS = """
INSERT INTO club_plays (club_id, week_on, kind, subject_id, plays)
SELECT $1, date_trunc('week', played_at AT TIME ZONE $2)::date, '{kind}', {kind}_id, count(*)
FROM listen_events WHERE counts AND {kind}_id IS NOT NULL GROUP BY 2, 4
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the club is, and how much it heard."""

    listens: int
    members: int

    @property
    def each(self) -> int:
        """Plays of each member."""
        return self.listens // self.members

    @property
    def tracks(self) -> int:
        """Different tracks there are to hear."""
        return max(300, min(300_000, self.listens // 20))


async def fill_audience(connection: asyncpg.Connection, size: Size, told: Callable[[int], None]) -> int:
    """A club of so many members with their plays and every counter; `told` hears how many are in. Their number."""
    club = new_id(AT)
    await connection.execute(
        "INSERT INTO clubs (id, guild_id, name, channel_id, zone, rules, created_at)"
        " VALUES ($1, $2, 'A club', 2, $3, '{}', $4)",
        club,
        GUILD,
        ZONE,
        AT,
    )
    begin = NOW - timedelta(days=round(365.25 * YEARS))
    tracks = size.tracks
    await connection.execute(NAMES, tracks // (TRACKS_OF_ALBUM * ALBUMS_OF_ARTIST) + 1)
    await connection.execute(ALBUMS, tracks // TRACKS_OF_ALBUM + 1)
    await connection.execute(TRACKS, tracks)
    await connection.execute(PEOPLE, club, size.members, begin, FIRST_MEMBER)
    # Every row refers to what was just put in: asking for each would take longer than all the rest.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET work_mem = '512MB'")
    await connection.execute("SET maintenance_work_mem = '512MB'")
    indexes = await connection.fetch(INDEXES)
    for index in indexes:  # built over what is there they take a fraction of the time
        await connection.execute(f"DROP INDEX {index['name']}")
    step = (NOW - begin) / size.each
    for number in range(min(SLICES, size.each)):
        first, after = (size.each * place // min(SLICES, size.each) for place in (number, number + 1))
        await connection.execute(PLAYS, first, after - 1, begin, step, tracks)
        told(after * size.members)
    for kind in ("artist", "album", "track"):
        await connection.execute(COUNTERS.format(kind=kind))
        await connection.execute(CLUB_COUNTERS.format(kind=kind), club, ZONE)
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("RESET work_mem")
    await connection.execute("RESET maintenance_work_mem")
    await connection.execute("RESET session_replication_role")
    await connection.execute("VACUUM ANALYZE")
    (row,) = await connection.fetch("SELECT count(*) FROM listen_events")
    return int(row[0])
