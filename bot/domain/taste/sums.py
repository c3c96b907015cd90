"""Sums of what a member hears, from which profiles are read; whole numbers, changed by what changed and nothing else.

A day of the member's own zone is the unit: what a day puts into the sums is remembered, so that it can be taken out
again exactly, be it because a play was deleted or because the day left a window. So a sum that was kept up is the sum
that would be found by counting anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.taste.facts import Fact, Of
from bot.domain.taste.scopes import Scope, first_day, weight_in

RULES_VERSION: Final = 1
"""Of the sums: those of another one are made anew."""

SLOT, FEATURE, MEASURED, TOTAL = "slot", "feature", "measured", "total"
PLAYS, WEIGHT, ARTISTS, NEW_ARTISTS, NEW_PLAYS = "plays", "weight", "artists", "new", "new_plays"
"""Of `TOTAL`: plays; what all artists weigh together; artists; those first heard in the scope, and their plays."""
PRECISE = 1_000
"""Features are summed as whole thousandths."""
FROM_SCORE: Final = Decimal("3.0")
PLAYS_A_STAR: Final = 5
"""A rating adds to its artist and album what so many plays would, for every star above the middle."""

Key: TypeAlias = tuple[Of, UUID]
Line: TypeAlias = tuple[str, str]
"""Kind and value of a line of a histogram."""


class Heard(NamedTuple):
    """A play that counts."""

    at: datetime
    artist_id: UUID
    album_id: UUID | None
    track_id: UUID


class Rated(NamedTuple):
    """A rating of an album, by the keys under which its artist and itself would be heard."""

    at: datetime
    artist_id: UUID
    album_id: UUID
    score: Decimal


def plays_worth(score: Decimal) -> int:
    """How many plays a rating is worth: none up to 3.0, ten for 5.0. It never counts as plays, it only weighs."""
    return int(max(score - FROM_SCORE, Decimal(0)) * PLAYS_A_STAR)


@dataclass(slots=True)
class Amount:
    """Plays, and what ratings add to them."""

    plays: int = 0
    extra: int = 0

    @property
    def both(self) -> int:
        """What weighs."""
        return self.plays + self.extra


@dataclass(slots=True)
class Day:
    """What a day puts into the sums."""

    subjects: dict[Key, Amount] = field(default_factory=dict[Key, Amount])
    lines: dict[Line, int] = field(default_factory=dict[Line, int])

    def add(self, key: Key, plays: int, extra: int = 0) -> None:
        """Plays of an artist or album, or what a rating adds."""
        amount = self.subjects.setdefault(key, Amount())
        amount.plays += plays
        amount.extra += extra

    def count(self, kind: str, value: str, by: int = 1) -> None:
        """A line of a histogram grows."""
        self.lines[kind, value] = self.lines.get((kind, value), 0) + by

    @property
    def plays(self) -> int:
        """Plays of the day."""
        return sum(amount.plays for (of, _), amount in self.subjects.items() if of is Of.ARTIST)


NOTHING: Final = Day()


def slot_of(local: datetime) -> str:
    """The hour of the week, `0` for Monday from midnight to `167`."""
    return str(local.weekday() * 24 + local.hour)


def days_of(
    plays: Iterable[Heard],
    ratings: Iterable[Rated],
    zone: ZoneInfo,
    features: Mapping[UUID, Mapping[str, float]] | None = None,
) -> dict[date, Day]:
    """What plays and ratings put into the sums, by day of the zone."""
    days: dict[date, Day] = {}
    known = features or {}
    for at, artist_id, album_id, track_id in plays:
        local = at.astimezone(zone)
        day = days.setdefault(local.date(), Day())
        day.add((Of.ARTIST, artist_id), 1)
        if album_id is not None:
            day.add((Of.ALBUM, album_id), 1)
        day.count(SLOT, slot_of(local))
        for name, value in known.get(track_id, {}).items():
            day.count(FEATURE, name, round(value * PRECISE))
            day.count(MEASURED, name)
    for at, artist_id, album_id, score in ratings:
        worth = plays_worth(score)
        if worth:
            day = days.setdefault(at.astimezone(zone).date(), Day())
            day.add((Of.ARTIST, artist_id), 0, worth)
            day.add((Of.ALBUM, album_id), 0, worth)
    return days


@dataclass(slots=True)
class Change:
    """What becomes more or less in one scope."""

    subjects: dict[Key, tuple[int, int]] = field(default_factory=dict[Key, tuple[int, int]])
    """Plays and weight."""
    lines: dict[Line, int] = field(default_factory=dict[Line, int])

    def put(self, day: Day, times: int, weight: int) -> None:
        """A day goes in (1) or out (-1)."""
        for key, amount in day.subjects.items():
            plays, heavy = self.subjects.get(key, (0, 0))
            self.subjects[key] = (plays + times * amount.plays, heavy + times * weight * amount.both)
        for line, number in day.lines.items():
            self.lines[line] = self.lines.get(line, 0) + times * weight * number

    def settled(self) -> Change:
        """Without what comes to nothing."""
        return Change(
            {key: change for key, change in self.subjects.items() if change != (0, 0)},
            {line: number for line, number in self.lines.items() if number},
        )


def change_of(
    scope: Scope,
    *,
    before_on: date,
    today: date,
    before: Mapping[date, Day],
    after: Mapping[date, Day],
) -> Change:
    """How the sums of a scope change when its window, which ended on `before_on`, ends today.

    `before` and `after` are the days that changed, and those that leave the window, as they were and as they are. Plays
    of days that are still to come count already: somebody's clock is ahead.
    """
    began, begins = first_day(scope, before_on), first_day(scope, today)
    change = Change()
    for day in before.keys() | after.keys():
        weight = weight_in(scope, day)
        if day >= began and (was := before.get(day)):
            change.put(was, -1, weight)
        if day >= begins and (now := after.get(day)):
            change.put(now, 1, weight)
    return change.settled()


# --- what weighs, and the shares made of it -------------------------------------------------------------------------


class Weighed(NamedTuple):
    """How much an artist or album weighs in a scope, and by which of its traits it went into the shares."""

    plays: int = 0
    weight: int = 0
    rev: int = 0


NO_WEIGHT: Final = Weighed()
Traits: TypeAlias = Mapping[tuple[Of, UUID, int], Iterable[tuple[str, str, int]]]
"""By subject and rev: kind, value and thousandths."""


@dataclass(slots=True)
class Settled:
    """What a scope's rows are to become."""

    weighed: dict[Key, Weighed] = field(default_factory=dict[Key, Weighed])
    """New rows in place of old ones; those that weigh nothing go."""
    lines: dict[Line, int] = field(default_factory=dict[Line, int])
    """What is added to lines."""


