"""What only one of all processes does: taking it, and proving with each write that it is still ours."""

from __future__ import annotations

from datetime import datetime

from bot.domain.leases import LENGTH, Held
from bot.services.tools import Tools
from db.presence import NAMESPACE
from db.queries import leases
from db.session import Writing


async def lead(tools: Tools, name: str, *, now: datetime) -> Held | None:
    """Take a duty, or keep it; None while another process that lives has it.

    One that shows nobody that it lives (`db.presence`) takes none: everybody would take it for gone.
    """
    holder = tools.database.holder
    if holder is None:
        return None
    async with tools.database.writing() as session:
        return await leases.take(session, name, holder=holder, now=now, ends_at=now + LENGTH, namespace=NAMESPACE)


async def prove(session: Writing, held: Held, *, now: datetime) -> None:
    """In the transaction that writes for a duty: it is still ours, and stays so until the end of it.

    Raises `Overtaken`.
    """
    await leases.prove(session, held, ends_at=now + LENGTH)
