"""What members did and heard lately, read from the rows that tell it; who may be told is for others to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.rules import Rules
from bot.domain.taste.feed import KNOWN_FOR, NEW_ARTIST_PLAYS, Discovery

INSTANT = DateTime(timezone=True)
ROWS = 2_000
"""No more rows of a kind are looked at: a feed is read from its beginning."""
ANNOUNCED = "week.phase IN ('listening', 'ratings', 'closed')"
MOMENT = (bindparam("since", type_=INSTANT), bindparam("until", type_=INSTANT))
USERS = bindparam("users", type_=ARRAY(Uuid()))


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a member did in a week of the club."""

    user_id: UUID
    at: datetime
    week_id: UUID
    number: int
    opens_on: date
    title: str
    artist: str


@dataclass(frozen=True, slots=True)
class GivenRating:
    """A rating, with what decides who may see it."""

    given: Given
    score: Decimal
    blind: bool
    closed: bool
    reader_rated: bool


@dataclass(frozen=True, slots=True)
class Winner:
    """An album that the club heard."""

    week_id: UUID
    number: int
    opens_on: date
    title: str
    artist: str


def _of_week(at: str) -> str:
    return f"row.user_id, {at}, week.id, week.number, week.opens_on, album.title, album.artist"


RATINGS = text(f"""
SELECT {_of_week("row.rated_at")}, row.score, week.rules, week.phase = 'closed', EXISTS (
  SELECT FROM ratings AS own
  WHERE own.club_id = row.club_id AND own.week_id = row.week_id AND own.user_id = :reader
)
FROM ratings AS row
JOIN weeks AS week ON week.club_id = row.club_id AND week.id = row.week_id
JOIN albums AS album ON album.id = row.album_id
WHERE row.club_id = :club AND row.user_id = ANY(:users) AND row.rated_at > :since AND row.rated_at <= :until
  AND {ANNOUNCED}
ORDER BY row.rated_at DESC LIMIT {ROWS}
""").bindparams(*MOMENT, USERS)
WINS = text(f"""
SELECT {_of_week("week.poll_close_at")}
FROM weeks AS week
JOIN nominations AS row ON row.club_id = week.club_id AND row.id = week.winner_id
JOIN albums AS album ON album.id = row.album_id
WHERE week.club_id = :club AND row.user_id = ANY(:users) AND NOT row.host_pick
  AND week.poll_close_at > :since AND week.poll_close_at <= :until AND {ANNOUNCED}
ORDER BY week.poll_close_at DESC LIMIT {ROWS}
""").bindparams(*MOMENT, USERS)
SAID = text(f"""
SELECT {_of_week("row.heard_at")}
FROM hearings AS row
JOIN weeks AS week ON week.club_id = row.club_id AND week.id = row.week_id
JOIN nominations AS winner ON winner.club_id = week.club_id AND winner.id = week.winner_id
JOIN albums AS album ON album.id = winner.album_id
WHERE row.club_id = :club AND row.user_id = ANY(:users) AND row.said
  AND row.heard_at > :since AND row.heard_at <= :until AND {ANNOUNCED}
ORDER BY row.heard_at DESC LIMIT {ROWS}
""").bindparams(*MOMENT, USERS)
WINNERS = text(f"""
SELECT week.id, week.number, week.opens_on, album.title, album.artist
FROM weeks AS week
JOIN nominations AS winner ON winner.club_id = week.club_id AND winner.id = week.winner_id
JOIN albums AS album ON album.id = winner.album_id
WHERE week.club_id = :club AND {ANNOUNCED}
ORDER BY week.number
""")
FIRST_OF_ALBUMS = text(f"""
SELECT user_id, album_id, first_at FROM album_plays
WHERE user_id = ANY(:users) AND album_id = ANY(:albums) AND first_at > :since AND first_at <= :until
ORDER BY first_at DESC LIMIT {ROWS}
""").bindparams(*MOMENT, USERS, bindparam("albums", type_=ARRAY(Uuid())))
DISCOVERED = text(f"""
SELECT counter.user_id, artist.name, counter.first_at, counter.plays
FROM unnest(:users) AS person (id)
CROSS JOIN LATERAL (
  SELECT played_at FROM listen_events WHERE user_id = person.id AND counts ORDER BY played_at LIMIT 1
) AS first
JOIN artist_plays AS counter ON counter.user_id = person.id
JOIN artists AS artist ON artist.id = counter.artist_id
WHERE counter.first_at > :since AND counter.first_at <= :until AND counter.plays >= {NEW_ARTIST_PLAYS}
  AND counter.first_at >= first.played_at + :known
ORDER BY counter.first_at DESC LIMIT {ROWS}
""").bindparams(*MOMENT, USERS)
TOTALS = text("""
SELECT person.id, (SELECT sum(plays) FROM artist_plays WHERE user_id = person.id), (
  SELECT count(*) FROM listen_events WHERE user_id = person.id AND counts AND played_at > :since
), (SELECT count(*) FROM listen_events WHERE user_id = person.id AND counts AND played_at > :until)
FROM unnest(:users) AS person (id)
""").bindparams(*MOMENT, USERS)
NTH = text("""
SELECT played_at FROM listen_events WHERE user_id = :user AND counts
ORDER BY played_at DESC OFFSET :newer LIMIT 1
""")


