"""Files of listening histories: what they are, which of their rows are refused, and what came of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.errors import Refusal
from bot.domain.listening.plays import Told

EXAMPLES = 5
"""Refused rows that are shown for each reason, and plays that are shown before anything is written."""
ATTACHED_BYTES = 50_000_000
"""The largest file that is taken from Discord; the command line takes any."""
ASKED_FOR = timedelta(days=1)
"""How long a file is kept for somebody who was asked whether to import it."""
SILENT_FOR = timedelta(minutes=3)
"""A running import that shows no sign of life for so long has been cut off."""


class FileKind(StrEnum):
    """What a file of listening history is, told by its content."""

    SPOTIFY_ACCOUNT = "spotify_account"
    SPOTIFY_EXTENDED = "spotify_extended"
    LASTFM_CSV = "lastfm_csv"
    LASTFM_PAGES = "lastfm_pages"
    LISTENBRAINZ = "listenbrainz"
    MALOJA = "maloja"
    KOITO = "koito"


class Unfit(StrEnum):
    """Why a row of a file is no play."""

    UNDATED = "undated"
    """It has no time: what was playing when the file was made."""
    BAD_TIME = "bad_time"
    """Its time cannot be read."""
    EPOCH = "epoch"
    """It is dated 1970, as players do that do not know the time."""
    TOO_OLD = "too_old"
    """It is dated before 2002, when nobody kept such lists."""
    FUTURE = "future"
    NAMELESS = "nameless"
    """Artist or title is missing."""
    NO_TRACK = "no_track"
    """The service itself no longer knows what it was."""
    EPISODE = "episode"
    AUDIOBOOK = "audiobook"
    PRIVATE = "private"
    """It was heard in a private session."""
    BAD_LENGTH = "bad_length"
    """It was heard for less than nothing, or for more than a day."""
    ENCODING = "encoding"
    """Its characters are not UTF-8."""
    UNREADABLE = "unreadable"
    """It has another shape than the rows of such a file."""
    BROKEN_OFF = "broken_off"
    """The file ends in the middle, or nobody can read on from here."""


class ImportState(StrEnum):
    """How far an import is."""

    LOOKING = "looking"
    """It is read once without writing anything."""
    ASKED = "asked"
    """Its member was told what it would do, and has to say yes."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """The file turned out to be none that can be read."""


UNFINISHED = frozenset({ImportState.LOOKING, ImportState.RUNNING})
"""States in which somebody works on it; a member has one such import at a time."""


@dataclass(eq=False)
class ListenFileRefused(Refusal):
    """A file that is not taken.

    `empty`, `encoding` (not UTF-8), `no_history`, `no_times`, `no_header` (columns whose order nobody can know),
    `unreadable`, `locked` (an archive with a password), `nested` (an archive in an archive), `many` (entries),
    `unpacked` (too large when unpacked), `packed` (packed far too tightly), `paths` (names that lead elsewhere),
    `gone`.
    """

    reason: str
    detail: str = ""


@dataclass(eq=False)
class ImportRefused(Refusal):
    """An import that does not begin or go on.

    `large` (an attachment over the limit), `running` (another import of the member), `zone` (none of that name),
    `over` (it was cancelled, or has ended), `none` (nothing was imported yet), `download` (Discord no longer has it).
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is no play."""

    why: Unfit
    line: int
    """The line of a text file, or the place in a list of JSON, counted from 1."""
    place: str = ""
    """The file inside an archive."""
    what: str = ""
    """Artist and title as far as they are told; nothing of a private session."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A play as it was read, to be looked at before anything is written."""

    artist: str
    title: str
    at: datetime
    """Start of the play."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of reading a file, or would come of it."""

    kinds: tuple[FileKind, ...] = ()
    zone: str = "UTC"
    """The time zone in which times without one were read."""
    local: bool = False
    """Whether the file's times have no zone of their own."""
    ignored: tuple[str, ...] = ()
    """Files of an archive that are no listening histories."""
    read: int = 0
    """Rows in all."""
    new: int = 0
    known: int = 0
    """Told by the same kind of file, or the same service, before."""
    twins: int = 0
    """Told by another source before; both are noted at the one play."""
    skips: int = 0
    """Of the new ones, those that were skipped: kept, and not counted as plays."""
    near: int = 0
    """Told twice within two seconds by the same source: one play."""
    refused: Mapping[Unfit, int] = field(default_factory=dict[Unfit, int])
    examples: tuple[RefusedRow, ...] = ()
    """The first refused rows of each reason."""
    samples: tuple[Sample, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def plays(self) -> int:
        """Rows that tell of something heard."""
        return self.new + self.known + self.twins + self.near

    @property
    def refusals(self) -> int:
        """Rows that were refused."""
        return sum(self.refused.values())

    def examples_of(self, why: Unfit) -> list[RefusedRow]:
        """The first rows refused for this reason."""
        return [row for row in self.examples if row.why is why]


class Tally:
    """Counts the rows of a file, from the beginning or from where a report ends."""

    def __init__(self, report: ImportReport) -> None:
        self._begun = report
        self._read = report.read
        self._refused = Counter(report.refused)
        self._examples = list(report.examples)
        self._samples = list(report.samples)
        self._first, self._last = report.first_at, report.last_at
        self._counts = Counter({name: getattr(report, name) for name in ("new", "known", "twins", "skips", "near")})

    @property
    def read(self) -> int:
        """Rows so far."""
        return self._read

    def add(self, row: Told | RefusedRow) -> Told | None:
        """Count a row; gives the play where it is one."""
        self._read += 1
        if isinstance(row, RefusedRow):
            self.refuse(row)
            return None
        at = row.started_at
        if len(self._samples) < EXAMPLES:
            self._samples.append(Sample(row.artist, row.title, at))
        self._first = at if self._first is None else min(self._first, at)
        self._last = at if self._last is None else max(self._last, at)
        return row

    def refuse(self, row: RefusedRow) -> None:
        """Count a row that is no play."""
        self._refused[row.why] += 1
        if self._refused[row.why] <= EXAMPLES:
            self._examples.append(row)

    def take(self, **counts: int) -> None:
        """Count what became of plays."""
        self._counts.update(counts)

    def report(self) -> ImportReport:
        """What came of it so far."""
        return replace(
            self._begun,
            read=self._read,
            refused=dict(self._refused),
            examples=tuple(self._examples),
            samples=tuple(self._samples),
            first_at=self._first,
            last_at=self._last,
            **self._counts,
        )


@dataclass(frozen=True, slots=True)
class Import:
    """An import of a member."""

    id: UUID
    user_id: UUID
    state: ImportState
    zone: str
    name: str
    """What the file was called."""
    share: float
    """How much of the file was read, from 0 to 1."""
    report: ImportReport
    began_at: datetime
    alive_at: datetime
    """When it last showed a sign of life."""
    ended_at: datetime | None
    reason: str = ""
    """Why it failed: the reason of the `ListenFileRefused`."""

    def cut_off(self, now: datetime) -> bool:
        """Whether whoever worked on it is gone."""
        return self.state in UNFINISHED and now - self.alive_at > SILENT_FOR
