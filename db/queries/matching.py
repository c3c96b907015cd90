"""Pairs of members: what they are judged from, how they were judged, and what two have in common."""

# asyncpg ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.taste.calibration import Calibration
from bot.domain.taste.matching import FEWEST_ARTISTS, FEWEST_PLAYS
from bot.domain.taste.pairs import Loved, Pair, Reason, SharedArtist, Speaks
from db.session import driving

BASIS = """
encode(sha256(string_agg(listener.user_id::text || ':' || coalesce(basis.version, 0), ',' ORDER BY listener.user_id
)::bytea), 'hex')"""
_OF = "FROM club_listeners AS listener LEFT JOIN match_bases AS basis USING (user_id)"
AFTER = timedelta(days=7)
"""Genres come in later than plays: even where nobody heard anything new, pairs are judged again after so long."""

BUMP = text("""
INSERT INTO match_bases AS basis (user_id, version, changed_at) VALUES (:user, 1, now())
ON CONFLICT (user_id) DO UPDATE SET version = basis.version + 1, changed_at = excluded.changed_at
""")
STATES = f"""SELECT listener.user_id, coalesce(basis.version, 0) {_OF}
WHERE listener.club_id = $1 ORDER BY listener.user_id"""
STANDING = f"""
SELECT club.basis, matching.epoch, matching.basis, matching.computed_at, club.members
FROM (SELECT {BASIS} AS basis, count(*) AS members {_OF} WHERE listener.club_id = $1) AS club
LEFT JOIN club_matchings AS matching ON matching.club_id = $1
"""
STALE = f"""
SELECT club.club_id FROM (
  SELECT listener.club_id, {BASIS} AS basis {_OF} GROUP BY listener.club_id HAVING count(*) > 1
) AS club LEFT JOIN club_matchings AS matching USING (club_id)
WHERE matching.basis IS DISTINCT FROM club.basis OR matching.computed_at < $1
ORDER BY matching.computed_at NULLS FIRST LIMIT $2
"""
PLAYS = """
SELECT user_id, string_agg(substring(uuid_send(artist_id) FROM 1 FOR 8), ''), string_agg(int4send(plays), '')
FROM artist_plays WHERE user_id = ANY($1::uuid[]) GROUP BY user_id
"""
RATINGS = """
SELECT user_id, album_id, avg(score)::float8 FROM ratings
WHERE club_id = $1 AND user_id = ANY($2::uuid[]) GROUP BY user_id, album_id
"""
GENRES = """
SELECT substring(uuid_send(subject.subject_id) FROM 1 FOR 8), trait.value, trait.share
FROM taste_subjects AS subject JOIN taste_traits AS trait USING (kind, subject_id, rev)
WHERE subject.kind = 'artist' AND trait.fact = 'genre' AND EXISTS (
  SELECT FROM artist_plays WHERE artist_id = subject.subject_id AND user_id = ANY($1::uuid[]))
"""
NAMES = "SELECT id, name FROM artists WHERE id IN (SELECT artist_id FROM artist_plays WHERE user_id = ANY($1::uuid[]))"
HOLD = text("""
INSERT INTO club_matchings AS matching (club_id, epoch, basis, ordinary, spread, pairs, computed_at)
VALUES (:club, 0, '', 0, 1, 0, :now) ON CONFLICT (club_id) DO UPDATE SET epoch = matching.epoch RETURNING epoch
""")
SETTLE = """
UPDATE club_matchings SET epoch = $2, basis = $3, ordinary = $4, spread = $5, pairs = $6, computed_at = $7
WHERE club_id = $1
"""
KEEP = """
INSERT INTO compatibilities (club_id, user_a, user_b, score, closeness, shared, genres, agreement, rated, whole,
  reasons, version_a, version_b, epoch, computed_at)
SELECT $1, pair.user_a, pair.user_b, pair.score, pair.closeness, pair.shared, pair.genres, pair.agreement, pair.rated,
  pair.whole, coalesce(pair.reasons::jsonb, '[]'), pair.version_a, pair.version_b, $2, $3
FROM unnest($4::uuid[], $5::uuid[], $6::smallint[], $7::float8[], $8::float8[], $9::float8[], $10::float8[],
  $11::smallint[], $12::bool[], $13::text[], $14::bigint[], $15::bigint[])
  AS pair (user_a, user_b, score, closeness, shared, genres, agreement, rated, whole, reasons, version_a, version_b)
JOIN memberships AS a ON a.club_id = $1 AND a.user_id = pair.user_a
JOIN memberships AS b ON b.club_id = $1 AND b.user_id = pair.user_b
ON CONFLICT (club_id, user_a, user_b) DO UPDATE SET score = excluded.score, closeness = excluded.closeness,
  shared = excluded.shared, genres = excluded.genres, agreement = excluded.agreement, rated = excluded.rated,
  whole = excluded.whole, reasons = excluded.reasons, version_a = excluded.version_a, version_b = excluded.version_b,
  epoch = excluded.epoch, computed_at = excluded.computed_at
"""
DROP_OLD = "DELETE FROM compatibilities WHERE club_id = $1 AND epoch <> $2"
PAIR = """
SELECT score, shared, genres, agreement, rated, whole FROM compatibilities
WHERE club_id = $1 AND user_a = least($2::uuid, $3::uuid) AND user_b = greatest($2::uuid, $3::uuid)
"""
NEAR = """
WITH near AS (
  SELECT user_b AS other, score, closeness, whole, reasons FROM compatibilities WHERE club_id = $1 AND user_a = $2
  UNION ALL
  SELECT user_a, score, closeness, whole, reasons FROM compatibilities WHERE club_id = $1 AND user_b = $2
), placed AS (
  SELECT near.*, row_number() OVER (ORDER BY closeness DESC, other) AS place, count(*) OVER () AS members
  FROM near JOIN club_listeners AS listener ON listener.club_id = $1 AND listener.user_id = near.other
)
SELECT place, other, membership.display_name, score, whole, reasons, closeness, members
FROM placed JOIN memberships AS membership ON membership.club_id = $1 AND membership.user_id = other
WHERE (place > $3 AND place <= $3 + $4) OR other = $5 ORDER BY place
"""
SHARED = """
WITH size AS (SELECT count(*)::float8 AS members FROM club_listeners WHERE club_id = $1), common AS MATERIALIZED (
  SELECT mine.artist_id, mine.plays AS mine, theirs.plays AS theirs, (
    SELECT count(*) FROM artist_plays AS known JOIN club_listeners AS listener
      ON listener.club_id = $1 AND listener.user_id = known.user_id WHERE known.artist_id = mine.artist_id) AS holders
  FROM artist_plays AS mine JOIN artist_plays AS theirs ON theirs.artist_id = mine.artist_id AND theirs.user_id = $3
  WHERE mine.user_id = $2
)
SELECT artists.name, mine, theirs, holders, (SELECT count(*) FROM common)
FROM common JOIN artists ON artists.id = artist_id CROSS JOIN size
ORDER BY ln((members + 4) / (holders + 1)) * (ln(1 + least(mine, theirs))) DESC, mine + theirs DESC, artists.name
OFFSET $4 LIMIT $5
"""
MISSED = """
SELECT artists.name, theirs.plays FROM artist_plays AS theirs JOIN artists ON artists.id = theirs.artist_id
WHERE theirs.user_id = $1 AND theirs.plays >= $3
  AND NOT EXISTS (SELECT FROM artist_plays AS mine WHERE mine.user_id = $2 AND mine.artist_id = theirs.artist_id)
ORDER BY theirs.plays DESC, artists.name LIMIT $4
"""
APART = """
SELECT avg(abs(mine.score - theirs.score))::float8 FROM (
  SELECT album_id, avg(score) AS score FROM ratings WHERE club_id = $1 AND user_id = $2 GROUP BY album_id
) AS mine JOIN (
  SELECT album_id, avg(score) AS score FROM ratings WHERE club_id = $1 AND user_id = $3 GROUP BY album_id
) AS theirs USING (album_id)
"""
COMMON_GENRES = """
WITH part AS (
  SELECT heard.user_id, trait.value, sum(ln(1 + heard.plays) * trait.share) AS weight
  FROM artist_plays AS heard
  JOIN taste_subjects AS subject ON subject.kind = 'artist' AND subject.subject_id = heard.artist_id
  JOIN taste_traits AS trait ON trait.kind = 'artist' AND trait.subject_id = subject.subject_id
    AND trait.rev = subject.rev AND trait.fact = 'genre'
  WHERE heard.user_id IN ($1, $2) GROUP BY heard.user_id, trait.value
), share AS (SELECT user_id, value, weight / sum(weight) OVER (PARTITION BY user_id) AS share FROM part)
SELECT mine.value FROM share AS mine JOIN share AS theirs USING (value)
WHERE mine.user_id = $1 AND theirs.user_id = $2 AND least(mine.share, theirs.share) >= 0.03
ORDER BY least(mine.share, theirs.share) DESC, value LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a club's pairs stand."""

    basis: str
    """What they would be judged from now."""
    epoch: int
    """Of the last judgement; 0 where there was none."""
    fresh: bool
    members: int


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair as it is to be kept; `user_a` is the smaller key."""

    user_a: UUID
    user_b: UUID
    closeness: float
    pair: Pair
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A line of who is close to somebody."""

    place: int
    user_id: UUID
    name: str
    score: int
    whole: bool
    reasons: tuple[Reason, ...]
    closeness: float


