"""What is known of artists and albums: genres, countries, decades; what was told, and who is asked next."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.taste.facts import Fact, Of, Subject, Teller, Told, Traits
from db.session import driving

TRAITS = """
SELECT trait.subject_id, trait.fact, trait.value, trait.share, trait.sources
FROM taste_subjects AS subject
JOIN taste_traits AS trait USING (kind, subject_id, rev)
WHERE subject.kind = $1 AND subject.subject_id = ANY($2::uuid[])
ORDER BY trait.subject_id, trait.share DESC, trait.value
"""
KEEP_LOUDNESS = text("""
INSERT INTO track_features (track_id, source, loudness, version, measured_at)
VALUES (:track_id, 'own', :loudness, 'EBU R128', :now)
ON CONFLICT (track_id, source) DO UPDATE SET loudness = excluded.loudness, version = excluded.version,
  measured_at = excluded.measured_at
""")
TOLD = "SELECT source, tags, country, year, found FROM taste_told WHERE kind = $1 AND subject_id = $2"
KEEP_TOLD = """
INSERT INTO taste_told (kind, subject_id, source, tags, country, year, found, fetched_at)
VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8)
ON CONFLICT (kind, subject_id, source) DO UPDATE SET tags = excluded.tags, country = excluded.country,
  year = excluded.year, found = excluded.found, fetched_at = excluded.fetched_at
"""
HOLD_HEARERS = text("""
SELECT user_id FROM taste_states WHERE user_id IN (
  SELECT user_id FROM taste_weights WHERE kind = :kind AND subject_id = :subject_id AND scope = 'all'
  UNION SELECT user_id FROM taste_priors WHERE artists @> ARRAY[CAST(:subject_id AS uuid)]
) ORDER BY user_id FOR NO KEY UPDATE
""")
"""Whoever refreshes a profile holds its state first, and what it is made of then: so is it held here."""
HOLD = """
INSERT INTO taste_subjects AS subject (kind, subject_id) VALUES ($1, $2)
ON CONFLICT (kind, subject_id) DO UPDATE SET rev = subject.rev RETURNING rev
"""
ADD_TRAITS = """
INSERT INTO taste_traits (kind, subject_id, rev, fact, value, share, sources)
SELECT $1, $2, $3, fact, value, share, string_to_array(sources, ',')
FROM unnest($4::text[], $5::text[], $6::smallint[], $7::text[]) AS trait (fact, value, share, sources)
"""
MOVE_ON = "UPDATE taste_subjects SET rev = $3, version = $4 WHERE kind = $1 AND subject_id = $2"
STAND = "UPDATE taste_subjects SET version = $3 WHERE kind = $1 AND subject_id = $2"
MARK_HEARERS = """
WITH marked AS (
  INSERT INTO taste_stale_subjects (user_id, kind, subject_id)
  SELECT user_id, kind, subject_id FROM taste_weights
  WHERE kind = $1 AND subject_id = $2 AND scope = 'all' ORDER BY user_id
  ON CONFLICT (user_id, kind, subject_id) DO UPDATE SET kind = excluded.kind
  RETURNING user_id
)
UPDATE taste_states AS state SET stale = true FROM marked WHERE state.user_id = marked.user_id AND NOT state.stale
"""
"""A mark that stands is written anew, so that whoever works it off at this moment is waited for."""
MARK_PRIORS = """
UPDATE taste_states SET stale = true WHERE NOT stale
  AND user_id IN (SELECT user_id FROM taste_priors WHERE artists @> ARRAY[$1::uuid])
"""
"""What services say a member likes is understood by its artists' genres."""


async def keep_loudness(session: AsyncSession, track_id: UUID, loudness: float | None, now: datetime) -> None:
    """How loud a member's own track is, as we measured its latest version (LUFS, EBU R128); no other figure is ours."""
    await session.execute(KEEP_LOUDNESS, {"track_id": track_id, "loudness": loudness, "now": now})


