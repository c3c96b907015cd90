"""What recommendations are made from, and what is kept of them: lists, words, letters.

What others hear is asked of those alone whom the club sees (`club_listeners`); ratings of others count once their week
is closed, as everybody reads them then.
"""

# asyncpg ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.session import driving

BEGUN = text("SELECT 1")
LISTENERS = """
SELECT listener.user_id, membership.display_name, coalesce(pair.score, -1)
FROM club_listeners AS listener
JOIN memberships AS membership ON membership.club_id = listener.club_id AND membership.user_id = listener.user_id
LEFT JOIN compatibilities AS pair ON pair.club_id = $1 AND pair.user_a = least(listener.user_id, $2::uuid)
  AND pair.user_b = greatest(listener.user_id, $2::uuid)
  AND EXISTS (SELECT FROM club_listeners AS own WHERE own.club_id = $1 AND own.user_id = $2)
WHERE listener.club_id = $1 AND listener.user_id <> $2 AND membership.left_at IS NULL
ORDER BY pair.closeness DESC NULLS LAST, membership.active_at DESC, listener.user_id LIMIT $3
"""
LOVED = """
SELECT person.user_id, heard.album_id, heard.plays
FROM unnest($1::uuid[]) AS person (user_id) CROSS JOIN LATERAL (
  SELECT album_id, plays FROM album_plays WHERE user_id = person.user_id AND plays >= $2
  ORDER BY plays DESC, album_id LIMIT $3
) AS heard
"""
HEARD_NAMES = """
SELECT album.id, album.title, artist.id, artist.name
FROM heard_albums AS album JOIN artists AS artist ON artist.id = album.artist_id WHERE album.id = ANY($1::uuid[])
"""
OWN_ALBUMS = "SELECT album_id, plays FROM album_plays WHERE user_id = $1"
OWN_ARTISTS = "SELECT artist_id, plays, extract(epoch FROM $2 - last_at) / 86400 FROM artist_plays WHERE user_id = $1"
RATINGS = """
SELECT rating.user_id, rating.album_id, rating.score::float8 FROM ratings AS rating
JOIN weeks AS week ON week.club_id = rating.club_id AND week.id = rating.week_id
WHERE rating.club_id = $1 AND rating.album_id IS NOT NULL AND (week.phase = 'closed' OR rating.user_id = $2)
"""
PUT_FORWARD = """
SELECT nomination.album_id, nomination.user_id, week.phase = 'closed' AND nomination.standing = 'standing',
  nomination.id = week.winner_id, coalesce(membership.left_at IS NULL AND person.visibility = 'club', false),
  coalesce(membership.display_name, ''),
  EXISTS (SELECT FROM hearings AS heard
    WHERE heard.club_id = $1 AND heard.week_id = week.id AND heard.user_id = $2 AND nomination.id = week.winner_id)
FROM nominations AS nomination
JOIN weeks AS week ON week.club_id = nomination.club_id AND week.id = nomination.week_id
JOIN users AS person ON person.id = nomination.user_id
LEFT JOIN memberships AS membership
  ON membership.club_id = nomination.club_id AND membership.user_id = nomination.user_id
WHERE nomination.club_id = $1 AND nomination.album_id IS NOT NULL
ORDER BY nomination.nominated_at DESC
"""
SHELVED = "SELECT user_id, album_id FROM shelf_items WHERE club_id = $1"
CATALOGUE = "SELECT id, title, artist FROM albums WHERE id = ANY($1::uuid[])"
LISTED = "SELECT album_id, artist, title FROM tracks WHERE album_id = ANY($1::uuid[])"
HEARD_WORKS = "SELECT track_id FROM track_plays WHERE user_id = $1 AND track_id = ANY($2::uuid[])"
ARTIST_HEARERS = """
SELECT heard.artist_id, count(*) FROM artist_plays AS heard
JOIN club_listeners AS listener ON listener.club_id = $1 AND listener.user_id = heard.user_id
WHERE heard.artist_id = ANY($2::uuid[]) AND heard.plays >= $3 GROUP BY heard.artist_id
"""
WORDS = "SELECT album_key, word, title, artist FROM recommendation_words WHERE user_id = $1"
SAY = """
INSERT INTO recommendation_words AS said (user_id, album_key, word, title, artist, said_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id, album_key) DO UPDATE SET word = excluded.word, said_at = excluded.said_at
"""
UNSAY = "DELETE FROM recommendation_words WHERE user_id = $1 AND album_key = $2 RETURNING word, title, artist"
NAMED = """
SELECT title, artist FROM (
  SELECT title, artist, 1 AS place FROM user_recommendations WHERE user_id = $1 AND album_key = $2
  UNION ALL SELECT title, artist, 2 FROM recommendation_words WHERE user_id = $1 AND album_key = $2
  UNION ALL SELECT album.title, artist.name, 3
  FROM heard_albums AS album JOIN artists AS artist ON artist.id = album.artist_id WHERE album.id = $2
) AS found ORDER BY place LIMIT 1
"""
KEEP = """
INSERT INTO user_recommendations AS kept (club_id, user_id, album_key, place, title, artist, score, reasons, basis,
  computed_at)
SELECT $1, $2, list.album_key, list.place, list.title, list.artist, list.score, list.reasons::jsonb, $8, $9
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::float8[], $7::text[])
  WITH ORDINALITY AS list (album_key, title, artist, score, reasons, place)
ORDER BY list.album_key
ON CONFLICT (club_id, user_id, album_key) DO UPDATE SET place = excluded.place, title = excluded.title,
  artist = excluded.artist, score = excluded.score, reasons = excluded.reasons, basis = excluded.basis,
  computed_at = excluded.computed_at
"""
DROP_OLD = """
DELETE FROM user_recommendations WHERE club_id = $1 AND user_id = $2 AND NOT album_key = ANY($3::uuid[])
"""
LETTER = (
    "SELECT next_at IS NOT NULL, closed_at IS NOT NULL FROM recommendation_letters WHERE club_id = $1 AND user_id = $2"
)
TURN_ON = """
INSERT INTO recommendation_letters AS letter (club_id, user_id, asked_at, next_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (club_id, user_id) DO UPDATE SET asked_at = excluded.asked_at, next_at = excluded.next_at, closed_at = NULL
WHERE letter.next_at IS NULL RETURNING true
"""
TURN_OFF = """
DELETE FROM recommendation_letters WHERE club_id = $1 AND user_id = $2 RETURNING next_at IS NOT NULL
"""
CLOSE = """
UPDATE recommendation_letters AS letter SET next_at = NULL, closed_at = $2
FROM linked_accounts AS account
WHERE account.provider = 'discord' AND account.external_id = $1 AND account.user_id = letter.user_id
  AND letter.next_at IS NOT NULL
"""
TOLD = "DELETE FROM recommendation_letters WHERE club_id = $1 AND user_id = $2 AND closed_at IS NOT NULL"
DUE = """
SELECT letter.club_id, letter.user_id, letter.next_at, account.external_id, coalesce(person.zone, club.zone),
  membership.left_at IS NULL
FROM recommendation_letters AS letter
JOIN memberships AS membership ON membership.club_id = letter.club_id AND membership.user_id = letter.user_id
JOIN users AS person ON person.id = letter.user_id
JOIN clubs AS club ON club.id = letter.club_id
JOIN linked_accounts AS account ON account.user_id = letter.user_id AND account.provider = 'discord'
WHERE letter.next_at <= $1 ORDER BY letter.next_at, letter.user_id LIMIT $2 FOR UPDATE OF letter SKIP LOCKED
"""
WRITTEN = """
UPDATE recommendation_letters SET next_at = $3, last_on = coalesce($4, last_on) WHERE club_id = $1 AND user_id = $2
"""
PRESENT = """
SELECT account.user_id FROM linked_accounts AS account
JOIN memberships AS membership ON membership.club_id = $1 AND membership.user_id = account.user_id
WHERE account.provider = 'discord' AND account.external_id = $2 AND membership.left_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Listener:
    """A member whom the club sees, with how close they are to whoever asks; None where nothing can be said."""

    user_id: UUID
    name: str
    score: int | None


@dataclass(frozen=True, slots=True)
class Names:
    """What an album is called, with the key of its artist."""

    title: str
    artist_id: UUID
    artist: str


@dataclass(frozen=True, slots=True)
class PutForward:
    """An album that somebody nominated."""

    album_id: UUID
    user_id: UUID
    settled: bool
    """Its week is closed, and nobody took it out of the race."""
    won: bool
    named: bool
    """Whoever nominated it is here and hides nothing."""
    name: str
    heard: bool
    """Whoever asks heard it with the club."""


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter whose time has come."""

    club_id: UUID
    user_id: UUID
    due_at: datetime
    discord_id: int
    zone: str
    here: bool


