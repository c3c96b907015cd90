"""What members heard, to be shown: their plays, what they heard most, and who of a club knows something.

A member's own lists are asked of one index over their plays, or over their counters for all time: entries lie side by
side there. The counters' rows lie scattered over the table, and are asked for single things.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, DateTime, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.charts import Kind, Line, Subject, ranked
from bot.domain.listening.periods import Period
from bot.domain.listening.seen import Count, Knower, Knowers, OwnCounts, Person, Played

INSTANT = DateTime(timezone=True)

PERSON = text("""
SELECT account.user_id, coalesce(membership.display_name, ''), person.visibility, person.zone,
  membership.user_id IS NOT NULL AND membership.left_at IS NULL
FROM linked_accounts AS account
JOIN users AS person ON person.id = account.user_id
LEFT JOIN memberships AS membership ON membership.user_id = person.id AND membership.club_id = :club
WHERE account.provider = 'discord' AND account.external_id = :discord
""")
FOLLOWS = text("SELECT EXISTS (SELECT FROM follows WHERE follower_id = :follower AND followee_id = :followee)")
SET_ZONE = text("UPDATE users SET zone = :zone WHERE id = :user")

VISIBLE = """(person.visibility = 'club' OR (CAST(:viewer AS uuid) IS NOT NULL AND (person.id = :viewer
  OR (person.visibility = 'followers' AND EXISTS
    (SELECT FROM follows WHERE follower_id = :viewer AND followee_id = person.id)))))"""
"""Whether `person` is shown to `viewer`; without one, to everybody in the club."""

SUBJECTS = {
    Kind.ARTIST: "SELECT id, name AS title, '' AS artist FROM artists",
    Kind.ALBUM: """SELECT heard_albums.id, title, artists.name AS artist
      FROM heard_albums JOIN artists ON artists.id = artist_id""",
    Kind.TRACK: "SELECT id, title, artist FROM tracks",
}
"""How everything of a kind is called."""

IN_PERIOD = """user_id = :user AND counts
  AND (CAST(:since AS timestamptz) IS NULL OR played_at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR played_at < :until)"""


def _times(*names: str) -> list[BindParameter[datetime]]:
    return [bindparam(name, type_=INSTANT) for name in names]


def _top(kind: Kind, counted: str) -> str:
    """A page of what was heard most, `counted` telling subjects, plays and the last one.

    Of what is level, the one heard last comes first.
    """
    return f"""
WITH counted AS MATERIALIZED ({counted}),
page AS MATERIALIZED (
  SELECT id, plays, last_at FROM counted ORDER BY plays DESC, last_at DESC, id LIMIT :limit OFFSET :offset
)
SELECT page.id, subject.title, subject.artist, page.plays, total.ahead, total.subjects, total.plays
FROM page JOIN ({SUBJECTS[kind]}) AS subject USING (id) CROSS JOIN (
  SELECT count(*) FILTER (WHERE plays > (SELECT max(plays) FROM page)) AS ahead,
    count(*) AS subjects, sum(plays)::int AS plays FROM counted
) AS total
ORDER BY page.plays DESC, page.last_at DESC, page.id"""


TOP = {
    kind: text(
        _top(
            kind,
            f"SELECT {kind}_id AS id, count(*)::int AS plays, max(played_at) AS last_at FROM listen_events"
            f" WHERE {IN_PERIOD} AND {kind}_id IS NOT NULL GROUP BY {kind}_id",
        )
    ).bindparams(*_times("since", "until"))
    for kind in Kind
}
TOP_EVER = {
    kind: text(_top(kind, f"SELECT {kind}_id AS id, plays, last_at FROM {kind}_plays WHERE user_id = :user"))
    for kind in Kind
}
COUNT = text(f"SELECT count(*), min(played_at) FROM listen_events WHERE {IN_PERIOD}").bindparams(
    *_times("since", "until")
)
DIFFERENT = text(
    "SELECT " + ", ".join(f"(SELECT count(*) FROM {kind}_plays WHERE user_id = :user) AS {kind}" for kind in Kind)
)
RECENT = text(f"""
SELECT play.played_at, track.id, track.title, track.artist, artist.id, artist.name, album.id, album.title, album.artist
FROM (
  SELECT played_at, track_id, artist_id, album_id FROM listen_events
  WHERE {IN_PERIOD} ORDER BY played_at DESC, track_id LIMIT :limit OFFSET :offset
) AS play
JOIN tracks AS track ON track.id = play.track_id
JOIN artists AS artist ON artist.id = play.artist_id
LEFT JOIN ({SUBJECTS[Kind.ALBUM]}) AS album ON album.id = play.album_id
ORDER BY play.played_at DESC, play.track_id
""").bindparams(*_times("since", "until"))
HEARD_DAYS = text("""
SELECT day.place FROM unnest(:begins, :ends) WITH ORDINALITY AS day (begins, ends, place)
WHERE EXISTS (
  SELECT FROM listen_events WHERE user_id = :user AND counts AND played_at >= day.begins AND played_at < day.ends
)
""").bindparams(bindparam("begins", type_=ARRAY(INSTANT)), bindparam("ends", type_=ARRAY(INSTANT)))
IN_A_ROW = {
    kind: text(f"""
