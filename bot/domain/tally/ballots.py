"""Ballots as members cast them, and the box in which a count finds them sorted into kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.tally.draw import draw_order

Choice = str
"""A nomination's id as text. Opaque: no count depends on it, only a draw does."""

Ranking = tuple[tuple[int, ...], ...]
"""A ballot's tiers in the box's own numbering; an empty tier is a rank whose choice is void."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's choice: tiers from first to last, each usually a single nomination.

    A tier of several is a tie (published elections have them, the club's form does not). What is left off counts below
    every tier and equal among itself. `weight` stands for that many equal ballots. `barred` holds what this voter may
    not name, such as their own nomination; it matters only to what the voter could have cast instead.
    """

    tiers: tuple[tuple[Choice, ...], ...]
    weight: int = 1
    barred: frozenset[Choice] = frozenset()

    def __post_init__(self) -> None:
        named = [choice for tier in self.tiers for choice in tier]
        if len(set(named)) != len(named):
            raise ValueError("a ballot names a choice twice")
        if self.weight < 1:
            raise ValueError("a ballot weighs at least one")

    @classmethod
    def ranked(cls, *choices: Choice, weight: int = 1, barred: Iterable[Choice] = ()) -> Ballot:
        """A strict ranking, first to last."""
        return cls(tuple((choice,) for choice in choices), weight, frozenset(barred))


@dataclass(frozen=True, slots=True)
class Kind:
    """Equal ballots of voters who may name the same nominations."""

    ranking: Ranking
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Box:
    """All ballots of one vote, as kinds with how often each was cast.

    Choices are numbered by their place in the draw: of any tied numbers the smallest is drawn first and the largest
    last, so a count has no other order to lean on.
    """

    choices: tuple[Choice, ...]
    kinds: Mapping[Kind, int]

    @property
    def ballots(self) -> int:
        """How many ballots were cast, blank and void ones included."""
        return sum(self.kinds.values())

    def with_one_changed(self, before: Kind, after: Kind) -> Box:
        """The box in which one ballot of the kind `before` had been cast as `after`."""
        kinds = dict(self.kinds)
        kinds[before] -= 1
        if not kinds[before]:
            del kinds[before]
        kinds[after] = kinds.get(after, 0) + 1
        return Box(self.choices, kinds)


def fill_box(
    choices: Sequence[Choice], ballots: Iterable[Ballot], seed: str, keys: Mapping[Choice, str] | None = None
) -> Box:
    """Sort ballots into kinds; a choice that does not stand is dropped and the ranks after it do not move up."""
    if len(set(choices)) != len(choices):
        raise ValueError("a nomination stands twice")
    ordered = draw_order(seed, choices, keys)
    number = {choice: index for index, choice in enumerate(ordered)}
    kinds: Counter[Kind] = Counter()
    for ballot in ballots:
        tiers = [tuple(sorted(number[choice] for choice in tier if choice in number)) for tier in ballot.tiers]
        while tiers and not tiers[-1]:
            tiers.pop()
        barred = frozenset(number[choice] for choice in ballot.barred if choice in number)
        kinds[Kind(tuple(tiers), barred)] += ballot.weight
    # Sorted, so that which of several equally good examples a search meets first is no matter of who voted when.
    return Box(ordered, dict(sorted(kinds.items(), key=lambda item: (item[0].ranking, sorted(item[0].barred)))))
