"""A factorisation of who loves what, as a floor: alternating least squares over implicit feedback, in plain numpy."""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from typing import Any

import numpy as np

FACTORS, ROUNDS, REGULAR, TRUST = 4, 8, 0.5, 10.0


def factored(loves: Any, mine: Any, *, factors: int = FACTORS, seed: int = 1) -> Any:
    """How much whoever loves `mine` should love each column, from the rows of others (Hu, Koren and Volinsky 2008).

    What nobody of all loves has no factors and is worth nothing.
    """
    rows = np.vstack([loves, mine])
    used = np.flatnonzero(rows.any(axis=0))
    matrix = rows[:, used]
    people, items = matrix.shape
    chance = np.random.default_rng(seed)
    of_people = chance.normal(0, 0.1, (people, factors))
    of_items = chance.normal(0, 0.1, (items, factors))
    trust = TRUST * matrix
    ridge = REGULAR * np.eye(factors)
    for _ in range(ROUNDS):
        of_people = _solved(of_items, trust, matrix, ridge)
        of_items = _solved(of_people, trust.T, matrix.T, ridge)
    of_people = _solved(of_items, trust, matrix, ridge)
    found = np.zeros(rows.shape[1])
    found[used] = of_items @ of_people[-1]
    return found


def _solved(fixed: Any, trust: Any, matrix: Any, ridge: Any) -> Any:
    """The factors of one side, the other side's being given."""
    outer = np.einsum("ni,nj->nij", fixed, fixed).reshape(len(fixed), -1)
    size = fixed.shape[1]
    left = (trust @ outer).reshape(-1, size, size) + fixed.T @ fixed + ridge
    right = ((1 + trust) * (matrix > 0)) @ fixed
    return np.linalg.solve(left, right[..., None])[..., 0]
