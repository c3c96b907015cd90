"""Times as hosts type them: `wed 19:00`, `25.11. 19:00`, `tomorrow`, `in 3 days`, `+24h`; and what to suggest then.

Words mean the club's wall clock. Days and weeks are steps in the calendar and keep the clock through its changes; hours
and minutes are elapsed time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import resolve
from bot.domain.errors import TimeInThePast, TimeNotUnderstood

USUAL = time(19)
"""The clock meant by a day alone, unless the club has another."""
FURTHEST = timedelta(days=3_660)
"""Nobody plans further than ten years: a later reading is a misreading."""
RECENTLY = timedelta(days=60)
"""A date without a year that passed less long ago is a slip; one longer ago means next year's."""
MOST_SUGGESTIONS = 25

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY_WORDS = frozenset(name[:length] for name in WEEKDAYS for length in range(3, len(name) + 1))
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60}
"""First letter of a unit → seconds; a month is no duration."""

TIMESTAMP = re.compile(r"<t:(-?\d{1,12})(?::[a-z])?>")
AMOUNT = re.compile(
    r"(?:(\d{1,6}(?:\.\d{1,2})?)\s*|\ban?\s+)(w(?:(?:ee)?ks?)?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?)(?![a-z])"
)
CLOCK = re.compile(r"(?:^|\s)(?:at\s+|@\s*)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?:\s*(?P<half>[ap])\.?m\.?)?$")
HOUR = re.compile(r"(?:^|\s)(?:at\s+|@\s*)?(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?m\.?$")
NOON = re.compile(r"(?:^|\s)(?:at\s+)?noon$")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DOTTED_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})(?:\.\s?(\d{4}|\d{2})?)?")
NAMED_DATE = re.compile(
    r"(?:(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})|(?P<day2>\d{1,2})\.?\s+(?P<month2>[a-z]{3,9})\.?)"
    r"(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?"
)
ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")


def parse_when(text: str, zone: ZoneInfo, now: datetime, *, usual: time = USUAL) -> datetime:
    """The instant that a host means, in UTC and later than now; a day alone means the `usual` clock.

    Raises `TimeNotUnderstood`, or `TimeInThePast` with the instant that was read.
    """
    words = " ".join(text.casefold().replace("\u00a0", " ").split())
    try:
        instant = _read(words, zone, now, usual)
        late = instant - now > FURTHEST
    except (ValueError, OverflowError):
        raise TimeNotUnderstood(text) from None
    if late:
        raise TimeNotUnderstood(text)
    if instant <= now:
        raise TimeInThePast(text, instant)
    return instant


def parse_duration(text: str) -> timedelta:
    """How long, as elapsed time: `24h`, `2 days`, `1d 12h`, `90m`, `a week`; raises `TimeNotUnderstood`."""
    words = " ".join(text.casefold().split()).removeprefix("in ").removeprefix("for ").removeprefix("+")
    try:
        amounts = _amounts(words)
    except ValueError:
        raise TimeNotUnderstood(text) from None
    duration = timedelta(seconds=sum(count * UNITS[unit] for unit, count in amounts.items()))
    if not timedelta(0) < duration <= FURTHEST:
        raise TimeNotUnderstood(text)
    return duration


def when_suggestions(prefix: str, zone: ZoneInfo, now: datetime, *, usual: time = USUAL) -> list[tuple[str, str]]:
    """Up to 25 times that fit what was typed so far: what to show, and a text that `parse_when` reads as that instant.

    What the prefix means, or could become with a few more keys, comes first; then the coming days at the usual clock
    and a few durations, soonest first.
    """
    typed = " ".join(prefix.casefold().split())
    sure = [_offer(words, zone, now, usual) for words in _completions(typed)]
    standing = [(words, _offer(words, zone, now, usual)) for words in _standing(usual)]
    fitting = [offer for words, offer in standing if offer and typed in f"{words} {offer[1]} {offer[2]}".casefold()]
    offers = dict.fromkeys((name, value) for _, name, value in filter(None, [*sure, *sorted(fitting)]))
    return list(offers)[:MOST_SUGGESTIONS]


def _read(words: str, zone: ZoneInfo, now: datetime, usual: time) -> datetime:
    """The instant a text means, past or not; raises ValueError."""
    if stamp := TIMESTAMP.fullmatch(words):
        return datetime.fromtimestamp(int(stamp[1]), UTC)
    if re.fullmatch(r"\d{4}-\d\d-\d\dt\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d:?\d\d)", words):
        return datetime.fromisoformat(words.upper()).astimezone(UTC)
    words = words.replace(",", " ").removeprefix("on ")
    words = re.sub(r"(?<=\d)t(?=\d\d:\d\d$)", " ", words)
    clock, words = _clock(" ".join(words.split()))
    today = now.astimezone(zone).date()
    if not words and clock is not None:
        instant = resolve(today, clock, zone).instant
        return instant if instant > now else resolve(today + timedelta(days=1), clock, zone).instant
    day = _day(words, today)
    if day is not None:
        instant = resolve(day, clock or usual, zone).instant
        if words in WEEKDAY_WORDS and instant <= now:
            instant = resolve(day + timedelta(weeks=1), clock or usual, zone).instant
        return instant
    return _after(words, clock, zone, now)


