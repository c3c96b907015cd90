"""Counters: how often members heard artists, albums and tracks, and their clubs in a week.

They are derived from the rows that a statement really inserted, in the same statement, so that a play told twice never
counts twice; what is taken away is counted anew.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.dedup import Settled
from bot.domain.listening.telling import Telling
from db.queries.listening.names import HOLD_CLUBS, NewNames
from db.session import driving

KINDS = ("artist", "album", "track")
AWAY = ("started_at", "track_id", "artist_id", "album_id", "counts")
"""What is told of a play that goes."""

SHOWN_TO = """
SELECT listener.club_id, listener.user_id, listener.since, club.zone
FROM club_listeners AS listener JOIN clubs AS club ON club.id = listener.club_id
WHERE listener.user_id = ANY($1::uuid[])
"""
"""The clubs that count what members hear, and since when."""


def _in_weeks(plays: str, shown: str = "shown", heard: str = "count(*)") -> str:
    """Plays, `plays` being a table or CTE of theirs, as each club and week counts them."""
    return f"""
SELECT club_id, week_on, kind, subject_id, sum(heard)::int AS heard FROM (
  SELECT shown.club_id, date_trunc('week', play.played_at AT TIME ZONE shown.zone)::date AS week_on,
    play.artist_id, play.album_id, play.track_id, {heard} AS heard
  FROM {shown} AS shown JOIN {plays} AS play ON play.user_id = shown.user_id AND play.played_at >= shown.since
  WHERE play.counts GROUP BY 1, 2, 3, 4, 5
) AS heard_in_week
CROSS JOIN LATERAL (VALUES ('artist', artist_id), ('album', album_id), ('track', track_id)) AS of (kind, subject_id)
WHERE subject_id IS NOT NULL GROUP BY 1, 2, 3, 4"""


def _upsert(kind: str, plays: str) -> str:
    """Add plays, `plays` being a CTE of theirs, to members' counters of one kind."""
    return f"""
INSERT INTO {kind}_plays AS counter (user_id, {kind}_id, plays, first_at, last_at)
SELECT user_id, {kind}_id, count(*), min(played_at), max(played_at) FROM {plays}
WHERE counts AND {kind}_id IS NOT NULL GROUP BY user_id, {kind}_id
ON CONFLICT (user_id, {kind}_id) DO UPDATE SET plays = counter.plays + excluded.plays,
  first_at = least(counter.first_at, excluded.first_at), last_at = greatest(counter.last_at, excluded.last_at)"""


SHORT = frozenset(("source", "ordinal", "ended_at", "ms_played", "minute", "counts"))
"""Columns that are often the same for all plays of some pages."""

