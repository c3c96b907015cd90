"""How long a profile takes to be refreshed after so many new plays, on a short history and on a long one.

Both members hear from the same catalogue, equally much a day, so that the new plays touch as many artists and days of
either; only the length of the history differs. What is new is taken away again after each round.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from bot.bench.catalogue import Spread
from bot.domain.clock import SystemClock
from bot.domain.ids import new_id
from bot.services.taste.refreshing import refresh_piece
from bot.services.tools import Tools
from db.session import Database

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
A_DAY = 250
"""Plays of a day, of either member."""
MOST_TRACKS, FEWEST_TRACKS = 60_000, 3_000
LATELY = timedelta(days=10)
"""What is new was heard in so many days."""
STEP = 50_000
RATIO_GOAL = 1.2
LIKE_HISTORY, NEW = "lastfm", "spotify"
"""Sources; what is new can be told from the rest by its own."""
ONE_DAY = timedelta(days=1)

CATALOGUE = (
    """
    INSERT INTO artists (id, name, name_key)
    SELECT md5('artist ' || n)::uuid, 'Artist ' || n, 'artist ' || n FROM generate_series(0, $1::int / 30) AS n
    """,
    """
    INSERT INTO heard_albums (id, artist_id, title, title_key)
    SELECT md5('album ' || n)::uuid, md5('artist ' || n / 3)::uuid, 'Album ' || n, 'album ' || n
    FROM generate_series(0, $1::int / 10) AS n
    """,
    """
    INSERT INTO tracks (id, kind, title, artist, title_key)
    SELECT md5('track ' || n)::uuid, 'catalog', 'Track ' || n, 'Artist ' || n / 30, 'track ' || n
    FROM generate_series(0, $1::int - 1) AS n
    """,
)
KNOWN = (
    """
    INSERT INTO taste_subjects (kind, subject_id, rev, version) SELECT 'artist', id, 1, 1 FROM artists
    """,
    """
    INSERT INTO taste_subjects (kind, subject_id, rev, version) SELECT 'album', id, 1, 1 FROM heard_albums
    """,
    """
    INSERT INTO taste_traits (kind, subject_id, rev, fact, value, share, sources)
    SELECT 'artist', id, 1, 'genre', 'genre ' || (place * 7 + number * 13) % 60, 600 - 200 * number, '{lastfm}'
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM artists) AS artist
    CROSS JOIN generate_series(0, 2) AS number
    """,
    """
    INSERT INTO taste_traits (kind, subject_id, rev, fact, value, share, sources)
    SELECT 'artist', id, 1, 'country', 'country ' || place % 40, 1000, '{musicbrainz}'
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM artists) AS artist
    """,
    """
    INSERT INTO taste_traits (kind, subject_id, rev, fact, value, share, sources)
    SELECT 'album', id, 1, 'decade', (1950 + 10 * (place % 8))::text, 1000, '{musicbrainz}'
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM heard_albums) AS album
    """,
)
"""What is known of every artist and album there is: three genres, a country; a decade."""
PLAYS = """
INSERT INTO listen_events (user_id, played_at, track_id, source, artist_id, album_id, resolution, counts)
SELECT $1, $2::timestamptz - (i + random()) * $3::interval, md5('track ' || track)::uuid, $7,
  md5('artist ' || track / 30)::uuid, md5('album ' || track / 10)::uuid, 'second', true
