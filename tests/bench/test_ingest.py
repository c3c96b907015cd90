"""The bench of taking in, small: it fills, measures and tells; how fast it is, is asked of the full size alone."""

from __future__ import annotations

import json
from itertools import pairwise

from bot.bench.hearing import ENDS, JOINED, SPAN, Hearing, made_titles, pages
from bot.bench.ingest import Figures, Options, bench
from bot.bench.names import MadeNames


async def test_a_small_world_is_taken_in_by_both_ways(capsys):
    assert await bench(Options(listens=2_000, members=10, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["listens"] == 2_000
    assert told["ours"] > 0
    assert told["floor"] > 0
    assert told["counters"] > 2_000 / 10
    assert told["goal"]["reached"] is (told["ratio"] >= 0.5 and told["megabytes"] < 300)


async def test_a_file_without_names_is_told_of(tmp_path, capsys):
    path = tmp_path / "names.csv"
    path.write_text("colour\nblue\n", encoding="utf-8")
    assert await bench(Options(listens=100, members=1, names=path)) == 1
    assert "names no albums" in capsys.readouterr().err


def test_members_hear_the_same_for_the_same_seed_and_what_they_like_most_often():
    names, titles = list(MadeNames(1).names(200)), made_titles(1)[:500]
    plays = Hearing(names, titles, seed=1).plays_of(3, 600)
    assert plays == Hearing(names, titles, seed=1).plays_of(3, 600)
    assert len(plays) == 600
    assert all(one.started_at < other.started_at for one, other in pairwise(plays)), "one play at a time"
    assert ENDS - SPAN <= plays[0].started_at < JOINED < plays[-1].started_at
    heard = sorted((sum(one.album == album for one in plays) for album in {one.album for one in plays}), reverse=True)
    assert heard[0] > 600 / len(heard) * 3
    assert [len(page) for page in pages(plays, 250)] == [250, 250, 100]


def test_a_goal_is_reached_by_speed_and_memory_together():
    assert Figures(1, 1, ours=50, floor=100, megabytes=299, counters=1).reached
    assert not Figures(1, 1, ours=49, floor=100, megabytes=299, counters=1).reached
    assert not Figures(1, 1, ours=50, floor=100, megabytes=301, counters=1).reached
