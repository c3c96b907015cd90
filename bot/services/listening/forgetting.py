"""Plays are taken back: what a source deleted, what a member no longer wants kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from bot.domain.listening.dedup import leave_out
from bot.domain.listening.plays import Source
from bot.domain.listening.telling import Key
from bot.services.listening.taking import write_settled
from db.queries import matching
from db.queries.listening import counters
from db.queries.listening import plays as queries
from db.queries.taste import days as taste
from db.session import Reading, Writing

AT_ONCE = 2_000


async def told_between(
    session: Reading, *, user_id: UUID, source: Source, since: datetime, until: datetime
) -> set[Key]:
    """The keys of all that a source told of plays that began in [since, until), for whoever compares."""
    return (await queries.told_between(session, {user_id: (source.value, since, until)}))[user_id]


async def drop_plays(session: Writing, *, user_id: UUID, keys: Collection[Key]) -> int:
    """A source no longer tells these: what no other source tells goes, the rest passes over to who tells it.

    Answers how many plays are gone. To replace what a source told, drop before taking what it tells now.
    """
    if not keys or not await queries.hold(session, user_id):
        return 0
    held = await queries.held_of(session, user_id, keys)
    if not held:
        return 0
    settled = leave_out(held, frozenset(keys))
    await write_settled(session, {user_id: settled})
    return len(settled.gone) - len(settled.plays)


async def forget_source(session: Writing, *, user_id: UUID, sources: Collection[Source]) -> None:
    """Everything these sources told is forgotten; what others told as well stays, as they told it."""
    if not sources or not await queries.hold(session, user_id):
        return
    values = [source.value for source in sources]
    while shared := await queries.also_told(session, user_id, values, AT_ONCE):
        held = await queries.held_of(session, user_id, shared)
        told = {twin.telling.key for one in held for twin in one.twins if twin.telling.source in values}
        await write_settled(session, {user_id: leave_out(held, frozenset(told | set(shared)))})
    await counters.count_member(session, user_id, here=False)
    await taste.mark_sources(session, user_id, values)
    await queries.forget_told(session, user_id, values)
    await counters.recount(session, user_id)
    await counters.count_member(session, user_id)
    await matching.changed(session, user_id)


async def recount(session: Writing, *, user_id: UUID) -> None:
    """Everything that counts a member's plays, counted anew; it changes nothing, as long as the counters are right."""
    if await queries.hold(session, user_id):
        await counters.count_member(session, user_id, here=False)
        await counters.recount(session, user_id)
        await counters.count_member(session, user_id)
