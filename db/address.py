"""Where a database is: one address, in the spelling of each library that goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import make_url

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


def asyncpg_url(url: str) -> URL:
    """Turn any usual spelling of a PostgreSQL URL into SQLAlchemy's one for asyncpg.

    `sslmode`, which hosters put into such URLs, becomes asyncpg's `ssl`.
    """
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    if parsed.get_backend_name() != "postgresql":
        raise ValueError(f"not a PostgreSQL URL: {parsed.render_as_string(hide_password=True)}")
    sslmode = parsed.query.get("sslmode")
    if sslmode is not None:
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    return parsed.set(drivername="postgresql+asyncpg")


def driver_url(url: str) -> str:
    """The same URL for asyncpg itself, without SQLAlchemy."""
    parsed = asyncpg_url(url).set(drivername="postgresql")
    if "ssl" in parsed.query:  # the driver's own URLs use the usual word
        parsed = parsed.difference_update_query(["ssl"]).update_query_dict({"sslmode": parsed.query["ssl"]})
    return parsed.render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The same URL for PostgreSQL's own library, which knows no other words for encryption than its own."""
    parsed = make_url(driver_url(url))
    mode = parsed.query.get("sslmode")
    if mode in ("true", "false"):  # as asyncpg's users spell it
        parsed = parsed.update_query_dict({"sslmode": "require" if mode == "true" else "disable"})
    return parsed.render_as_string(hide_password=False)
