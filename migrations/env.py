"""What alembic runs for every command; the connection comes from the caller, the settings are these and no file's."""

from __future__ import annotations

from alembic import context

import db.tables  # noqa: F401 - the tables enter the metadata when they are imported
from db.tables.base import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations are run by `longplay migrate`, which passes the connection")

context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=True,
    # CHECKs are compared by name alone, and only when asked for: a changed rule needs a new name to be noticed.
    autogenerate_plugins=["alembic.autogenerate.*", "alembic.autogenerate.checkconstraint_byname"],
)
with context.begin_transaction():
    context.run_migrations()
