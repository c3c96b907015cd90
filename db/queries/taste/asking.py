"""Who asks about which artists and albums: claims, what was told of them when, and what the club itself knows."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.names import artist_id, artist_key, heard_album_id, title_key
from bot.domain.taste.asking import FEWEST_ALBUM_PLAYS, Claimed, ToldAt
from bot.domain.taste.facts import Of, Subject, Teller, Told
from db.session import driving

UNASKED = """
(SELECT kind, subject_id FROM taste_subjects
 WHERE kind = {kind} AND due_at IS NULL AND plays >= {plays} ORDER BY plays DESC LIMIT {most})
"""
AGAIN = "(SELECT kind, subject_id FROM taste_subjects WHERE due_at <= {now} ORDER BY due_at LIMIT {most})"
LIKED = """
(SELECT kind, subject_id FROM taste_subjects WHERE kind = 'artist' AND due_at IS NULL
   AND subject_id IN (SELECT unnest(artists) FROM taste_priors) LIMIT $3)
"""
"""Artists whom services say members like come early: who has heard little here is known by them."""
ANY_DUE = f"""
SELECT EXISTS {UNASKED.format(kind="'artist'", plays="0", most="1")}
  OR EXISTS {UNASKED.format(kind="'album'", plays=FEWEST_ALBUM_PLAYS, most="1")}
  OR EXISTS {AGAIN.format(now="$1", most="1")}
"""
CLAIM = f"""
WITH due AS (
  SELECT subject.kind, subject.subject_id FROM (
    {UNASKED.format(kind="'artist'", plays="0", most="$3")}
    UNION ALL {UNASKED.format(kind="'album'", plays=FEWEST_ALBUM_PLAYS, most="$4")}
    UNION ALL {AGAIN.format(now="$1", most="$3")}
    UNION ALL {LIKED}
  ) AS wanted JOIN taste_subjects AS subject USING (kind, subject_id)
  WHERE subject.due_at IS NULL OR subject.due_at <= $1
  FOR UPDATE OF subject SKIP LOCKED
)
UPDATE taste_subjects AS subject SET due_at = $2 FROM due
WHERE subject.kind = due.kind AND subject.subject_id = due.subject_id
RETURNING subject.kind, subject.subject_id, subject.failures, subject.plays
"""
NAMED = """
SELECT 'artist', id, name, '' FROM artists WHERE id = ANY($1::uuid[])
UNION ALL
SELECT 'album', album.id, artist.name, album.title
FROM heard_albums AS album JOIN artists AS artist ON artist.id = album.artist_id WHERE album.id = ANY($2::uuid[])
"""
TOLD_AT = """
SELECT told.kind, told.subject_id, told.source, told.fetched_at, told.found
FROM unnest($1::text[], $2::uuid[]) AS asked (kind, id)
JOIN taste_told AS told ON told.kind = asked.kind AND told.subject_id = asked.id
"""
EXTEND = "UPDATE taste_subjects SET due_at = $4 WHERE kind = $1 AND subject_id = $2 AND due_at = $3 RETURNING rev"
SETTLE = """
UPDATE taste_subjects SET due_at = $4, failures = $5 WHERE kind = $1 AND subject_id = $2 AND due_at = $3 RETURNING rev
"""
GIVE_BACK = """
UPDATE taste_subjects AS subject SET due_at = CASE WHEN EXISTS (
  SELECT FROM taste_told AS told WHERE told.kind = subject.kind AND told.subject_id = subject.subject_id
) THEN $4::timestamptz END
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS claimed (kind, id, until)
WHERE subject.kind = claimed.kind AND subject.subject_id = claimed.id AND subject.due_at = claimed.until
"""
ASK_NEW = """
UPDATE taste_subjects AS subject SET due_at = NULL WHERE subject.due_at > $2 AND subject.failures = 0
  AND EXISTS (SELECT FROM taste_told AS told WHERE told.kind = subject.kind
    AND told.subject_id = subject.subject_id AND told.source IN ('lastfm', 'musicbrainz'))
  AND NOT EXISTS (SELECT FROM taste_told AS told WHERE told.kind = subject.kind
    AND told.subject_id = subject.subject_id AND told.source = $1)
"""
HOW_FAR = """
SELECT count(*), count(*) FILTER (WHERE rev > 0), count(*) FILTER (WHERE due_at IS NULL)
FROM taste_subjects WHERE kind = 'artist' AND plays > 0
"""
OUTDATED = """
SELECT kind, subject_id FROM taste_subjects
WHERE (kind, subject_id) > ($2, $3::uuid) AND version > 0 AND version <> $1 ORDER BY kind, subject_id LIMIT $4
"""
OF_THE_CLUB = """
SELECT album.artist, album.title, album.year, album.genres FROM albums AS album
WHERE EXISTS (SELECT FROM nominations WHERE album_id = album.id)
  OR EXISTS (SELECT FROM ratings WHERE album_id = album.id)
