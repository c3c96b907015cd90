"""What alembic runs for the separation of posts and tracks; connection and run come from `db.separation`."""

from __future__ import annotations

from alembic import context

from migrations.posts import VERSION_TABLE

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("this migration is run by `longplay migrate-posts`, which passes the connection")

# Each revision is a transaction of its own; a dry run has begun one around all of them, which stays one.
context.configure(
    connection=connection, target_metadata=None, version_table=VERSION_TABLE, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
