"""How close two tastes are: symmetric to the last bit, and never less for one more rarity that both love.

The closeness of two people is `ln(shared) + 1.5 (genres - 1/2) + 0.8 agreement`, where

- *shared* is the geometric mean of two shares: of what each loves, how much the other loves too, every artist weighing
  by its rarity in the club. An artist loved by both adds the same to the share and to its whole, which can only raise
  it; lengths of vectors are nowhere divided by.
- *genres* is the cosine between the genres of what only one of them loves. What both love speaks for itself and stands
  in neither vector, so that one more shared artist moves no cosine.
- *agreement* is how much closer their ratings of the same albums are than if the same scores had been dealt at random.

Each of the three is drawn towards what is ordinary while little is known. `bot.domain.taste.calibration` makes a score
of it.
"""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot.domain.taste.agreement import Agreement, agreement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LOVED = 10
"""An artist heard so often is loved wholly; below that, by the logarithm."""
DOUBT = 20.0
"""Weight of what is not known yet: about four loved artists that are rare in the club."""
ORDINARY_SHARE = 0.03
"""Of what somebody loves, how much a stranger loves too; what is not known yet is taken to be so."""
GENRE_WEIGHT, GENRE_MIDDLE, GENRE_DOUBT = 1.5, 0.5, 40.0
AGREEMENT_WEIGHT = 0.8
FEWEST_PLAYS, FEWEST_ARTISTS, FEWEST_RATINGS = 30, 3, 3
"""Below both of these nothing is said of a pair; plays and artists of each of the two, ratings of the same albums."""
WHOLE_PLAYS, WHOLE_ARTISTS = 300, 20
"""Below these a match is called incomplete."""
PLACES = 9
"""Decimals that closeness is told to: what differs below is the order in which sums were made."""


def number_of(key: UUID) -> int:
    """The number by which an artist is compared: the first half of its key."""
    return key.int >> 64


@dataclass(frozen=True, slots=True)
class Listener:
    """A member as matching sees them."""

    key: UUID
    artists: Any
    """Numbers of the artists they heard (`number_of`), each once, as an array of `uint64`."""
    plays: Any
    """How often each, in the same order."""
    ratings: Mapping[UUID, float] = field(default_factory=dict[UUID, float])
    """Album to score, 1 to 5 in half steps."""

    @classmethod
    def of(cls, key: UUID, plays: Mapping[UUID, int], ratings: Mapping[UUID, float] | None = None) -> Listener:
        """A member from what they heard, artist by artist."""
        import numpy as np

        numbers = np.fromiter((number_of(artist) for artist in plays), dtype=np.uint64, count=len(plays))
        counts = np.fromiter(plays.values(), dtype=np.float64, count=len(plays))
        return cls(key, numbers, counts, ratings or {})

    @property
    def enough(self) -> bool:
        """Whether their plays say anything."""
        return len(self.artists) >= FEWEST_ARTISTS and float(self.plays.sum()) >= FEWEST_PLAYS

    @property
    def whole(self) -> bool:
        """Whether their plays say who they are."""
        return len(self.artists) >= WHOLE_ARTISTS and float(self.plays.sum()) >= WHOLE_PLAYS


@dataclass(frozen=True, slots=True)
class Genres:
    """Genres of artists: a row of weights for each that is known."""

    artists: Any
    """Numbers of artists, ascending, as an array of `uint64`."""
    weights: Any
    """Artists by genres; a row sums to one."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The closeness of every two of some people, and what it comes of; all are symmetric."""

    keys: tuple[UUID, ...]
    """Ascending, as the rows and columns of the rest."""
    closeness: Any
    shared: Any
    genres: Any
    """The cosine, drawn towards one half while little is known."""
    agreement: Any
    """From -1 to 1; 0 is chance."""
    rated: Any
    """How many albums both rated."""
    tellable: Any
    """Whether enough is known of the two to say anything."""
    whole: tuple[bool, ...]
    """Of each, whether their plays say who they are."""

    def place(self, key: UUID) -> int:
        """The row of a person."""
        return self.keys.index(key)


