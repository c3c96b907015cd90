"""An album club's ratings, one JSON object a line: album, who picked it, and what each member gave it.

Every line has three scores in half steps; a member's rating is their mean, to the nearest half. A later rating of the
same member replaces the earlier one: later by its time, and of two at one time the later line.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from bot.rehearsal.league import SourceRefused

PARTS = ("slap", "zest", "stick")
WRITTEN = "%B %d, %Y %H:%M:%S GMT%z"


@dataclass(frozen=True, slots=True)
class Given:
    """A rating as it was given."""

    member: str
    score: Decimal
    favourite: str
    review: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RatedAlbum:
    """An album with its ratings in the order they were given; a missing picker or name is empty."""

    id: str
    title: str
    artist: str
    picker: str
    ratings: tuple[Given, ...]

    @property
    def uri(self) -> str:
        """The album as Spotify calls it."""
        return f"spotify:album:{self.id}"


def read_ratings(path: Path) -> tuple[RatedAlbum, ...]:
    """The albums in the order of their first line; raises `SourceRefused` with the line that cannot be read."""
    if not path.is_file():
        raise SourceRefused(f"{path} is not there")
    rows: dict[str, list[tuple[Mapping[str, Any], Given]]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row: Mapping[str, Any] = json.loads(line)
            rows[str(row["spotify_album"])].append((row, _given(row)))
        except (KeyError, TypeError, ValueError) as error:
            raise SourceRefused(f"line {number} of {path} is no rating: {error!r}") from error
    return tuple(_album(key, found) for key, found in rows.items())


def _album(key: str, rows: list[tuple[Mapping[str, Any], Given]]) -> RatedAlbum:
    first = rows[0][0]
    names = (str(first.get(name) or "").strip() for name in ("album", "artist", "picked_by"))
    return RatedAlbum(key, *names, ratings=tuple(sorted((given for _, given in rows), key=lambda given: given.at)))


def _given(row: Mapping[str, Any]) -> Given:
    mean = sum((Fraction(str(row[part])) for part in PARTS), Fraction(0)) / len(PARTS)
    favourite, review = (str(row.get(name) or "").strip() for name in ("favourite_track", "review"))
    return Given(str(row["member"]), nearest_half(mean), favourite, review, _moment(str(row["at"])))


def nearest_half(score: Fraction) -> Decimal:
    """A score on the half-step grid; what lies in the middle goes up."""
    return Decimal(int(score * 2 + Fraction(1, 2))) / 2


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, WRITTEN)  # noqa: DTZ007 - the format ends with an offset
    except ValueError:
        return datetime.fromisoformat(text)
