"""What is refused about members' tracks and their files; `cogs/shared/library_refusals.py` words it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Refusal


class Code(StrEnum):
    """Why an upload failed, by the name under which it is kept and logged."""

    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    INVALID_FORMAT = "INVALID_FORMAT"
    STORAGE_FAILED = "STORAGE_FAILED"
    DATABASE_FAILED = "DATABASE_FAILED"
    NETWORK_ERROR = "NETWORK_ERROR"


@dataclass(eq=False)
class UploadFailed(Refusal):
    """An upload that came to nothing.

    `reason` says more of the code. FILE_TOO_LARGE: `limit`, `quota`. INVALID_FORMAT: `other` (`detail` names it),
    `empty`, `damaged`, `truncated`, `long`, `channels`, `rate`, `slow`, `crashed`. STORAGE_FAILED: `full`, `lost`.
    NETWORK_ERROR: `download`, `unexpected`.
    """

    code: Code
    reason: str = ""
    detail: str = ""
    details: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(eq=False)
class UploadRefused(Refusal):
    """An upload that does not begin or go on.

    `daily` (at `at` the next one may come), `running`, `none`, `over`, `no_page` (nothing is served), `attach` (the
    file is needed), `expired`, `used`, `unknown`.
    """

    reason: str
    at: datetime | None = None
    limit: int = 0


@dataclass(eq=False)
class TrackRefused(Refusal):
    """A track that is not there for the caller, or not theirs to change.

    `unknown` (missing, or private to somebody else), `not_yours`, `no_title`, `not_attested`, `hidden` (reported, and
    being looked at), `veiled` (in the race of a blind demo week), `deleted`, `none` (no track of their own), `which`
    (several are called so), `large` (too large for Discord to play here), `lost` (its file).
    """

    reason: str
    title: str = ""
