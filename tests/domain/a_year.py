"""A year of one person who listens on Spotify while Last.fm scrobbles beside it, and how a reader is told of it.

Everything that was measured of real histories happens: starts that differ by seconds, pauses, skips, scrobbles that
come hours late, times offline, tracks heard again at once, scrobbles that are told twice a second apart, and a list of
recent plays that fills in any order.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.domain.listening.dedup import Held, Settled, settle
from bot.domain.listening.likeness import REACH
from bot.domain.listening.plays import Source, Told
from bot.domain.listening.telling import Key, Telling, telling_of

BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TRACKS = 4_000
RECENT = 50
POLL = 25 * MINUTE
OVERLAP = HOUR
"""A window of Last.fm begins so long before the one before it ended …"""
LOOK_BACK = 14 * DAY
"""… and once a day so long, for scrobbles that were sent late."""


@dataclass(frozen=True)
class Arrival:
    """A play as a source tells it, from when on, and which play it truly is."""

    at: datetime
    told: Told
    truly: int


@dataclass
class Year:
    """What was truly heard, and what the two sources tell of it."""

    plays: int = 0
    spotify: list[Arrival] = field(default_factory=list)
    lastfm: list[Arrival] = field(default_factory=list)
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


class Listener:
    """The person; the same seed hears the same."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.weights = list(accumulate(1 / (rank + 15) for rank in range(TRACKS)))
        self.lengths = [timedelta(seconds=self.chance.triangular(70, 560, 205)) for _ in range(TRACKS)]

    def listen(self, days: int) -> Year:
        """So many days of it."""
        year = Year()
        for day in range(days):
            at = BEGINS + day * DAY + self.chance.uniform(6, 10) * HOUR
            until = BEGINS + (day + 1) * DAY
            while at < until - 2 * HOUR and self.chance.random() < 0.85:
                offline = self.chance.random() < 0.03
                at = self._sit(year, at, offline) + self.chance.expovariate(1 / 2.2) * HOUR
        return year

    def _sit(self, year: Year, at: datetime, offline: bool) -> datetime:
        """Some tracks in a row; offline, both sources hear of them together when it is over."""
        first = (len(year.spotify), len(year.lastfm))
        for _ in range(self.chance.randint(3, 28)):
            track = self.chance.choices(range(TRACKS), cum_weights=self.weights)[0]
            times = 1 if self.chance.random() > 0.012 else self.chance.randint(2, 5)
            year.counts["repeats"] += times - 1
            for _ in range(times):
                at = self._hear(year, track, at) + timedelta(milliseconds=self.chance.randint(0, 900))
        if offline:
            year.counts["times offline"] += 1
            back = at + self.chance.uniform(0, 3) * HOUR
            for arrivals, begin in zip((year.spotify, year.lastfm), first, strict=True):
                arrivals[begin:] = [
                    Arrival(max(one.at, back + self.chance.uniform(0, 1) * HOUR), one.told, one.truly)
                    for one in arrivals[begin:]
                ]
        return at

    def _hear(self, year: Year, track: int, start: datetime) -> datetime:
        """One play and what is told of it; answers when it was over."""
        length = self.lengths[track]
        heard, paused = length, timedelta()
        if self.chance.random() < 0.12:
            heard = length * self.chance.random()
            year.counts["skips"] += 1
        if self.chance.random() < 0.05:
            paused = min(self.chance.expovariate(1 / 45) * SECOND, length)
            year.counts["pauses"] += 1
        end = start + heard + paused
        truly, year.plays = year.plays, year.plays + 1
        self._tell_spotify(year, track, truly, heard, end)
        if heard >= min(length / 2, 4 * MINUTE):
            self._tell_lastfm(year, track, truly, start, end)
        return end

    def _tell_spotify(self, year: Year, track: int, truly: int, heard: timedelta, end: datetime) -> None:
        if heard < 30 * SECOND:  # never listed
            return
        late = self.chance.uniform(0, 5) * HOUR if self.chance.random() < 0.02 else self.chance.uniform(0, 90) * SECOND
        told_end = end + timedelta(milliseconds=self.chance.randint(0, 1_500) + 3_000 * (self.chance.random() < 0.02))
        length = timedelta(milliseconds=self.lengths[track] // timedelta(milliseconds=1))
        mark = {0: " (feat. Somebody)", 1: " - 2011 Remaster"}.get(track % 20, "")
        year.spotify.append(
            Arrival(
                end + late,
                Told(
                    Source.SPOTIFY,
                    f"Artist {track % 700}",
                    f"Title {track}{mark}",
                    told_end - length,
                    f"Album {track % 1_500}",
                    ended_at=told_end,
                    duration=length,
                ),
                truly,
            )
        )

    def _tell_lastfm(self, year: Year, track: int, truly: int, start: datetime, end: datetime) -> None:
        late = self.chance.uniform(0, 20) * HOUR if self.chance.random() < 0.02 else self.chance.uniform(0, 30) * SECOND
        jitter = self.chance.choice((0, 0, 1, 1, 2, 3)) + 5 * (self.chance.random() < 0.01)
        uts = start.replace(microsecond=0) + jitter * SECOND
        told = Told(Source.LASTFM, f"Artist {track % 700}", f"Title {track}", uts, f"Album {track % 1_500}")
        year.lastfm.append(Arrival(end + late, told, truly))
        if self.chance.random() < 0.015:
            again = Told(Source.LASTFM, told.artist, told.title, uts + SECOND, told.album)
            year.lastfm.append(Arrival(end + late, again, truly))
            year.counts["told twice"] += 1


def polls_of_spotify(arrivals: Sequence[Arrival]) -> Iterator[tuple[datetime, list[Told]]]:
    """What each reading of the recent plays finds: the last fifty by their end, of those that have come by then."""
    coming = sorted(arrivals, key=lambda one: one.at)
    listed: list[Told] = []
    place = 0
    while place < len(coming):
        now = coming[place].at + POLL
        while place < len(coming) and coming[place].at <= now:
            insort(listed, coming[place].told, key=_end)
            place += 1
        listed = listed[-RECENT:]
        yield now, listed[::-1]


def _end(told: Told) -> datetime:
    return told.ended_at or told.started_at


def windows_of_lastfm(arrivals: Sequence[Arrival]) -> Iterator[tuple[datetime, list[Told]]]:
    """What each reading of the scrobbles finds: a window that overlaps the one before, once a day one of two weeks."""
    coming = sorted(arrivals, key=lambda one: one.at)
    there: list[Told] = []
    place = 0
    covered = looked = BEGINS
    while place < len(coming):
        now = coming[place].at + POLL
        while place < len(coming) and coming[place].at <= now:
            insort(there, coming[place].told, key=_begin)
            place += 1
        since = covered - OVERLAP
        if now - looked > DAY or place == len(coming):
            since, looked = now - LOOK_BACK, now
        covered = now
        yield now, there[bisect_left(there, since, key=_begin) :][::-1]


def _begin(told: Told) -> datetime:
    return told.started_at


class Memory:
    """Keeps plays as the database does, for one person."""

    def __init__(self) -> None:
        self._kept: list[Telling] = []
        self._plays: dict[Key, Held] = {}

    def take(self, told: Iterable[Told]) -> Settled:
        """Take in a page."""
        tellings = [telling for telling in map(telling_of, told) if telling is not None]
        if not tellings:
            return Settled()
        since = min(telling.started_at for telling in tellings) - REACH
        until = max(telling.started_at for telling in tellings) + REACH
        near = self._kept[bisect_left(self._kept, since, key=_started) : bisect_right(self._kept, until, key=_started)]
        settled = settle([self._plays[telling.key] for telling in near], tellings)
        for telling in settled.gone:
            self._kept.remove(telling)
            del self._plays[telling.key]
        for key, held in [(one.key, self._plays[one.key]) for one in near if one.key in self._plays]:
            twins = tuple(twin for twin in held.twins if twin.telling.key not in settled.untwinned)
            self._plays[key] = Held(held.kept, twins)
        for telling in settled.plays:
            assert telling.key not in self._plays, "kept once"
            insort(self._kept, telling, key=_started)
            self._plays[telling.key] = Held(telling)
        for twin, key in settled.twins:
            held = self._plays[key]
            self._plays[key] = Held(held.kept, (*held.twins, twin))
        return settled

    def plays(self) -> list[Held]:
        """All that is kept, in the order of time."""
        return [self._plays[telling.key] for telling in self._kept]


def _started(telling: Telling) -> datetime:
    return telling.started_at


@dataclass(frozen=True)
class Compared:
    """What is kept beside what was told."""

    true: int
    """Plays that at least one source told of in a page that was read."""
    kept: int
    lost: int
    """Plays that were made one with another."""
    double: int
    """Plays that are kept twice."""
    crossed: int
    """Repeats of a track whose tellings were paired the other way round; each counts once."""

    @property
    def lost_share(self) -> float:
        return self.lost / self.true

    @property
    def double_share(self) -> float:
        return self.double / self.true


def compare(memory: Memory, arrivals: Iterable[Arrival], read: set[Key]) -> Compared:
    """Follow every telling that was read to the play it truly is, and count where plays and truth part."""
    truth = {}
    for one in arrivals:
        telling = telling_of(one.told)
        assert telling is not None
        if telling.key in read:
            truth[telling.key] = one.truly
    plays = [{truth[key] for key in _keys(held)} for held in memory.plays()]
    # Plays and truths that touch each other belong together; in each such group their numbers should agree.
    groups: dict[int, list[set[int]]] = {}
    home: dict[int, int] = {}
    for number, truths in enumerate(plays):
        touched = {home[one] for one in truths if one in home}
        group = min(touched, default=number)
        groups.setdefault(group, []).append(truths)
        for other in touched - {group}:
            groups[group].extend(groups.pop(other))
        for one in set[int]().union(*groups[group]):
            home[one] = group
    lost = double = crossed = 0
    for members in groups.values():
        truths = set[int]().union(*members)
        lost += max(0, len(truths) - len(members))
        double += max(0, len(members) - len(truths))
        crossed += len(truths) if len(members) == len(truths) > 1 else 0
    return Compared(len(set(truth.values())), len(plays), lost, double, crossed)


def _keys(held: Held) -> list[Key]:
    return [held.kept.key, *(twin.telling.key for twin in held.twins)]
