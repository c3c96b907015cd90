"""Collages: what somebody heard most, as a square of covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

SMALLEST, LARGEST = 2, 10
"""Tiles of a side."""
NAMED = 5
"""Tiles beside each other up to which names stand on covers: more, and none could be read on a phone."""
SIZE = re.compile(r"(\d{1,2})(?:\s*[x×*, ]\s*(\d{1,2}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tile:
    """One album or artist of a collage."""

    title: str
    artist: str = ""
    """Empty for an artist, whose name is the title."""
    plays: int = 0
    cover: str | None = None
    """The SHA-256 under which its cover is kept; None where there is none, so that its name stands there."""


@dataclass(frozen=True, slots=True)
class Collage:
    """What somebody heard most, row by row, most plays first."""

    name: str
    """Whose it is."""
    period: str
    """As a heading says it, such as `last 7 days`."""
    kind: Literal["album", "artist"]
    columns: int
    rows: int
    tiles: tuple[Tile, ...]
    titles: bool = True

    def __post_init__(self) -> None:
        if not (SMALLEST <= self.columns <= LARGEST and SMALLEST <= self.rows <= LARGEST):
            raise ValueError(f"a collage has {SMALLEST} to {LARGEST} tiles a side, not {self.columns}×{self.rows}")
        if len(self.tiles) > self.columns * self.rows:
            raise ValueError("a collage has no more tiles than places")


def read_size(text: str) -> tuple[int, int] | None:
    """Columns and rows: `3x3`, `4 5`, `5`; None for what is no size of a collage."""
    found = SIZE.fullmatch(text.strip())
    if found is None:
        return None
    columns, rows = int(found[1]), int(found[2] or found[1])
    inside = SMALLEST <= columns <= LARGEST and SMALLEST <= rows <= LARGEST
    return (columns, rows) if inside else None


def wanted_tiles(columns: int, rows: int, *, skipping: bool) -> int:
    """How many candidates a collage is picked from: more where those without a cover are left out."""
    spare = 2 * rows + 2 + (8 if rows > 5 else 0) if skipping else 0
    return columns * rows + spare
