"""One clip in thirteen encodings, and real music: taken or refused as the rules say, by content and not by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.library.audio import Format, format_of, named_otherwise
from bot.providers.audio import ChildEars

AUDIO = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio"
pytestmark = pytest.mark.skipif(not AUDIO.exists(), reason="the real audio is not here")
CLIPS = AUDIO / "one-clip-many-formats"
TAKEN = {
    "lena.mp3": Format.MP3,
    "lena.wav": Format.WAV,
    "lena-24.wav": Format.WAV,
    "lena-32.wav": Format.WAV,
    "lena.flac": Format.FLAC,
}
REFUSED = {
    "lena.aac": "AAC",
    "lena.m4a": "M4A",
    "lena.ogg": "Ogg",
    "lena.opus": "Ogg",
    "lena.aiff": "AIFF",
    "lena-alaw.aiff": "AIFF",
    "lena.caf": "CAF",
    "lena.webm": "WebM",
}


def test_every_encoding_is_decided_here():
    assert {path.name for path in CLIPS.iterdir()} == set(TAKEN) | set(REFUSED)
    assert len(TAKEN) + len(REFUSED) == 13


@pytest.mark.row("1-12")
@pytest.mark.parametrize("name", TAKEN)
async def test_mp3_wav_and_flac_are_taken_and_tell_the_same_of_one_clip(name):
    with (CLIPS / name).open("rb") as file:
        found = format_of(file)
    assert found is not None
    assert found is TAKEN[name]
    facts = (await ChildEars().hear(CLIPS / name, found)).facts
    assert abs(facts.duration_ms - 12_272) < 100
    assert (facts.rate, facts.channels) == (44_100, 1)
    assert facts.loudness_lufs == pytest.approx(-17.23, abs=0.2)
    assert facts.true_peak_db == pytest.approx(-4.05, abs=0.3)


@pytest.mark.row("1-12")
@pytest.mark.parametrize(("name", "called"), REFUSED.items())
def test_everything_else_is_refused_by_what_it_is(name, called):
    path = CLIPS / name
    with path.open("rb") as file:
        assert format_of(file) is None
    assert named_otherwise(path.read_bytes()[:16]) == called


@pytest.mark.parametrize(
    ("name", "found", "seconds"), [("house_lo.mp3", Format.MP3, 7.2), ("house_lo.wav", Format.WAV, 7.1)]
)
async def test_low_rates_are_music_too(name, found, seconds):
    path = AUDIO / "odd-formats" / name
    with path.open("rb") as file:
        assert format_of(file) is found
    facts = (await ChildEars().hear(path, found)).facts
    assert (facts.rate, facts.channels) == (11_025, 1)
    assert facts.duration_ms / 1_000 == pytest.approx(seconds, abs=0.2)
