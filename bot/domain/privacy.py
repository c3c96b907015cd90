"""What is kept of a person: what kinds there are, what becomes of each when they go, and how it is handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

VISIBILITIES = ("club", "followers", "me")
CONFIRMS = "DELETE"
"""The word to type before anything is deleted."""


class Fate(StrEnum):
    """What becomes of rows when their person is deleted."""

    GONE = "gone"
    CHOICE = "choice"
    """Stays as a nameless member's, or goes as far as the club's results allow: the member says which."""
    NAMELESS = "nameless"
    """Stays as a nameless member's: others' acts hang on it."""


class Choice(StrEnum):
    """What a member wants to become of what they gave their clubs."""

    STAY = "stay"
    GO = "go"


class Group(StrEnum):
    """Kinds of what is kept, as a member is told of them."""

    PERSON = "person"
    CLUBS = "clubs"
    ACCOUNTS = "accounts"
    PLAYS = "plays"
    COUNTS = "counts"
    TASTE = "taste"
    IMPORTS = "imports"
    HEARD = "heard"
    NOMINATIONS = "nominations"
    BALLOTS = "ballots"
    RATINGS = "ratings"
    TALK = "talk"
    PARTIES = "parties"
    PLANS = "plans"
    MEMORY = "memory"
    TRACKS = "tracks"
    FOLLOWS = "follows"
    HOSTING = "hosting"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is about: their key here, and their Discord account."""

    user_id: UUID
    discord_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person: rows by kind, and the few facts that say more than a count."""

    rows: Mapping[Group, int]
    visibility: str
    clubs: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    """Services and the names there."""
    plays: int = 0
    first_play: datetime | None = None
    last_play: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recount:
    """A search for a person in every table."""

    left: Mapping[str, int] = field(default_factory=dict[str, int])
    """Rows that are still the person's, by table and column; none where nothing is left."""
    columns: int = 0
    tables: int = 0

    @property
    def total(self) -> int:
        """Rows that are still the person's."""
        return sum(self.left.values())


@dataclass(frozen=True, slots=True)
class Erased:
    """A person who is no longer known here."""

    choice: Choice
    gone: Mapping[Group, int]
    """Rows that were deleted."""
    nameless: Mapping[Group, int]
    """Rows that stay as a nameless member's."""
    recount: Recount


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""


def cell(value: Any) -> str:
    """A value in a CSV file; a text that a spreadsheet would perform gets an apostrophe before it."""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(FORMULA) else value
    if isinstance(value, (list, tuple)):
        return cell(" ".join(map(str, cast("Sequence[object]", value))))
    return "" if value is None else str(json_value(value))


def json_value(value: Any) -> Any:
    """A value as JSON has it: times in ISO 8601, keys and exact numbers as text."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (list, tuple)):
        return [json_value(one) for one in cast("Sequence[object]", value)]
    return value
