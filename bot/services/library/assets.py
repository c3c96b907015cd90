"""Files of the library that nothing points at any more: counted, and swept after a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.services.library import keeping, tracks
from bot.services.tools import Tools
from db.queries.library import versions

GRACE = timedelta(hours=24)
"""How long a file stays that nothing points at: a task that was broken off may come back to it."""
AT_ONCE = 200


async def sweep(tools: Tools, *, now: datetime) -> int:
    """Tracks that were deleted long enough ago go, then files that nothing points at; how many files."""
    await tracks.purge(tools, now=now)
    store = tools.library.assets
    if store is None:
        return 0
    async with tools.database.reading() as session:
        lost = await versions.unreferenced(session, now - GRACE, AT_ONCE)
    gone = 0
    for sha256 in lost:
        gone += await keeping.drop(tools, sha256)
    lying = await store.older_than(now - GRACE)
    for start in range(0, len(lying), AT_ONCE):
        part = lying[start : start + AT_ONCE]
        async with tools.database.reading() as session:
            orphans = sorted(set(part) - await versions.known(session, part))
        for sha256 in orphans:
            gone += await keeping.drop(tools, sha256)
    return gone
