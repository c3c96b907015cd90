"""`longplay import listens`: whose plays they are, what a file comes to, and what is said of one that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.domain.people import Caller
from bot.services import people
from bot.services.tools import Tools
from db.session import Database
from tests.cli.conftest import Ground
from tests.cli.process import Shell
from tests.factories.histories import SMALL, account_row, as_json

pytestmark = pytest.mark.usefixtures("ground")


async def joined(database: Database, ground: Ground, number: int, name: str) -> None:
    tools = Tools(database, SystemClock())
    caller = Caller(int(ground.guild.id), 700_000_000_000_000_000 + number, name, handle=f"{name.lower()}{number}")
    await people.join(tools, caller=caller, now=tools.clock.now())


async def test_files_come_in_once_for_the_member_who_is_named(
    shell: Shell, database: Database, ground: Ground, tmp_path: Path
) -> None:
    await joined(database, ground, 1, "Ben")
    good = tmp_path / "StreamingHistory0.json"
    good.write_bytes(
        as_json([account_row(), account_row("Hex", "2024-03-01 20:19"), account_row(ended="1970-01-01 00:00")])
    )
    table = tmp_path / "scrobbles"
    table.write_bytes(SMALL["lastfm_csv_minutes"])
    bad = tmp_path / "diary.csv"
    bad.write_text("Dear diary, I heard a song.")

    tried = await shell.run("import", "listens", str(good), "--member", "ben", "--dry-run", "--json")
    assert tried.code == 0, tried.err
    (one,) = json.loads(tried.out)["files"]
    assert (one["kinds"], one["read"], one["new"], one["refused"]) == (["spotify_account"], 3, 2, {"epoch": 1})
    assert one["examples"] == [{"reason": "epoch", "line": 3, "file": "", "what": "Moth – Lamp"}]

    done = await shell.run("import", "listens", str(good), str(bad), str(table), "--member", "700000000000000001")
    assert done.code == 1, "one of the files is none"
    assert "spotify account, 3 rows" in done.out
    assert "        2  new" in done.out
    assert "1 epoch" in done.out
    assert "line 3: Moth – Lamp" in done.out
    assert "read as UTC" in done.out
    assert "2024-03-01 20:15  Moth – Lamp" in done.out
    assert f"{bad}: This is no listening history" in done.err

    again = await shell.run("import", "listens", str(good), "--member", "Ben", "--json")
    assert again.code == 0, again.err
    (one,) = json.loads(again.out)["files"]
    assert (one["new"], one["known"]) == (0, 2)


async def test_a_name_that_nobody_or_several_have_is_asked_back(
    shell: Shell, database: Database, ground: Ground, tmp_path: Path
) -> None:
    await joined(database, ground, 1, "Ben")
    await joined(database, ground, 2, "Ben")
    file = tmp_path / "history"
    file.write_bytes(SMALL["maloja"])
    several = await shell.run("import", "listens", str(file), "--member", "Ben")
    assert several.code == 2
    assert "700000000000000002  Ben" in several.err
    nobody = await shell.run("import", "listens", str(file), "--member", "Zoe", "--zone", "Nowhere")
    assert nobody.code == 2
    assert "Nobody called 'Zoe' is known" in nobody.err
    lost = await shell.run("import", "listens", str(file), "--member", "ben1", "--zone", "Nowhere")
    assert lost.code == 1
    assert "“Nowhere” is no time zone" in lost.err
