"""Times that people ask about, in somebody's own time zone: the last days, a month or a year of the calendar, all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.calendar import resolve
from bot.domain.listening.refusals import PeriodNotUnderstood
from bot.domain.timewords import MONTHS

SPANS: Final = {"week": 7, "month": 30, "quarter": 91, "half": 182, "year": 365}
"""Days of each, today among them."""
ALL = "all"
ALIASES: Final = {
    **dict.fromkeys(("w", "weekly", "last week"), "week"),
    **dict.fromkeys(("m", "monthly"), "month"),
    **dict.fromkeys(("q", "quarterly"), "quarter"),
    **dict.fromkeys(("h", "half year", "half-year", "halfyearly"), "half"),
    **dict.fromkeys(("y", "yearly"), "year"),
    **dict.fromkeys(("a", "", "alltime", "all time", "all-time", "overall", "ever"), ALL),
}
OLDEST_YEAR = 1970
MOST_DAYS = 3_660
MONTHS_OFFERED, YEARS_OFFERED = 12, 4
MIDNIGHT = time(0)

DAYS = re.compile(r"(?:last )?(\d{1,4}) ?d(?:ays?)?")
ISO_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
NAMED_MONTH = re.compile(r"([a-z]{3,9})\.?,?(?: (\d{4}))?")
YEAR_FIRST = re.compile(r"(\d{4}) ([a-z]{3,9})")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: plays that began in [since, until)."""

    key: str
    """Short, and read again as the same: `month`, `2026-10`, `2025`, `30d`, `all`."""
    words: str
    """As a heading says it, such as `last 30 days` or `October 2026`."""
    since: datetime | None = None
    """None where it has no beginning."""
    until: datetime | None = None
    """None where it goes on."""


EVER = Period(ALL, "all time")


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins there; where the clocks jump over midnight, the first one after."""
    return resolve(day, MIDNIGHT, zone).instant


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def week_of(monday_on: date, zone: ZoneInfo) -> Period:
    """The week of the calendar that begins on a Monday."""
    return Period(
        monday_on.isoformat(),
        f"week of {spoken_day(monday_on)}",
        midnight(monday_on, zone),
        midnight(monday_on + timedelta(weeks=1), zone),
    )


def spoken_day(day: date) -> str:
    """`23 November 2026`, in every language setting of the machine alike."""
    return f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"


def read_period(text: str, zone: ZoneInfo, now: datetime) -> Period:
    """The period that somebody means, its days those of the zone; raises `PeriodNotUnderstood`.

    `week`, `month`, `quarter`, `half` and `year` end now and begin with a day; a name of a month or a year is that of
    the calendar, without a year the latest that has begun.
    """
    typed = " ".join(text.casefold().replace("\u00a0", " ").split())
    words = ALIASES.get(typed, typed)
    today = now.astimezone(zone).date()
    try:
        found = _named(words, zone, today) or _dated(words, zone, today)
    except (ValueError, OverflowError):
        found = None
    if found is None or (found.since is not None and found.since > now):
        raise PeriodNotUnderstood(text)
    return found


def period_suggestions(text: str, zone: ZoneInfo, now: datetime) -> list[tuple[str, str]]:
    """Periods that fit what was typed so far: what to show, and the key that `read_period` understands."""
    typed = " ".join(text.casefold().split())
    offered = [(period.words, period.key) for period in _usual(zone, now.astimezone(zone).date())]
    fitting = [pair for pair in offered if typed in f"{pair[0]} {pair[1]}".casefold()]
    try:
        meant = read_period(typed, zone, now)
    except PeriodNotUnderstood:
        return fitting
    sure = (meant.words, meant.key)
    return [sure, *(pair for pair in fitting if pair != sure)] if typed else fitting


def _usual(zone: ZoneInfo, today: date) -> Iterator[Period]:
    for name in SPANS:
        yield _last(name, SPANS[name], zone, today)
    yield EVER
    year, month = today.year, today.month
    for _ in range(MONTHS_OFFERED):
        yield _month(year, month, zone)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    for ago in range(YEARS_OFFERED):
        yield _year(today.year - ago, zone)


def _named(words: str, zone: ZoneInfo, today: date) -> Period | None:
    """A period that is told from today."""
    if words == ALL:
        return EVER
    if words in SPANS:
        return _last(words, SPANS[words], zone, today)
    if words in ("today", "yesterday"):
        return _day(today - timedelta(days=words == "yesterday"), zone)
    if words == "this week":
        return _last(f"{today.weekday() + 1}d", today.weekday() + 1, zone, today)
    if words == "this month":
        return _month(today.year, today.month, zone)
    if words == "last month":
        before = today.replace(day=1) - timedelta(days=1)
        return _month(before.year, before.month, zone)
    if words in ("this year", "last year"):
        return _year(today.year - (words == "last year"), zone)
    if (found := DAYS.fullmatch(words)) and 1 <= int(found[1]) <= MOST_DAYS:
        return _last(f"{int(found[1])}d", int(found[1]), zone, today)
    return None


def _dated(words: str, zone: ZoneInfo, today: date) -> Period | None:
    """A period of the calendar."""
    if found := ISO_DAY.fullmatch(words):
        return _day(date(int(found[1]), int(found[2]), int(found[3])), zone)
    if found := ISO_MONTH.fullmatch(words):
        return _month(int(found[1]), int(found[2]), zone)
    if words.isascii() and words.isdecimal() and len(words) == 4:
        return _year(int(words), zone)
    named = NAMED_MONTH.fullmatch(words)
    turned = YEAR_FIRST.fullmatch(words)
    name, year = (named[1], named[2]) if named else (turned[2], turned[1]) if turned else ("", None)
    months = [place for place, month in enumerate(MONTHS, start=1) if name and (month.startswith(name))]
    months = [9] if name == "sept" else months
    if len(months) != 1:
        return None
    latest = today.year - (months[0] > today.month)
    return _month(int(year) if year else latest, months[0], zone)


def _last(key: str, days: int, zone: ZoneInfo, today: date) -> Period:
    words = "today" if days == 1 else f"last {days} days"
    return Period(key, words, midnight(today - timedelta(days=days - 1), zone))


def _day(day: date, zone: ZoneInfo) -> Period:
    _demand(day.year)
    until = midnight(day + timedelta(days=1), zone)
    return Period(day.isoformat(), spoken_day(day), midnight(day, zone), until)


def _month(year: int, month: int, zone: ZoneInfo) -> Period:
    _demand(year)
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    words = f"{MONTHS[month - 1].title()} {year}"
    return Period(f"{year}-{month:02}", words, midnight(first, zone), midnight(after, zone))


def _year(year: int, zone: ZoneInfo) -> Period:
    _demand(year)
    return Period(str(year), str(year), midnight(date(year, 1, 1), zone), midnight(date(year + 1, 1, 1), zone))


def _demand(year: int) -> None:
    """Raises ValueError for a year nobody has told us plays of."""
    if not OLDEST_YEAR <= year <= 9_000:
        raise ValueError(year)
