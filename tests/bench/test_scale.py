"""The bench of many clubs, small: it fills, opens, asks and tells. How fast that is, the full size alone says."""

from __future__ import annotations

import json

import asyncpg

from bot.bench.platform import ERRANDS_A_WEEK, KEPT_WEEKS, PAST_WEEKS, Platform, fill_platform
from bot.bench.scale import Options, bench
from db.address import driver_url


async def test_some_clubs_are_measured(capsys):
    assert await bench(Options(clubs=3, members=12, listens=2_400, rounds=3, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["clubs"], told["members"], told["listens"]) == (3, 12, 2_400)
    assert told["opened_seconds"] > 0
    assert set(told["asked"]) == {
        "deadlines, none due",
        "accounts, some due",
        "tastes, some stale",
        "errands, thousands waiting",
        "/week",
        "/whoknows",
        "/top, a month",
        "/top, all",
        "/club charts",
    }
    for name, spread in told["asked"].items():
        assert 0 < spread["p50"] <= spread["p99"] < 5_000, name
    rows = {one["name"]: one["rows"] for one in told["tables"]}
    assert rows["listen_events"] == 2_400
    assert told["looked_through"] == {}, "three clubs have no large tables"


async def test_the_clubs_of_the_bench_are_as_clubs_are(database_url):
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        await fill_platform(connection, Platform(clubs=3, members=12, listens=1_200), lambda _: None)
        assert await connection.fetchval("SELECT count(*) FROM clubs") == 3
        assert await connection.fetchval("SELECT count(*) FROM memberships") == 12
        assert await connection.fetchval("SELECT count(*) FROM weeks") == 3 * PAST_WEEKS
        assert await connection.fetchval("SELECT count(*) FROM outbox") == 3 * KEPT_WEEKS * ERRANDS_A_WEEK
        for kind in ("artist", "album", "track"):
            assert await connection.fetchval(f"SELECT sum(plays) FROM {kind}_plays") == 1_200
            assert await connection.fetchval("SELECT sum(plays) FROM club_plays WHERE kind = $1", kind) == 1_200
    finally:
        await connection.close()
