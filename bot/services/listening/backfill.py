"""How far the reading of a history came, for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.listening.plays import Source
from bot.domain.listening.sync import KEEPS_ALL, Coverage, Purpose, holes
from bot.services.tools import Tools
from db.queries.listening import syncing as queries


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the history of an account is read."""

    source: Source
    read: int
    """Plays so far, those included that are staged."""
    total: int | None
    """Of so many, where the service tells."""
    since: datetime | None
    """Everything from here on is known, but for holes; None before the first reading."""
    holes: Coverage
    """Times that are still to be read, oldest first; empty where a service tells its last plays alone."""
    done: bool
    """The whole history is read, as far as the service keeps it."""
    under_way: bool
    synced_at: datetime | None
    next_due_at: datetime
    why: str
    """What kept the account from being read the last time; empty when it was."""
    failures: int


async def progress_of(tools: Tools, *, account_id: UUID, now: datetime) -> Progress | None:
    """How far an account is read; None before it was ever taken up, and after it was unlinked."""
    async with tools.database.reading() as session:
        reached = await queries.reached(session, account_id, now)
    if reached is None:
        return None
    left = reached.left
    read = reached.read
    window = reached.window
    if window is not None and (window.purpose is Purpose.BACKFILL or not reached.coverage):
        read += window.told
        left = left if window.total is None else max(0, window.total - window.told)
    missing = holes(reached.coverage) if reached.source in KEEPS_ALL else ()
    done = bool(reached.coverage) and not missing and window is None
    return Progress(
        source=reached.source,
        read=read,
        total=read if done else None if left is None else read + left,
        since=reached.coverage[-1].since if reached.coverage else None,
        holes=missing,
        done=done,
        under_way=reached.under_way,
        synced_at=reached.synced_at,
        next_due_at=reached.next_due_at,
        why=reached.why,
        failures=reached.failures,
    )
