"""Showing other processes that this one is alive, so that what a dead one held is taken over at once.

A lease alone would make everybody wait for its end. A session lock is given back by PostgreSQL the moment the process
that took it is gone, however it went. It only ever shortens a lease: where it cannot be taken, leases still end.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import secrets
from contextlib import suppress

import asyncpg

from db.address import driver_url

NAMESPACE = 0x10_97_1A
"""First half of the lock's key; the second is the process's number."""
CONNECT_SECONDS = 10


class Presence:
    """One process, present as long as its own connection lives; no pooled connection, which would outlive its use."""

    def __init__(self, url: str) -> None:
        self._url = driver_url(url)
        self._connection: asyncpg.Connection | None = None
        self.holder = secrets.randbelow(2**31 - 1) + 1
        """This process's number, new at every start."""

    async def show(self) -> None:
        """Take the lock, again after a lost connection; does nothing while it is held."""
        if self._connection is not None and not self._connection.is_closed():
            return
        connection = await asyncpg.connect(
            self._url, timeout=CONNECT_SECONDS, server_settings={"application_name": "longplay is here"}
        )
        await connection.execute("SELECT pg_advisory_lock($1, $2)", NAMESPACE, self.holder)
        self._connection = connection

    async def leave(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            with suppress(OSError, asyncpg.InterfaceError, TimeoutError):
                await self._connection.close(timeout=CONNECT_SECONDS)
            self._connection = None
