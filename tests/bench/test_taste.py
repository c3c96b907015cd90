"""The bench of taste, small: it fills, measures and tells; how fast it is, is asked of the full size alone."""

from __future__ import annotations

import json

from bot.bench.pairing import Club
from bot.bench.refreshing import Histories
from bot.bench.taste import Options, bench


async def test_profiles_and_pairs_are_measured_beside_their_floors(capsys):
    options = Options(Histories(short=1_000, long=2_000, new=100, rounds=1), Club(4_000, 8, 6), json=True)
    code = await bench(options)
    told = json.loads(capsys.readouterr().out)
    assert code == (0 if told["goal"]["reached"] else 1)
    assert (told["goal"]["ratio"], told["goal"]["all_pairs_seconds"], told["goal"]["neighbours_p99_ms"]) == (
        1.2,
        10,
        20,
    )
    refreshing, pairing = told["refreshing"], told["pairing"]
    for name, plays in (("short", 1_000), ("long", 2_000)):
        assert refreshing[name]["plays"] == plays
        assert 0 < refreshing[name]["floor"]["p50"] < refreshing[name]["after_new"]["p50"]
    long, short = (refreshing[name]["after_new"]["p50"] for name in ("long", "short"))
    assert refreshing["ratio"] == round(long / short, 2)
    assert (pairing["listens"], pairing["members"], pairing["pairs"]) == (4_000, 8, 28)
    assert len(pairing["judged_seconds"]) == 3
    assert 0 < pairing["near_floor"]["p50"] < pairing["near"]["p50"]
