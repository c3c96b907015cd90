"""Whether one changed ballot would have made another choice win."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations

from bot.domain.tally.ballots import Box, Kind, Ranking
from bot.domain.tally.counts import Counts
from bot.domain.tally.decision import Decision, decide
from bot.domain.tally.results import Method
from bot.domain.tally.runoff import runoff_is_safe
from bot.domain.tally.schulze import schulze_is_safe
from bot.domain.tally.score_flip import find_score_flip

Change = tuple[int, Kind, Kind]
"""Who would have won, by which kind of ballot, cast as what instead."""

EFFORT = 100_000
"""How much a search over whole recounts may cost, in steps of a count: some 0.3 microseconds each, 30 milliseconds."""


def find_flip(method: Method, box: Box, counts: Counts, decision: Decision) -> Change | None:
    """Find a voter and another ballot they might have cast that elects someone else without a draw.

    A ballot is any strict ranking of one choice up to `ranks` (approval: any number) that the voter is not barred from.
    A result that would hang on a draw does not count: a changed ballot changes the seed, so nobody could say who wins.

    Whatever is found is true. For points and approval None is exact too, up to a bound no real vote meets. For a runoff
    or Schulze a result that no ballot can move is recognised at once; a close one is searched ballot by ballot,
    likeliest first, as far as EFFORT goes: to the end for a dozen voters, eight nominations and two ranks. Beyond that
    None means that none was found.
    """
    if method is Method.POINTS:
        return find_score_flip(box, counts, counts.points, decision.winner, by_points=True)
    if method is Method.APPROVAL:
        return find_score_flip(box, counts, counts.approvals, decision.winner, by_points=False)
    if method is Method.RUNOFF:
        if runoff_is_safe(decision.stages):
            return None
    elif schulze_is_safe(decision.winner, counts):
        return None
    return _recount(method, box, counts, decision.winner)


def _recount(method: Method, box: Box, counts: Counts, winner: int) -> Change | None:
    """Try changed ballots one after the other."""
    size = len(box.choices)
    cost = size * (len(box.kinds) + size if method is Method.RUNOFF else size)
    for before, after in islice(_changes(box, counts, winner), max(1, EFFORT // cost)):
        changed = box.with_one_changed(before, after)
        counts.add(before.ranking, -1)
        counts.add(after.ranking, 1)
        other = decide(method, changed, counts)
        counts.add(after.ranking, -1)
        counts.add(before.ranking, 1)
        if other.winner != winner and not other.drawn:
            return other.winner, before, after
    return None


def _changes(box: Box, counts: Counts, winner: int) -> Iterator[tuple[Kind, Kind]]:
    """All single changes, once each; first those by which a friend of the winner turns to a rival alone."""
    rivals = sorted(
        (choice for choice in range(len(box.choices)) if choice != winner),
        key=lambda choice: (-counts.firsts[choice], counts.margin(winner, choice), choice),
    )
    friends = sorted(box.kinds, key=lambda kind: _place(kind.ranking, winner))
    for rival in rivals:
        for before in friends:
            if rival not in before.barred:
                yield before, Kind(((rival,),), before.barred)
    for length in range(1, counts.ranks + 1):
        for named in permutations([*rivals, winner], length):
            if length == 1 and named[0] != winner:
                continue
            for before in friends:
                if before.barred.isdisjoint(named):
                    yield before, Kind(tuple((choice,) for choice in named), before.barred)


def _place(ranking: Ranking, choice: int) -> int:
    """In which tier a ballot has a choice; after the last when it is left off."""
    return next((place for place, tier in enumerate(ranking) if choice in tier), len(ranking))
