"""What the rows of all kinds of files have in common: names, times that can be, and rows that are refused."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.listening.imports import RefusedRow, Unfit
from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Resolution, Source, Told

NAME_LIMIT = 500
REF_LIMIT = 100
WHAT_LIMIT = 120
EPOCH_ENDS = datetime(1971, 1, 1, tzinfo=UTC)
EARLIEST = datetime(2002, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
"""By so much somebody's clock may be fast."""
LONGEST = timedelta(days=1)
NEARBY = 1_000
"""Equal rows of a list of minutes that stand so close are repeats of a track; one further off is told again."""

Row = Told | RefusedRow


@lru_cache(maxsize=65_536)
def clean(text: str) -> str:
    """A name on one line, without what does not show, as long as names may be."""
    return " ".join(visible(text).split())[:NAME_LIMIT].rstrip()


def name_of(value: Any) -> str:
    """A name from any value; empty for what is no text."""
    return clean(value) if isinstance(value, str) else ""


def ref_of(value: Any) -> str:
    """An id at a service; empty for what is none."""
    return (
        value if isinstance(value, str) and len(value) <= REF_LIMIT and value.isascii() and value.isprintable() else ""
    )


def milliseconds(value: Any) -> timedelta | None:
    """A length in milliseconds; None where none is told. Raises `ValueError` for what is no length of a play."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no length")
    length = timedelta(milliseconds=float(value))  # raises for nan, infinities and what is out of bounds
    if not timedelta(0) <= length <= LONGEST:
        raise ValueError("no length of a play")
    return length


def track_length(value: Any, *, unit: timedelta) -> timedelta | None:
    """A track's own length, told in so long units; None where none is told that can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        length = value * unit
    except (OverflowError, ValueError):
        return None
    return length if timedelta(0) < length <= LONGEST else None


@dataclass
class Desk:
    """Where the rows of one file are judged: what `now` is, where times without a zone are, and what was seen."""

    now: datetime
    zone: tzinfo = UTC
    place: str = ""
    """The file inside an archive."""
    line: int = 0
    """Of the row at hand."""
    _seen: OrderedDict[tuple[UUID, datetime, timedelta | None], int] = field(
        default_factory=OrderedDict[tuple[UUID, datetime, timedelta | None], int]
    )

    def refuse(self, why: Unfit, artist: str = "", title: str = "") -> RefusedRow:
        """The row at hand is no play."""
        what = " – ".join(each for each in (artist, title) if each)[:WHAT_LIMIT]
        return RefusedRow(why, self.line, self.place, what)

    def instant(self, at: datetime) -> datetime:
        """A time as an instant in UTC; one without a zone is in the file's."""
        if at.tzinfo is None:
            try:
                return at.replace(tzinfo=self.zone).astimezone(UTC)
            except OverflowError:  # the first or last day there is
                return at.replace(tzinfo=UTC)
        return at.astimezone(UTC)

    def unfit(self, at: datetime) -> Unfit | None:
        """Why nobody can have heard anything then; None where somebody can."""
        if at < EARLIEST:
            return Unfit.EPOCH if at < EPOCH_ENDS else Unfit.TOO_OLD
        return Unfit.FUTURE if at > self.now + AHEAD else None

    def told(
        self,
        source: Source,
        artist: str,
        title: str,
        at: datetime,
        *,
        album: str = "",
        ends: bool = False,
        minute: bool = False,
        played: timedelta | None = None,
        duration: timedelta | None = None,
        finished: bool = False,
        track_ref: str = "",
    ) -> Row:
        """The play of the row at hand, or why it is none; `at` is its end where `ends`, and a minute where `minute`."""
        if not artist or not title:
            return self.refuse(Unfit.NAMELESS, artist, title)
        at = self.instant(at)
        if (why := self.unfit(at)) is not None:
            return self.refuse(why, artist, title)
        return Told(
            source,
            artist,
            title,
            started_at=at - (played or timedelta(0)) if ends else at,
            album=album,
            ended_at=at if ends else None,
            resolution=Resolution.MINUTE if minute else Resolution.SECOND,
            played=played,
            duration=duration,
            finished=finished,
            ordinal=self._ordinal(artist, title, at, played) if minute else 0,
            track_ref=track_ref,
        )

    def _ordinal(self, artist: str, title: str, at: datetime, played: timedelta | None) -> int:
        """How many equal rows stand shortly before this one."""
        key = (work_id(artist, title), at, played)
        ordinal = self._seen.pop(key, -1) + 1
        self._seen[key] = ordinal
        if len(self._seen) > NEARBY:
            self._seen.popitem(last=False)
        return min(ordinal, 32_767)
