"""A member's days: which of them are stale, what was heard and rated on them, and what they put into the sums."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.names import artist_id, heard_album_id
from bot.domain.taste.facts import Of
from bot.domain.taste.sums import Amount, Day, Heard, Key, Rated
from db.session import driving

MARK_ALL = """
INSERT INTO taste_stale_days (user_id, day)
SELECT $1, day FROM (
  SELECT (played_at AT TIME ZONE 'UTC')::date AS day FROM listen_events WHERE user_id = $1 AND counts
  UNION SELECT (rated_at AT TIME ZONE 'UTC')::date FROM ratings WHERE user_id = $1
) AS heard ORDER BY day
ON CONFLICT (user_id, day) DO UPDATE SET day = excluded.day
"""
MARK_SOURCES = """
INSERT INTO taste_stale_days (user_id, day)
SELECT DISTINCT user_id, (played_at AT TIME ZONE 'UTC')::date FROM listen_events
WHERE user_id = $1 AND source = ANY($2::text[]) AND counts
ON CONFLICT (user_id, day) DO UPDATE SET day = excluded.day
"""
MARK = """
INSERT INTO taste_stale_days (user_id, day) SELECT $1, day FROM unnest($2::date[]) AS of (day) ORDER BY day
ON CONFLICT (user_id, day) DO UPDATE SET day = excluded.day
"""
MARK_STATE = """
INSERT INTO taste_states AS state (user_id) VALUES ($1)
ON CONFLICT (user_id) DO UPDATE SET stale = true WHERE NOT state.stale
"""
TAKE_DAYS = """
DELETE FROM taste_stale_days WHERE user_id = $1 AND day IN (
  SELECT day FROM taste_stale_days WHERE user_id = $1 ORDER BY day DESC LIMIT $2
) RETURNING day
"""
TAKE_SUBJECTS = """
DELETE FROM taste_stale_subjects WHERE user_id = $1 AND (kind, subject_id) IN (
  SELECT kind, subject_id FROM taste_stale_subjects WHERE user_id = $1 ORDER BY kind, subject_id LIMIT $2
) RETURNING kind, subject_id
"""
HEARD = """
SELECT play.played_at, play.artist_id, play.album_id, play.track_id
FROM unnest($2::timestamptz[], $3::timestamptz[]) AS span (since, until)
CROSS JOIN LATERAL (
  SELECT played_at, artist_id, album_id, track_id FROM listen_events
  WHERE user_id = $1 AND counts AND played_at >= span.since AND played_at < span.until OFFSET 0
) AS play
"""
RATED = """
SELECT rating.rated_at, album.artist, album.title, rating.score
FROM ratings AS rating JOIN albums AS album ON album.id = rating.album_id
WHERE rating.user_id = $1 AND EXISTS (
  SELECT FROM unnest($2::timestamptz[], $3::timestamptz[]) AS span (since, until)
  WHERE rating.rated_at >= span.since AND rating.rated_at < span.until
)
"""
FIGURES = ("tempo", "energy", "danceability", "valence", "acousticness", "instrumentalness", "loudness")
FEATURES = f"""
SELECT DISTINCT ON (track_id) track_id, {", ".join(FIGURES)} FROM track_features
WHERE track_id = ANY($1::uuid[])
ORDER BY track_id, array_position(ARRAY['own', 'reccobeats', 'acousticbrainz', 'legacy'], source)
"""
DAY = "day, artists, artist_plays, artist_extras, albums, album_plays, album_extras, sums"
DAYS = f"""
SELECT {DAY} FROM taste_days WHERE user_id = $1 AND day = ANY($2::date[])
UNION ALL
SELECT stored.* FROM unnest($3::date[], $4::date[]) AS span (since, until)
CROSS JOIN LATERAL (
  SELECT {DAY} FROM taste_days WHERE user_id = $1 AND day >= span.since AND day < span.until OFFSET 0
) AS stored WHERE stored.day <> ALL($2::date[])
"""
KEEP_DAY = f"""
INSERT INTO taste_days (user_id, {DAY}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)
ON CONFLICT (user_id, day) DO UPDATE SET artists = excluded.artists, artist_plays = excluded.artist_plays,
  artist_extras = excluded.artist_extras, albums = excluded.albums, album_plays = excluded.album_plays,
  album_extras = excluded.album_extras, sums = excluded.sums