def settle(
    scope: Scope,
    changes: Mapping[Scope, Change],
    touched: Iterable[Key],
    weighed: Mapping[tuple[Scope, Of, UUID], Weighed],
    revs: Mapping[Key, int],
    traits: Traits,
) -> Settled:
    """The rows of a scope after a change.

    `touched` is everything that changed in any scope, or is described by other traits than before; `weighed` has its
    rows as they were, of this scope and of all. Genres and countries are those of artists, decades those of albums, so
    that no play counts twice.
    """
    change = changes[scope]
    done = Settled(lines=dict(change.lines))

    def more(kind: str, value: str, by: int) -> None:
        if by:
            done.lines[kind, value] = done.lines.get((kind, value), 0) + by

    for key in touched:
        old = weighed.get((scope, *key), NO_WEIGHT)
        plays, weight = change.subjects.get(key, (0, 0))
        new = Weighed(old.plays + plays, old.weight + weight, revs.get(key, 0))
        if new != old and (new.weight or old.weight):
            done.weighed[key] = new
            for one, sign in ((old, -1), (new, 1)):
                for kind, value, share in traits.get((*key, one.rev), ()):
                    if (kind == Fact.DECADE) is (key[0] is Of.ALBUM):
                        more(kind, value, sign * one.weight * share)
        if key[0] is Of.ARTIST:
            ever = weighed.get((Scope.ALL, *key), NO_WEIGHT).plays
            ever_now = ever + changes[Scope.ALL].subjects.get(key, (0, 0))[0]
            for was, ever_was, sign in ((old.plays, ever, -1), (new.plays, ever_now, 1)):
                first = bool(was) and was == ever_was
                more(TOTAL, PLAYS, sign * was)
                more(TOTAL, ARTISTS, sign * bool(was))
                more(TOTAL, NEW_ARTISTS, sign * first)
                more(TOTAL, NEW_PLAYS, sign * was * first)
            more(TOTAL, WEIGHT, weight)
    done.lines = {line: number for line, number in done.lines.items() if number}
    return done
