"""Accounts at loopback services, real clients that ask them, a real queue, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from bot.domain.ids import new_id
from bot.domain.listening.plays import Source
from bot.domain.secret_keys import new_key
from bot.jobs.queue import Worker
from bot.providers.sources import Keys, Sources
from bot.providers.vault import SecretVault
from bot.rehearsal.providers import LoopbackProviders, world_on
from bot.rehearsal.providers.listeners import SECRET, Elsewhere, Listener, Play
from bot.rehearsal.providers.world import shops_with
from bot.services.listening import syncing
from bot.services.manners import SharedManners
from bot.services.tools import Listening, Tools
from db.session import Database
from tests.factories.people import NOW, MovableClock

KEYS = Keys(spotify_id="rehearsal", spotify_secret="no-secret", lastfm="no-key", lastfm_secret=SECRET)


@dataclass
class SyncStand:
    """Services with people's accounts, and a bot's tools that read them."""

    tools: Tools
    clock: MovableClock
    elsewhere: Elsewhere
    services: LoopbackProviders

    async def links(self, listener: Listener, source: Source = Source.LASTFM, user_id: UUID | None = None) -> UUID:
        """A member with this account, linked by its public name."""
        user_id = user_id or await make_user(self.tools.database)
        return await link(self.tools.database, user_id, source, listener.name)

    async def syncs(self) -> None:
        """Everything that is due is read, and what follows from it."""
        await syncing.wake(self.tools, now=self.clock.now())
        worker = Worker(self.tools)
        try:
            await worker.work_off()
        finally:
            await worker.stop()

    def pages_asked(self, shop: str = "lastfm") -> int:
        """How many pages of histories a service was asked for."""
        return sum(call.shop == shop for call in self.services.calls)


@asynccontextmanager
async def sync_stand(
    database: Database,
    *,
    clock: MovableClock | None = None,
    elsewhere: Elsewhere | None = None,
    services: LoopbackProviders | None = None,
) -> AsyncGenerator[SyncStand]:
    """A bot's tools and the services; those of another stand are shared where they are given."""
    clock = clock or MovableClock()
    elsewhere = elsewhere or Elsewhere(clock.now)
    own = services is None
    services = services or LoopbackProviders(shops_with(elsewhere))
    if own:
        await services.start()
    manners = SharedManners(database, clock)
    sources = Sources(world_on(services), manners, clock, keys=KEYS)
    vault = SecretVault([new_key()])
    tools = Tools(database, clock, listening=Listening(sources.listens, sources.granters, vault, tastes=sources.tastes))
    try:
        yield SyncStand(tools, clock, elsewhere, services)
    finally:
        await sources.close()
        if own:
            await services.stop()


async def make_user(database: Database, name: str = "Ada") -> UUID:
    """A person with nothing but a name."""
    user_id = new_id(NOW)
    async with database.writing() as session:
        await session.execute(
            text("INSERT INTO users (id, display_name, created_at) VALUES (:id, :name, :now)"),
            {"id": user_id, "name": name, "now": NOW},
        )
    return user_id


async def link(database: Database, user_id: UUID, source: Source, name: str) -> UUID:
    """An account that is read by its public name."""
    account_id = new_id(NOW)
    async with database.writing() as session:
        await session.execute(
            text(
                "INSERT INTO linked_accounts (id, user_id, provider, external_id, external_name, linked_at)"
                " VALUES (:id, :user, :provider, :key, :name, :now)"
            ),
            {
                "id": account_id,
                "user": user_id,
                "provider": str(source),
                "key": name.lower(),
                "name": name,
                "now": NOW,
            },
        )
    return account_id


async def plays_of(database: Database) -> list[tuple[object, ...]]:
    """Every play that is kept, as far as it does not depend on whose key it has."""
    async with database.reading() as session:
        rows = await session.execute(
            text(
                "SELECT users.display_name, played_at, track_id, source, ordinal, also, counts FROM listen_events"
                " JOIN users ON users.id = user_id ORDER BY 1, 2, 3, 4, 5"
            )
        )
        return [(*row[:5], tuple(row[5]), row[6]) for row in rows]


def some_plays(count: int, *, artist: str = "Cluster", every: timedelta = timedelta(minutes=5)) -> Iterable[Play]:
    """Plays up to a few minutes ago, one after another, of twenty titles."""
    last = NOW - timedelta(minutes=10)
    return [
        Play(last - every * number, f"{artist} {number % 3}", f"Title {number % 20}", album=f"Album {number % 4}")
        for number in range(count)
    ]
