"""Hostile files go the whole way of an upload: refused in seconds, with memory bounded, and kept nowhere."""

from __future__ import annotations

import gzip
import io
import resource
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.library.errors import Code, UploadFailed
from bot.domain.library.uploads import UploadState
from bot.providers.audio import ChildEars
from bot.services.library import keeping, receiving
from db.session import Database
from tests.factories import a_caller, make_club
from tests.factories.audio import flac, samples
from tests.factories.uploading import DeskInbox, desk_tools

BEN = a_caller(1, name="Ben")
SECONDS = 30
"""Wall clock on a machine that does other things too; the processor's share is a few."""
CHILD_KB = 160 * 1024
GROWN_KB = 64 * 1024
"""What our own process may grow by while it deals with one."""


def playlist() -> bytes:
    """What FFmpeg takes for a list of files to open, whatever its name."""
    return b"ffconcat version 1.0\nfile /etc/passwd\nfile http://127.0.0.1/secret.mp3\n"


def program() -> bytes:
    return Path(sys.executable).resolve().read_bytes()[: 4 * 2**20]


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("song.wav", bytes(64 * 2**20))
    return file.getvalue()


def flac_bomb() -> bytes:
    """Twenty-one minutes of silence in a few kilobytes: what unfolds is a quarter of a gigabyte of sound."""
    return flac(samples(21 * 60, rate=8_000, channels=1, level=0.0), rate=8_000)


def truncated_flac() -> bytes:
    whole = flac(samples(4.0))
    return whole[: len(whole) * 2 // 3]


def ten_hours_of_silence() -> bytes:
    """Frames of MPEG 2.5 at 8 kHz and 8 kbit/s, which hold 72 ms in 72 bytes."""
    return (bytes((0xFF, 0xE3, 0x18, 0xC4)) + bytes(68)) * 500_000


HOSTILE: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "playlist.mp3": (playlist, ("other",)),
    "program.mp3": (program, ("other",)),
    "zip bomb.wav": (zip_bomb, ("other",)),
    "gzip bomb.flac": (lambda: gzip.compress(bytes(64 * 2**20)), ("other",)),
    "flac bomb.flac": (flac_bomb, ("long",)),
    "truncated.flac": (truncated_flac, ("truncated", "damaged")),
    "ten hours.mp3": (ten_hours_of_silence, ("long",)),
    "junk.flac": (lambda: b"fLaC" + bytes(range(256)) * 4_000, ("empty", "damaged")),
}


@pytest.mark.row("1-12")
@pytest.mark.row("1-56")
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_in_seconds_and_leaves_nothing(database: Database, tmp_path: Path, name: str):
    await make_club(database)
    make, reasons = HOSTILE[name]
    content = make()
    ears = ChildEars()
    tools = desk_tools(database, tmp_path)
    tools = replace(tools, library=replace(tools.library, ears=ears))
    inbox, store = tools.library.inbox, tools.library.assets
    assert isinstance(inbox, DeskInbox)
    inbox.there[name] = content
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        one = await receiving.receive(tools, caller=BEN, now=tools.clock.now(), url=name, name=name, size=len(content))
    except UploadFailed as failed:
        code, reason = failed.code, failed.reason
    else:
        await keeping.work(tools, upload_id=str(one.id), pause=0.0)
        ended = await receiving.standing(tools, key=one.id)
        assert ended is not None
        assert ended.state is UploadState.FAILED
        code, reason = Code(ended.code), ended.reason
    took = time.monotonic() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    said = f"{name}: {len(content):,} bytes, {code} ({reason}) in {took:.1f} s"
    print(f"{said}, child {ears.peak_kb // 1024} MB, we +{grown // 1024} MB")
    assert code is Code.INVALID_FORMAT
    assert reason in reasons
    assert took < SECONDS
    assert ears.peak_kb < CHILD_KB
    assert grown < GROWN_KB
    assert list(inbox.folder.glob("*")) == []
    assert store.files == []  # type: ignore[union-attr]
