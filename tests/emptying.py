"""A database that a test has left, made as a fresh one again: fifty times quicker than another copy.

Nothing is taken on trust. Who is still connected is thrown out, rows are deleted from whatever holds any, numbers begin
anew, and then the catalogues and the rows that migrations brought must be what they were when the copy was made. A
test that altered the schema, gathered statistics, vacuumed or filled a table beyond a few pages has its database thrown
away, and the next test gets a new copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg

PAGES = 64
"""A table that grew beyond this many pages of 8 kB would weigh on the tests that follow."""
FIRST_OF_OURS = 16384
CATALOGUES = {
    "pg_attribute": f"attrelid >= {FIRST_OF_OURS}",
    "pg_attrdef": "true",
    "pg_constraint": f"oid >= {FIRST_OF_OURS}",
    "pg_index": f"indexrelid >= {FIRST_OF_OURS}",
    "pg_trigger": "true",
    "pg_proc": f"oid >= {FIRST_OF_OURS}",
    "pg_type": f"oid >= {FIRST_OF_OURS}",
    "pg_namespace": "nspname !~ '^pg_(toast_)?temp'",
    "pg_statistic": f"starelid >= {FIRST_OF_OURS}",
    "pg_sequence": "true",
    "pg_rewrite": f"oid >= {FIRST_OF_OURS}",
    "pg_policy": "true",
    "pg_extension": "true",
    "pg_largeobject_metadata": "true",
}
"""Catalogues of one database, each with the rows of it that are not PostgreSQL's own."""
_MARK = (
    "SELECT '{name}' AS what, count(*) AS many, coalesce(sum(xmin::text::bigint), 0) AS ages FROM {name} WHERE {ours}"
)
SCHEMA = " UNION ALL ".join(_MARK.format(name=name, ours=ours) for name, ours in CATALOGUES.items()) + (
    " UNION ALL SELECT 'pg_class', count(*), sum(hashtextextended(concat_ws(' ', oid, xmin, relname, relpages,"
    f" reltuples, relfilenode, reloptions), 0)::numeric) FROM pg_class WHERE oid >= {FIRST_OF_OURS}"
    " UNION ALL SELECT 'pg_db_role_setting', count(*), 0 FROM pg_db_role_setting"
    " WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1"
)
"""Counts and sums that change whenever anything is altered in the schema, or said about its contents."""
TABLES = (
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1"
)
USED_NUMBERS = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)
THROWN_OUT = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = $1 AND pid <> ALL($2::int[]) AND pid <> pg_backend_pid()"
)


@dataclass
class Emptying:
    """A database, what it was like when it was made."""

    name: str
    server: asyncpg.Connection
    dsn: str
    tables: list[str]
    schema: list[Any]
    brought: dict[str, str]
    """What the rows are, in one sum, of each table that migrations put rows into."""
    uses: int = 0

    @classmethod
    async def of(cls, server: asyncpg.Connection, dsn: str, name: str) -> Emptying:
        """Note what a database is like that was just made."""
        session = await asyncpg.connect(dsn)
        try:
            tables = [row[0] for row in await session.fetch(TABLES)]
            lent = cls(name, server, dsn, tables, await session.fetch(SCHEMA), {})
            lent.brought = {table: await _sum(session, table) for table in await lent._holding(session)}
        finally:
            await session.close()
        return lent

    async def emptied(self, *, spared: list[int]) -> bool:
        """Whether everything is as it was, after everything that can be undone was; sessions in `spared` may stay."""
        self.uses += 1
        try:
            await self.server.fetch(THROWN_OUT, self.name, spared)
            session = await asyncpg.connect(self.dsn)
            try:
                return await self._emptied(session)
            finally:
                await session.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _emptied(self, session: Any) -> bool:
        if await session.fetch(SCHEMA) != self.schema:
            return False
        holding = await self._holding(session)
        for table, rows in self.brought.items():
            if await _sum(session, table) != rows:
                return False
        filled = [table for table in holding if table not in self.brought]
        sizes = "SELECT max(pg_relation_size(name::regclass)) / 8192 FROM unnest($1::text[]) AS name"
        if filled and await session.fetchval(sizes, filled) > PAGES:
            return False
        async with session.transaction():
            await session.execute("SET LOCAL session_replication_role = replica")
            for table in filled:
                await session.execute(f"DELETE FROM {table}")
            await session.execute(USED_NUMBERS)
        return True

    async def _holding(self, session: Any) -> list[str]:
        """The tables that hold a row."""
        each = ", ".join(f"CASE WHEN EXISTS (SELECT FROM {table}) THEN '{table}' END" for table in self.tables)
        return await session.fetchval(f"SELECT array_remove(ARRAY[{each}], NULL)")


async def _sum(session: Any, table: str) -> str:
    return await session.fetchval(f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t")
