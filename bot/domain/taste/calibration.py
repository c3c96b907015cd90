"""From closeness to a score: 50 is an ordinary pair of the club, and how rare a closer one is."""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

STEEPNESS = 1.702
"""The logistic curve that comes closest to the normal distribution."""
PRIOR_PAIRS = 45
"""With so many pairs, of ten members, half is told by the club itself; with forty members nearly all of it."""
NARROWEST = 0.35
"""A club in which all are alike still has no ten-thousand-to-one pairs."""
IQR = 1.349
"""The middle half of a normal distribution, in its standard deviations."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What an ordinary pair is, and how far apart pairs are, both as closeness."""

    ordinary: float
    spread: float
    pairs: int = 0
    """How many of the club's own pairs it was told from."""


EVERYWHERE = Calibration(ordinary=-3.5, spread=0.9)
"""Where a club is too small to tell: the middle and the spread of the pairs of six strangers' real histories."""


def calibrated(closeness: Any, among: Calibration = EVERYWHERE) -> Calibration:
    """The calibration of a club from the closeness of its pairs; the fewer they are, the more `among` decides."""
    import numpy as np

    values: Numbers = np.asarray(closeness, dtype=np.float64)
    if not len(values):
        return among
    low, middle, high = (float(each) for each in np.percentile(values, (25, 50, 75)))
    own = len(values) ** 2 / (len(values) ** 2 + PRIOR_PAIRS**2)
    ordinary = own * middle + (1 - own) * among.ordinary
    spread = own * max(NARROWEST, (high - low) / IQR) + (1 - own) * among.spread
    return Calibration(round(ordinary, 6), round(spread, 6), len(values))


def score(closeness: float, calibration: Calibration) -> int:
    """0 to 100: about how many of the club's pairs are less close. It never falls when the closeness rises."""
    steps = (closeness - calibration.ordinary) / calibration.spread
    return round(100 / (1 + math.exp(-STEEPNESS * max(-40.0, min(40.0, steps)))))