SELECT count(*), min(played_at) FROM listen_events WHERE user_id = :user AND counts AND played_at > coalesce((
  SELECT played_at FROM listen_events WHERE user_id = :user AND counts AND {kind}_id IS DISTINCT FROM :subject
  ORDER BY played_at DESC LIMIT 1
), '-infinity')""").bindparams(bindparam("subject", type_=Uuid()))
    for kind in Kind
}
OWN_COUNTS = text(
    "SELECT "
    + ", ".join(
        f"(SELECT plays FROM {kind}_plays WHERE user_id = :user AND {kind}_id = :{kind}) AS {kind}"
        for kind in (Kind.TRACK, Kind.ARTIST, Kind.ALBUM)
    )
).bindparams(*(bindparam(str(kind), type_=Uuid()) for kind in Kind))
KNOWERS = {
    kind: text(f"""
WITH knower AS MATERIALIZED (
  SELECT person.id, membership.display_name, counter.plays,
    rank() OVER (ORDER BY counter.plays DESC) AS rank,
    row_number() OVER (ORDER BY counter.plays DESC, membership.display_name, person.id) AS place
  FROM memberships AS membership
  JOIN users AS person ON person.id = membership.user_id
  JOIN {kind}_plays AS counter ON counter.user_id = membership.user_id AND counter.{kind}_id = :subject
  WHERE membership.club_id = :club AND membership.left_at IS NULL AND {VISIBLE}
)
SELECT id, display_name, plays, rank, place > :offset AND place <= :offset + :limit AS listed,
  (SELECT count(*) FROM knower), (SELECT sum(plays)::int FROM knower)
