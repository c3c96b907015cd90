"""The stated rule: which of the plays that are told are known, which are another telling of a kept one, which are new.

Inside one source only what starts within two seconds is a double, so that real repeats stay. What two sources tell is
matched one to one, nearest first, and never makes one play of two plays of the same source; a telling that comes later
and fits better takes its place. Of all tellings of a play the most exact one is kept. So the order in which sources are
read changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.listening.likeness import (
    DOUBLE,
    FAMILIES,
    REACH,
    Likeness,
    Reason,
    across_families,
    are_double,
    within_family,
)
from bot.domain.listening.plays import Family
from bot.domain.listening.telling import Key, Telling, exactness

CROWD = 120
"""Nobody hears a track so often in an hour; of what tells so much, the nearest is looked at."""
ANOTHER = 100
"""Added to the ordinal of a telling whose key is another's."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Another telling of a kept play, and by which rule."""

    telling: Telling
    reason: Reason


@dataclass(frozen=True, slots=True)
class Held:
    """A play that is kept, with its twins."""

    kept: Telling
    twins: tuple[Twin, ...] = ()

    @property
    def tellings(self) -> list[Telling]:
        """All that was told of it."""
        return [self.kept, *(twin.telling for twin in self.twins)]


@dataclass(slots=True)
class Settled:
    """What becomes of what was told."""

    plays: list[Telling] = field(default_factory=list[Telling])
    """To be kept: new ones, and tellings more exact than what was kept so far."""
    gone: list[Telling] = field(default_factory=list[Telling])
    """Kept no longer; their twins go with them, and stand among `twins` again where they are told still."""
    untwinned: list[Key] = field(default_factory=list[Key])
    """Twins of plays that stay, no longer theirs."""
    twins: list[tuple[Twin, Key]] = field(default_factory=list[tuple[Twin, Key]])
    """Further tellings, each with the key of the kept one."""
    also: dict[Key, tuple[str, ...]] = field(default_factory=dict[Key, tuple[str, ...]])
    """The further sources of every play that has others than before."""
    new: int = 0
    skips: int = 0
    """Of the new, those that were not heard long enough to count."""
    known: int = 0
    twinned: int = 0
    """Told by another source before."""
    near: int = 0
    """Told by the same source before, a moment apart."""


def settle(held: Sequence[Held], told: Iterable[Telling]) -> Settled:
    """What becomes of plays that a member's sources tell, beside those that are `held` of that time."""
    settled = Settled()
    by_track: defaultdict[UUID, list[Telling]] = defaultdict(list)
    for telling in told:
        by_track[telling.track_id].append(telling)
    held_by_track: defaultdict[UUID, list[Held]] = defaultdict(list)
    for play in held:
        held_by_track[play.kept.track_id].append(play)
    for track_id, tellings in by_track.items():
        beside = held_by_track.get(track_id)
        if beside is None and (len(tellings) == 1 or _all_apart(tellings)):  # most are
            settled.plays.extend(tellings)
            settled.new += len(tellings)
            settled.skips += sum(not telling.counts for telling in tellings)
        else:
            _settle_track(settled, beside or [], tellings)
    return settled


def leave_out(held: Sequence[Held], keys: AbstractSet[Key]) -> Settled:
    """What becomes of `held` plays when some of their tellings are taken back: what others told as well is kept."""
    settled = Settled()
    left = [[telling for telling in one.tellings if telling.key not in keys] for one in held]
    _write(settled, held, [tellings for tellings in left if tellings], _reason_between)
    return settled


def _all_apart(tellings: list[Telling]) -> bool:
    """Whether these are plays of one voice, none of them a double of another."""
    first = tellings[0]
    tellings.sort(key=_start)
    before = tellings[0].started_at - 2 * DOUBLE
    for telling in tellings:
        if telling.source != first.source or telling.minute != first.minute or telling.started_at - before <= DOUBLE:
            return False
        before = telling.started_at
    return True


