"""Track lists that members paste, for albums that no catalogue knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.catalog.names import visible
from bot.domain.errors import TextTooLong

TRACKS_LIMIT = 200
TRACK_TITLE_LIMIT = 500

LENGTH = r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)"
TRAILING_LENGTH = re.compile(rf"[\s\-–—·|,]{{1,8}}[(\[]?{LENGTH}[)\]]?$")
LEADING_TIME = re.compile(r"^[(\[]?(?:\d{1,2}:)?\d{1,3}:[0-5]\d[)\]]?[\s\-–—|]+(?=\S)")
MARKED_NUMBER = re.compile(
    r"^(?:#?\d{1,3}|[A-H]\d{1,2})(?:\s*[.)\]:]\s+|[.)](?=[^\W\d])|\s+[-–—]\s+|(?<=#\d)\s+|(?<=#\d\d)\s+)(?=\S)"
)
"""`1. `, `01)`, `A1. `, `3 - `, `#4 `: most likely a number of the list."""
BARE_NUMBER = re.compile(r"^0*(\d{1,3})\s+(?=\S)")
SIDE_NUMBER = re.compile(r"^[A-H]\d{1,2}\s+(?=\S)")
BULLET = re.compile(r"^[-–—*•·]\s+")


@dataclass(frozen=True, slots=True)
class TrackLine:
    """A track of a pasted list: its place from 1, its title, its length in milliseconds where the list tells it."""

    position: int
    title: str
    duration_ms: int | None = None


def parse_track_list(text: str) -> tuple[TrackLine, ...]:
    """The tracks of a pasted list, one a line, in the order of the lines; empty lines are passed over.

    Numbers, bullets and lengths (`3:45`, `(1:02:03)`) around a title are taken off, and columns after a tab. A bare
    number is only taken off when the lines count up from 1, because `99 Luftballons` is a title; a time before each
    title is its start in a recording and no length. Raises `TextTooLong` for more than 200 lines or a title over 500
    characters.
    """
    lines = [line for line in (BULLET.sub("", line.strip()) for line in visible(text).split("\n")) if line]
    if len(lines) > TRACKS_LIMIT:
        raise TextTooLong("track_list", TRACKS_LIMIT, len(lines))
    lines = _without_numbers(lines)
    if len(lines) > 1 and all(LEADING_TIME.match(line) for line in lines):
        lines = _without_numbers([LEADING_TIME.sub("", line) for line in lines])
    return tuple(_read(position, line) for position, line in enumerate(lines, start=1))


def _without_numbers(lines: Sequence[str]) -> list[str]:
    if 2 * sum(MARKED_NUMBER.match(line) is not None for line in lines) >= len(lines):
        return [MARKED_NUMBER.sub("", line) for line in lines]
    if len(lines) > 1 and all(SIDE_NUMBER.match(line) for line in lines):
        return [SIDE_NUMBER.sub("", line) for line in lines]
    bare = [BARE_NUMBER.match(line) for line in lines]
    if len(lines) > 1 and all(found and int(found[1]) == place for place, found in enumerate(bare, start=1)):
        return [BARE_NUMBER.sub("", line) for line in lines]
    return list(lines)


def _read(position: int, line: str) -> TrackLine:
    found = TRAILING_LENGTH.search(line)
    duration = None
    if found and line[: found.start()].strip():
        hours, minutes, seconds = (int(found[name] or 0) for name in ("hours", "minutes", "seconds"))
        duration = ((hours * 60 + minutes) * 60 + seconds) * 1_000
        line = line[: found.start()]
    title = " ".join(line.split("\t")[0].split())
    if len(title) > TRACK_TITLE_LIMIT:
        raise TextTooLong("track_title", TRACK_TITLE_LIMIT, len(title))
    return TrackLine(position, title, duration)