async def traits_of_subjects(session: AsyncSession, of: Of, subjects: Collection[UUID]) -> dict[UUID, Traits]:
    """What is known of artists or albums; who is missing here is unknown.

    Genres are told as thousandths of the whole, strongest first, narrow ones (`shoegaze`) as they are: what each is a
    kind of says `bot.domain.taste.genres.lineage`.
    """
    raw = await driving(session)
    rows: dict[UUID, list[tuple[str, str, int, list[str]]]] = {}
    for subject_id, fact, value, share, sources in await raw.fetch(TRAITS, of.value, list(subjects)):
        rows.setdefault(subject_id, []).append((fact, value, share, sources))
    return {subject_id: _traits(told) for subject_id, told in rows.items()}


async def genres_of_artists(session: AsyncSession, artists: Collection[UUID]) -> dict[UUID, Mapping[str, int]]:
    """The genres of artists (`artists.id`), in thousandths; only those of whom any is known."""
    found = await traits_of_subjects(session, Of.ARTIST, artists)
    return {key: traits.genres for key, traits in found.items() if traits.genres}


async def genres_of_albums(session: AsyncSession, albums: Collection[UUID]) -> dict[UUID, Mapping[str, int]]:
    """The genres of albums as players name them (`heard_albums.id`), in thousandths; only of the known.

    The key of an album of the catalogue is `bot.domain.listening.names.heard_album_id(artist, title)`.
    """
    found = await traits_of_subjects(session, Of.ALBUM, albums)
    return {key: traits.genres for key, traits in found.items() if traits.genres}


def _traits(rows: Iterable[tuple[str, str, int, Sequence[str]]]) -> Traits:
    genres: dict[str, int] = {}
    country, decade = "", None
    tellers: dict[Fact, tuple[Teller, ...]] = {}
    for fact, value, share, sources in rows:
        tellers[Fact(fact)] = tuple(Teller(source) for source in sources)
        if fact == Fact.GENRE:
            genres[value] = share
        elif fact == Fact.COUNTRY:
            country = value
        else:
            decade = int(value)
    return Traits(genres, country, decade, tellers)


@dataclass(frozen=True, slots=True)
class Known:
    """What was told of a subject so far, while it is held."""

    rev: int
    told: tuple[Told, ...]
    traits: Traits


async def hold_subject(session: AsyncSession, subject: Subject) -> Known:
    """Keep everybody else from an artist's or album's facts until the transaction ends; what is known of it."""
    key = (subject.of.value, subject.id)
    # By the session itself, which begins its transaction with that: what the driver is asked then belongs to it.
    await session.execute(HOLD_HEARERS, dict(zip(("kind", "subject_id"), key, strict=True)))
    raw = await driving(session)
    rev = await raw.fetchval(HOLD, *key)
    told = tuple(
        Told(Teller(source), tuple((tag, weight) for tag, weight in tags), country, year, found)
        for source, tags, country, year, found in await raw.fetch(TOLD, *key)
    )
    traits = (await traits_of_subjects(session, subject.of, [subject.id])).get(subject.id, Traits())
    return Known(rev, told, traits)


async def keep_told(session: AsyncSession, subject: Subject, told: Told, now: datetime) -> None:
    """What a source tells replaces what it told before."""
    raw = await driving(session)
    await raw.execute(
        KEEP_TOLD,
        subject.of.value,
        subject.id,
        told.teller.value,
        json.dumps([list(pair) for pair in told.tags]),
        told.country,
        told.year,
        told.found,
        now,
    )


async def keep_traits(session: AsyncSession, subject: Subject, known: Known, traits: Traits, *, version: int) -> bool:
    """What is derived of what was told; where it differs from what stood, all who hear the subject are marked stale."""
    raw = await driving(session)
    key = (subject.of.value, subject.id)
    if traits.shares() == known.traits.shares():
        await raw.execute(STAND, *key, version)
        return False
    rows = traits.shares()
    columns = (
        [fact.value for fact, _, _, _ in rows],
        [value for _, value, _, _ in rows],
        [share for _, _, share, _ in rows],
        [",".join(teller.value for teller in tellers) for _, _, _, tellers in rows],
    )
    await raw.execute(ADD_TRAITS, *key, known.rev + 1, *columns)
    await raw.execute(MOVE_ON, *key, known.rev + 1, version)
    await raw.execute(MARK_HEARERS, *key)
    await raw.execute(MARK_PRIORS, subject.id)
    return True
