"""What a whole club would likely love and nobody has nominated; nothing rests on one member's plays alone."""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.domain.taste.recommending import LOVED_FROM, RATINGS_DOUBT, Shelf

LOVERS = 2
"""Fewer members who love an album would show what one of them hears."""
FAVOURITE_FROM = 0.25
"""How far above its mean the club rates what stands as its favourites, from 0 to 1."""
LOVE, NEAR, SHELF, FRESH = 1.0, 0.8, 0.3, 0.5
"""What counts: how those love it who know it, how near it is to favourites, each shelf, to how many it is new."""


@dataclass(frozen=True, slots=True)
class Fit:
    """An album that would fit a club, and what speaks for it."""

    key: UUID
    score: float
    lovers: int
    hearers: int
    keepers: int
    near_to: tuple[UUID, ...]


def fitting(shelf: Shelf, *, nominated: Collection[UUID], kept: Mapping[UUID, int], most: int) -> list[Fit]:
    """What a club would likely love, the best first: never what was nominated, and no artist twice."""
    import numpy as np

    if not shelf.place:
        return []
    loves = shelf.loves.astype(np.float64)
    lovers = (loves >= LOVED_FROM).sum(axis=0)
    hearers = (loves > 0).sum(axis=0)
    keepers = np.array([kept.get(key, 0) for key in shelf.place])
    length = np.sqrt((loves**2).sum(axis=0))
    even = loves / np.where(length > 0, length, 1.0)
    favourites = np.where(shelf.club >= FAVOURITE_FROM, shelf.club, 0.0)
    near = even.T @ (even @ favourites)
    top = float(near.max()) if near.size else 0.0
    near = near / top if top > 0 else near
    people = max(1, len(loves))
    love = loves.sum(axis=0) / (hearers + RATINGS_DOUBT)
    total = LOVE * love + NEAR * near + SHELF * np.minimum(keepers, 3) + FRESH * (1 - hearers / people)
    open_ = (lovers >= LOVERS) | (keepers > 0)
    open_ &= np.array([key not in nominated for key in shelf.place])
    found: list[Fit] = []
    artists: set[int] = set()
    keys = list(shelf.place)
    for at in np.argsort(-np.where(open_, total, -np.inf), kind="stable").tolist():
        if not open_[at] or len(found) == most:
            break
        if int(shelf.artist[at]) in artists:
            continue
        artists.add(int(shelf.artist[at]))
        spoken = favourites * (even.T @ even[:, at])
        nearest = [int(one) for one in np.argsort(-spoken, kind="stable")[:2] if spoken[one] > 0 and one != at]
        shared = [one for one in nearest if ((loves[:, at] > 0) & (loves[:, one] > 0)).sum() >= LOVERS]
        found.append(
            Fit(
                keys[at],
                round(float(total[at]), 6),
                int(lovers[at]),
                int(hearers[at]),
                int(keepers[at]),
                tuple(keys[one] for one in shared),
            )
        )
    return found
