"""The stated rule: which of the plays that are told are known, which are another telling of a kept one, which are new.

Inside one source only what starts within two seconds is a double, so that real repeats stay. What two sources tell is
matched one to one, nearest first, and never makes one play of two plays of the same source. Of all tellings of a play
the most exact one is kept, so that the order in which sources are read changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
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
from bot.domain.listening.telling import Key, Telling, exactness


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


@dataclass(slots=True)
class Settled:
    """What becomes of what was told."""

    plays: list[Telling] = field(default_factory=list[Telling])
    """To be kept: new ones, and tellings more exact than what was kept so far."""
    gone: list[Telling] = field(default_factory=list[Telling])
    """Kept so far, twins from now on; what they were twinned with goes with them and is among `twins` again."""
    twins: list[tuple[Twin, Key]] = field(default_factory=list[tuple[Twin, Key]])
    """Further tellings, each with the key of the kept one."""
    also: dict[Key, tuple[str, ...]] = field(default_factory=dict[Key, tuple[str, ...]])
    """Of every play that has twins now and is new or changed: the further sources."""
    new: int = 0
    skips: int = 0
    """Of the new, those that were not heard long enough to count."""
    known: int = 0
    twinned: int = 0
    """Told by another source before."""
    near: int = 0
    """Told by the same source before, a moment apart."""


@dataclass(eq=False, slots=True)
class _Play:
    """One play while it is settled: its tellings, each with the reason that brought it here."""

    tellings: list[Telling]
    reasons: dict[Key, Reason]
    was: Telling | None = None
    """What was kept of it."""
    absorbed: list[Telling] = field(default_factory=list[Telling])
    """What was kept of plays that turned out to be this one."""
    twinned_before: frozenset[Key] = frozenset()
    changed: bool = False


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
            for telling in tellings:
                _add_new(settled, telling)
        else:
            _settle_track(settled, beside or [], tellings)
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


def leave_out(held: Sequence[Held], keys: AbstractSet[Key]) -> Settled:
    """What becomes of `held` plays when some of their tellings are taken back.

    What others told as well is kept as they told it; the tellings that were twins have to go from the store besides.
    """
    settled = Settled()
    for one in held:
        play = _play_of(one)
        play.tellings = [telling for telling in play.tellings if telling.key not in keys]
        play.changed = True
        if play.tellings:
            _write(settled, play)
        else:
            settled.gone.append(one.kept)
    return settled


def _add_new(settled: Settled, telling: Telling) -> None:
    settled.plays.append(telling)
    settled.new += 1
    if not telling.counts:
        settled.skips += 1


def _settle_track(settled: Settled, held: Sequence[Held], told: Sequence[Telling]) -> None:
    """The same for one track."""
    plays = [_play_of(one) for one in held]
    known = {telling.key for play in plays for telling in play.tellings}
    fresh: dict[Key, Telling] = {}
    for telling in told:
        if telling.key in known or telling.key in fresh:
            settled.known += 1
        else:
            fresh[telling.key] = telling
    if not fresh:
        return
    track = _Track(plays)
    voices: defaultdict[tuple[int, str, bool], list[Telling]] = defaultdict(list)
    for telling in fresh.values():
        minute, place, _, _ = exactness(telling)
        voices[place, telling.source, minute].append(telling)
    for _, tellings in sorted(voices.items()):
        track.take(sorted(tellings, key=exactness), settled)
    for play in track.plays():
        _write(settled, play)


def _play_of(held: Held) -> _Play:
    return _Play(
        [held.kept, *(twin.telling for twin in held.twins)],
        {twin.telling.key: twin.reason for twin in held.twins},
        held.kept,
        twinned_before=frozenset(twin.telling.key for twin in held.twins),
    )


class _Track:
    """The plays of one track in some time, while tellings find their places among them."""

    def __init__(self, plays: Iterable[_Play]) -> None:
        self._home: dict[Key, _Play] = {}
        for play in plays:
            for telling in play.tellings:
                self._home[telling.key] = play
        self._in_time = sorted((telling for play in set(self._home.values()) for telling in play.tellings), key=_key)

    def plays(self) -> Iterator[_Play]:
        """All of them, in the order of their first tellings."""
        yield from dict.fromkeys(self._home[telling.key] for telling in self._in_time)

    def take(self, told: Sequence[Telling], settled: Settled) -> None:
        """Find places for the tellings of one source, most exact first."""
        homeless: list[Telling] = []
        for telling in told:
            before = next((one for one in self._near(telling) if are_double(one, telling)), None)
            if before is None:
                homeless.append(telling)
                self._add(_Play([telling], {}, changed=True), telling)
            else:
                settled.near += 1
                play = self._home[before.key]
                play.reasons[telling.key] = Reason.SAME
                play.tellings.append(telling)
                self._add(play, telling)
        twinned = self._match(told, within=True) | self._match(homeless, within=False)
        settled.twinned += len(twinned & {one.key for one in homeless})
        for telling in homeless:
            if telling.key not in twinned:
                settled.new += 1
                settled.skips += not telling.counts

    def _add(self, play: _Play, telling: Telling) -> None:
        self._home[telling.key] = play
        place = bisect_left(self._in_time, _key(telling), key=_key)
        self._in_time.insert(place, telling)
        play.changed = True

    def _near(self, telling: Telling) -> list[Telling]:
        """Tellings that may be the same play, by their starts."""
        first = bisect_left(self._in_time, telling.started_at - REACH, key=_start)
        last = bisect_right(self._in_time, telling.started_at + REACH, key=_start)
        return self._in_time[first:last]

    def _match(self, told: Sequence[Telling], *, within: bool) -> set[Key]:
        """Bring together what other sources told of the same plays, nearest first; the tellings that found a twin."""
        alike = within_family if within else across_families
        pairs: list[tuple[Likeness, Telling, Telling]] = []
        for telling in told:
            for other in self._near(telling):
                of_family = FAMILIES[other.source] is FAMILIES[telling.source]
                same_voice = (other.source, other.minute) == (telling.source, telling.minute)
                if of_family is within and not same_voice and (like := alike(telling, other)):
                    pairs.append((like, telling, other))
        pairs.sort(key=lambda pair: (pair[0], pair[1].key, pair[2].key))
        found: set[Key] = set()
        for like, telling, other in pairs:
            if telling.key not in found and self._may_join(telling, other, within=within):
                found.add(telling.key)
                self._join(telling, other, like.reason)
        return found

    def _may_join(self, telling: Telling, other: Telling, *, within: bool) -> bool:
        mine, theirs = self._home[telling.key], self._home[other.key]
        if within:  # one to one: as many of ours as of theirs, doubles included
            already = mine is theirs
            return _told_by(theirs, telling) - already < _told_by(theirs, other)
        if mine is theirs:
            return False
        ours = {(one.source, one.minute) for one in mine.tellings}
        return not any((one.source, one.minute) in ours or _share_a_service(one, mine) for one in theirs.tellings)

    def _join(self, telling: Telling, other: Telling, reason: Reason) -> None:
        """Make one play of two."""
        mine, theirs = self._home[telling.key], self._home[other.key]
        if mine is theirs:
            return
        if theirs.was is None and mine.was is not None:
            mine, theirs = theirs, mine
            telling, other = other, telling
        if mine.was is not None:
            theirs.absorbed.append(mine.was)
        theirs.absorbed.extend(mine.absorbed)
        theirs.reasons.update(mine.reasons)
        theirs.reasons[telling.key] = reason
        for one in mine.tellings:
            theirs.tellings.append(one)
            theirs.reasons.setdefault(one.key, reason)
            self._home[one.key] = theirs
        theirs.changed = True


def _told_by(play: _Play, like: Telling) -> int:
    return sum((one.source, one.minute) == (like.source, like.minute) for one in play.tellings)


def _share_a_service(telling: Telling, play: _Play) -> bool:
    return any(FAMILIES[one.source] is FAMILIES[telling.source] for one in play.tellings)


def _start(telling: Telling) -> datetime:
    return telling.started_at


def _key(telling: Telling) -> Key:
    return telling.key


def _write(settled: Settled, play: _Play) -> None:
    """What has to be stored of a play that is settled."""
    if not play.changed:
        return
    kept = min(play.tellings, key=exactness)
    stays = kept is play.was
    if not stays:
        album = kept.album_id or next((one.album_id for one in play.tellings if one.album_id is not None), None)
        settled.plays.append(kept._replace(album_id=album))
        if play.was is not None:
            settled.gone.append(play.was)
    settled.gone.extend(play.absorbed)
    joined = play.reasons.get(kept.key, Reason.SAME)
    others = [one for one in play.tellings if one is not kept]
    for one in others:
        if not (stays and one.key in play.twinned_before):
            settled.twins.append((Twin(one, play.reasons.get(one.key, joined)), kept.key))
    if others or play.twinned_before:
        settled.also[kept.key] = tuple(sorted({one.source for one in others} - {kept.source}))
