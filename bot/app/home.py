"""The database server of a process: an embedded one that it starts or joins, or one by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.config import Settings
from db.session import CommitMoment, Database, DatabaseUnfit

if TYPE_CHECKING:
    from db.server import EmbeddedServer


class DatabaseHome:
    """The database server of a process: an embedded one, or one by address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.server: EmbeddedServer | None = None

    async def open(self) -> str:
        """Start or join the server; returns its address. Doing it twice changes nothing.

        Raises `DatabaseUnfit` where the embedded server does not start.
        """
        if self._settings.database_url is not None:
            return self._settings.database_url.get_secret_value()
        # Imported where it is needed: it takes longer than reading an address, and exists for Linux and macOS only.
        try:
            from db.server import EmbeddedServer, EmbeddedServerError
        except ImportError:
            raise DatabaseUnfit("the embedded PostgreSQL needs Linux or macOS; set DATABASE_URL") from None
        if self.server is None:
            self.server = EmbeddedServer(self._settings.data_folder / "postgres", durable=self._settings.durable)
        try:
            return await self.server.start()
        except EmbeddedServerError as error:
            raise DatabaseUnfit(str(error)) from error

    async def connect(self, watch: Callable[[CommitMoment], None] | None = None) -> Database:
        """Open the server and a pool of connections to it; raises `DatabaseUnfit` with what to do."""
        database = Database.connect(await self.open(), watch=watch)
        try:
            unfit = (await database.facts()).unfit()
            if unfit is not None:
                raise DatabaseUnfit(unfit)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Leave the server; the last to leave stops it."""
        if self.server is not None:
            await self.server.stop()
            self.server = None