"""
FORGET_DAYS = "DELETE FROM taste_days WHERE user_id = $1 AND day = ANY($2::date[])"


async def mark(session: AsyncSession, user_id: UUID, days: Collection[date] = ()) -> None:
    """Days (UTC) of a member changed; without any, something else of their profile did."""
    raw = await driving(session)
    if days:
        await raw.execute(MARK, user_id, list(days))
    await raw.execute(MARK_STATE, user_id)


async def mark_sources(session: AsyncSession, user_id: UUID, sources: Sequence[str]) -> None:
    """Everything that these sources told is about to go: its days are stale."""
    raw = await driving(session)
    await raw.execute(MARK_SOURCES, user_id, list(sources))
    await raw.execute(MARK_STATE, user_id)


async def take_stale(session: AsyncSession, user_id: UUID, *, days: int, subjects: int) -> tuple[list[date], list[Key]]:
    """Some of what is stale, the latest days first; it is stale no longer, if the transaction ends well."""
    raw = await driving(session)
    found = [row[0] for row in await raw.fetch(TAKE_DAYS, user_id, days)]
    described = [(Of(row[0]), row[1]) for row in await raw.fetch(TAKE_SUBJECTS, user_id, subjects)]
    return found, described


async def heard_in(session: AsyncSession, user_id: UUID, spans: Sequence[tuple[datetime, datetime]]) -> list[Heard]:
    """A member's plays that began in [since, until) of some spans."""
    raw = await driving(session)
    return [Heard(*row) for row in await raw.fetch(HEARD, user_id, *_ends(spans))]


async def rated_in(session: AsyncSession, user_id: UUID, spans: Sequence[tuple[datetime, datetime]]) -> list[Rated]:
    """A member's ratings of those times."""
    raw = await driving(session)
    return [
        Rated(at, artist_id(artist), heard_album_id(artist, title), score)
        for at, artist, title, score in await raw.fetch(RATED, user_id, *_ends(spans))
    ]


def _ends(spans: Sequence[tuple[datetime, datetime]]) -> tuple[list[datetime], list[datetime]]:
    return [since for since, _ in spans], [until for _, until in spans]


async def features_of(session: AsyncSession, tracks: Collection[UUID]) -> dict[UUID, dict[str, float]]:
    """How tracks sound, as far as anybody measured it; our own figures come before those of others."""
    raw = await driving(session)
    return {
        row[0]: {name: value for name, value in zip(FIGURES, row[1:], strict=True) if value is not None}
        for row in await raw.fetch(FEATURES, list(tracks))
    }


async def stored_days(
    session: AsyncSession, user_id: UUID, days: Collection[date], spans: Sequence[tuple[date, date]]
) -> dict[date, Day]:
    """What days put into the sums: these, and those in [since, until) of some spans."""
    raw = await driving(session)
    since, until = [one for one, _ in spans], [one for _, one in spans]
    return {row[0]: _day(*row[1:]) for row in await raw.fetch(DAYS, user_id, list(days), since, until)}


def _day(
    artists: list[UUID],
    artist_plays: list[int],
    artist_extras: list[int],
    albums: list[UUID],
    album_plays: list[int],
    album_extras: list[int],
    sums: dict[str, dict[str, int]],
) -> Day:
    day = Day()
    for of, keys, plays, extras in (
        (Of.ARTIST, artists, artist_plays, artist_extras),
        (Of.ALBUM, albums, album_plays, album_extras),
    ):
        for key, count, extra in zip(keys, plays, extras, strict=True):
            day.subjects[of, key] = Amount(count, extra)
    day.lines = {(kind, value): number for kind, lines in sums.items() for value, number in lines.items()}
    return day


async def keep_days(session: AsyncSession, user_id: UUID, days: Mapping[date, Day | None]) -> None:
    """What days put into the sums from now on; None for nothing."""
    raw = await driving(session)
    rows: list[tuple[Any, ...]] = []
    for day, what in days.items():
        if what is None:
            continue
        columns: list[list[Any]] = []
        for of in Of:
            chosen = [(key[1], amount) for key, amount in what.subjects.items() if key[0] is of]
            columns += [[key for key, _ in chosen], [one.plays for _, one in chosen], [one.extra for _, one in chosen]]
        lines: dict[str, dict[str, int]] = {}
        for (kind, value), number in what.lines.items():
            lines.setdefault(kind, {})[value] = number
        rows.append((user_id, day, *columns, json.dumps(lines)))
    if rows:
        await raw.executemany(KEEP_DAY, rows)
    await raw.execute(FORGET_DAYS, user_id, [day for day, what in days.items() if what is None])
