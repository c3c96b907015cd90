"""Attachments are fetched from Discord alone, kept whole or not at all, and removed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.errors import Unavailable, Why
from bot.providers.exports.luggage import AttachmentFolder
from bot.providers.http import Http

KEY, OLD = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/attachments/1/2/history.json",
        "https://cdn.discordapp.com.example.org/history.json",
        "http://127.0.0.1/history.json",
        "https://cdn.discordapp.com@example.org/history.json",
        "file:///etc/passwd",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(tmp_path: Path, url: str) -> None:
    http = Http()
    luggage = AttachmentFolder(tmp_path / "imports", http)
    with pytest.raises(Unavailable) as refused:
        await luggage.fetch(url, key=KEY, limit_bytes=100)
    assert refused.value.why is Why.REFUSED
    assert not (tmp_path / "imports").exists()
    await http.close()


async def test_what_is_old_is_told_and_what_was_left_unfinished_goes(tmp_path: Path) -> None:
    luggage = AttachmentFolder(tmp_path, Http())
    for path, at in ((luggage.path(KEY), 2_000), (luggage.path(OLD), 500), (tmp_path / f"{OLD}.part", 500)):
        path.write_bytes(b"x")
        os.utime(path, (at, at))
    (tmp_path / "note.txt").write_bytes(b"somebody's own")
    assert await luggage.kept(before=datetime.fromtimestamp(1_000, UTC)) == [OLD]
    await luggage.remove(OLD)
    await luggage.remove(OLD)
    assert sorted(os.listdir(tmp_path)) == sorted([luggage.path(KEY).name, "note.txt"])
