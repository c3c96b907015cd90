"""Which tracks of a new list are those of the list before, so that what hangs on a track survives a corrected list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from rapidfuzz import fuzz

from bot.domain.catalog.names import normalised
from bot.domain.catalog.tracklist import TRACK_TITLE_LIMIT, TrackLine

SAME_SPELLING = 80
"""From this likeness on (0 to 100) a title at the same place is the one before, spelled anew."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A track as a list had it so far: its key, its place from 1, its title."""

    id: UUID
    position: int
    title: str


def fit_lines(lines: Sequence[TrackLine]) -> tuple[TrackLine, ...]:
    """A list as it can be stored: counted from 1, titles trimmed and cut, no length of nothing.

    A source that names no title gets `Track 7`, as players show it.
    """
    return tuple(
        replace(
            line,
            position=place,
            title=line.title.strip()[:TRACK_TITLE_LIMIT].rstrip() or f"Track {place}",
            duration_ms=line.duration_ms if line.duration_ms and line.duration_ms > 0 else None,
        )
        for place, line in enumerate(lines, start=1)
    )


def continued(before: Sequence[Listed], lines: Sequence[TrackLine]) -> tuple[UUID | None, ...]:
    """For every line the key of the track that it continues; None for a track that is new.

    The same title at the same place first, then the same title anywhere, then a title at its old place that is only
    spelled anew. No track is continued twice.
    """
    free = {track.id: (track, _key(track.title)) for track in before}
    keys = [_key(line.title) for line in lines]
    found: dict[int, UUID] = {}
    rules: tuple[Callable[[bool, str, str], bool], ...] = (
        lambda in_place, one, other: in_place and one == other,
        lambda _, one, other: one == other,
        lambda in_place, one, other: in_place and fuzz.ratio(one, other) >= SAME_SPELLING,
    )
    for rule in rules:
        for place, (line, key) in enumerate(zip(lines, keys, strict=True)):
            if place in found:
                continue
            fitting = (known for known, old in free.values() if rule(known.position == line.position, old, key))
            same = next(fitting, None)
            if same is not None:
                found[place] = same.id
                del free[same.id]
    return tuple(found.get(place) for place in range(len(lines)))


def _key(title: str) -> str:
    return normalised(title) or title.strip()
