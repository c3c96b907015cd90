"""`longplay backup`, `restore` and `move-database` as an operator types them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from db import dumps
from tests.cli.process import Shell


async def test_a_backup_is_made_rotated_tried_and_brought_back(
    shell: Shell, database_url: str, empty_database_url: str
) -> None:
    kept = shell.folder / "kept"
    await asyncio.to_thread(_old_backups, kept)
    made = await shell.run(
        "backup", "--to", str(kept), "--daily", "1", "--monthly", "1", "--try", DATABASE_URL=database_url
    )
    assert made.code == 0, made.said
    assert "brought back elsewhere, row for row" in made.out
    assert "keys of members' tokens are not in it" in made.out
    assert "longplay-2020-01-01T00-00-00Z.tar is gone" in made.out
    (archive,) = [path for path in kept.glob("*.tar") if "2020" not in path.name]

    again = await shell.run("restore", str(archive), DATABASE_URL=database_url)
    assert (again.code, "nothing is ever overwritten" in again.err) == (1, True), again.said
    back = await shell.run("restore", str(archive), DATABASE_URL=empty_database_url)
    assert back.code == 0, back.said
    assert "as many as there were" in back.out
    assert await dumps.rows_of(empty_database_url) == await dumps.rows_of(database_url)
    assert "up to date" in (await shell.run("migrate", "--check", DATABASE_URL=empty_database_url)).out


async def test_a_database_is_moved_row_for_row_and_never_over_another(
    shell: Shell, database_url: str, empty_database_url: str
) -> None:
    moved = await shell.run("move-database", "--to", empty_database_url, DATABASE_URL=database_url)
    assert moved.code == 0, moved.said
    assert "Set DATABASE_URL" in moved.out
    assert await dumps.rows_of(empty_database_url) == await dumps.rows_of(database_url)
    again = await shell.run("move-database", "--to", empty_database_url, DATABASE_URL=database_url)
    assert (again.code, "not empty" in again.err) == (1, True), again.said
    wrong = await shell.run("move-database", "--to", "mysql://elsewhere", DATABASE_URL=database_url)
    assert (wrong.code, "postgresql://" in wrong.err) == (2, True), wrong.said


async def test_what_holds_no_club_and_what_is_no_backup_are_said_to_be(shell: Shell, empty_database_url: str) -> None:
    nothing = await shell.run("backup", DATABASE_URL=empty_database_url)
    assert (nothing.code, "no club yet" in nothing.err) == (1, True), nothing.said
    notes = shell.folder / "notes.txt"
    await asyncio.to_thread(notes.write_text, "no backup")
    none = await shell.run("restore", str(notes), DATABASE_URL=empty_database_url)
    assert (none.code, "is no backup" in none.err) == (1, True), none.said


def _old_backups(folder: Path) -> None:
    folder.mkdir()
    for day in ("01", "02"):
        (folder / f"longplay-2020-01-{day}T00-00-00Z.tar").write_bytes(b"old")
