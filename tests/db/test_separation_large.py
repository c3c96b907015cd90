"""A large old platform goes there, back and there again, by its counts; `SEPARATION_LARGE=100000` asks for it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from db.separation import runner
from db.separation.example import make_example
from migrations.posts.running import Run
from tests.factories import NOW
from tests.factories.old_platform import TABLES, back, connected, forward

POSTS = int(os.environ.get("SEPARATION_LARGE", "0"))
SAID = "SELECT md5(string_agg(md5(row(id, user_id, content, post_type, created_at)::text), '' ORDER BY id)) FROM posts"


async def counted(url: str) -> dict[str, Any]:
    async with connected(url) as connection:
        counts = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}
        return {**counts, "said": await connection.fetchval(SAID)}


async def verified(url: str) -> None:
    for finding in await runner.verify(url):
        assert finding.wanted is None or finding.answer == finding.wanted, finding


@pytest.mark.skipif(not POSTS, reason="asked for by SEPARATION_LARGE; 100,000 posts take a minute and a half")
@pytest.mark.row("1-35")
@pytest.mark.row("1-36")
async def test_a_large_platform_keeps_every_count_there_and_back(empty_database_url: str) -> None:
    url = empty_database_url
    await make_example(url, posts=POSTS, seed=1, now=NOW)
    old = await counted(url)
    await forward(url, 5, confirm_drop=True)
    new = await counted(url)
    await verified(url)
    assert {name for name in old if old[name] != new[name]} <= {"tracks", "playlist_tracks"}
    await back(url)
    assert await counted(url) == old
    await runner.forward(url, Run(NOW, set_aside=True, confirm_drop=True), 5)
    assert await counted(url) == new
    await verified(url)
