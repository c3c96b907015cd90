"""`longplay migrate-posts`, as its guide says: every command of the guide is run, in its order, on a real database."""

from __future__ import annotations

import json
import re
import shlex
import signal
from pathlib import Path

import pytest

import migrations.posts
from tests.cli.process import Shell
from tests.factories.old_platform import an_old_platform, rows_in

GUIDE = Path(migrations.posts.__path__[0]) / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ALL_OF_THEM = """
import json, sys
from bot.cli import app
for words in json.loads(sys.argv[1]):
    try:
        app(words)
    except SystemExit as end:
        print("ended with", end.code or 0, flush=True)
"""
"""The command line again and again in one process: starting one for each takes longer than all they do."""


def commands() -> list[tuple[list[str], int]]:
    """The guide's commands, each with the code that it ends with."""
    lines = [line for block in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) for line in block.splitlines()]
    return [(shlex.split(line, comments=True), 1 if "# ends with 1" in line else 0) for line in lines]


@pytest.mark.row("1-39")
@pytest.mark.row("1-38")
async def test_the_guide_s_commands_do_what_it_says(bare: Shell, empty_database_url: str) -> None:
    wanted = commands()
    assert all(words[:2] == ["longplay", "migrate-posts"] for words, _ in wanted)
    lines = [[empty_database_url if word == "$OLD" else word for word in words[1:]] for words, _ in wanted]
    ended = await bare.python("-c", ALL_OF_THEM, json.dumps(lines))
    assert ended.code == 0, ended.said
    assert "Traceback" not in ended.said
    said = ended.out.split("ended with ")
    assert [int(part[0]) for part in said[1:]] == [code for _, code in wanted], ended.said
    whole = ended.said
    assert whole.count("A dry run: all of it was undone.") == 1
    assert "audio posts have no address of any audio" in whole
    assert "say so: --confirm-drop" in whole
    for phase in range(1, 6):
        assert f"Phase {phase} done in" in whole
        assert f"Phase {phase} undone in" in whole
    assert re.search(r"All \d+ hold\.", said[-2])


@pytest.mark.row("1-39")
def test_the_guide_says_what_each_old_call_and_field_became() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for field in ("audio_url", "audio_filename", "audio_duration", "audio_file_size", "audio_mime_type"):
        assert f"| `post.{field}` | `post.track." in text
    for word in (
        "createAudioPost(user, track.id, caption)",
        "track_id: post.track_id",
        "erDiagram",
        "| before | after |",
    ):
        assert word in text


async def test_a_killed_run_is_gone_on_with(bare: Shell, empty_database_url: str) -> None:
    await an_old_platform(empty_database_url, 400)
    options = ("--database", empty_database_url, "--set-aside")
    running = await bare.start("migrate-posts", "forward", *options, "--batch", "5")
    await running.says("done: a batch")
    ended = await running.end(signal.SIGKILL)
    assert ended.code == -signal.SIGKILL
    told = await bare.run("migrate-posts", "status", "--database", empty_database_url)
    assert "Phase 2 was cut off at 2a" in told.out
    again = await bare.run("migrate-posts", "forward", *options, "--json")
    assert again.code == 0, again.err
    report = json.loads(again.out)
    assert [phase["phase"] for phase in report["phases"]] == [2, 3, 4]
    assert report["phases"][0]["findings"]["orphaned audio posts"] == 0
    assert len((await rows_in(empty_database_url))["posts"]) == 400


async def test_a_database_that_is_none_is_one_sentence(bare: Shell, database_url: str) -> None:
    ended = await bare.run("migrate-posts", "status", "--database", database_url)
    assert (ended.code, ended.out) == (1, "")
    assert "Longplay's own database" in ended.err
    away = await bare.run("migrate-posts", "status", "--database", "postgresql://club:hidden-pa55@127.0.0.1:1/club")
    assert away.code == 1
    assert "hidden-pa55" not in away.said
    assert "Traceback" not in away.said