FROM generate_series($4::int, $5::int) AS i
CROSS JOIN LATERAL (SELECT floor($6::int * power(random() + 0 * i, 3))::int AS track) AS heard
"""
STALE = """
WITH day AS (
  INSERT INTO taste_stale_days (user_id, day)
  SELECT DISTINCT user_id, (played_at AT TIME ZONE 'UTC')::date FROM listen_events WHERE user_id = $1 AND source = $2
  ON CONFLICT DO NOTHING
)
INSERT INTO taste_states AS state (user_id) VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET stale = true
"""
FLOOR = """
SELECT artist_id, count(*) FROM listen_events WHERE user_id = $1 AND counts AND played_at >= $2 GROUP BY artist_id
"""
"""The plays of the days that changed, counted by one indexed query."""
TAKE_AWAY = "DELETE FROM listen_events WHERE user_id = $1 AND source = $2"


@dataclass(frozen=True, slots=True)
class Histories:
    """How long the two histories are, how much is new, and how often it is measured."""

    short: int = 10_000
    long: int = 1_000_000
    new: int = 1_000
    rounds: int = 9

    @property
    def tracks(self) -> int:
        """Different tracks there are to hear, for either."""
        return max(FEWEST_TRACKS, min(MOST_TRACKS, self.long // 10))


@dataclass(frozen=True, slots=True)
class Refreshes:
    """What refreshing one history took, in milliseconds."""

    plays: int
    floor: Spread
    after_new: Spread
    next_day: Spread
    """Nothing is new, but each window lets a day go."""
    made_anew_seconds: float
    """All of it, day by day."""


@dataclass(frozen=True, slots=True)
class Refreshing:
    """Both histories beside each other."""

    new: int
    rounds: int
    short: Refreshes
    long: Refreshes
    ratio: float
    """Of the medians after new plays, the long history's over the short one's."""
    ratio_next_day: float

    @property
    def reached(self) -> bool:
        """Whether the length of a history makes no difference."""
        return self.ratio <= RATIO_GOAL


@dataclass(slots=True)
class _Times:
    floor: list[float] = field(default_factory=list[float])
    after_new: list[float] = field(default_factory=list[float])
    next_day: list[float] = field(default_factory=list[float])
    anew: float = 0.0


async def measure_refreshing(
    plain: asyncpg.Connection, database: Database, asked: Histories, told: Callable[[int], None]
) -> Refreshing:
    """Fill both histories and measure in turn; `told` hears how many plays are counted."""
    tools = Tools(database, SystemClock())
    await plain.execute("SET session_replication_role = replica")
    for statement in CATALOGUE:
        await plain.execute(statement, asked.tracks)
    for statement in KNOWN:
        await plain.execute(statement)
    sizes = {"short": asked.short, "long": asked.long}
    users = {name: await _member(plain, size, asked.tracks, told) for name, size in sizes.items()}
    times = {name: _Times() for name in users}
    await plain.execute("VACUUM ANALYZE")
    for name, user in users.items():
        began = time.perf_counter()
        await plain.execute(STALE, user, LIKE_HISTORY)
        await _refresh(tools, user, NOW)
        times[name].anew = time.perf_counter() - began
    await plain.execute("VACUUM ANALYZE")
    for number in range(asked.rounds + 1):
        # Each is first in turn; the round before all others only warms up.
        for name in list(users)[:: 1 if number % 2 else -1]:
            await _round(plain, tools, users[name], asked, times[name])
        if not number:
            for one in times.values():
                one.floor.clear()
                one.after_new.clear()
    for number in range(1, asked.rounds + 1):
        for name in list(users)[:: 1 if number % 2 else -1]:
            times[name].next_day.append(await _refresh(tools, users[name], NOW + number * ONE_DAY))
    short, long = (_told(sizes[name], times[name]) for name in ("short", "long"))
    return Refreshing(
        asked.new,
        asked.rounds,
        short,
        long,
        round(long.after_new.p50 / short.after_new.p50, 2),
        round(long.next_day.p50 / short.next_day.p50, 2),
    )


async def _member(plain: asyncpg.Connection, size: int, tracks: int, told: Callable[[int], None]) -> UUID:
    """Somebody who has heard so much, until now."""
    user = new_id(NOW)
    await plain.execute("INSERT INTO users (id, display_name, created_at) VALUES ($1, 'A member', $2)", user, NOW)
    for first in range(0, size, STEP):
        last = min(size, first + STEP) - 1
        await plain.execute(PLAYS, user, NOW, ONE_DAY / A_DAY, first, last, tracks, LIKE_HISTORY)
        told(last + 1 - first)
    return user


async def _refresh(tools: Tools, user: UUID, now: datetime) -> float:
    """Work off everything that is stale; the seconds it took."""
    began = time.perf_counter()
    while await refresh_piece(tools, user_id=user, now=now):
        pass
    return time.perf_counter() - began


async def _round(plain: asyncpg.Connection, tools: Tools, user: UUID, asked: Histories, times: _Times) -> None:
    new = asked.new
    await plain.execute(PLAYS, user, NOW, LATELY / new, 0, new - 1, asked.tracks, NEW)
    await plain.execute(STALE, user, NEW)
    began = time.perf_counter()
    await plain.fetch(FLOOR, user, NOW - LATELY)
    times.floor.append(time.perf_counter() - began)
    times.after_new.append(await _refresh(tools, user, NOW))
    await plain.execute(STALE, user, NEW)
    await plain.execute(TAKE_AWAY, user, NEW)
    await _refresh(tools, user, NOW)


def _told(plays: int, times: _Times) -> Refreshes:
    return Refreshes(
        plays, Spread.of(times.floor), Spread.of(times.after_new), Spread.of(times.next_day), round(times.anew, 1)
    )