async def changed(session: AsyncSession, user_id: UUID) -> None:
    """What a member hears or rates is no longer what it was."""
    await session.execute(BUMP, {"user": user_id})


async def take_part(session: AsyncSession) -> None:
    """What is asked of the driver from now on is inside the session's transaction."""
    await session.execute(text("SELECT 1"))


async def standing(session: AsyncSession, club_id: UUID, now: datetime) -> Standing:
    """How a club's pairs stand."""
    row = await (await driving(session)).fetchrow(STANDING, club_id)
    basis = row[0] or ""
    fresh = row[2] == basis and row[3] is not None and row[3] >= now - AFTER
    return Standing(basis, row[1] or 0, fresh, row[4])


async def stale_clubs(session: AsyncSession, now: datetime, limit: int) -> list[UUID]:
    """Clubs whose pairs are not what they would be now, longest untouched first."""
    return [row[0] for row in await (await driving(session)).fetch(STALE, now - AFTER, limit)]


async def states_of(session: AsyncSession, club_id: UUID) -> dict[UUID, int]:
    """The members whom a club compares, with the states they are in."""
    return {row[0]: row[1] for row in await (await driving(session)).fetch(STATES, club_id)}


async def plays_of(session: AsyncSession, users: Sequence[UUID]) -> dict[UUID, tuple[bytes, bytes]]:
    """Of each, the numbers of the artists they heard, eight bytes each, and how often, four bytes each."""
    return {row[0]: (row[1], row[2]) for row in await (await driving(session)).fetch(PLAYS, list(users))}