class Crowd:
    """Some people, made ready to be compared."""

    def __init__(self, listeners: Sequence[Listener], genres: Genres | None = None) -> None:
        self.listeners = tuple(sorted(listeners, key=lambda one: one.key))
        self._genres = genres
        self._prepare()

    def _prepare(self) -> None:
        import numpy as np

        people = self.listeners
        size = len(people)
        empty = np.zeros(0, dtype=np.uint64)
        artists, holders = np.unique(np.concatenate([empty, *(one.artists for one in people)]), return_counts=True)
        rarity = np.log((size + 4) / (holders + 1))
        # An artist of one person alone is nobody's common ground: it weighs in that person's whole, and has no column.
        column = np.where(holders > 1, np.cumsum(holders > 1) - 1, -1)
        columns = int((holders > 1).sum())
        self._loves: Numbers = np.zeros((columns, size))
        """How wholly each loves an artist, from 0 to 1: columns of people."""
        self._weight: Numbers = np.zeros((size, columns))
        """How much it weighs in what they love."""
        self._loved: list[tuple[Any, Any]] = []
        """Of each, the artists that they love wholly and others know too, with what these weigh."""
        self._whole_weight: Numbers = np.zeros(size)
        self._numbers = artists[holders > 1]
        vectors = self._vectors(artists)
        self._vector = vectors[holders > 1]
        self._genre_mass: Numbers = np.zeros((size, vectors.shape[1]))
        """The genres of all that each loves wholly."""
        self._any_genre = bool(vectors.any())
        for place, one in enumerate(people):
            at: Any = np.searchsorted(artists, one.artists)
            level: Numbers = np.log1p(np.asarray(one.plays, dtype=np.float64))
            weight = level * rarity[at]
            common = column[at] >= 0
            self._loves[column[at][common], place] = np.minimum(1.0, level[common] / np.log1p(LOVED))
            self._weight[place, column[at][common]] = weight[common]
            self._whole_weight[place] = weight.sum()
            loved = one.plays >= LOVED
            self._genre_mass[place] = weight[loved] @ vectors[at][loved]
            both = loved & common
            order = np.argsort(column[at][both])
            self._loved.append((column[at][both][order], weight[both][order]))

    def _vectors(self, artists: Any) -> Any:
        """The genres of each artist; nothing where none are known."""
        import numpy as np

        genres = self._genres
        if genres is None or not len(genres.artists) or not len(artists):
            return np.zeros((len(artists), 1))
        at = np.minimum(np.searchsorted(genres.artists, artists), len(genres.artists) - 1)
        return np.where((genres.artists[at] == artists)[:, None], genres.weights[at], 0.0)

    @cached_property
    def _agreement(self) -> Agreement:
        return agreement([one.ratings for one in self.listeners])

    def speaking(self, one: int, other: int, most: int) -> tuple[list[int], int]:
        """The artists that speak most for two people, by their places, as numbers; and how many artists they share."""
        import numpy as np

        both = np.flatnonzero((self._weight[one] > 0) & (self._weight[other] > 0))
        weight = self._weight[one][both] * self._loves[both, other] + self._weight[other][both] * self._loves[both, one]
        order = np.argsort(-weight, kind="stable")[:most]
        return [int(self._numbers[place]) for place in both[order]], len(both)

    def matches(self) -> Matches:
        """Every pair."""
        import numpy as np

        taken = self._weight @ self._loves
        share = (taken + DOUBT * ORDINARY_SHARE) / (self._whole_weight[:, None] + DOUBT)
        shared = np.sqrt(share * share.T)
        cosine = self._cosine()
        rated = self._agreement
        closeness: Numbers = np.round(
            np.log(shared) + GENRE_WEIGHT * (cosine - GENRE_MIDDLE) + AGREEMENT_WEIGHT * rated.beyond, PLACES
        )
        enough = np.array([one.enough for one in self.listeners], dtype=bool)
        tellable = (enough[:, None] & enough[None, :]) | (rated.common >= FEWEST_RATINGS)
        np.fill_diagonal(tellable, val=False)
        return Matches(
            tuple(one.key for one in self.listeners),
            closeness,
            shared,
            cosine,
            rated.beyond,
            rated.common,
            tellable,
            tuple(one.whole for one in self.listeners),
        )

    def _cosine(self) -> Any:
        """The cosine of the genres of what is not shared, drawn to the middle while few genres are known."""
        import numpy as np

        size = len(self.listeners)
        if not self._any_genre:
            return np.full((size, size), GENRE_MIDDLE)
        left = np.repeat(self._genre_mass[:, None, :], size, axis=1)
        for place, (where, weight) in enumerate(self._loved):
            # Taken out for each other person: the genres of what they love of it, too.
            left[place] -= self._loves[where].T @ (self._vector[where] * weight[:, None])
        left = np.maximum(left, 0.0)
        dot = np.einsum("ijk,jik->ij", left, left)
        square = np.einsum("ijk,ijk->ij", left, left)
        length = np.sqrt(square * square.T)
        cosine = np.where(length > 0, dot / np.where(length > 0, length, 1.0), GENRE_MIDDLE)
        mass = left.sum(axis=2)
        known = np.minimum(mass, mass.T)
        cosine = GENRE_MIDDLE + (cosine - GENRE_MIDDLE) * known / (known + GENRE_DOUBT)
        upper = np.triu(cosine)
        return upper + np.triu(cosine, 1).T


def match(listeners: Sequence[Listener], genres: Genres | None = None) -> Matches:
    """The closeness of every two of some people, among each other."""
    return Crowd(listeners, genres).matches()