async def _inside(session: AsyncSession) -> Any:
    """The driver's own connection, inside the session's transaction from here on."""
    await session.execute(BEGUN)
    return await driving(session)


async def listeners(session: AsyncSession, club_id: UUID, user_id: UUID, limit: int) -> list[Listener]:
    """Those of whom a member may learn something, the closest first."""
    rows = await (await driving(session)).fetch(LISTENERS, club_id, user_id, limit)
    return [Listener(row[0], row[1], None if row[2] < 0 else row[2]) for row in rows]


async def loved(session: AsyncSession, users: Sequence[UUID], *, least: int, limit: int) -> dict[UUID, dict[UUID, int]]:
    """Of each, the albums they heard most, with how often."""
    found: dict[UUID, dict[UUID, int]] = {user_id: {} for user_id in users}
    for user_id, album_id, plays in await (await driving(session)).fetch(LOVED, list(users), least, limit):
        found[user_id][album_id] = plays
    return found


async def heard_names(session: AsyncSession, albums: Sequence[UUID]) -> dict[UUID, Names]:
    """What albums are called, as players name them."""
    rows = await (await driving(session)).fetch(HEARD_NAMES, list(albums))
    return {row[0]: Names(row[1], row[2], row[3]) for row in rows}


async def own_albums(session: AsyncSession, user_id: UUID) -> dict[UUID, int]:
    """Every album of which a member heard anything, with how often."""
    return {row[0]: row[1] for row in await (await driving(session)).fetch(OWN_ALBUMS, user_id)}


