"""When members heard what: plays by hour, by day, and by genre from month to month, in somebody's own time zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.periods import Period
from db.queries.listening.reading import IN_PERIOD, INSTANT

TIMES = (bindparam("since", type_=INSTANT), bindparam("until", type_=INSTANT))

HOURS = text(f"""
SELECT extract(hour FROM played_at AT TIME ZONE :zone)::int, count(*)::int
FROM listen_events WHERE {IN_PERIOD} GROUP BY 1
""").bindparams(*TIMES)
DAYS = text(f"""
SELECT (played_at AT TIME ZONE :zone)::date, count(*)::int
FROM listen_events WHERE {IN_PERIOD} GROUP BY 1 ORDER BY 1
""").bindparams(*TIMES)
GENRES = text(f"""
WITH heard AS (
  SELECT date_trunc(:step, played_at AT TIME ZONE :zone)::date AS begins, artist_id, count(*) AS plays
  FROM listen_events WHERE {IN_PERIOD} GROUP BY 1, 2
)
SELECT heard.begins, trait.value, sum(heard.plays * trait.share)::bigint
FROM heard
JOIN taste_subjects AS subject ON subject.kind = 'artist' AND subject.subject_id = heard.artist_id
JOIN taste_traits AS trait ON trait.kind = 'artist' AND trait.subject_id = heard.artist_id
  AND trait.rev = subject.rev AND trait.fact = 'genre'
GROUP BY 1, 2
""").bindparams(*TIMES)
ALBUMS_OF_ARTISTS = text(f"""
SELECT DISTINCT ON (counted.artist_id) counted.artist_id, album.id, album.title, artist.name
FROM (
  SELECT artist_id, album_id, count(*) AS plays FROM listen_events
  WHERE {IN_PERIOD} AND artist_id = ANY(:artists) AND album_id IS NOT NULL GROUP BY artist_id, album_id
) AS counted
JOIN heard_albums AS album ON album.id = counted.album_id
JOIN artists AS artist ON artist.id = album.artist_id
ORDER BY counted.artist_id, counted.plays DESC, album.id
""").bindparams(*TIMES)


def _values(user_id: UUID, period: Period) -> dict[str, object]:
    return {"user": user_id, "since": period.since, "until": period.until}


async def plays_by_hour(session: AsyncSession, user_id: UUID, period: Period, zone: str) -> dict[int, int]:
    """How many plays began in each hour of the day; silent hours are left out."""
    rows = await session.execute(HOURS, {**_values(user_id, period), "zone": zone})
    return {row[0]: row[1] for row in rows}


async def plays_by_day(session: AsyncSession, user_id: UUID, period: Period, zone: str) -> dict[date, int]:
    """How many plays began on each day, the earliest first; silent days are left out."""
    rows = await session.execute(DAYS, {**_values(user_id, period), "zone": zone})
    return {row[0]: row[1] for row in rows}


async def genres_by_time(
    session: AsyncSession, user_id: UUID, period: Period, zone: str, *, step: str
) -> list[tuple[date, str, int]]:
    """What genres the plays of each `month` or `week` were, by the first day of it, as far as their artists' are known.

    A play of a genre that is all of its artist's counts a thousand.
    """
    rows = await session.execute(GENRES, {**_values(user_id, period), "zone": zone, "step": step})
    return [(begins, genre, weight) for begins, genre, weight in rows]


async def albums_of_artists(
    session: AsyncSession, user_id: UUID, period: Period, artists: Sequence[UUID]
) -> dict[UUID, Subject]:
    """The album of each artist that somebody heard most in a period, where a service told of one."""
    rows = await session.execute(ALBUMS_OF_ARTISTS, {**_values(user_id, period), "artists": list(artists)})
    return {artist: Subject(Kind.ALBUM, key, title, name) for artist, key, title, name in rows}
