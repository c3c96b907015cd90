"""The club's charts: what its members heard most in a week, and how that moved since the week before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.club.week import Club
from bot.domain.listening.charts import Chart, Kind
from bot.domain.listening.periods import Period, monday, read_period, week_of
from bot.domain.listening.refusals import NoChart, PeriodNotUnderstood
from bot.domain.people import Caller
from bot.services import people
from bot.services.tools import Tools
from db.queries.listening import charts as queries

PAGE = 10
FEW = 5
"""Lines of each kind where all three are shown."""
WEEKS = 25
"""Weeks to choose from; Discord lists no more."""


@dataclass(frozen=True, slots=True)
class Charts:
    """A week's charts of a club: all three kinds begun, or a page of one."""

    club: Club
    week: Period
    monday: date
    running: bool
    """The week goes on, so the charts do too."""
    charts: tuple[Chart, ...]
    weeks: tuple[date, ...]
    """The Mondays of the latest weeks that have charts."""
    kind: Kind | None = None


async def club_charts(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    week: str | date = "",
    kind: Kind | None = None,
    page: int = 0,
) -> Charts:
    """The charts of the week that a day lies in; without one of the last whole week, or of the first that there is.

    Raises `NoChart` where the club heard nothing then, `PeriodNotUnderstood`.
    """
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        this_week = monday(now.astimezone(club.timezone).date())
        charted = await queries.charted_weeks(session, club.id, latest=this_week, limit=WEEKS)
        first = _monday_asked(week, club, now) or _latest_whole(charted, this_week)
        if first is None:
            raise NoChart
        asked = week_of(first, club.timezone)
        kinds = tuple(Kind) if kind is None else (kind,)
        limit = FEW if kind is None else PAGE
        found = [
            # Every play has an artist, so that one list counts them all.
            await queries.chart(
                session, club.id, each, first, limit=limit, page=page, counted=kind is not None or each is Kind.ARTIST
            )
            for each in kinds
        ]
        if not any(chart.subjects for chart in found):
            raise NoChart(first)
    return Charts(club, asked, first, first == this_week, tuple(found), tuple(charted), kind)


def _latest_whole(charted: Sequence[date], this_week: date) -> date | None:
    """The latest week that is over; where none is, the one that goes on."""
    return next((first for first in charted if first < this_week), next(iter(charted), None))


def _monday_asked(week: str | date, club: Club, now: datetime) -> date | None:
    if isinstance(week, date):
        return monday(week)
    words = week.strip().casefold()
    today = now.astimezone(club.timezone).date()
    if not words:
        return None
    if words in ("this week", "now"):
        return monday(today)
    if words == "last week":
        return monday(today) - timedelta(weeks=1)
    try:
        return monday(date.fromisoformat(words))
    except ValueError:
        pass
    period = read_period(week, club.timezone, now)
    if period.since is None or period.until is None or period.until - period.since > timedelta(days=2):
        raise PeriodNotUnderstood(week)
    return monday(period.since.astimezone(club.timezone).date())


async def weeks_for(tools: Tools, *, guild_id: int, now: datetime) -> list[date]:
    """The Mondays of the weeks that have charts, to offer whoever types."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, guild_id)
        this_week = monday(now.astimezone(club.timezone).date())
        return await queries.charted_weeks(session, club.id, latest=this_week, limit=WEEKS)