ADD = f"""
WITH told AS (
  SELECT * FROM unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::smallint[], $7::timestamptz[],
    $8::int[], $9::bool[], $10::bool[], $11::uuid[], $12::uuid[], $13::text[])
    AS play (member, played_at, track_id, source, ordinal, ended_at, ms_played, minute, counts, artist_id, album_id,
      also)
), added AS (
  INSERT INTO listen_events (user_id, played_at, track_id, source, ordinal, ended_at, ms_played, resolution, counts,
    artist_id, album_id, also)
  SELECT coalesce(member, ($2::uuid[])[1]), played_at, track_id, coalesce(source, ($5::text[])[1]),
    coalesce(ordinal, ($6::smallint[])[1]), ended_at, ms_played,
    CASE WHEN coalesce(minute, ($9::bool[])[1]) THEN 'minute' ELSE 'second' END,
    coalesce(counts, ($10::bool[])[1]), artist_id, album_id, coalesce(string_to_array(also, ','), '{{}}')
  FROM told
  ON CONFLICT DO NOTHING
  RETURNING user_id, played_at, track_id, artist_id, album_id, counts
), of_artists AS ({_upsert("artist", "added")}
), of_albums AS ({_upsert("album", "added")}
), of_tracks AS ({_upsert("track", "added")}
), gone AS (
  SELECT * FROM unnest($14::uuid[], $15::timestamptz[], $16::uuid[], $17::uuid[], $18::uuid[], $19::bool[])
    AS play (user_id, played_at, track_id, artist_id, album_id, counts)
), new_artists AS (
  INSERT INTO artists (id, name, name_key)
  SELECT * FROM unnest($20::uuid[], $21::text[], $22::text[]) AS new (id, name, name_key) ORDER BY id
  ON CONFLICT DO NOTHING
), new_albums AS (
  INSERT INTO heard_albums (id, artist_id, title, title_key)
  SELECT * FROM unnest($23::uuid[], $24::uuid[], $25::text[], $26::text[]) AS new (id, artist_id, title, title_key)
  ORDER BY id
  ON CONFLICT DO NOTHING
), new_tracks AS (
  INSERT INTO tracks (id, artist, title, title_key, kind)
  SELECT id, artist, title, title_key, 'catalog'
  FROM unnest($27::uuid[], $28::text[], $29::text[], $30::text[]) AS new (id, artist, title, title_key) ORDER BY id
  ON CONFLICT DO NOTHING
), shown AS ({SHOWN_TO}
), changed AS (
  SELECT club_id, week_on, kind, subject_id, sum(heard)::int AS heard FROM (
    {_in_weeks("added")} UNION ALL {_in_weeks("gone", heard="-count(*)")}
  ) AS both_ways GROUP BY 1, 2, 3, 4 HAVING sum(heard) <> 0
), of_clubs AS (
  INSERT INTO club_plays AS counter (club_id, week_on, kind, subject_id, plays)
  SELECT club_id, week_on, kind, subject_id, heard FROM changed WHERE heard > 0
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (club_id, week_on, kind, subject_id) DO UPDATE SET plays = counter.plays + excluded.plays
), of_days AS (
  INSERT INTO taste_stale_days (user_id, day)
  SELECT DISTINCT user_id, (played_at AT TIME ZONE 'UTC')::date FROM (
    SELECT user_id, played_at, counts FROM added UNION ALL SELECT user_id, played_at, counts FROM gone
  ) AS both_ways WHERE counts ORDER BY 1, 2
  ON CONFLICT (user_id, day) DO NOTHING
), of_taste AS (
  INSERT INTO taste_states AS state (user_id) SELECT * FROM unnest($1::uuid[]) AS changed (user_id) ORDER BY 1
  ON CONFLICT (user_id) DO UPDATE SET stale = true WHERE NOT state.stale
), of_pairs AS (
  INSERT INTO match_bases AS basis (user_id, version, changed_at)
  SELECT user_id, 1, now() FROM unnest($1::uuid[]) AS changed (user_id) ORDER BY 1
  ON CONFLICT (user_id) DO UPDATE SET version = basis.version + 1, changed_at = excluded.changed_at
)
SELECT club_id, week_on, kind, subject_id, -heard FROM changed WHERE heard < 0 ORDER BY 1, 2, 3, 4
"""
"""Plays of some members ($1) with their names, and every counter that they change.

What is the same for all plays is told once; unnest fills up with nulls. Everybody adds names, counts for clubs and
marks members in the order of the keys, so that two never wait for each other. It answers what clubs have to count less,
of which there is rarely any. The days that changed are stale to the members' taste, and so are pairs of theirs; members
are held, so no refresh takes the mark away before the plays are seen.
"""

LESS = """
WITH less AS (
  SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::uuid[], $5::int[])
    AS counter (club_id, week_on, kind, subject_id, plays)
), none AS (
  DELETE FROM club_plays AS counter USING less
  WHERE (counter.club_id, counter.week_on, counter.kind, counter.subject_id)
    = (less.club_id, less.week_on, less.kind, less.subject_id) AND counter.plays <= less.plays
)
UPDATE club_plays AS counter SET plays = counter.plays - less.plays FROM less
WHERE (counter.club_id, counter.week_on, counter.kind, counter.subject_id)
  = (less.club_id, less.week_on, less.kind, less.subject_id) AND counter.plays > less.plays
"""


HOLD_CLUB_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 41))"

MISCOUNTED = """
SELECT membership.club_id, membership.joined_at, listener.user_id IS NULL
FROM memberships AS membership JOIN users AS member ON member.id = membership.user_id
LEFT JOIN club_listeners AS listener USING (club_id, user_id)
WHERE membership.user_id = $1
  AND (membership.left_at IS NULL AND member.visibility = 'club' AND $2) <> (listener.user_id IS NOT NULL)
ORDER BY membership.club_id
"""

OF_LISTENER = """(
  SELECT listener.club_id, listener.user_id, listener.since, club.zone
  FROM club_listeners AS listener JOIN clubs AS club ON club.id = listener.club_id
  WHERE listener.club_id = $1 AND listener.user_id = $2
)"""
OF_CLUB = """(
  SELECT listener.club_id, listener.user_id, listener.since, club.zone
  FROM club_listeners AS listener JOIN clubs AS club ON club.id = listener.club_id
  WHERE listener.club_id = $1
)"""


HEARD_BY_LISTENER = _in_weeks("listen_events", OF_LISTENER)
COUNT_IN = f"""
INSERT INTO club_plays AS counter (club_id, week_on, kind, subject_id, plays)
SELECT * FROM ({_in_weeks("listen_events", OF_LISTENER)}) AS counted ORDER BY 1, 2, 3, 4
ON CONFLICT (club_id, week_on, kind, subject_id) DO UPDATE SET plays = counter.plays + excluded.plays
"""
COUNT_CLUB = f"""
INSERT INTO club_plays (club_id, week_on, kind, subject_id, plays) {_in_weeks("listen_events", OF_CLUB)}
"""
COUNT_OUT = LESS.replace(
    """SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::uuid[], $5::int[])
    AS counter (club_id, week_on, kind, subject_id, plays)""",
    f"SELECT club_id, week_on, kind, subject_id, heard AS plays FROM ({HEARD_BY_LISTENER}) AS counted",
)
ADD_LISTENER = "INSERT INTO club_listeners (club_id, user_id, since) VALUES ($1, $2, $3)"
REMOVE_LISTENER = "DELETE FROM club_listeners WHERE club_id = $1 AND user_id = $2"
LONG_ENOUGH = "SET LOCAL statement_timeout = '120s'"


