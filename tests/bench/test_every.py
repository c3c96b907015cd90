"""All benches together: each in a process of its own, one table, and what breaks is told."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from bot.bench.every import EVERY, Options, alone, bench, show
from bot.bench.outcome import Outcome, as_json
from bot.cli import app
from bot.cli.bench_all import Name


async def _well(quick):
    goal = "0.5 of the floor"
    return [
        Outcome("well", "quickness", 60.0 if quick else 50.0, "a second", goal, True, 100.0),
        Outcome("well", "smallness", 400.0, "MB", "< 300", False),
        Outcome("well", "wildness", None, "", "", None, fault="no data here"),
    ]


async def _broken(quick):
    raise LookupError("nothing is there")


async def _gone(quick):
    raise SystemExit(3)


async def test_all_run_each_alone_and_one_json_tells_them(capsys, tmp_path):
    benches = {"well": _well, "broken": _broken}
    told = tmp_path / "told.json"
    assert await bench(Options(quick=True, json=True, file=told), benches) == 1, "one broke"
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads(told.read_text())
    assert said["quick"] is True
    assert [(one["bench"], one["figure"], one["ratio"], one["met"]) for one in said["outcomes"]] == [
        ("well", 60.0, 0.6, True),
        ("well", 400.0, None, False),
        ("well", None, None, None),
        ("broken", None, None, None),
    ]
    assert said["outcomes"][-1]["fault"] == "LookupError: nothing is there"


async def test_a_missed_goal_is_told_and_no_failure(capsys):
    assert await bench(Options(only=["well"]), {"well": _well}) == 0
    out = capsys.readouterr().out
    assert "1 of 2 goals are reached." in out
    for words in ("quickness", "missed", "reached", "not measured"):
        assert words in out


async def test_a_process_that_ends_without_a_word_is_a_line_too():
    (only,) = await alone("gone", _gone, quick=True)
    assert only.broke
    assert "3" in only.fault


def test_the_table_shows_figures_floors_and_ratios(capsys):
    one = Outcome("well", "quickness", 1234.5, "a second", "0.5 of the floor", True, 2469.0)
    show([one], quick=True)
    out = capsys.readouterr().out
    for words in ("1,23", "2,469", "0.5", "SMALL SIZES", "quiet machine"):
        assert words in out
    assert as_json([one])[0]["ratio"] == 0.5


def test_whatever_can_be_measured_has_a_name():
    assert [str(name) for name in Name] == list(EVERY)
    told = CliRunner().invoke(app, ["bench", "--help"]).output
    for name in EVERY:
        assert f"\n  {name} " in told, f"longplay bench {name} is missing"
