"""What alembic runs for every command; the connection comes from the caller, the settings are these and no file's."""

from __future__ import annotations

import re
from typing import Any

from alembic import context
from sqlalchemy import text

import db.tables  # noqa: F401 - the tables enter the metadata when they are imported
from db.tables.base import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations are run by `longplay migrate`, which passes the connection")


PART = re.compile(r"listen_events_p\d+")
"""Parts of a table by member, as the operator's guide makes them."""


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of ours: the queue's are Procrastinate's, and parts are an operator's."""
    return kind != "table" or name is None or not (name.startswith("procrastinate_") or PART.fullmatch(name))


def meant(what: Any, _name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Whether a difference counts: PostgreSQL lists a key that refers to a table in parts for each part again."""
    if kind != "foreign_key_constraint" or not reflected:
        return True
    return not PART.fullmatch(what.elements[0].target_fullname.split(".")[0])


NOTED = text("SELECT to_regclass('schema_steps') IS NOT NULL")
NOTE = text("INSERT INTO schema_steps (revision, before, contracts) VALUES (:revision, :before, :contracts)")
FORGET = text("DELETE FROM schema_steps WHERE revision = :revision")


def note(*, step: Any, **_: Any) -> None:
    """Note a step in its own transaction: code that does not have it reads there whether it may stay."""
    if connection is None or not connection.scalar(NOTED):
        return
    connection.execute(FORGET, {"revision": step.up_revision_id})
    if step.is_upgrade:
        contracts = bool(getattr(step.up_revision.module, "contracts", False))
        (before,) = step.source_revision_ids
        connection.execute(NOTE, {"revision": step.up_revision_id, "before": before, "contracts": contracts})


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=True,
    include_name=ours,
    include_object=meant,
    # It is called by keywords alone, whatever its type says.
    on_version_apply=note,  # pyright: ignore[reportArgumentType]
    # CHECKs are compared by name alone, and only when asked for: a changed rule needs a new name to be noticed.
    autogenerate_plugins=["alembic.autogenerate.*", "alembic.autogenerate.checkconstraint_byname"],
)
with context.begin_transaction():
    context.run_migrations()
