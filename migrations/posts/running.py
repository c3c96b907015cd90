"""What the phases share: how this run is to go, what it tells, and statements in transactions of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alembic import op
from sqlalchemy import text


class CannotGoOn(Exception):  # noqa: N818 - the operator's word
    """The data does not allow the next step; the text says what is the matter and what to do. What was done stays."""


@dataclass
class Run:
    """How one run is to go, and what it has told so far."""

    now: datetime
    dry: bool = False
    """Everything happens in one transaction, which is undone."""
    set_aside: bool = False
    """Posts without audio become tombstones, playlist entries without a track wait in the backup."""
    confirm_drop: bool = False
    batch: int = 5_000
    """Posts that get their tracks in one transaction."""
    watch: Callable[[str], None] | None = None
    """Called after each step that is committed by itself."""
    told: dict[str, int] = field(default_factory=dict[str, int])
    """How much of what was done in this phase."""

    def tell(self, what: str, number: int) -> None:
        """Count something that was done."""
        if number:
            self.told[what] = self.told.get(what, 0) + number

    def passed(self, step: str) -> None:
        """A step is behind us."""
        if self.watch is not None:
            self.watch(step)


def this_run() -> Run:
    """The run that these revisions are part of."""
    config = op.get_context().config
    assert config is not None
    run = config.attributes["run"]
    assert isinstance(run, Run)
    return run


def do(sql: str, **values: Any) -> int:
    """Perform a statement; how many rows it touched."""
    return max(op.get_bind().execute(text(sql), values).rowcount, 0)


def ask(sql: str, **values: Any) -> Any:
    """The one value that a query answers."""
    return op.get_bind().scalar(text(sql), values)


def rows(sql: str, **values: Any) -> list[Any]:
    """The rows that a query answers."""
    return list(op.get_bind().execute(text(sql), values))


@contextmanager
def each_by_itself() -> Iterator[None]:
    """Every statement in here is a transaction of its own; in a dry run all of them are part of the one."""
    if this_run().dry:
        yield
        return
    with op.get_context().autocommit_block():
        yield


def build_index(name: str, on: str) -> None:
    """An index, built while the table is in use; what a killed run left half-built is built anew."""
    run = this_run()
    if run.dry:
        do(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
        return
    with each_by_itself():
        broken = ask("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)", name=name)
        if broken:
            do(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        do(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}")
    run.passed(name)


def drop_index(name: str) -> None:
    """An index goes, while the table is in use."""
    if this_run().dry:
        do(f"DROP INDEX IF EXISTS {name}")
        return
    with each_by_itself():
        do(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def examples(sql: str, **values: Any) -> str:
    """The first few ids that a query finds, for a sentence."""
    return ", ".join(str(row[0]) for row in rows(f"{sql} LIMIT 3", **values))