def _recount(kind: str) -> str:
    return f"""
WITH counted AS (
  SELECT {kind}_id, count(*)::int AS plays, min(played_at) AS first_at, max(played_at) AS last_at
  FROM listen_events WHERE user_id = $1 AND counts AND ($2::uuid[] IS NULL OR {kind}_id = ANY($2))
    AND {kind}_id IS NOT NULL
  GROUP BY {kind}_id
), none AS (
  DELETE FROM {kind}_plays AS counter WHERE user_id = $1 AND ($2::uuid[] IS NULL OR {kind}_id = ANY($2))
    AND NOT EXISTS (SELECT FROM counted WHERE counted.{kind}_id = counter.{kind}_id)
)
INSERT INTO {kind}_plays (user_id, {kind}_id, plays, first_at, last_at)
SELECT $1, {kind}_id, plays, first_at, last_at FROM counted
ON CONFLICT (user_id, {kind}_id) DO UPDATE
  SET plays = excluded.plays, first_at = excluded.first_at, last_at = excluded.last_at
"""


RECOUNT = {kind: _recount(kind) for kind in KINDS}


async def add_plays(session: AsyncSession, settled: Mapping[UUID, Settled], names: NewNames) -> None:
    """Plays that members keep from now on, with everything that counts them, and without those that were taken away.

    Something changes for each of them. Their clubs are held already, see `names.unknown`.
    """
    raw = await driving(session)
    plays = [play for one in settled.values() for play in one.plays]
    told = list(zip(*plays, strict=True)) or [()] * len(Telling._fields)
    columns = [
        _shortened(column, may_be_null=name in ("ended_at", "ms_played")) if name in SHORT else column
        for name, column in zip(Telling._fields, told, strict=True)
    ]
    members = [member for member, one in settled.items() for _ in one.plays]
    also = any(one.also for one in settled.values())
    sources = [",".join(one.also.get(play.key, ())) for one in settled.values() for play in one.plays] if also else []
    gone = [(member, play) for member, one in settled.items() for play in one.gone]
    away = [[getattr(play, name) for _, play in gone] for name in AWAY]
    less = await raw.fetch(
        ADD,
        list(settled),
        _shortened(members, may_be_null=False),
        *columns,
        sources,
        [member for member, _ in gone],
        *away,
        *names.columns(),
    )
    if less:
        await raw.execute(LESS, *(list(column) for column in zip(*less, strict=True)))
    for member, one in settled.items():
        if one.gone:
            await recount(session, member, one.gone)


def _shortened(column: Sequence[Any], *, may_be_null: bool) -> Sequence[Any]:
    """A column whose values are all the same as one value, or as none: each costs its time on the way.

    What may be null is told in full where it is not null everywhere, since the place of a missing value means null.
    """
    if len(set(column)) > 1 or (may_be_null and column and column[0] is not None):
        return column
    return [] if may_be_null else column[:1]


async def recount(session: AsyncSession, user_id: UUID, gone: Sequence[Telling] | None = None) -> None:
    """A member's own counters, counted anew from the plays: all, or those of what plays were taken away from."""
    raw = await driving(session)
    for kind in KINDS:
        subjects = None if gone is None else list({getattr(play, f"{kind}_id") for play in gone} - {None})
        await raw.execute(RECOUNT[kind], user_id, subjects)


async def count_member(session: AsyncSession, user_id: UUID, *, here: bool = True) -> None:
    """Make a member's clubs count their plays where they should, or, with `here` false, nowhere."""
    raw = await driving(session)
    await raw.execute(HOLD_CLUBS, [user_id])
    for club_id, since, comes in await raw.fetch(MISCOUNTED, user_id, here):
        if comes:
            await raw.execute(ADD_LISTENER, club_id, user_id, since)
            await raw.execute(COUNT_IN, club_id, user_id)
        else:
            await raw.execute(COUNT_OUT, club_id, user_id)
            await raw.execute(REMOVE_LISTENER, club_id, user_id)


async def is_miscounted(session: AsyncSession, user_id: UUID) -> bool:
    """Whether a club of the member counts their plays and should not, or should and does not."""
    raw = await driving(session)
    return bool(await raw.fetch(MISCOUNTED, user_id, True))


async def recount_club(session: AsyncSession, club_id: UUID) -> None:
    """All that a club counts, counted anew from the plays of its members."""
    raw = await driving(session)
    await raw.execute(LONG_ENOUGH)
    await raw.fetch(HOLD_CLUB_ALONE, club_id)
    await raw.execute("DELETE FROM club_plays WHERE club_id = $1", club_id)
    await raw.execute(COUNT_CLUB, club_id)
