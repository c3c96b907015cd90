"""Pictures of when somebody listens, and to what: the hours of a day, the days of a year, genres over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.listening.periods import EVER, Period, read_period
from bot.domain.listening.refusals import NothingHeard
from bot.domain.listening.seen import Shown
from bot.domain.people import Caller
from bot.domain.pictures.charts import HOURS, MOST_BANDS, Calendar, Clock, GenreSpread
from bot.domain.pictures.painting import TooFewForPicture
from bot.domain.pictures.sketches import Sketch
from bot.domain.timewords import MONTHS
from bot.services.listening.watching import Whose, shown_of
from bot.services.tools import Tools
from db.queries.listening import patterns as queries
from db.queries.listening import reading
from db.session import Reading

YEAR = timedelta(days=371)
"""A calendar shows at most 53 weeks, the last ones of the period."""
MONTHLY = timedelta(days=92)
"""A longer period is told month by month, a shorter one week by week."""
MOST_MOMENTS = 24
OTHERS = "everything else"


class Pattern(StrEnum):
    """What a picture of somebody's plays shows."""

    CLOCK = "clock"
    CALENDAR = "calendar"
    GENRES = "genres"


@dataclass(frozen=True, slots=True)
class Sketched:
    """What a picture shall show, and whose it is."""

    shown: Shown
    sketch: Sketch


async def pattern(
    tools: Tools, *, caller: Caller, now: datetime, what: Pattern, period: str = "year", whose: Whose | None = None
) -> Sketched:
    """When somebody listens, or to what, in a period of their own zone.

    Raises `PeriodNotUnderstood`, `NothingHeard`, `HearingHidden`, `TooFewForPicture`.
    """
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        asked = read_period(period, shown.zone, now)
        counted = await reading.count(session, shown.person.user_id, asked)
        if not counted.plays:
            if not (await reading.count(session, shown.person.user_id, EVER)).plays:
                raise NothingHeard("" if shown.own else shown.person.name)
            raise TooFewForPicture(0, 1, "play")
        return Sketched(shown, await DRAWERS[what](session, shown, asked, now))


async def _clock(session: Reading, shown: Shown, asked: Period, _now: datetime) -> Sketch:
    plays = await queries.plays_by_hour(session, shown.person.user_id, asked, shown.zone.key)
    hours = tuple(plays.get(hour, 0) for hour in range(HOURS))
    return Clock(shown.person.name, asked.words, hours, shown.zone.key)


async def _calendar(session: Reading, shown: Shown, asked: Period, now: datetime) -> Sketch:
    plays = await queries.plays_by_day(session, shown.person.user_id, asked, shown.zone.key)
    end = min(asked.until - timedelta(seconds=1), now) if asked.until else now
    last = max(end.astimezone(shown.zone).date(), max(plays))
    first = asked.since.astimezone(shown.zone).date() if asked.since else min(plays)
    words = asked.words
    if last - first >= YEAR:
        first, words = last - YEAR + timedelta(days=1), f"the last year of {asked.words}"
    days = tuple(plays.get(first + timedelta(days=place), 0) for place in range((last - first).days + 1))
    return Calendar(shown.person.name, words, first, days)


async def _genres(session: Reading, shown: Shown, asked: Period, now: datetime) -> Sketch:
    begin = asked.since or (await reading.count(session, shown.person.user_id, asked)).first_at or now
    monthly = (asked.until or now) - begin > MONTHLY
    told = await queries.genres_by_time(
        session, shown.person.user_id, asked, shown.zone.key, step="month" if monthly else "week"
    )
    if not told:
        raise TooFewForPicture(0, 1, "genre")
    return spread(shown.person.name, asked.words, told, monthly=monthly)


def spread(name: str, period: str, told: Iterable[tuple[date, str, int]], *, monthly: bool) -> GenreSpread:
    """Shares of the strongest genres in each month or week; those in between in which nothing was heard are silent."""
    weights: dict[date, dict[str, int]] = defaultdict(dict)
    totals: dict[str, int] = defaultdict(int)
    for begins, genre, weight in told:
        weights[begins][genre] = weight
        totals[genre] += weight
    moments = _moments(min(weights), max(weights), monthly=monthly)[-MOST_MOMENTS:]
    strongest = sorted(totals, key=lambda genre: (-totals[genre], genre))
    shown = strongest if len(strongest) <= MOST_BANDS else strongest[: MOST_BANDS - 1]
    bands = [(genre, tuple(_share(weights[at], [genre]) for at in moments)) for genre in shown]
    if len(strongest) > len(shown):
        rest = strongest[len(shown) :]
        bands.append((OTHERS, tuple(_share(weights[at], rest) for at in moments)))
    names = tuple(_name(at, monthly=monthly) for at in moments)
    return GenreSpread(name, period, names, tuple(bands))


def _share(weights: dict[str, int], genres: Iterable[str]) -> float:
    total = sum(weights.values())
    return sum(weights.get(genre, 0) for genre in genres) / total if total else 0.0


def _moments(first: date, last: date, *, monthly: bool) -> list[date]:
    found = [first]
    while found[-1] < last:
        at = found[-1]
        after = date(at.year + at.month // 12, at.month % 12 + 1, 1) if monthly else at + timedelta(weeks=1)
        found.append(after)
    return found


def _name(at: date, *, monthly: bool) -> str:
    month = MONTHS[at.month - 1][:3].title()
    return f"{month} {at.year}" if monthly else f"{at.day} {month}"


DRAWERS: dict[Pattern, Callable[[Reading, Shown, Period, datetime], Awaitable[Sketch]]] = {
    Pattern.CLOCK: _clock,
    Pattern.CALENDAR: _calendar,
    Pattern.GENRES: _genres,
}
