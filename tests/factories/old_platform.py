"""Old platforms for the separation of posts and tracks: made, looked at, compared."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from db.address import driver_url
from db.separation import runner
from db.separation.example import make_example
from db.separation.runner import PhaseReport
from migrations.posts.running import Run
from tests.factories import NOW

TABLES = ("profiles", "posts", "tracks", "playlists", "playlist_tracks", "post_likes", "comments")
Rows = dict[str, list[dict[str, Any]]]


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(url))
    try:
        yield connection
    finally:
        await connection.close()


async def rows_in(url: str) -> Rows:
    """Everything that stands in an old platform's own tables, in an order of its own."""
    async with connected(url) as connection:
        return {
            table: sorted(
                (dict(sorted(row.items())) for row in await connection.fetch(f"SELECT * FROM {table}")), key=repr
            )
            for table in TABLES
        }


async def an_old_platform(url: str, posts: int = 120, seed: int = 1) -> None:
    await make_example(url, posts=posts, seed=seed, now=NOW)


async def forward(url: str, to: int = 4, **options: Any) -> list[PhaseReport]:
    options.setdefault("set_aside", True)
    return await runner.forward(url, Run(NOW, **options), to)


async def back(url: str, to: int = 0, **options: Any) -> list[PhaseReport]:
    return await runner.back(url, Run(NOW, **options), to)


@dataclass(frozen=True)
class Schema:
    """What the catalogue says of the tables."""

    columns: dict[tuple[str, str], str]
    """Nullability by table and column."""
    constraints: dict[str, tuple[bool, str]]
    """Whether it is validated, and its definition, by name."""
    indexes: set[str]
    comments: dict[str, str | None]
    """Of the columns of posts."""
    tables: set[str]


async def schema_of(url: str) -> Schema:
    async with connected(url) as connection:
        columns = await connection.fetch(
            "SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"
        )
        constraints = await connection.fetch(
            "SELECT conname, convalidated, pg_get_constraintdef(oid) AS words FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u', 'p')"
        )
        comments = await connection.fetch(
            "SELECT attname, col_description(attrelid, attnum) AS words FROM pg_attribute"
            " WHERE attrelid = 'posts'::regclass AND attnum > 0 AND NOT attisdropped"
        )
        return Schema(
            {(row["table_name"], row["column_name"]): row["is_nullable"] for row in columns},
            {row["conname"]: (row["convalidated"], row["words"]) for row in constraints},
            {row[0] for row in await connection.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")},
            {row["attname"]: row["words"] for row in comments},
            {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")},
        )
