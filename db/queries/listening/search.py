"""What of the things a club has heard is meant: while somebody types, by a key, or by names."""

# asyncpg ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.charts import Kind, Subject
from db.queries.listening.reading import SUBJECTS, VISIBLE

CHARTED_WEEKS = 8
"""The club's latest weeks whose charts are offered at once."""
CHARTED = 150
"""Of each of those, so many."""
BEGUN = 40
"""Names that begin as typed, looked at whatever the club heard of them."""

_PARTS = {
    Kind.ARTIST: "SELECT id, name AS title, '' AS artist, name_key AS key, '' AS artist_key FROM artists",
    Kind.ALBUM: """SELECT album.id, title, artist.name AS artist, title_key AS key, artist.name_key AS artist_key
      FROM heard_albums AS album JOIN artists AS artist ON artist.id = artist_id""",
    Kind.TRACK: """SELECT id, title, artist, title_key AS key, lower(artist) AS artist_key
      FROM tracks WHERE title_key IS NOT NULL""",
}
_BEGUN = {
    Kind.ARTIST: "SELECT id FROM artists WHERE name_key ~>=~ $3 AND name_key ~<~ $4 ORDER BY name_key USING ~<~",
    Kind.ALBUM: "SELECT id FROM heard_albums WHERE title_key ~>=~ $3 AND title_key ~<~ $4 ORDER BY title_key USING ~<~",
    Kind.TRACK: """SELECT id FROM tracks WHERE title_key ~>=~ $3 AND title_key ~<~ $4 AND title_key IS NOT NULL
      ORDER BY title_key USING ~<~""",
}
_MEMBER = """SELECT FROM memberships AS membership JOIN users AS person ON person.id = membership.user_id
  WHERE membership.club_id = $1 AND membership.left_at IS NULL"""
_CHARTED = f"""
SELECT counter.subject_id AS id, counter.plays FROM (
  SELECT last.week_on - 7 * ago AS week_on
  FROM (SELECT max(week_on) AS week_on FROM club_plays WHERE club_id = $1) AS last,
    generate_series(0, {CHARTED_WEEKS - 1}) AS ago
) AS week CROSS JOIN LATERAL (
  SELECT subject_id, plays FROM club_plays
  WHERE club_id = $1 AND week_on = week.week_on AND kind = '{{kind}}' ORDER BY plays DESC LIMIT {CHARTED}
) AS counter"""


def _offered(kind: Kind) -> str:
    charted = _CHARTED.format(kind=kind)
    return f"""
WITH charted AS MATERIALIZED (SELECT id, sum(plays) AS plays FROM ({charted}) AS week GROUP BY id),
begun AS MATERIALIZED (
  SELECT id FROM ({_BEGUN[kind]} LIMIT {BEGUN}) AS near
  WHERE EXISTS ({_MEMBER} AND (person.visibility = 'club' OR person.id = $2)
    AND EXISTS (SELECT FROM {kind}_plays AS counter
      WHERE counter.user_id = membership.user_id AND counter.{kind}_id = near.id))
)
SELECT subject.id, subject.title, subject.artist FROM (
  SELECT id, plays FROM charted UNION ALL SELECT id, 0 FROM begun
) AS found JOIN ({_PARTS[kind]}) AS subject USING (id)
WHERE strpos(subject.key, $3) > 0 OR strpos(subject.artist_key, $3) > 0
GROUP BY subject.id, subject.title, subject.artist, subject.key
ORDER BY subject.key = $3 DESC, starts_with(subject.key, $3) DESC, max(found.plays) DESC, subject.key, subject.id
LIMIT $5"""


OFFERED = {kind: _offered(kind) for kind in Kind}
CHARTED_FIRST = {
    kind: f"""
SELECT subject.id, subject.title, subject.artist FROM (
  SELECT id, sum(plays) AS plays FROM ({_CHARTED.format(kind=kind)}) AS week GROUP BY id ORDER BY 2 DESC, id LIMIT $2
) AS charted JOIN ({SUBJECTS[kind]}) AS subject USING (id) ORDER BY charted.plays DESC, subject.id"""
    for kind in Kind
}
CLUB = "SELECT club.id FROM clubs AS club WHERE guild_id = $1"
USER = "SELECT user_id FROM linked_accounts WHERE provider = 'discord' AND external_id = $1"
NAMED = {kind: text(f"SELECT * FROM ({SUBJECTS[kind]}) AS subject WHERE id = ANY(:ids)") for kind in Kind}
HEARD_HERE = {
    kind: text(f"""
SELECT EXISTS (
  SELECT FROM memberships AS membership JOIN users AS person ON person.id = membership.user_id
  JOIN {kind}_plays AS counter ON counter.user_id = membership.user_id AND counter.{kind}_id = :subject
  WHERE membership.club_id = :club AND membership.left_at IS NULL AND {VISIBLE}
)""")
    for kind in Kind
}


async def club_and_user(connection: Any, guild_id: int, discord_id: int) -> tuple[UUID | None, UUID | None]:
    """The keys of a server's club and of a person, each where there is one."""
    return await connection.fetchval(CLUB, guild_id), await connection.fetchval(USER, str(discord_id))


async def offered(
    connection: Any, kind: Kind, club_id: UUID, viewer: UUID | None, typed: str, *, limit: int
) -> list[Subject]:
    """What a club has heard of a kind, that has the typed beginning of a key in its names; most fitting first."""
    if not typed:
        rows = await connection.fetch(CHARTED_FIRST[kind], club_id, limit)
    else:
        rows = await connection.fetch(OFFERED[kind], club_id, viewer, typed, f"{typed}\U0010ffff", limit)
    return [Subject(kind, *row) for row in rows]


async def named(session: AsyncSession, kind: Kind, ids: Sequence[UUID]) -> list[Subject]:
    """What is known under some keys, in the order of the keys."""
    rows = {row[0]: row for row in await session.execute(NAMED[kind], {"ids": list(ids)})}
    return [Subject(kind, *rows[key]) for key in ids if key in rows]


async def heard_here(session: AsyncSession, club_id: UUID, viewer: UUID | None, subject: Subject) -> bool:
    """Whether a member of the club whom `viewer` may see has heard it."""
    values = {"club": club_id, "viewer": viewer, "subject": subject.id}
    return bool(await session.scalar(HEARD_HERE[subject.kind], values))