def _settle_track(settled: Settled, held: Sequence[Held], told: Sequence[Telling]) -> None:
    """The same for one track."""
    known = {telling.key: telling for play in held for telling in play.tellings}
    fresh: dict[Key, Telling] = {}
    for one in told:
        telling = _with_own_key(one, known, fresh)
        if telling.key in known or telling.key in fresh:
            settled.known += 1
        else:
            fresh[telling.key] = telling
    if not fresh:
        return
    track = _Track(held)
    voices: defaultdict[tuple[int, bool], list[Telling]] = defaultdict(list)
    for telling in fresh.values():
        minute, place, _, _ = exactness(telling)
        voices[place, minute].append(telling)
    for _, tellings in sorted(voices.items()):
        near = track.take(sorted(tellings, key=exactness))
        settled.near += len(near)
        for telling in near:
            del fresh[telling.key]
    plays = track.plays()
    for tellings in plays:
        coming = sum(telling.key in fresh for telling in tellings)
        if coming and not any(telling.key in known for telling in tellings):
            coming -= 1
            settled.new += 1
            settled.skips += not min(tellings, key=exactness).counts
        settled.twinned += coming
    _write(settled, held, plays, track.reason)


def _with_own_key(telling: Telling, *taken: Mapping[Key, Telling]) -> Telling:
    """A skip may seem to begin at the very instant of the next play, as starts are reckoned back: it is another."""
    for places in taken:
        while (other := places.get(telling.key)) and other[4:6] != telling[4:6]:
            telling = telling._replace(ordinal=telling.ordinal + ANOTHER)
    return telling


@dataclass(eq=False, slots=True)
class _Unit:
    """What one service told of one play."""

    family: Family
    tellings: list[Telling]
    play: list[_Unit] = field(default_factory=list["_Unit"])
    """It with the units of other services that tell the same."""