async def own_artists(session: AsyncSession, user_id: UUID, now: datetime) -> list[tuple[UUID, int, float]]:
    """Every artist a member heard, how often, and how many days ago last."""
    rows = await (await driving(session)).fetch(OWN_ARTISTS, user_id, now)
    return [(row[0], row[1], max(0.0, float(row[2]))) for row in rows]


async def ratings(session: AsyncSession, club_id: UUID, user_id: UUID | None) -> list[tuple[UUID, UUID, float]]:
    """Who rated which album of the catalogue how: everybody in closed weeks, the one who asks in all."""
    return [(row[0], row[1], row[2]) for row in await (await driving(session)).fetch(RATINGS, club_id, user_id)]


async def put_forward(session: AsyncSession, club_id: UUID, user_id: UUID | None) -> list[PutForward]:
    """Every album that was ever nominated in a club, the latest first."""
    return [PutForward(*row) for row in await (await driving(session)).fetch(PUT_FORWARD, club_id, user_id)]


async def shelved(session: AsyncSession, club_id: UUID) -> list[tuple[UUID, UUID]]:
    """Who keeps which album of the catalogue for later."""
    return [(row[0], row[1]) for row in await (await driving(session)).fetch(SHELVED, club_id)]


async def catalogue_names(session: AsyncSession, albums: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Title and artist of albums of the catalogue."""
    return {row[0]: (row[1], row[2]) for row in await (await driving(session)).fetch(CATALOGUE, list(albums))}


async def listed_tracks(session: AsyncSession, albums: Sequence[UUID]) -> list[tuple[UUID, str | None, str]]:
    """Album, artist (where it is its own) and title of every track of these albums."""
    return [(row[0], row[1], row[2]) for row in await (await driving(session)).fetch(LISTED, list(albums))]


async def heard_works(session: AsyncSession, user_id: UUID, works: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these works a member has heard."""
    return frozenset(row[0] for row in await (await driving(session)).fetch(HEARD_WORKS, user_id, list(works)))


async def artist_hearers(session: AsyncSession, club_id: UUID, artists: Sequence[UUID], least: int) -> dict[UUID, int]:
    """How many of those whom the club sees hear so much of these artists."""
    rows = await (await driving(session)).fetch(ARTIST_HEARERS, club_id, list(artists), least)
    return {row[0]: row[1] for row in rows}


# --- words ----------------------------------------------------------------------------------------------------------


async def words_of(session: AsyncSession, user_id: UUID) -> list[tuple[UUID, str, str, str]]:
    """What a member said to albums: key, word, title, artist."""
    return [(row[0], row[1], row[2], row[3]) for row in await (await driving(session)).fetch(WORDS, user_id)]


async def say(
    session: AsyncSession, user_id: UUID, album: UUID, word: str, *, title: str, artist: str, now: datetime
) -> None:
    """A member says something to an album; of several words the last counts."""
    await (await _inside(session)).execute(SAY, user_id, album, word, title[:500], artist[:500], now)


async def unsay(session: AsyncSession, user_id: UUID, album: UUID) -> tuple[str, str, str] | None:
    """A member takes their word back: it, title and artist; None where there was none."""
    row = await (await _inside(session)).fetchrow(UNSAY, user_id, album)
    return None if row is None else (row[0], row[1], row[2])


async def named(session: AsyncSession, user_id: UUID | None, album: UUID) -> tuple[str, str] | None:
    """Title and artist of an album that a member was shown; None where nobody knows it."""
    row = await (await driving(session)).fetchrow(NAMED, user_id, album)
    return None if row is None else (row[0], row[1])


async def present(session: AsyncSession, club_id: UUID, discord_id: int) -> UUID | None:
    """The member of a club behind a Discord account; None for who is not there."""
    return await (await driving(session)).fetchval(PRESENT, club_id, str(discord_id))


async def keep(
    session: AsyncSession,
    club_id: UUID,
    user_id: UUID,
    listed: Sequence[tuple[UUID, str, str, float, str]],
    *,
    basis: str,
    now: datetime,
) -> None:
    """A member's list is this from now on: key, title, artist, score and the kinds of reasons as JSON, in order."""
    connection = await _inside(session)
    keys = [key for key, *_ in listed]
    titles, artists = [one[1][:500] for one in listed], [one[2][:500] for one in listed]
    scores, reasons = [one[3] for one in listed], [one[4] for one in listed]
    await connection.execute(KEEP, club_id, user_id, keys, titles, artists, scores, reasons, basis, now)
    await connection.execute(DROP_OLD, club_id, user_id, keys)


# --- letters --------------------------------------------------------------------------------------------------------


async def letter(session: AsyncSession, club_id: UUID, user_id: UUID) -> tuple[bool, bool]:
    """Whether a member's letter is on, and whether Discord has closed it."""
    row = await (await driving(session)).fetchrow(LETTER, club_id, user_id)
    return (False, False) if row is None else (row[0], row[1])


async def turn_on(session: AsyncSession, club_id: UUID, user_id: UUID, *, now: datetime, next_at: datetime) -> bool:
    """A member wants letters; False where they get them already."""
    return bool(await (await _inside(session)).fetchval(TURN_ON, club_id, user_id, now, next_at))


async def turn_off(session: AsyncSession, club_id: UUID, user_id: UUID) -> bool:
    """A member wants no letters; False where they get none."""
    return bool(await (await _inside(session)).fetchval(TURN_OFF, club_id, user_id))


async def close_letters(session: AsyncSession, discord_id: int, now: datetime) -> None:
    """Discord let no letter through to this person: none is written until they ask again."""
    await (await _inside(session)).execute(CLOSE, str(discord_id), now)


async def told_of_close(session: AsyncSession, club_id: UUID, user_id: UUID) -> None:
    """A member was told that their letter is off."""
    await (await _inside(session)).execute(TOLD, club_id, user_id)


async def due_letters(session: AsyncSession, now: datetime, limit: int) -> list[DueLetter]:
    """Letters whose time has come, held until the transaction ends; others that look find them not."""
    rows = await (await _inside(session)).fetch(DUE, now, limit)
    return [DueLetter(row[0], row[1], row[2], int(row[3]), row[4], row[5]) for row in rows]


async def written(session: AsyncSession, due: DueLetter, *, next_at: datetime, on: datetime | None) -> None:
    """A letter was written (`on` a day of the zone), or passed over; the next one has its time."""
    day = None if on is None else on.date()
    await (await _inside(session)).execute(WRITTEN, due.club_id, due.user_id, next_at, day)
