"""Forward and back through the phases, one run at a time, each phase with its counts and its questions.

Alembic is imported where it is used, as in `db.migrate`.
"""

from __future__ import annotations

import io
import json
import time
from argparse import Namespace
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import migrations.posts
from db.address import asyncpg_url
from db.separation.counts import Finding, compared, counts, findings
from db.session import DatabaseUnfit
from migrations.posts import PHASES, REVISIONS, VERSION_TABLE, last_of, phase_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alembic.config import Config
    from sqlalchemy import Connection

    from migrations.posts.running import Run

ADVISORY_LOCK = 0x506F737473  # "Posts" in ASCII
SETTINGS = {
    "application_name": "longplay migrate-posts",
    "jit": "off",
    # What a statement has just made has no statistics: taken for small, it would be gone through for every row.
    "enable_nestloop": "off",
    "lock_timeout": "5s",  # a table in use: better give up than queue everybody up behind us
    "statement_timeout": "10min",
    "timezone": "UTC",
}
OLD_TABLES = ("profiles", "posts", "tracks", "playlists", "playlist_tracks", "post_likes", "comments")
LOCK_NOT_AVAILABLE, CANCELLED = "55P03", "57014"


class NotTheOldShape(DatabaseUnfit):
    """The database is none whose posts hold audio; the text says what it is instead."""


class AnotherRuns(DatabaseUnfit):
    """Somebody else migrates the same database now."""


class InUse(DatabaseUnfit):
    """A table was in use for too long; nothing of the step was done."""


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """What one phase did."""

    phase: int
    name: str
    direction: str
    before: dict[str, int]
    after: dict[str, int]
    told: dict[str, int]
    findings: list[Finding]
    seconds: float
    resumed: bool = False
    """A run that was cut off had begun it."""

    @property
    def holds(self) -> bool:
        """Whether every question has the right answer."""
        return all(finding.holds for finding in self.findings)

    @property
    def facts(self) -> tuple[Any, ...]:
        """What a dry run and a real one have in common."""
        return (self.phase, self.direction, self.before, self.after, self.told, self.findings)


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database is on its way."""

    revision: str | None
    counts: dict[str, int]
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def phase(self) -> int:
        """The last phase that is done."""
        return phase_of(self.revision)

    @property
    def begun(self) -> int | None:
        """The phase a run was cut off in, where one was."""
        if self.revision is None or self.revision == last_of(self.phase):
            return None
        return self.phase + 1


async def status(url: str) -> Status:
    """Where a database is; raises `NotTheOldShape`."""
    async with _connected(url) as connection:
        await _judge_shape(connection)
        log = await _log(connection) if await _is_there(connection, "migration_log") else []
        return Status(await _revision(connection), await counts(connection), log)


async def verify(url: str) -> list[Finding]:
    """Every verification query that holds where the database is."""
    async with _connected(url) as connection:
        await _judge_shape(connection)
        found = await findings(connection, await _revision(connection))
        first = await _first_counts(connection)
        return found if first is None else [*found, *compared(first, await counts(connection), strictly=False)]


async def forward(url: str, run: Run, to: int) -> list[PhaseReport]:
    """Do every phase up to one that is not done yet; what a killed run left half done is gone on with.

    Raises `CannotGoOn`, `NotTheOldShape`, `AnotherRuns`, `InUse`: all that was done before stays done.
    """
    return await _go(url, run, "forward", [phase for phase in PHASES if phase <= to])


async def back(url: str, run: Run, to: int) -> list[PhaseReport]:
    """Undo every phase above one, the last one first. Raises as `forward` does."""
    return await _go(url, run, "back", [phase for phase in reversed(PHASES) if phase > to])


async def _go(url: str, run: Run, direction: str, phases: list[int]) -> list[PhaseReport]:
    from migrations.posts.running import Run

    reports: list[PhaseReport] = []
    async with _connected(url) as connection:
        await _judge_shape(connection)
        await _take_lock(connection)
        if run.dry:
            await connection.begin()
        try:
            for phase in phases:
                revision = await _revision(connection)
                if _is_done(revision, phase, direction):
                    continue
                # What a phase tells is its own.
                own = Run(run.now, run.dry, run.set_aside, run.confirm_drop, run.batch, run.watch)
                reports.append(await _do_phase(connection, own, direction, phase))
        except DBAPIError as error:
            raise _explained(error) from error
        finally:
            if run.dry:
                await connection.rollback()
    return reports


def _is_done(revision: str | None, phase: int, direction: str) -> bool:
    place = -1 if revision is None else REVISIONS.index(revision)
    if direction == "forward":
        return place >= REVISIONS.index(last_of(phase))
    return place < REVISIONS.index(PHASES[phase][1][0])


async def _do_phase(connection: AsyncConnection, run: Run, direction: str, phase: int) -> PhaseReport:
    from alembic import command

    began = time.monotonic()
    name = PHASES[phase][0]
    before = await counts(connection)
    entry, resumed = await _begin_entry(connection, run, name, direction, before)
    await _settle(connection, run)
    if direction == "forward":
        await connection.run_sync(lambda sync: command.upgrade(_config(sync, run), last_of(phase)))
    else:
        await connection.run_sync(lambda sync: command.downgrade(_config(sync, run), last_of(phase - 1)))
    after = await counts(connection)
    if entry is None:  # phase 1 makes the log
        entry, _ = await _begin_entry(connection, run, name, direction, before)
    await _end_entry(connection, run, entry, after)
    found = [*await findings(connection, await _revision(connection)), *compared(before, after, strictly=True)]
    await _settle(connection, run)
    return PhaseReport(phase, name, direction, before, after, run.told, found, time.monotonic() - began, resumed)


async def _settle(connection: AsyncConnection, run: Run) -> None:
    """Alembic begins transactions of its own; a dry run's is undone at its end."""
    if not run.dry:
        await connection.commit()