FROM knower WHERE (place > :offset AND place <= :offset + :limit) OR id = :asker
ORDER BY place
""").bindparams(bindparam("viewer", type_=Uuid()), bindparam("asker", type_=Uuid()))
    for kind in Kind
}


async def person_of(session: AsyncSession, club_id: UUID, discord_id: int) -> Person | None:
    """Who a Discord account is, and what they are in the club; None for somebody never seen."""
    row = (await session.execute(PERSON, {"club": club_id, "discord": str(discord_id)})).one_or_none()
    return None if row is None else Person(*row)


async def follows(session: AsyncSession, follower: UUID, followee: UUID) -> bool:
    """Whether one follows the other."""
    return bool(await session.scalar(FOLLOWS, {"follower": follower, "followee": followee}))


async def set_zone(session: AsyncSession, user_id: UUID, zone: str | None) -> None:
    """The zone of somebody's days; None for the club's."""
    await session.execute(SET_ZONE, {"user": user_id, "zone": zone})


async def top(
    session: AsyncSession, user_id: UUID, kind: Kind, period: Period, *, limit: int, offset: int
) -> tuple[list[Line], int, int]:
    """What somebody heard most, from a place of the list on; with how many there are, and the plays of all."""
    values = {"user": user_id, "limit": limit, "offset": offset}
    if period.since is None and period.until is None:
        rows = (await session.execute(TOP_EVER[kind], values)).all()
    else:
        rows = (await session.execute(TOP[kind], values | {"since": period.since, "until": period.until})).all()
    if not rows:
        return [], 0, 0
    places = ranked([row[3] for row in rows], offset=offset, ahead=rows[0][4])
    lines = [Line(Subject(kind, *row[:3]), row[3], place) for row, place in zip(rows, places, strict=True)]
    return lines, rows[0][5], rows[0][6]


async def count(session: AsyncSession, user_id: UUID, period: Period) -> Count:
    """How many plays somebody has in a period, and when the first one was."""
    values = {"user": user_id, "since": period.since, "until": period.until}
    return Count(*(await session.execute(COUNT, values)).one())


async def different(session: AsyncSession, user_id: UUID) -> dict[Kind, int]:
    """How many different artists, albums and tracks somebody has heard."""
    return dict(zip(Kind, (await session.execute(DIFFERENT, {"user": user_id})).one(), strict=True))


async def plays_of(
    session: AsyncSession, user_id: UUID, period: Period, *, limit: int, offset: int = 0
) -> list[Played]:
    """Somebody's plays in a period, latest first."""
    values = {
        "user": user_id,
        "since": period.since,
        "until": period.until,
        "limit": limit,
        "offset": offset,
    }
    return [
        Played(
            row[0],
            Subject(Kind.TRACK, *row[1:4]),
            Subject(Kind.ARTIST, *row[4:6]),
            None if row[6] is None else Subject(Kind.ALBUM, *row[6:9]),
        )
        for row in await session.execute(RECENT, values)
    ]


async def heard_days(session: AsyncSession, user_id: UUID, bounds: Sequence[datetime]) -> list[int]:
    """Which of the days between the bounds somebody heard something on, the first one being 0."""
    values = {"user": user_id, "begins": list(bounds[:-1]), "ends": list(bounds[1:])}
    return [row[0] - 1 for row in await session.execute(HEARD_DAYS, values)]


async def in_a_row(session: AsyncSession, user_id: UUID, subject: Subject) -> Count:
    """How many of somebody's last plays, up to now, are all of this."""
    row = (await session.execute(IN_A_ROW[subject.kind], {"user": user_id, "subject": subject.id})).one()
    return Count(*row)


async def own_counts(
    session: AsyncSession, user_id: UUID, *, track: UUID, artist: UUID, album: UUID | None
) -> OwnCounts:
    """How often somebody heard a track, its artist and its album."""
    values = {"user": user_id, "track": track, "artist": artist, "album": album}
    return OwnCounts(*(plays or 0 for plays in (await session.execute(OWN_COUNTS, values)).one()))


async def knowers(
    session: AsyncSession,
    club_id: UUID,
    subject: Subject,
    *,
    viewer: UUID | None,
    asker: UUID | None,
    limit: int,
    page: int,
) -> Knowers:
    """Who in the club has heard something, as `viewer` may see it (None: everybody); the asker's place with it."""
    values = {
        "club": club_id,
        "subject": subject.id,
        "viewer": viewer,
        "asker": asker,
        "limit": limit,
        "offset": page * limit,
    }
    rows = (await session.execute(KNOWERS[subject.kind], values)).all()
    found = [(Knower(*row[:4]), row[4]) for row in rows]
    return Knowers(
        subject,
        tuple(knower for knower, listed in found if listed),
        next((knower for knower, _ in found if knower.user_id == asker), None),
        members=rows[0][5] if rows else 0,
        plays=rows[0][6] if rows else 0,
        page=page,
    )
