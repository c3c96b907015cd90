"""Duties of one process at a time: taken by compare-and-set, proved and prolonged with every write."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from bot.domain.leases import Held, Overtaken
from db.session import Writing

TAKE = text("""
INSERT INTO leases AS lease (name, holder, epoch, ends_at) VALUES (:name, :holder, 1, :ends_at)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at,
  epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END
WHERE lease.holder = excluded.holder OR lease.ends_at < :now OR NOT EXISTS (
  SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = :namespace AND objid = lease.holder
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
RETURNING epoch
""")
PROVE = text("""
UPDATE leases SET ends_at = greatest(ends_at, :ends_at) WHERE name = :name AND holder = :holder AND epoch = :epoch
RETURNING epoch
""")


async def take(
    session: Writing, name: str, *, holder: int, now: datetime, ends_at: datetime, namespace: int
) -> Held | None:
    """Take a duty that nobody has, whose time is over, or whose process is gone; None while another has it."""
    given = {"name": name, "holder": holder, "now": now, "ends_at": ends_at, "namespace": namespace}
    epoch = await session.scalar(TAKE, given)
    return None if epoch is None else Held(name, holder, epoch)


async def prove(session: Writing, held: Held, *, ends_at: datetime) -> None:
    """Prolong a duty, and hold it until this transaction ends; raises `Overtaken`."""
    given = {"name": held.name, "holder": held.holder, "epoch": held.epoch, "ends_at": ends_at}
    if await session.scalar(PROVE, given) is None:
        raise Overtaken(held.name)
