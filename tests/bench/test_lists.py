"""The bench of the lists, small: it fills, measures and tells; how fast they are, is asked of the full size alone."""

from __future__ import annotations

import json

import asyncpg

from bot.bench.audience import Size, fill_audience
from bot.bench.lists import Options, bench
from db.address import driver_url


async def test_a_small_club_is_measured(capsys):
    assert await bench(Options(listens=12_000, members=12, rounds=6, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["listens"], told["members"], told["rounds"]) == (12_000, 12, 6)
    assert [one["name"] for one in told["lists"]] == [
        "/whoknows",
        "/top, a month",
        "/top, all",
        "/club charts",
        "/club charts, one list",
    ]
    for one in told["lists"]:
        assert 0 < one["floor"]["p50"] <= one["floor"]["p99"]
        assert 0 < one["ours"]["p50"] <= one["ours"]["p99"] < 2_000
        assert one["filled"] == 1, f"{one['name']} had nothing to list"
    assert told["goal"]["p99"] == 20


async def test_the_counters_of_the_bench_equal_a_recount(database_url):
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        progress: list[int] = []
        assert await fill_audience(connection, Size(2_000, 4), progress.append) == 2_000
        assert progress[-1] == 2_000
        for kind in ("artist", "album", "track"):
            counted = await connection.fetchval(f"SELECT sum(plays) FROM {kind}_plays")
            charted = await connection.fetchval("SELECT sum(plays) FROM club_plays WHERE kind = $1", kind)
            assert (counted, charted) == (2_000, 2_000)
        unknown = "SELECT count(*) FROM listen_events LEFT JOIN tracks ON id = track_id WHERE id IS NULL"
        assert await connection.fetchval(unknown) == 0
    finally:
        await connection.close()