class _Track:
    """What is told of one track in some time, while tellings find their places."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._home: dict[Key, _Unit] = {}
        self._edges: dict[tuple[int, int], Reason] = {}
        for one in held:
            units: dict[Family, _Unit] = {}
            for telling in one.tellings:
                family = FAMILIES[telling.source]
                unit = units.setdefault(family, _Unit(family, []))
                unit.tellings.append(telling)
                self._home[telling.key] = unit
        self._in_time = sorted((one for unit in self._units() for one in unit.tellings), key=_key)

    def _units(self) -> list[_Unit]:
        return list(dict.fromkeys(self._home.values()))

    def take(self, told: Sequence[Telling]) -> list[Telling]:
        """Find places among what the same service told; those that were told a moment apart."""
        near: list[Telling] = []
        for telling in told:
            doubles = [one for one in self._near(telling, DOUBLE) if are_double(one, telling)]
            unit = self._home[doubles[0].key] if doubles else _Unit(FAMILIES[telling.source], [])
            unit.tellings.append(telling)
            self._home[telling.key] = unit
            if doubles:
                near.append(telling)
            for other in {id(one): one for one in (self._home[double.key] for double in doubles)}.values():
                if other is not unit:  # it stands between two that seemed apart
                    unit.tellings.extend(other.tellings)
                    self._home.update(dict.fromkeys((one.key for one in other.tellings), unit))
            self._in_time.insert(bisect_left(self._in_time, telling.key, key=_key), telling)
        if len({(one.source, one.minute) for one in self._in_time}) == 1:
            return near
        pairs = [
            (like, telling, other)
            for telling in told
            for other in self._near(telling)
            if FAMILIES[other.source] is FAMILIES[telling.source]
            and (other.source, other.minute) != (telling.source, telling.minute)
            and (like := within_family(telling, other))
        ]
        pairs.sort(key=_by_likeness)
        found: set[Key] = set()
        for _, telling, other in pairs:
            mine, theirs = self._home[telling.key], self._home[other.key]
            already = mine is theirs
            # One to one: as many of ours as of theirs, doubles included.
            if telling.key not in found and _told_by(theirs, telling) - already < _told_by(theirs, other):
                found.add(telling.key)
                if not already:
                    theirs.tellings.extend(mine.tellings)
                    self._home.update(dict.fromkeys((one.key for one in mine.tellings), theirs))
        return near

    def _near(self, telling: Telling, reach: timedelta = REACH) -> list[Telling]:
        """Tellings that may be the same play, by their starts."""
        here = bisect_left(self._in_time, telling.started_at, key=_start)
        first = bisect_left(self._in_time, telling.started_at - reach, max(0, here - CROWD), here, key=_start)
        last = bisect_right(self._in_time, telling.started_at + reach, here, key=_start)
        return self._in_time[first : min(last, here + CROWD)]

    def plays(self) -> list[list[Telling]]:
        """Bring together what different services told, nearest first, whatever was brought together before."""
        units = self._units()
        if len({unit.family for unit in units}) == 1:
            return [unit.tellings for unit in units]
        pairs = [
            (like, telling, other)
            for telling in self._in_time
            for other in self._near(telling)
            if telling.key < other.key
            and FAMILIES[other.source] is not FAMILIES[telling.source]
            and (like := across_families(telling, other))
        ]
        pairs.sort(key=_by_likeness)
        for unit in units:
            unit.play = [unit]
        for like, telling, other in pairs:
            mine, theirs = self._home[telling.key], self._home[other.key]
            if {unit.family for unit in mine.play}.isdisjoint(unit.family for unit in theirs.play):
                self._edges[id(mine), id(theirs)] = self._edges[id(theirs), id(mine)] = like.reason
                mine.play.extend(theirs.play)
                for unit in theirs.play:
                    unit.play = mine.play
        plays = {id(unit.play): unit.play for unit in units}
        return [[telling for unit in play for telling in unit.tellings] for play in plays.values()]

    def reason(self, telling: Telling, kept: Telling) -> Reason:
        """Why a telling is a twin of the kept one."""
        edge = self._edges.get((id(self._home[telling.key]), id(self._home[kept.key])))
        return edge or _reason_between(telling, kept)


def _reason_between(telling: Telling, kept: Telling) -> Reason:
    """By which rule two tellings of one play are alike; a third may have brought them together."""
    of_family = FAMILIES[telling.source] is FAMILIES[kept.source]
    like = within_family(telling, kept) if of_family else across_families(telling, kept)
    return like.reason if like else Reason.SAME


def _told_by(unit: _Unit, like: Telling) -> int:
    return sum((one.source, one.minute) == (like.source, like.minute) for one in unit.tellings)


def _by_likeness(pair: tuple[Likeness, Telling, Telling]) -> tuple[Likeness, Key, Key]:
    like, one, other = pair
    return (like, one.key, other.key)


def _start(telling: Telling) -> datetime:
    return telling.started_at


def _key(telling: Telling) -> Key:
    return telling.key


def _write(
    settled: Settled,
    held: Sequence[Held],
    plays: Iterable[Sequence[Telling]],
    reason: Callable[[Telling, Telling], Reason],
) -> None:
    """What has to be stored, so that what is `held` becomes these plays."""
    before = {one.kept.key: {twin.telling.key for twin in one.twins} for one in held}
    after: dict[Key, set[Key]] = {}
    for tellings in plays:
        kept = min(tellings, key=exactness)
        twins = {one.key: one for one in tellings if one is not kept}
        after[kept.key] = set(twins)
        had = before.get(kept.key)
        if had is None:
            album = kept.album_id or next((one.album_id for one in tellings if one.album_id is not None), None)
            settled.plays.append(kept._replace(album_id=album))
        for key in twins.keys() - (had or set[Key]()):
            settled.twins.append((Twin(twins[key], reason(twins[key], kept)), kept.key))
        if had != after[kept.key] and (twins or had):
            settled.also[kept.key] = tuple(sorted({one.source for one in twins.values()} - {kept.source}))
    settled.gone.extend(one.kept for one in held if one.kept.key not in after)
    for key, had in before.items():
        settled.untwinned.extend(had - after.get(key, had))
