"""Files are heard by a child that may use little: the good are measured, the hostile are refused within seconds."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from bot.domain.library.audio import COLUMNS, Format, Stored
from bot.domain.library.errors import Code, UploadFailed
from bot.providers.audio import CHILD, ChildEars
from tests.factories.audio import flac, mp3, samples, wav

MOST_KB = 160 * 1024
"""What a child may hold in memory; its libraries alone take a third of it."""


@pytest.fixture
def ears() -> ChildEars:
    return ChildEars()


def put(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


async def refused(ears: ChildEars, path: Path, found: Format) -> str:
    with pytest.raises(UploadFailed) as caught:
        await ears.hear(path, found)
    assert caught.value.code is Code.INVALID_FORMAT
    assert ears.peak_kb < MOST_KB
    return caught.value.reason


@pytest.mark.row("1-55")
@pytest.mark.row("1-56")
@pytest.mark.parametrize("kind", list(Format))
async def test_a_file_is_measured_to_its_end(ears, tmp_path, kind):
    sound = samples(3.0)
    path = put(tmp_path, {Format.MP3: mp3, Format.WAV: wav, Format.FLAC: flac}[kind](sound))
    heard = await ears.hear(path, kind)
    facts = heard.facts
    assert abs(facts.duration_ms - 3_000) < 100
    assert (facts.rate, facts.channels, heard.copy) == (44_100, 2, None)
    assert facts.loudness_lufs is not None
    assert facts.true_peak_db is not None
    assert -14 < facts.loudness_lufs < -8
    assert -7.5 < facts.true_peak_db < -5
    assert len(facts.waveform) <= COLUMNS
    assert facts.waveform[0] < facts.waveform[len(facts.waveform) // 2] < facts.waveform[-3], "it grows louder"
    assert 0 < ears.peak_kb < MOST_KB


async def test_silence_has_no_loudness_and_mono_stays_mono(ears, tmp_path):
    heard = await ears.hear(put(tmp_path, wav(samples(1.0, channels=1, level=0.0))), Format.WAV)
    assert (heard.facts.loudness_lufs, heard.facts.true_peak_db, heard.facts.channels) == (None, None, 1)
    assert set(heard.facts.waveform) == {0}


@pytest.mark.row("1-10")
async def test_a_smaller_copy_is_the_same_each_time_and_says_nothing_of_its_maker(ears, tmp_path):
    path = put(tmp_path, flac(samples(2.0), title="Mine", artist="Somebody's name"))
    heard = await ears.hear(path, Format.FLAC, copy=tmp_path / "one")
    await ears.hear(path, Format.FLAC, copy=tmp_path / "two")
    copy = (tmp_path / "one").read_bytes()
    assert heard.copy is not None
    assert (heard.copy.stored, heard.copy.size) == (Stored.OPUS, len(copy))
    assert copy[:4] == b"OggS"
    assert copy == (tmp_path / "two").read_bytes()
    assert b"Somebody" not in copy
    assert b"Mine" not in copy


async def test_what_is_damaged_or_holds_no_sound_is_refused(ears, tmp_path):
    whole = flac(samples(4.0))
    assert await refused(ears, put(tmp_path, whole[: len(whole) // 2]), Format.FLAC) in ("truncated", "damaged")
    assert await refused(ears, put(tmp_path, b"fLaC" + bytes(range(256)) * 40), Format.FLAC) in ("empty", "damaged")
    assert await refused(ears, put(tmp_path, wav(samples(1.0), said=4_000_000)), Format.WAV) == "truncated"
    assert await refused(ears, put(tmp_path, wav(samples(0.0))), Format.WAV) in ("empty", "damaged")


async def test_a_recording_that_never_learned_its_length_is_taken(ears, tmp_path):
    heard = await ears.hear(put(tmp_path, wav(samples(1.0), said=0xFFFFFFFF - 36)), Format.WAV)
    assert abs(heard.facts.duration_ms - 1_000) < 100


def picture_of_a_gigapixel() -> bytes:
    """An MP3 whose cover is a PNG of a few kilobytes that unfolds to 900 million pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    side = 30_000
    pixels = zlib.compress(bytes((side // 8 + 1) * 2_000), 1)
    head = side.to_bytes(4) + side.to_bytes(4) + bytes((1, 0, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    frame = b"\0image/png\0\x03\0" + png
    body = b"APIC" + len(frame).to_bytes(4) + b"\0\0" + frame
    size = len(body)
    length = bytes((size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
    return b"ID3\x03\x00\x00" + length + body + mp3(samples(1.0))


async def test_a_bomb_in_a_cover_fills_no_memory(ears, tmp_path):
    heard = await ears.hear(put(tmp_path, picture_of_a_gigapixel()), Format.MP3)
    assert abs(heard.facts.duration_ms - 1_000) < 200
    assert ears.peak_kb < MOST_KB


async def test_a_child_that_takes_too_long_or_too_much_is_ended(tmp_path):
    path = put(tmp_path, wav(samples(1.0)))
    assert await refused(ChildEars(seconds=0.01), path, Format.WAV) == "slow"
    assert await refused(ChildEars(megabytes=90), path, Format.WAV) in ("crashed", "damaged")


def test_behind_closed_doors_neither_files_nor_sockets_are_opened():
    script = f"""
import importlib.util, os, socket
spec = importlib.util.spec_from_file_location("child", {str(CHILD)!r})
child = importlib.util.module_from_spec(spec); spec.loader.exec_module(child)
child.close_doors()
for attempt in (lambda: os.open("/dev/null", 0), socket.socket, lambda: os.dup(0), os.pipe):
    try:
        attempt()
    except OSError as error:
        print(error.errno)
    else:
        print("opened")
"""
    ran = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["24"] * 4, "too many open files"


def test_the_bots_own_process_loads_no_audio_library():
    script = (
        "import sys, bot.app.life, bot.providers.audio; print([n for n in ('av', 'soundfile') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