async def ratings_of(session: AsyncSession, club_id: UUID, users: Sequence[UUID]) -> dict[UUID, dict[UUID, float]]:
    """Of each, their scores of the club's albums."""
    found: dict[UUID, dict[UUID, float]] = {}
    for user_id, album_id, score in await (await driving(session)).fetch(RATINGS, club_id, list(users)):
        found.setdefault(user_id, {})[album_id] = score
    return found


async def genres_of(session: AsyncSession, users: Sequence[UUID]) -> list[tuple[int, str, int]]:
    """Genres of the artists they heard: the artist's number, the genre, and its share in thousandths."""
    rows = await (await driving(session)).fetch(GENRES, list(users))
    return [(int.from_bytes(row[0]), row[1], row[2]) for row in rows]


async def names_of(session: AsyncSession, users: Sequence[UUID]) -> dict[int, str]:
    """What the artists they heard are called, by number."""
    rows = await (await driving(session)).fetch(NAMES, list(users))
    return {row[0].int >> 64: row[1] for row in rows}


async def hold(session: AsyncSession, club_id: UUID, now: datetime) -> int:
    """Keep others from judging a club's pairs until the transaction ends; the epoch of the last judgement."""
    return (await session.execute(HOLD, {"club": club_id, "now": now})).scalar_one()


