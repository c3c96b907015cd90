"""Whether two people rate alike, beyond what chance would do."""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

LEVELS = 9
"""1.0 to 5.0 in half steps."""
DOUBT = 6
"""Albums in common that weigh as much as what is not known."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of every two of some people; both symmetric."""

    beyond: Any
    """1 - distance / distance by chance, from -1 to 1, drawn to 0 while few albums are in common."""
    common: Any
    """How many albums both rated."""


def agreement(ratings: Sequence[Mapping[UUID, float]]) -> Agreement:
    """How much closer each two rate the same albums than if one's same scores were dealt to them at random."""
    import numpy as np

    size = len(ratings)
    albums = {album: place for place, album in enumerate(sorted({album for own in ratings for album in own}))}
    level = np.full((size, len(albums)), -1, dtype=np.int64)
    for row, own in enumerate(ratings):
        for album, score in own.items():
            level[row, albums[album]] = min(LEVELS - 1, max(0, round((float(score) - 1) * 2)))
    rated = (level >= 0).astype(np.float64)
    common = rated @ rated.T
    distance = np.zeros((size, size))
    chance = np.zeros((size, size))
    for step in range(1, LEVELS):
        # A distance of n half steps is n steps on which one stands above and the other below.
        above = (level >= step).astype(np.float64)
        one = above @ rated.T
        both = above @ above.T
        distance += one + one.T - 2 * both
        # By chance: every album of the one against every album of the other, among those that both rated.
        chance += one * (common - one.T) + (common - one) * one.T
    by_chance = chance / np.maximum(common, 1)
    beyond = np.where(by_chance > 0, 1 - distance / np.where(by_chance > 0, by_chance, 1.0), 0.0)
    beyond = np.clip(beyond, -1, 1) * common / (common + DOUBT)
    upper = np.triu(beyond)
    return Agreement(upper + np.triu(beyond, 1).T, common.astype(np.int64))