"""
TOLD_BY_CATALOGUE = """
SELECT subject_id, tags, year FROM taste_told
WHERE kind = 'album' AND source = 'catalogue' AND subject_id = ANY($1::uuid[])
"""
ADD_ARTISTS = """
INSERT INTO artists (id, name, name_key)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, name, name_key) ORDER BY id ON CONFLICT DO NOTHING
"""
ADD_ALBUMS = """
INSERT INTO heard_albums (id, artist_id, title, title_key)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS new (id, artist_id, title, title_key)
ORDER BY id ON CONFLICT DO NOTHING
"""
ADD_SUBJECTS = """
INSERT INTO taste_subjects (kind, subject_id)
SELECT kind, id FROM unnest($1::text[], $2::uuid[]) AS new (kind, id) ORDER BY kind, id ON CONFLICT DO NOTHING
"""


async def how_far(session: AsyncSession) -> tuple[int, int, int]:
    """Artists that are heard; of how many something is known; how many nobody was asked about yet."""
    return tuple(await (await driving(session)).fetchrow(HOW_FAR))


async def any_due(session: AsyncSession, now: datetime) -> bool:
    """Whether there is an artist or album that somebody is to be asked about."""
    return bool(await (await driving(session)).fetchval(ANY_DUE, now))


async def claim(session: AsyncSession, *, now: datetime, until: datetime, artists: int, albums: int) -> list[Claimed]:
    """Artists and albums that are asked about next, most heard first; `until` then nobody else gets them."""
    raw = await driving(session)
    claimed: list[tuple[str, UUID, int, int]] = [
        tuple(row) for row in await raw.fetch(CLAIM, now, until, artists, albums)
    ]
    rows = sorted(claimed, key=lambda row: (-row[3], row[0] != Of.ARTIST, row[1]))
    of_kind = {of: [row[1] for row in rows if row[0] == of] for of in Of}
    names = {
        (kind, key): (artist, title)
        for kind, key, artist, title in await raw.fetch(NAMED, of_kind[Of.ARTIST], of_kind[Of.ALBUM])
    }
    told = await _told_at(raw, [(row[0], row[1]) for row in rows])
    return [
        Claimed(Subject(Of(kind), key), *names.get((kind, key), ("", "")), until, failures, told.get((kind, key), {}))
        for kind, key, failures, _ in rows
    ]


async def _told_at(raw: Any, keys: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], dict[Teller, ToldAt]]:
    found: dict[tuple[str, UUID], dict[Teller, ToldAt]] = {}
    columns = [kind for kind, _ in keys], [key for _, key in keys]
    for kind, key, source, at, was_found in await raw.fetch(TOLD_AT, *columns):
        found.setdefault((kind, key), {})[Teller(source)] = ToldAt(at, was_found)
    return found


async def extend(session: AsyncSession, claimed: Claimed, until: datetime) -> Claimed | None:
    """Keep what is claimed for longer; None where it is in other hands by now."""
    raw = await driving(session)
    key = (claimed.subject.of.value, claimed.subject.id)
    if await raw.fetchval(EXTEND, *key, claimed.until, until) is None:
        return None
    told = await _told_at(raw, [key])
    return replace(claimed, until=until, told=told.get(key, {}))


async def settle(session: AsyncSession, claimed: Claimed, *, due_at: datetime, failures: int) -> bool:
    """Somebody is asked about it again then; False where it is in other hands by now."""
    raw = await driving(session)
    key = (claimed.subject.of.value, claimed.subject.id)
    return await raw.fetchval(SETTLE, *key, claimed.until, due_at, failures) is not None


async def give_back(session: AsyncSession, claims: Collection[Claimed], now: datetime) -> None:
    """What nobody was asked about after all is due as it was."""
    raw = await driving(session)
    columns = (
        [one.subject.of.value for one in claims],
        [one.subject.id for one in claims],
        [one.until for one in claims],
    )
    await raw.execute(GIVE_BACK, *columns, now)


async def ask_new(session: AsyncSession, teller: Teller, after: datetime) -> None:
    """A source that never told of what others told of is asked as soon as it can be, though all seems to be asked."""
    await (await driving(session)).execute(ASK_NEW, teller.value, after)


async def outdated(session: AsyncSession, *, version: int, after: Subject | None, most: int) -> list[Subject]:
    """Artists and albums whose traits were derived by another mapping, in the order of their keys."""
    raw = await driving(session)
    behind = (after.of.value, after.id) if after is not None else ("", UUID(int=0))
    return [Subject(Of(kind), key) for kind, key in await raw.fetch(OUTDATED, version, *behind, most)]


async def told_by_catalogue(session: AsyncSession) -> dict[UUID, tuple[str, str, Told]]:
    """What the catalogue tells of albums that were nominated or rated, where it is not written down yet.

    By the keys of albums as players name them, with artist and title.
    """
    raw = await driving(session)
    found: dict[UUID, tuple[str, str, Told]] = {}
    for artist, title, year, genres in await raw.fetch(OF_THE_CLUB):
        # The strongest come first; how strong they are is not told.
        tags = tuple((genre.lower(), 1 / place) for place, genre in enumerate(genres, start=1))
        found[heard_album_id(artist, title)] = (artist, title, Told(Teller.CATALOGUE, tags, year=year))
    for key, tags, year in await raw.fetch(TOLD_BY_CATALOGUE, list(found)):
        told = found[key][2]
        if (told.tags, told.year) == (tuple((tag, weight) for tag, weight in tags), year):
            del found[key]
    return found


async def add_names(session: AsyncSession, artists: Collection[str], albums: Iterable[tuple[str, str]] = ()) -> None:
    """Artists, and albums with their artists, that nobody may have heard are something to ask about from now on."""
    raw = await driving(session)
    titled: Mapping[UUID, tuple[str, str]] = {heard_album_id(*names): names for names in albums}
    named = {artist_id(name): name for name in [*artists, *(artist for artist, _ in titled.values())]}
    await raw.execute(ADD_ARTISTS, list(named), list(named.values()), [artist_key(name) for name in named.values()])
    await raw.execute(
        ADD_ALBUMS,
        list(titled),
        [artist_id(artist) for artist, _ in titled.values()],
        [title for _, title in titled.values()],
        [title_key(title) for _, title in titled.values()],
    )
    kinds = [Of.ARTIST.value] * len(named) + [Of.ALBUM.value] * len(titled)
    await raw.execute(ADD_SUBJECTS, kinds, [*named, *titled])
