"""What alembic runs for every command; the connection comes from the caller, the settings are these and no file's."""

from __future__ import annotations

from alembic import context

import db.tables  # noqa: F401 - the tables enter the metadata when they are imported
from db.tables.base import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations are run by `longplay migrate`, which passes the connection")


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of ours: those of the queue are Procrastinate's, made by its own SQL."""
    return kind != "table" or name is None or not name.startswith("procrastinate_")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=True,
    include_name=ours,
    # CHECKs are compared by name alone, and only when asked for: a changed rule needs a new name to be noticed.
    autogenerate_plugins=["alembic.autogenerate.*", "alembic.autogenerate.checkconstraint_byname"],
)
with context.begin_transaction():
    context.run_migrations()
