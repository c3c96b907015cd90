"""Points, first places, approvals and pairwise preferences of a box: the figures every method and ladder reads."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.tally.ballots import Box, Ranking


@dataclass(slots=True)
class Counts:
    """Figures per choice, by its number in the box; `over[a][b]` ballots prefer a to b.

    Kept changeable so that a search can take one ballot out and put another in without counting anew.
    """

    ranks: int
    points: list[int]
    firsts: list[int]
    approvals: list[int]
    over: list[list[int]]

    def add(self, ranking: Ranking, weight: int) -> None:
        """Count so many ballots of this ranking in; a negative weight takes them out."""
        for choice, worth in ranking_points(ranking, self.ranks):
            self.points[choice] += worth * weight
        if ranking and len(ranking[0]) == 1:
            self.firsts[ranking[0][0]] += weight
        below = set(range(len(self.points)))
        for tier in ranking:
            below.difference_update(tier)
            for choice in tier:
                self.approvals[choice] += weight
                row = self.over[choice]
                for lesser in below:
                    row[lesser] += weight

    def margin(self, one: int, other: int) -> int:
        """By how many ballots one choice is preferred to the other; negative when the other is."""
        return self.over[one][other] - self.over[other][one]


def ranking_points(ranking: Ranking, ranks: int) -> list[tuple[int, int]]:
    """Which choices a ballot gives points to: `ranks` for the first rank down to 1 for the last that counts.

    A void rank gives none and moves nothing up. From a tie on, a ballot has no clear choice and gives no more points.
    """
    given: list[tuple[int, int]] = []
    for place, tier in enumerate(ranking[:ranks]):
        if len(tier) > 1:
            break
        given.extend((choice, ranks - place) for choice in tier)
    return given


def count(box: Box, ranks: int) -> Counts:
    """Count a box once, for every method and step."""
    size = len(box.choices)
    counts = Counts(ranks, [0] * size, [0] * size, [0] * size, [[0] * size for _ in range(size)])
    for kind, weight in box.kinds.items():
        counts.add(kind.ranking, weight)
    return counts
