"""One changed ballot under points or approval, found by reasoning on scores instead of counting again.

A voter helps a rival most from first place: anywhere else the rival scores no more, has no more first places and wins
no more duels. Only a voter who is barred from the rival has to leave them off. Three cases remain.

* Someone still scores more than the rival: this voter cannot help.
* The rival alone scores most: done; a ballot that names nobody else shows it.
* Some score the same. They must be left off the ballot, or they would score more. First places, then the head-to-head
  decide, and there the voter has one more means: to lift others into the tie, whom the rival beats and who take wins
  from the rest. Only choices whose score lacks exactly what a rank gives can be lifted so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from bot.domain.tally.ballots import Box, Kind
from bot.domain.tally.counts import Counts, ranking_points

LINE_UPS = 5_000
"""How many ways to fill a ballot one search tries where the tie is worth it; a real vote needs a few dozen at most."""

LineUp = tuple[tuple[int, ...], tuple[int, ...]]
"""Choices a ballot names, and those of them that it lifts into the tie."""


@dataclass(slots=True)
class _Search:
    """The vote that is searched; `gain` is what a first place scores."""

    box: Box
    counts: Counts
    scores: Sequence[int]
    by_points: bool
    line_ups_left: int = LINE_UPS

    @property
    def gain(self) -> int:
        return self.counts.ranks if self.by_points else 1


@dataclass(slots=True)
class _Rest:
    """What the vote comes to without one ballot."""

    search: _Search
    before: Kind
    scored: dict[int, int]
    place: dict[int, int]

    def score(self, choice: int) -> int:
        return self.search.scores[choice] - self.scored.get(choice, 0)

    def firsts(self, choice: int) -> int:
        ranking = self.before.ranking
        alone_first = bool(ranking) and ranking[0] == (choice,)
        return self.search.counts.firsts[choice] - alone_first

    def margin(self, one: int, other: int) -> int:
        last = len(self.before.ranking)
        place_of_one, place_of_other = self.place.get(one, last), self.place.get(other, last)
        preferred = (place_of_one < place_of_other) - (place_of_one > place_of_other)
        return self.search.counts.margin(one, other) - preferred


def find_score_flip(
    box: Box, counts: Counts, scores: Sequence[int], winner: int, *, by_points: bool
) -> tuple[int, Kind, Kind] | None:
    """A rival who would have won, by which kind of ballot, cast as what instead; the strongest such rival first."""
    search = _Search(box, counts, scores, by_points)
    by_score = sorted(range(len(scores)), key=lambda choice: (-scores[choice], choice))
    rests = [_without(search, kind) for kind in box.kinds]
    for rival in by_score:
        if scores[rival] + 2 * search.gain < scores[by_score[0]]:
            break
        if rival == winner:
            continue
        for rest in rests:
            named = _winning_ballot(rest, rival, by_score)
            if named is not None:
                return rival, rest.before, Kind(tuple((choice,) for choice in named), rest.before.barred)
    return None


def _without(search: _Search, kind: Kind) -> _Rest:
    """The vote without one ballot of this kind."""
    named = [choice for tier in kind.ranking for choice in tier]
    scored = dict(ranking_points(kind.ranking, search.counts.ranks)) if search.by_points else dict.fromkeys(named, 1)
    place = {choice: index for index, tier in enumerate(kind.ranking) for choice in tier}
    return _Rest(search, kind, scored, place)


def _winning_ballot(rest: _Rest, rival: int, by_score: Sequence[int]) -> tuple[int, ...] | None:
    """The ballot by which this voter would have elected the rival without a draw, or None."""
    search = rest.search
    named = () if rival in rest.before.barred else (rival,)
    goal = rest.score(rival) + search.gain * len(named)
    firsts = rest.firsts(rival) + len(named)
    level: list[int] = []
    for choice in by_score:
        if search.scores[choice] < goal:
            break
        if choice != rival and (score := rest.score(choice)) >= goal:
            if score > goal or (search.by_points and rest.firsts(choice) > firsts):
                return None
            if not search.by_points or rest.firsts(choice) == firsts:
                level.append(choice)
    tie = _Tie(rest, rival, goal, firsts)
    for ballot, lifted in tie.line_ups(named):
        if search.line_ups_left == 0:
            return None
        search.line_ups_left -= 1
        if _wins_duels(rest, rival, [*level, *lifted], ballot):
            return ballot
    return None


def _wins_duels(rest: _Rest, rival: int, level: Sequence[int], ballot: Sequence[int]) -> bool:
    """Whether the rival, with this ballot, has more head-to-head wins than each it is level with."""
    place = {choice: index for index, choice in enumerate(ballot)}
    last = len(place)
    tied = (rival, *level)
    halves = dict.fromkeys(tied, 0)
    for index, one in enumerate(tied):
        for other in tied[index + 1 :]:
            mine, theirs = place.get(one, last), place.get(other, last)
            margin = rest.margin(one, other) + (mine < theirs) - (mine > theirs)
            halves[one] += 1 + (margin > 0) - (margin < 0)
            halves[other] += 1 + (margin < 0) - (margin > 0)
    return all(halves[rival] > halves[choice] for choice in level)


class _Tie:
    """The score and first places a rival comes to, and what the rest of the ballot can do to those level with it."""

    def __init__(self, rest: _Rest, rival: int, goal: int, firsts: int) -> None:
        self._rest = rest
        self._goal = goal
        self._firsts = firsts
        self._top = rest.search.gain
        barred = rest.before.barred
        self._nameable = [c for c in range(len(rest.search.scores)) if c != rival and c not in barred]

    def line_ups(self, named: tuple[int, ...]) -> Iterator[LineUp]:
        """Every ballot that begins so and differs in whom it lifts into the tie, those that lift nobody first."""
        if named:
            yield named, ()
        if self._rest.search.by_points:
            liftable = {worth: self._liftable(worth) for worth in range(1, self._top - len(named) + 1)}
            yield from self._fill(liftable, named, ())
            return
        if not named:
            yield from (((idle,), ()) for idle in self._nameable if self._rest.score(idle) + 1 < self._goal)
        near = [choice for choice in self._nameable if self._rest.score(choice) + 1 == self._goal]
        for length in range(1, len(near) + 1):
            for lifted in permutations(near, length):
                yield (*named, *lifted), lifted

    def _fill(
        self, liftable: dict[int, list[int]], named: tuple[int, ...], lifted: tuple[int, ...]
    ) -> Iterator[LineUp]:
        """Fill the next rank, by a choice that it lifts into the tie or by one that is out of the race either way."""
        worth = self._top - len(named)
        if named and not any(liftable[lower] for lower in range(1, worth + 1)):
            return
        for choice in liftable.get(worth, ()):
            if choice not in named:
                yield (*named, choice), (*lifted, choice)
                yield from self._fill(liftable, (*named, choice), (*lifted, choice))
        # A rank may not be left empty. Who could be lifted by another rank is spared when anyone else can stand in.
        spare = [choice for choice in self._nameable if choice not in named and self._stays_out(choice, worth)]
        wanted = {choice for choices in liftable.values() for choice in choices}
        idle = [choice for choice in spare if choice not in wanted]
        for choice in idle[:1] or spare:
            if not named:
                yield (choice,), ()
            yield from self._fill(liftable, (*named, choice), lifted)

    def _liftable(self, worth: int) -> list[int]:
        """Whom a rank of this worth makes level with the rival in score and first places."""
        return [
            choice
            for choice in self._nameable
            if self._rest.score(choice) + worth == self._goal and self._firsts_at(choice, worth) == self._firsts
        ]

    def _stays_out(self, choice: int, worth: int) -> bool:
        """Whether a choice given these points is no part of the tie: it scores less, or falls at the first places."""
        score = self._rest.score(choice) + worth
        return score < self._goal or (score == self._goal and self._firsts_at(choice, worth) < self._firsts)

    def _firsts_at(self, choice: int, worth: int) -> int:
        return self._rest.firsts(choice) + (worth == self._top)
