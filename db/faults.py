"""What PostgreSQL and its drivers raise, by names of ours and in words for an operator."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import asyncpg
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import Collided, DatabaseAway

if TYPE_CHECKING:
    from collections.abc import Generator

CONNECT_SECONDS = 10
"""How long a server may take to let us in."""
COLLISION = "40"
PASSING: Final = ("08", COLLISION, "53", "55P03", "57")
"""How the codes begin of what passes by itself: connections, collisions, too little of something, locks that were not
had in time, and statements that the server or an operator broke off."""

OF_CONNECTIONS: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError, TimeoutError)
"""What is raised of a connection rather than of a statement; the second where one is lost in the middle of another."""


@contextmanager
def told_as_away() -> Generator[None]:
    """Call what passes by itself by one name, whichever library met it; everything else goes through as it is."""
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError, *OF_CONNECTIONS) as error:
        if not _passes(error):
            raise
        told = _of_driver(error)
        collided = str(getattr(told, "sqlstate", "") or "").startswith(COLLISION)
        raise (Collided if collided else DatabaseAway)("database", detail=type(told).__name__) from error


def _passes(error: BaseException) -> bool:
    """Whether the same again may go well in a moment: a lost connection, a server that starts, two that collided."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    told = _of_driver(error)
    state = str(getattr(told, "sqlstate", "") or "")
    return isinstance(told, OF_CONNECTIONS) or state.startswith(PASSING)


def _of_driver(error: BaseException) -> BaseException:
    return getattr(error, "driver_exception", None) or error


def why_not(error: BaseException) -> str:
    """A sentence about a connection that did not come about; the address stays out of it, it holds a password."""
    match error.driver_exception if isinstance(error, DBAPIError) else error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError() as told:
            return f"The database refuses the user or the password of DATABASE_URL ({told})."
        case asyncpg.InvalidCatalogNameError() as told:
            return f"DATABASE_URL names a database that is not there ({told}). Make it with CREATE DATABASE."
        case asyncpg.PostgresError() | asyncpg.InterfaceError() as told:
            return f"The database does not let Longplay in ({told}). Look at DATABASE_URL and the server's log."
        case TimeoutError():
            return f"The database did not answer within {CONNECT_SECONDS} s. Look at the address in DATABASE_URL."
        case told:
            return f"The database cannot be reached ({told}). Is it running, and is the address in DATABASE_URL right?"