async def keep(
    session: AsyncSession,
    club_id: UUID,
    pairs: Sequence[JudgedPair],
    *,
    versions: Mapping[UUID, int],
    epoch: int,
    basis: str,
    calibration: Calibration,
    now: datetime,
) -> None:
    """A club's pairs are these from now on, and no others."""
    connection = await driving(session)
    columns: list[list[Any]] = [
        [one.user_a for one in pairs],
        [one.user_b for one in pairs],
        [one.pair.score for one in pairs],
        [one.closeness for one in pairs],
        [one.pair.shared for one in pairs],
        [one.pair.genres for one in pairs],
        [one.pair.agreement for one in pairs],
        [one.pair.rated for one in pairs],
        [one.pair.whole for one in pairs],
        [json.dumps([_told(reason) for reason in one.reasons]) if one.reasons else None for one in pairs],
        [versions.get(one.user_a, 0) for one in pairs],
        [versions.get(one.user_b, 0) for one in pairs],
    ]
    await connection.execute(KEEP, club_id, epoch, now, *columns)
    await connection.execute(DROP_OLD, club_id, epoch)
    figures = (calibration.ordinary, calibration.spread, calibration.pairs)
    await connection.execute(SETTLE, club_id, epoch, basis, *figures, now)


def _told(reason: Reason) -> dict[str, Any]:
    return {"speaks": str(reason.speaks), "names": list(reason.names), "count": reason.count}


def _read(told: Any) -> tuple[Reason, ...]:
    listed = json.loads(told) if isinstance(told, str) else told
    return tuple(Reason(Speaks(one["speaks"]), tuple(one["names"]), one["count"]) for one in listed)


async def pair(session: AsyncSession, club_id: UUID, one: UUID, other: UUID) -> Pair | None:
    """How close two members are, as it was last judged."""
    row = await (await driving(session)).fetchrow(PAIR, club_id, one, other)
    return None if row is None else Pair(*row)


async def known(session: AsyncSession, club_id: UUID, user_id: UUID) -> bool:
    """Whether anything can be said of a member beside anybody."""
    asked = "SELECT EXISTS (SELECT FROM compatibilities WHERE club_id = $1 AND (user_a = $2 OR user_b = $2))"
    return await (await driving(session)).fetchval(asked, club_id, user_id)


async def enough_heard(session: AsyncSession, user_id: UUID) -> bool:
    """Whether a member's plays say anything."""
    asked = "SELECT coalesce(sum(plays), 0) >= $2 AND count(*) >= $3 FROM artist_plays WHERE user_id = $1"
    return await (await driving(session)).fetchval(asked, user_id, FEWEST_PLAYS, FEWEST_ARTISTS)


async def near(
    session: AsyncSession, club_id: UUID, user_id: UUID, *, offset: int, limit: int, also: UUID | None = None
) -> tuple[list[Near], int]:
    """Who is close to a member, of those who may be seen; with how many there are. `also` is told wherever they stand.

    Nobody is close to whom the club does not see: then there is nobody.
    """
    rows = await (await driving(session)).fetch(NEAR, club_id, user_id, offset, limit, also)
    found = [Near(row[0], row[1], row[2], row[3], row[4], _read(row[5]), row[6]) for row in rows]
    return found, rows[0][7] if rows else 0


async def shared_artists(
    session: AsyncSession, club_id: UUID, one: UUID, other: UUID, *, offset: int, limit: int
) -> tuple[list[SharedArtist], int]:
    """Artists whom both heard, those that speak most for the pair first; and how many there are."""
    rows = await (await driving(session)).fetch(SHARED, club_id, one, other, offset, limit)
    return [SharedArtist(row[0], row[1], row[2], row[3]) for row in rows], rows[0][4] if rows else 0


async def missed(session: AsyncSession, loves: UUID, hears_not: UUID, *, least: int, limit: int) -> list[Loved]:
    """Artists whom one loves and the other never heard."""
    rows = await (await driving(session)).fetch(MISSED, loves, hears_not, least, limit)
    return [Loved(row[0], row[1]) for row in rows]


async def apart(session: AsyncSession, club_id: UUID, one: UUID, other: UUID) -> float | None:
    """How far apart their scores of the same albums are on average."""
    return await (await driving(session)).fetchval(APART, club_id, one, other)


async def common_genres(session: AsyncSession, one: UUID, other: UUID) -> tuple[str, ...]:
    """Genres that are much of what both hear."""
    return tuple(row[0] for row in await (await driving(session)).fetch(COMMON_GENRES, one, other))
