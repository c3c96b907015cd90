"""A database that fails on purpose: statements are broken off with the codes with which a busy server does it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

BROKEN = {
    "40P01": "deadlock",
    "55P03": "lock not had in time",
    "57014": "statement not done in time",
    "40001": "could not be put in order",
}
"""What PostgreSQL says of a statement that it broke off, by its code."""
_TABLE = re.compile(r"[a-z_]{1,40}")
_FAIL = """
CREATE FUNCTION fail_as_ordered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A sequence counts what is rolled back too, so that the same statement tried again goes through.
    number bigint := nextval(TG_ARGV[0]);
BEGIN
    FOR place IN 1 .. TG_NARGS - 1 BY 2 LOOP
        IF number = TG_ARGV[place]::bigint THEN
            RAISE EXCEPTION 'broken off as ordered' USING ERRCODE = TG_ARGV[place + 1];
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""


@dataclass(frozen=True, slots=True)
class Break:
    """The n-th statement that writes to a table is broken off with an error."""

    table: str
    nth: int
    error: str

    def __str__(self) -> str:
        return f"PostgreSQL: {BROKEN[self.error]} at write {self.nth} to {self.table}"


async def break_statements(url: str, breaks: Iterable[Break]) -> None:
    """Order that statements fail in the database at `url`, each once."""
    by_table: dict[str, list[Break]] = {}
    for each in breaks:
        by_table.setdefault(_checked(each.table), []).append(each)
    if not by_table:
        return
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(_FAIL))
            for table, those in by_table.items():
                ordered = "".join(f", '{each.nth}', '{_known(each.error)}'" for each in those)
                await connection.execute(text(f"CREATE SEQUENCE writes_to_{table}"))
                await connection.execute(
                    text(
                        f"CREATE TRIGGER fails_as_ordered BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                        f" FOR EACH STATEMENT EXECUTE FUNCTION fail_as_ordered('writes_to_{table}'{ordered})"
                    )
                )
    finally:
        await engine.dispose()


async def unbroken(url: str, breaks: Iterable[Break]) -> int:
    """How many of the ordered failures no statement has met."""
    waiting = list(breaks)
    if not waiting:
        return 0
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            met = 0
            for each in waiting:
                written = await connection.scalar(
                    text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM writes_to_{_checked(each.table)}")
                )
                met += written >= each.nth
            return len(waiting) - met
    finally:
        await engine.dispose()


def _checked(table: str) -> str:
    if not _TABLE.fullmatch(table):
        raise ValueError(f"not a plain name for a table: {table!r}")
    return table


def _known(error: str) -> str:
    if error not in BROKEN:
        raise ValueError(f"not an error of a statement: {error!r}")
    return error
