"""One changed ballot under points or approval, found by reasoning on scores instead of counting again.

A rival can only win from the first place of the changed ballot: anywhere else they score no more, their first places
are no more and their duels no better. So the rival is first, and three cases remain.

* Someone still scores more: this voter cannot help the rival.
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
"""How many ways to fill the lower ranks one search tries; a real vote needs a few dozen at most."""

LineUp = tuple[tuple[int, ...], tuple[int, ...]]
"""Choices named after the rival, and those of them that are lifted into the tie."""


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
            if rival not in rest.before.barred:
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
    goal = rest.score(rival) + search.gain
    level: list[int] = []
    for choice in by_score:
        if search.scores[choice] < goal:
            break
        if choice != rival and (score := rest.score(choice)) >= goal:
            if score > goal:
                return None
            level.append(choice)
    if search.by_points:
        firsts = rest.firsts(rival) + 1
        if any(rest.firsts(choice) > firsts for choice in level):
            return None
        level = [choice for choice in level if rest.firsts(choice) == firsts]
    if not level:
        return (rival,)
    for named, lifted in _line_ups(rest, rival, goal):
        if search.line_ups_left == 0:
            return None
        search.line_ups_left -= 1
        if _wins_duels(rest, rival, [*level, *lifted], named):
            return (rival, *named)
    return None


def _wins_duels(rest: _Rest, rival: int, level: Sequence[int], named: Sequence[int]) -> bool:
    """Whether the rival, first on the changed ballot, has more head-to-head wins than each it is level with."""
    place = {choice: index for index, choice in enumerate((rival, *named))}
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


def _line_ups(rest: _Rest, rival: int, goal: int) -> Iterator[LineUp]:
    """Every way to fill the ranks after the rival that changes who is level with it, the empty one first."""
    nameable = [
        choice for choice in range(len(rest.search.scores)) if choice != rival and choice not in rest.before.barred
    ]
    if not rest.search.by_points:
        near = [choice for choice in nameable if rest.score(choice) + 1 == goal]
        for length in range(len(near) + 1):
            for lifted in permutations(near, length):
                yield lifted, lifted
        return
    firsts = rest.firsts(rival) + 1
    liftable: dict[int, list[int]] = {worth: [] for worth in range(1, rest.search.gain)}
    for choice in nameable:
        worth = goal - rest.score(choice)
        if worth in liftable and rest.firsts(choice) == firsts:
            liftable[worth].append(choice)
    yield (), ()
    yield from _fill(rest, goal, firsts, nameable, liftable, (), ())


def _fill(
    rest: _Rest,
    goal: int,
    firsts: int,
    nameable: Sequence[int],
    liftable: dict[int, list[int]],
    named: tuple[int, ...],
    lifted: tuple[int, ...],
) -> Iterator[LineUp]:
    """Fill the next rank, by a choice that it lifts into the tie or by one that is out of the race either way."""
    worth = rest.search.gain - 1 - len(named)
    if not any(liftable[lower] for lower in range(1, worth + 1)):
        return
    for choice in liftable[worth]:
        if choice not in named:
            yield (*named, choice), (*lifted, choice)
            yield from _fill(rest, goal, firsts, nameable, liftable, (*named, choice), (*lifted, choice))
    # A rank may not be left empty. Someone who could be lifted by another rank is spared when anyone else can stand in.
    spare = [choice for choice in nameable if choice not in named and _stays_out(rest, choice, worth, goal, firsts)]
    wanted = {choice for choices in liftable.values() for choice in choices}
    idle = [choice for choice in spare if choice not in wanted]
    for choice in idle[:1] or spare:
        yield from _fill(rest, goal, firsts, nameable, liftable, (*named, choice), lifted)


def _stays_out(rest: _Rest, choice: int, worth: int, goal: int, firsts: int) -> bool:
    """Whether a choice given these points is still no part of the tie: it scores less, or falls at the first places."""
    score = rest.score(choice) + worth
    return score < goal or (score == goal and rest.firsts(choice) < firsts)