def _after(words: str, clock: time | None, zone: ZoneInfo, now: datetime) -> datetime:
    """A duration from now: calendar steps in local dates first, elapsed time after."""
    amounts = _amounts(words.removeprefix("in ").removeprefix("+"))
    days = amounts.get("w", 0) * 7 + amounts.get("d", 0)
    elapsed = amounts.get("h", 0) * 3_600 + amounts.get("m", 0) * 60
    local = now.astimezone(zone)
    if days != int(days) or (clock and elapsed):
        raise ValueError(words)
    if not days:
        return now.astimezone(UTC) + timedelta(seconds=elapsed)
    day = local.date() + timedelta(days=int(days))
    return resolve(day, clock or local.time(), zone).instant + timedelta(seconds=elapsed)


def _clock(words: str) -> tuple[time | None, str]:
    """The clock at the end of a text, and the text without it."""
    for pattern in (CLOCK, HOUR, NOON):
        if found := pattern.search(words):
            parts = found.groupdict()
            hour, minute = int(parts.get("hour") or 12), int(parts.get("minute") or 0)
            if half := parts.get("half"):
                if not 1 <= hour <= 12:
                    raise ValueError(words)
                hour = hour % 12 + (12 if half == "p" else 0)
            return time(hour, minute), words[: found.start()].strip()
    return None, words


def _day(words: str, today: date) -> date | None:
    """The day a text names; None when it names none."""
    if words in ("today", "tonight"):
        return today
    if words in ("tmr", "tmrw") or (len(words) >= 3 and "tomorrow".startswith(words)):
        return today + timedelta(days=1)
    name, following = words.removeprefix("this ").removeprefix("next "), words.startswith("next ")
    if following and name == "week":
        return today + timedelta(weeks=1)
    for weekday, full in enumerate(WEEKDAYS):
        if len(name) >= 3 and full.startswith(name):
            monday = today - timedelta(days=today.weekday())
            coming = today + timedelta(days=(weekday - today.weekday()) % 7)
            return monday + timedelta(days=7 + weekday) if following else coming
    return _date(words, today)


def _date(words: str, today: date) -> date | None:
    """A day of the calendar: `2026-11-25`, `25.11.`, `25.11.2026`, `Nov 25`, `25 November 2026`."""
    if found := ISO_DATE.fullmatch(words):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := DOTTED_DATE.fullmatch(words):
        return _dated(found[3], int(found[2]), int(found[1]), today)
    if found := NAMED_DATE.fullmatch(ORDINAL.sub("", words)):
        name = found["month"] or found["month2"]
        months = [
            place
            for place, month in enumerate(MONTHS, start=1)
            if month.startswith(name) or (name == "sept" and place == 9)
        ]
        if len(months) == 1:
            return _dated(found["year"], months[0], int(found["day"] or found["day2"]), today)
    return None


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for candidate in range(today.year, today.year + 9):
        try:
            found = date(candidate, month, day)
        except ValueError:  # 29 February, or no date at all
            continue
        if today - found < RECENTLY:
            return found
    raise ValueError(f"{day}.{month}.")


def _amounts(words: str) -> dict[str, float]:
    """Unit letter → amount, for a text that is nothing but amounts; raises ValueError."""
    rest = AMOUNT.sub("", words).replace("and", "").replace(",", "").strip()
    amounts: dict[str, float] = {}
    for count, unit in AMOUNT.findall(words):
        if unit[0] in amounts:
            raise ValueError(words)
        amounts[unit[0]] = float(count or 1)
    if rest or not amounts:
        raise ValueError(words)
    return amounts


def _completions(typed: str) -> Iterator[str]:
    """What was typed, as it is and with what could come next."""
    if not typed:
        return
    yield typed
    endings = [f" {hour}:00" for hour in (18, 19, 20, 21)]
    if typed[-1].isdecimal():
        endings = [":00", "h", " days", "0", *(f"{digit}:00" for digit in (8, 9, 0, 1)), *endings]
    elif typed[-1] == ":":
        endings = ["00", "30"]
    yield from (typed + ending for ending in endings)


def _standing(usual: time) -> Iterator[str]:
    """What is always worth offering."""
    clock = usual.strftime("%H:%M")
    yield from (f"{day} {clock}" for day in ("today", "tomorrow"))
    yield from (f"in {days} days {clock}" for days in range(2, 15))
    yield from ("in 1 hour", "in 2 hours", "in 24 hours", "in 48 hours")


def _offer(words: str, zone: ZoneInfo, now: datetime, usual: time) -> tuple[datetime, str, str] | None:
    """The instant a text means, to the second, how it is shown, and a text that surely means it."""
    try:
        instant = parse_when(words, zone, now, usual=usual).replace(microsecond=0)
    except (TimeNotUnderstood, TimeInThePast):
        return None
    return instant, f"{_spoken(instant, zone)} ({_distance(instant - now)})", _value(instant, zone, now)


def _value(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The shortest sure text for an instant: a local date and clock, or a timestamp if that is not exact."""
    words = f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
    try:
        sure = _read(words, zone, now, USUAL) == instant
    except ValueError:
        sure = False
    return words if sure else f"<t:{int(instant.timestamp())}:F>"


def _spoken(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    weekday, month = WEEKDAYS[local.weekday()][:3].title(), MONTHS[local.month - 1][:3].title()
    return f"{weekday} {local.day} {month} {local.year}, {local:%H:%M}"


def _distance(ahead: timedelta) -> str:
    minutes = max(1, round(ahead.total_seconds() / 60))
    for size, name in ((1_440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size * (2 if size == 1_440 else 1):
            count = round(minutes / size)
            return f"in {count} {name}{'' if count == 1 else 's'}"
    raise AssertionError(minutes)  # a minute is the smallest distance
