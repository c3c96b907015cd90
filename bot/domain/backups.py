"""Backups: what one says of itself, what it is called, and which may go when newer ones are there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

FORMAT = 1
NAME = re.compile(r"longplay-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z\.tar")
_WRITTEN = "%Y-%m-%dT%H-%M-%S"


class BackupFault(Exception):  # noqa: N818 - the operator's word
    """A backup that cannot be made or brought back; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, so that bringing it back can be checked without the bot that made it."""

    taken_at: datetime
    longplay: str
    """The version of Longplay that made it."""
    revision: str
    """What the schema was at."""
    server: str
    """The PostgreSQL it came from, such as `18.4`."""
    rows: Mapping[str, int]
    """Rows of each table in the snapshot that was dumped."""
    files: Mapping[str, str]
    """The SHA-256 of every other member of the archive, by its name."""

    def text(self) -> str:
        """As it stands in the archive."""
        kept = {"format": FORMAT, **asdict(self), "taken_at": self.taken_at.isoformat()}
        return json.dumps(kept, indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Manifest:
        """What an archive says of itself. Raises `BackupFault` where that is not understood."""
        try:
            told: dict[str, Any] = json.loads(text)
            if told.pop("format") != FORMAT:
                raise BackupFault("the backup was made by a newer Longplay: use that one")
            told["taken_at"] = datetime.fromisoformat(told["taken_at"])
            return cls(**told)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupFault("its manifest cannot be read: this is no backup of Longplay") from None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many backups stay: the newest of each of the last days, weeks and months that have any."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 6

    def superfluous(self, names: Collection[str]) -> list[str]:
        """The backups that may go, oldest first; never the newest, and nothing that is not called like a backup."""
        taken = sorted(((at, name) for name in names if (at := taken_at(name)) is not None), reverse=True)
        kept = {name for _, name in taken[:1]}
        spans: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
            (self.daily, lambda at: at.date()),
            (self.weekly, lambda at: at.isocalendar()[:2]),
            (self.monthly, lambda at: (at.year, at.month)),
        )
        for count, span in spans:
            newest: dict[Hashable, str] = {}
            for at, name in taken:
                newest.setdefault(span(at), name)
            kept.update(list(newest.values())[:count])
        return [name for _, name in reversed(taken) if name not in kept]


def name_of(at: datetime) -> str:
    """What the backup of an instant is called."""
    return f"longplay-{at.astimezone(UTC).strftime(_WRITTEN)}Z.tar"


def taken_at(name: str) -> datetime | None:
    """When a backup was made, by its name; None for what is not called like one."""
    written = NAME.fullmatch(name)
    if written is None:
        return None
    try:
        return datetime.strptime(written[1], _WRITTEN).replace(tzinfo=UTC)
    except ValueError:
        return None
