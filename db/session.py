"""The way to the database: one engine per process, units of reading and of writing, and the only commit there is."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bot.domain.errors import DatabaseAway
from db.address import asyncpg_url, driver_url
from db.faults import CONNECT_SECONDS, told_as_away, why_not

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import datetime


CommitMoment: TypeAlias = Literal["before commit", "after commit"]
Reading: TypeAlias = AsyncSession
"""A transaction that only looks."""
Writing: TypeAlias = AsyncSession
"""A transaction that changes something and commits at its end."""

RING = "ring"
"""Set in `session.info` by whoever recorded an errand: the bell rings once the transaction is committed."""

RING_AT = "ring at"
"""Set in `session.info` by whoever recorded errands for later alone: the bell is set to the first instant, then."""

LAST = "last"
"""Set in `session.info` by whoever holds rows that many transactions want: done last, right before the commit."""

WAKE = "wake"
"""Set in `session.info` by whoever stored when something is due: the alarm is set once the transaction is committed."""

DRIVER = "driver"
"""The driver's connection of a session, once somebody has asked for it."""

OLDEST = 15
"""The oldest major version of PostgreSQL that has what the tables need."""

RECYCLE_SECONDS = 1800
RELISTEN_SECONDS = (0.1, 0.5, 2.0, 5.0)  # pauses between attempts; the last one repeats
SERVER_SETTINGS: Final = {
    "application_name": "longplay",
    "jit": "off",  # compiling costs more than any of these short queries
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}
LOOKING = 2
"""Connections for what is asked at every keystroke."""
LOOKING_SETTINGS: Final = {"plan_cache_mode": "force_generic_plan", "default_transaction_read_only": "on"}


class DatabaseUnfit(Exception):  # noqa: N818 - the operator's word
    """The database cannot be used as it is; the text says what to do."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server on the other end says of itself."""

    version: str
    """As it names itself, such as `16.4`."""
    major: int
    encoding: str
    """Of the database, such as `UTF8`."""

    def unfit(self) -> str | None:
        """Why the tables cannot live there, and what to do; None when they can."""
        if self.major < OLDEST:
            return f"PostgreSQL {self.version} is too old: {OLDEST} or newer is needed"
        if self.encoding != "UTF8":
            return f"the database's encoding is {self.encoding}: make one with CREATE DATABASE … ENCODING 'UTF8'"
        return None


@dataclass(frozen=True, slots=True)
class Driven:
    """A transaction of the driver's alone, that changes something and commits at its end."""

    connection: Any
    """As the driver has it."""
    info: dict[Any, Any] = field(default_factory=dict[Any, Any])
    """As a session's: what is to happen at the commit and after it."""


Asking: TypeAlias = AsyncSession | Driven
"""Whoever has a connection of the driver's, for statements of its own; see `driving`."""


class Database:
    """A pool of connections to PostgreSQL and the two kinds of transaction the services open on it."""

    def __init__(self, engine: AsyncEngine, watch: Callable[[CommitMoment], None] | None = None) -> None:
        self.engine = engine
        self.bell: Callable[[], None] | None = None
        """Rung after a commit that recorded errands; whoever performs them hangs it up."""
        self.bell_at: Callable[[datetime], None] | None = None
        """Told after a commit that recorded errands for later alone."""
        self.alarm: Callable[[datetime | None], None] | None = None
        """Told after a commit when what was stored is due; whoever wakes the process hangs it up."""
        self.holder: int | None = None
        """This process's number among those that perform errands; see `db.presence`."""
        self._watch = watch
        self._writing = async_sessionmaker(engine, expire_on_commit=False)
        # Said with BEGIN itself, so it costs no round trip; the pool is the same.
        read_only = engine.execution_options(postgresql_readonly=True)
        self._reading = async_sessionmaker(read_only, expire_on_commit=False, autoflush=False)
        self._turns = asyncio.Semaphore(LOOKING)
        self._idle: list[asyncpg.Connection] = []

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        pool_size: int = 8,
        watch: Callable[[CommitMoment], None] | None = None,
        name: str = SERVER_SETTINGS["application_name"],
    ) -> Database:
        """Prepare a pool of at most `pool_size` connections, opened when they are needed, under a name of the server's.

        `watch` is called around each commit that changes something; a rehearsal kills the process there.
        """
        engine = create_async_engine(
            asyncpg_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_recycle=RECYCLE_SECONDS,
            connect_args={
                "server_settings": SERVER_SETTINGS | {"application_name": name},
                "timeout": CONNECT_SECONDS,
            },
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return cls(engine, watch)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """Open a transaction that only looks: a write in it is refused by PostgreSQL.

        Raises `DatabaseAway`, as the other two do, where PostgreSQL is away or breaks a statement off.
        """
        async with self._reading() as session:
            with told_as_away():
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        """Open a transaction that commits at the end of the block, or changes nothing when the block raises."""
        async with self._writing() as session:
            with told_as_away():
                async with _letting_go(session):
                    yield session
                    await _do_last(session)
                watch = self._watch if self._watch is not None and await _has_changed(session) else None
                if watch is not None:
                    watch("before commit")
                await session.commit()
            self._committed(session.info, watch)

    @asynccontextmanager
    async def driven(self) -> AsyncGenerator[Driven]:
        """Open a transaction like `writing`, for the few things that a crowd does at once.

        It takes less than half the processor, and knows nothing but statements of the driver's.
        """
        with told_as_away():
            pooled = await self.engine.raw_connection()
            connection: Any = pooled.driver_connection
            driven = Driven(connection)
            try:
                async with connection.transaction():
                    yield driven
                    await _do_last(driven)
                    watch = self._watch if self._watch is not None and await _has_changed(driven) else None
                    if watch is not None:
                        watch("before commit")
            finally:
                if connection.is_closed() or connection.is_in_transaction():
                    pooled.invalidate()
                else:
                    pooled.close()
        self._committed(driven.info, watch)

    def _committed(self, info: dict[Any, Any], watch: Callable[[CommitMoment], None] | None) -> None:
        """Tell whoever waits for what was just committed."""
        if watch is not None:
            watch("after commit")
        if self.bell is not None and info.get(RING):
            self.bell()
        elif self.bell_at is not None and RING_AT in info:
            self.bell_at(info[RING_AT])
        if self.alarm is not None and WAKE in info:
            self.alarm(info[WAKE])

    @asynccontextmanager
    async def looking(self) -> AsyncGenerator[Any]:
        """Open a connection as the driver has it, for statements that only look, each a transaction of its own.

        For what is asked at every keystroke: no BEGIN and ROLLBACK go to and fro, and a text is planned once for all
        values, which takes longer than to perform it. Only two are open, apart from the pool.
        """
        async with self._turns:
            idle = self._idle.pop() if self._idle else None
            with told_as_away():
                connection = idle if idle is not None and not idle.is_closed() else await self._look()
            try:
                with told_as_away():
                    yield connection
            except BaseException:
                connection.terminate()  # nobody knows what it is in the middle of
                raise
            self._idle.append(connection)

    async def _look(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            driver_url(self.url), timeout=CONNECT_SECONDS, server_settings=SERVER_SETTINGS | LOOKING_SETTINGS
        )

    @property
    def url(self) -> str:
        """The address, password included: never to be shown."""
        return self.engine.url.render_as_string(hide_password=False)

    async def ping(self) -> None:
        """Make one round trip; raises what the driver raises when the database does not answer."""
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    async def facts(self) -> ServerFacts:
        """What the server says of itself; raises `DatabaseUnfit` when it does not let us in."""
        asked = text(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,"
            " current_setting('server_encoding')"
        )
        try:
            async with self.reading() as session:
                return ServerFacts(*(await session.execute(asked)).one())
        except DatabaseAway as away:
            raise DatabaseUnfit(why_not(away.__cause__ or away)) from away
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError) as error:
            raise DatabaseUnfit(why_not(error)) from error

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        while self._idle:
            await self._idle.pop().close()


