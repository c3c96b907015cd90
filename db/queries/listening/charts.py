"""What clubs heard most in a week: counters of the week and of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.charts import Chart, ChartLine, Kind, Subject, places_of, ranked
from db.queries.listening.reading import SUBJECTS

WEEK = timedelta(weeks=1)

CHART = {
    kind: text(f"""
WITH page AS MATERIALIZED (
  SELECT subject_id AS id, plays FROM club_plays
  WHERE club_id = :club AND week_on = :week AND kind = '{kind}'
  ORDER BY plays DESC, subject_id LIMIT :limit OFFSET :offset
)
SELECT page.id, subject.title, subject.artist, page.plays, before.plays,
  (SELECT count(*) FROM club_plays WHERE club_id = :club AND week_on = :week AND kind = '{kind}'
    AND plays > (SELECT max(plays) FROM page))
FROM page JOIN ({SUBJECTS[kind]}) AS subject USING (id)
LEFT JOIN club_plays AS before ON before.club_id = :club AND before.week_on = :before AND before.kind = '{kind}'
  AND before.subject_id = page.id
ORDER BY page.plays DESC, page.id""")
    for kind in Kind
}
TOTALS = text("""
SELECT count(*), coalesce(sum(plays), 0)::int FROM club_plays
WHERE club_id = :club AND week_on = :week AND kind = :kind
""")
PLACES_BEFORE = text("""
SELECT plays, count(*) FROM club_plays
WHERE club_id = :club AND week_on = :before AND kind = :kind AND plays >= :least GROUP BY plays
""")
WEEKS = text("""
WITH RECURSIVE charted AS (
  SELECT (SELECT max(week_on) FROM club_plays WHERE club_id = :club AND week_on <= :latest) AS week_on, 1 AS place
  UNION ALL
  SELECT (SELECT max(week_on) FROM club_plays WHERE club_id = :club AND week_on < charted.week_on), place + 1
  FROM charted WHERE charted.week_on IS NOT NULL AND place < :limit
)
SELECT week_on FROM charted WHERE week_on IS NOT NULL ORDER BY week_on DESC
""")
"""Steps from week to week, so that its cost is that of the weeks told, however much was heard in them."""


async def charted_weeks(session: AsyncSession, club_id: UUID, *, latest: date, limit: int) -> list[date]:
    """The Mondays of the weeks in which a club heard something, none later than one, latest first."""
    values = {"club": club_id, "latest": latest, "limit": limit}
    return list(await session.scalars(WEEKS, values))


async def chart(
    session: AsyncSession, club_id: UUID, kind: Kind, monday: date, *, limit: int, page: int, counted: bool = True
) -> Chart:
    """A page of a club's week, with the places of the week before.

    Unless `counted`, what stands on no page is not looked at, and totals are those of the page.
    """
    values = {
        "club": club_id,
        "week": monday,
        "before": monday - WEEK,
        "limit": limit,
        "offset": page * limit,
    }
    rows = (await session.execute(CHART[kind], values)).all()
    subjects, plays = len(rows), sum(row[3] for row in rows)
    if counted:
        of_week = {"club": club_id, "week": monday, "kind": str(kind)}
        subjects, plays = (await session.execute(TOTALS, of_week)).one()
    least = min((row[4] for row in rows if row[4] is not None), default=None)
    before: Mapping[int, int] = {}
    if least is not None:
        of_last = {"club": club_id, "before": monday - WEEK, "kind": str(kind), "least": least}
        before = places_of((row[0], row[1]) for row in await session.execute(PLACES_BEFORE, of_last))
    places = ranked([row[3] for row in rows], offset=page * limit, ahead=rows[0][5] if rows else 0)
    lines = tuple(
        ChartLine(Subject(kind, *row[:3]), row[3], place, None if row[4] is None else before[row[4]])
        for row, place in zip(rows, places, strict=True)
    )
    return Chart(kind, monday, lines, plays, subjects, page)
