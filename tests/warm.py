"""What a worker keeps from one test to the next because nothing in it depends on the test: compiled SQL, open sessions.

Every test builds engines of its own. Each would compile every statement anew, and open sessions for which the server
reads its catalogues and plans every statement anew: more work than most tests themselves. So the tests' dialect, put
into SQLAlchemy's own register, says that what one engine compiled holds for all alike, and hands a session that an
engine closed in order to the next engine that asks for the same. A session is reset before, as pools do it, and closed
for good where that fails, where it was in a transaction, and wherever an engine terminates it.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.util import LRUCache, await_only

STATEMENTS = 4000
KEPT = 6
"""Open sessions that a worker keeps at most; the server takes sixty of all workers."""
PATIENT = {"lock_timeout": "60s", "statement_timeout": "90s", "idle_in_transaction_session_timeout": "120s"}
"""How long the server waits for tests of what people do, on a machine that is busy; five seconds are the bot's."""
ALIKE = ("server_version_info", "paramstyle", "default_schema_name", "insertmanyvalues_page_size", "use_native_hstore")


class Shelf:
    """Sessions that are open and belong to no engine."""

    def __init__(self) -> None:
        self.idle: list[Any] = []
        self.asked: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        """What was said to the driver when it opened each session that is alive."""
        self.databases: set[str] = set()
        """The databases that other tests will use too; sessions of any other are closed."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The tests' own loop; a session of any other dies with it and is not kept."""

    def taken(self, asked: Any) -> Any:
        """The session that was used last of those opened with the same words; None when there is none."""
        if asyncio.get_running_loop() is self.loop:
            for session in reversed(self.idle):
                if self.asked[session.driver_connection] == asked:
                    self.idle.remove(session)
                    if not session.driver_connection.is_closed():
                        return session
        return None

    def keeps(self, session: Any) -> bool:
        """Whether a session that an engine closes in order was reset and is kept."""
        driver = session.driver_connection
        if (
            asyncio.get_running_loop() is not self.loop
            or len(self.idle) >= KEPT
            or driver.is_closed()
            or driver.is_in_transaction()
            or self.asked[driver][1].get("database") not in self.databases
        ):
            return False
        try:
            await_only(driver.reset(timeout=5))
        except Exception:  # noqa: BLE001 - whatever it is: this session is of no use to another test
            return False
        self.idle.append(session)
        return True

    def forget(self, *databases: str) -> None:
        """Close what is kept of these databases, and keep nothing of them any more."""
        self.databases.difference_update(databases)
        for session in list(self.idle):
            if self.asked[session.driver_connection][1].get("database") in databases:
                self.idle.remove(session)
                session.driver_connection.terminate()

    def numbers(self, database: str) -> list[int]:
        """The server's numbers of the sessions that are kept of a database."""
        drivers = [session.driver_connection for session in self.idle]
        return [each.get_server_pid() for each in drivers if self.asked[each][1].get("database") == database]


class WarmDialect(PGDialect_asyncpg):
    """SQLAlchemy's dialect for asyncpg: what is compiled by one is compiled for all that are told the same."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WarmDialect) and all(
            getattr(self, name, None) == getattr(other, name, None) for name in ALIKE
        )

    def __hash__(self) -> int:
        return hash(WarmDialect)

    def connect(self, *arguments: Any, **options: Any) -> Any:
        if options.get("database") in SHELF.databases and "server_settings" in options:
            options = {**options, "timeout": 60, "server_settings": {**options["server_settings"], **PATIENT}}
        asked = (arguments, options)
        session = SHELF.taken(asked)
        if session is None:
            session = super().connect(*arguments, **dict(options))
            SHELF.asked[session.driver_connection] = asked
        return session

    def do_close(self, dbapi_connection: Any) -> None:
        if not SHELF.keeps(dbapi_connection):
            super().do_close(dbapi_connection)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


SHELF = Shelf()
COMPILED: Any = LRUCache(STATEMENTS)


def register() -> None:
    """Have every engine of this process made with the tests' dialect."""
    registry.register("postgresql.asyncpg", __name__, WarmDialect.__name__)
