"""A backup taken in the middle of a week, while the bot is at work, and the week going on from it elsewhere."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import backups
from bot.config import Settings
from bot.domain.backups import BackupFault
from bot.rehearsal.stage import Stage
from tests.factories.people import NOW
from tests.stories.scene import Scene


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - nothing of whoever runs the tests
        database_url=SecretStr(url),
        data_folder=folder,
    )


async def test_a_week_goes_on_from_a_backup_as_if_nothing_had_been(
    stage: Stage, empty_database_url: str, tmp_path: Path
) -> None:
    club, (ben, chidi, dana) = await Scene.polling(stage)
    await ben.command("vote", first="Slow", second="Lamp", hope="Slow")
    await chidi.command("vote", first="Lamp", hope="Lamp")

    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    await asyncio.to_thread(_some_files, data)
    before = settings_of(stage.tools.database.url, data)
    archive, manifest = await backups.take(before, tmp_path / "kept", now=stage.clock.now(), with_keys=False)
    assert manifest.rows["ballots"] == 2
    assert archive.stat().st_mode & 0o077 == 0

    with pytest.raises(BackupFault, match="stop it first"):
        await backups.move(before, empty_database_url)
    await stage.app.stop()
    restored = await backups.bring_back(settings_of(empty_database_url, elsewhere), archive)
    assert restored == manifest
    assert {path.relative_to(elsewhere).as_posix() for path in elsewhere.rglob("*") if path.is_file()} == {"covers/ab"}

    stage.moves_to(empty_database_url)
    await stage.start_bot()
    await dana.command("vote", first="Slow", hope="Slow")
    await club.advance()
    assert [thread["name"] for thread in club.threads()][1:] == ["Slow — Ash · week 1"]
    await ben.command("rate", score="3.5", hope="3.5")
    await stage.run_out()
    view = await club.view(1)
    assert (view.week.phase, view.summary and view.summary.count) == ("closed", 1)
    with pytest.raises(BackupFault, match="holds something already"):
        await backups.bring_back(settings_of(empty_database_url, elsewhere), archive)


def _some_files(data: Path) -> None:
    for name in ("covers/ab", "covers/unfinished.part", "postgres/base", "imports/file", "secret.keys"):
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def _rewritten(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    with tarfile.open(archive) as packed:
        members = [(each.name, file.read()) for each in packed if (file := packed.extractfile(each)) is not None]
    with tarfile.open(archive, "w") as packed:
        for name, content in members:
            if (kept := change(name, content)) is not None:
                about = tarfile.TarInfo(kept[0])
                about.size = len(kept[1])
                packed.addfile(about, io.BytesIO(kept[1]))


def _cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-40_000])


def _changed(archive: Path) -> None:
    _rewritten(archive, lambda name, content: (name, content[:-1] + b"?" if name == "database.dump" else content))


def _without_a_file(archive: Path) -> None:
    _rewritten(archive, lambda name, content: None if name.startswith("files/") else (name, content))


def _without_a_manifest(archive: Path) -> None:
    _rewritten(archive, lambda name, content: None if name == "manifest.json" else (name, content))


def _leading_out(archive: Path) -> None:
    _rewritten(archive, lambda name, content: (name.replace("files/covers/ab", "../../escaped"), content))


def _of_a_newer_longplay(archive: Path) -> None:
    newer = b'"revision": "ffffffffffff"'
    _rewritten(archive, lambda name, content: (name, re.sub(rb'"revision": "\w+"', newer, content)))


async def test_a_backup_that_was_cut_or_changed_is_refused_before_anything_is_touched(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    before = settings_of(database_url, tmp_path / "data")
    await asyncio.to_thread(_some_files, tmp_path / "data")
    archive, manifest = await backups.take(before, tmp_path, now=NOW, with_keys=True)
    assert "files/secret.keys" in manifest.files
    target = settings_of(empty_database_url, tmp_path / "new")
    for spoil in (_cut, _changed, _without_a_file, _without_a_manifest, _leading_out, _of_a_newer_longplay):
        bad = tmp_path / f"{spoil.__name__}.tar"
        shutil.copy(archive, bad)
        spoil(bad)
        with pytest.raises(BackupFault):
            await backups.bring_back(target, bad)
    await backups.bring_back(target, archive)
    assert (tmp_path / "new" / "secret.keys").read_bytes() == b"secret.keys"
    assert not (tmp_path / "escaped").exists()