async def ratings(session: AsyncSession, club_id: UUID, reader: UUID, **asked: Any) -> list[GivenRating]:
    """Ratings that some members gave, latest first; not judged yet by whether the reader may see them."""
    rows = await session.execute(RATINGS, {"club": club_id, "reader": reader, **asked})
    return [
        GivenRating(Given(*row[:7]), row[7], Rules.from_dict(row[8]).blind_ratings, row[9], row[10]) for row in rows
    ]


async def wins(session: AsyncSession, club_id: UUID, **asked: Any) -> list[Given]:
    """Nominations of some members that won, latest first; not what a host picked."""
    return [Given(*row) for row in await session.execute(WINS, {"club": club_id, **asked})]


async def said_heard(session: AsyncSession, club_id: UUID, **asked: Any) -> list[Given]:
    """Albums of the club that some members said they have heard, latest first."""
    return [Given(*row) for row in await session.execute(SAID, {"club": club_id, **asked})]


async def winners(session: AsyncSession, club_id: UUID) -> list[Winner]:
    """Every album that the club heard, by its week."""
    return [Winner(*row) for row in await session.execute(WINNERS, {"club": club_id})]


async def first_of_albums(
    session: AsyncSession, albums: Sequence[UUID], **asked: Any
) -> list[tuple[UUID, UUID, datetime]]:
    """Who heard which of some albums (as players name them) for the first time, and when; latest first."""
    rows = await session.execute(FIRST_OF_ALBUMS, {"albums": list(albums), **asked})
    return [(row[0], row[1], row[2]) for row in rows]


async def discovered(session: AsyncSession, **asked: Any) -> list[Discovery]:
    """Artists that some members heard for the first time, as far as it is known what they heard before."""
    return [Discovery(*row) for row in await session.execute(DISCOVERED, {"known": KNOWN_FOR, **asked})]


async def play_counts(session: AsyncSession, **asked: Any) -> list[tuple[UUID, int, int, int]]:
    """How many plays some members had at `since`, at `until`, and have now."""
    rows = await session.execute(TOTALS, asked)
    return [(row[0], (row[1] or 0) - row[2], (row[1] or 0) - row[3], row[1] or 0) for row in rows]


async def nth_play(session: AsyncSession, user_id: UUID, newer: int) -> datetime | None:
    """When somebody's play began that so many are newer than."""
    return await session.scalar(NTH, {"user": user_id, "newer": newer})