# --- the log --------------------------------------------------------------------------------------------------------


async def _begin_entry(
    connection: AsyncConnection, run: Run, name: str, direction: str, before: dict[str, int]
) -> tuple[int | None, bool]:
    """The log's entry for this phase; one that was never finished is gone on with."""
    if not await _is_there(connection, "migration_log"):
        return None, False
    known = await connection.scalar(
        text(
            "SELECT id FROM migration_log WHERE migration_name = :name AND direction = :direction"
            " AND finished_at IS NULL ORDER BY id DESC LIMIT 1"
        ),
        {"name": name, "direction": direction},
    )
    if known is not None:
        return int(known), True
    # What was cut off in the other direction is overtaken by this.
    await connection.execute(
        text("UPDATE migration_log SET finished_at = :now WHERE migration_name = :name AND finished_at IS NULL"),
        {"name": name, "now": run.now},
    )
    made = await connection.scalar(
        text(
            "INSERT INTO migration_log (migration_name, direction, started_at, counts_before)"
            " VALUES (:name, :direction, :now, cast(:before AS jsonb)) RETURNING id"
        ),
        {"name": name, "direction": direction, "now": run.now, "before": json.dumps(before)},
    )
    return int(made or 0), False


async def _end_entry(connection: AsyncConnection, run: Run, entry: int | None, after: dict[str, int]) -> None:
    await connection.execute(
        text(
            "UPDATE migration_log SET finished_at = clock_timestamp(), counts_after = cast(:after AS jsonb),"
            " told = cast(:told AS jsonb) WHERE id = :entry"
        ),
        {"entry": entry, "after": json.dumps(after), "told": json.dumps(run.told)},
    )


async def _log(connection: AsyncConnection) -> list[dict[str, Any]]:
    rows = await connection.execute(text("SELECT * FROM migration_log ORDER BY id"))
    return [dict(row) for row in rows.mappings()]


async def _first_counts(connection: AsyncConnection) -> dict[str, Any] | None:
    """What was there before the last time somebody set out from the old shape."""
    if not await _is_there(connection, "migration_log"):
        return None
    return await connection.scalar(
        text(
            "SELECT counts_before FROM migration_log WHERE migration_name = :first AND direction = 'forward'"
            " ORDER BY id DESC LIMIT 1"
        ),
        {"first": PHASES[1][0]},
    )


# --- the connection -------------------------------------------------------------------------------------------------


def _config(connection: Connection, run: Run) -> Config:
    from alembic.config import Config

    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(Path(migrations.posts.__path__[0])).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, run=run)
    return config


@asynccontextmanager
async def _connected(url: str) -> AsyncGenerator[AsyncConnection]:
    """A connection of its own: what it holds is free the moment the process is gone."""
    engine = create_async_engine(asyncpg_url(url), poolclass=NullPool, connect_args={"server_settings": SETTINGS})
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _take_lock(connection: AsyncConnection) -> None:
    taken = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    await connection.commit()
    if not taken:
        raise AnotherRuns("Another longplay migrate-posts is at work on this database. Wait for its end.")


async def _is_there(connection: AsyncConnection, table: str) -> bool:
    return bool(await connection.scalar(text("SELECT to_regclass(:table) IS NOT NULL"), {"table": table}))


async def _revision(connection: AsyncConnection) -> str | None:
    if not await _is_there(connection, VERSION_TABLE):
        return None
    return await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))


async def _judge_shape(connection: AsyncConnection) -> None:
    """The database has posts that hold audio, or is on its way from there."""
    columns = text("SELECT column_name FROM information_schema.columns WHERE table_name = 'posts'")
    found = set(await connection.scalars(columns))
    if "club_id" in found:
        raise NotTheOldShape("This is Longplay's own database: posts and tracks have always been apart in it.")
    missing = [table for table in OLD_TABLES if not await _is_there(connection, table)]
    if missing:
        raise NotTheOldShape(f"This is no database of the old shape: it has no table {', '.join(missing)}.")
    if "audio_url" not in found and phase_of(await _revision(connection)) < 5:
        raise NotTheOldShape("This is no database of the old shape: its posts have no audio_url.")
    await connection.commit()


def _explained(error: DBAPIError) -> Exception:
    """A table in use is a sentence; anything else is a fault of ours, or a broken connection."""
    code = getattr(error.driver_exception, "sqlstate", None)
    if code == LOCK_NOT_AVAILABLE:
        return InUse(
            "A table is in use by something that does not let go within 5 s. This step was undone, those before it "
            "stay; run it again."
        )
    if code == CANCELLED:
        return InUse("A statement took longer than ten minutes and was undone; what was done before it stays.")
    return error