@asynccontextmanager
async def _letting_go(session: AsyncSession) -> AsyncGenerator[None]:
    """Where the driver has lost the connection, let the session know, which would still want to roll back on it."""
    try:
        yield
    except BaseException:
        driver: Any = session.info.get(DRIVER)
        if driver is not None and driver.is_closed():
            await session.invalidate()
        raise


def violated(error: IntegrityError) -> str | None:
    """The name of the constraint or unique index a statement broke, to be translated to a refusal."""
    return getattr(error.driver_exception, "constraint_name", None)


async def driving(session: Asking) -> Any:
    """The driver's own connection of a transaction that has begun, for what every click asks.

    A statement takes a third of the processor so; it is the same transaction, whose end stays the session's.
    """
    if isinstance(session, Driven):
        return session.connection
    driver: Any = session.info.get(DRIVER)
    if driver is None or not driver.is_in_transaction():
        pooled = await (await session.connection()).get_raw_connection()
        driver = session.info[DRIVER] = pooled.driver_connection
        if not driver.is_in_transaction():  # it begins with the first statement
            await session.execute(text("SELECT"))
    return driver


async def listen(url: str, channel: str) -> AsyncGenerator[str]:
    """Yield the payload of each NOTIFY on a channel, on a connection of its own, for ever.

    Yields an empty text whenever it has begun to listen (again): notifications sent before that are lost, so look for
    work then. A notification is only ever a hint.
    """
    attempt = 0
    while True:
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        try:
            connection = await _listening(url, channel, heard)
        except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(RELISTEN_SECONDS[min(attempt, len(RELISTEN_SECONDS) - 1)])
            attempt += 1
            continue
        attempt = 0
        try:
            yield ""
            while (payload := await heard.get()) is not None:
                yield payload
        finally:
            with suppress(asyncpg.InterfaceError, OSError):
                await connection.close(timeout=CONNECT_SECONDS)


async def _listening(url: str, channel: str, heard: asyncio.Queue[str | None]) -> asyncpg.Connection:
    """Open a connection that puts payloads into a queue, and None when it is lost."""

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        heard.put_nowait(str(payload))

    def lose(_connection: object) -> None:
        heard.put_nowait(None)

    connection = await asyncpg.connect(
        driver_url(url),
        timeout=CONNECT_SECONDS,
        server_settings={"application_name": f"longplay listens to {channel}"},
    )
    connection.add_termination_listener(lose)
    await connection.add_listener(channel, hear)
    return connection


async def _do_last(asking: Asking) -> None:
    """What was left to the end of a transaction."""
    if LAST in asking.info:
        await asking.info[LAST](asking)


async def _has_changed(asking: Asking) -> bool:
    """Ask PostgreSQL whether this transaction wrote or locked a row: only then it was given an id."""
    asked = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
    if isinstance(asking, Driven):
        return await asking.connection.fetchval(asked) is True
    return await asking.scalar(text(asked)) is True


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Let the pool replace a connection the server has closed; asyncpg knows, so no round trip has to ask."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
