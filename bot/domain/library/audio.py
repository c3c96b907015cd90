"""What a file of audio is: by its first bytes, and by what was measured when it was decoded to its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

UPLOAD_BYTES = 50 * 1024 * 1024
"""The largest file that is taken."""
LONGEST_SECONDS = 20 * 60
CHANNELS = 8
RATES = (8_000, 192_000)
OPUS_BITS = 128_000
"""Bits a second of a smaller copy."""
COLUMNS = 1_000
"""Columns of a waveform, each the highest level of its part, from 0 to 255."""
TAG_BYTES = 16 * 1024 * 1024
"""A tag before the sound that is larger than this holds no picture of a cover."""
SEARCHED = 64 * 1024
"""How far behind a tag the first frame of an MP3 is looked for."""


class Format(StrEnum):
    """What is taken."""

    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"


class Stored(StrEnum):
    """What is kept: a file as it came, or a smaller copy to be streamed."""

    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"


MIME = {Stored.MP3: "audio/mpeg", Stored.WAV: "audio/wav", Stored.FLAC: "audio/flac", Stored.OPUS: "audio/ogg"}
ENDINGS = {Stored.MP3: "mp3", Stored.WAV: "wav", Stored.FLAC: "flac", Stored.OPUS: "ogg"}
ALIASES = {
    "audio/mpeg": Format.MP3,
    "audio/mp3": Format.MP3,
    "audio/wav": Format.WAV,
    "audio/x-wav": Format.WAV,
    "audio/wave": Format.WAV,
    "audio/flac": Format.FLAC,
    "audio/x-flac": Format.FLAC,
}
"""What clients call these formats; a hint, never believed."""
OTHERS = (
    (0, b"OggS", "Ogg"),
    (4, b"ftyp", "M4A"),
    (0, b"FORM", "AIFF"),
    (0, b"caff", "CAF"),
    (0, b"\x1aE\xdf\xa3", "WebM"),
    (0, b"ADIF", "AAC"),
    (0, b"MThd", "MIDI"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
)
"""What else is met, by the bytes at a place: named in the refusal, so that its member knows what to convert."""


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What was measured of a file of audio."""

    duration_ms: int
    rate: int
    channels: int
    bit_rate: int
    """Bits a second of the whole file, on average."""
    loudness_lufs: float | None
    """Integrated, by EBU R128; None for silence."""
    true_peak_db: float | None
    """dBTP; None for silence."""
    waveform: bytes
    """`COLUMNS` levels at most."""


@dataclass(frozen=True, slots=True)
class Compressed:
    """A smaller copy that was made."""

    stored: Stored
    size: int
    bit_rate: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A file that was decoded to its end, and the smaller copy that was made on the way, where one was wanted."""

    facts: AudioFacts
    copy: Compressed | None = None


@dataclass(frozen=True, slots=True)
class Compression:
    """What became of a file on its way into the library (the facts of a compression, also where there was none)."""

    original_size: int
    stored_size: int
    applied: bool = False
    quality: str = ""
    """`opus 128k`, or empty."""
    original_bit_rate: int = 0
    stored_bit_rate: int = 0
    took_ms: int = 0

    @property
    def ratio(self) -> float:
        """Original over stored size, as it is kept: two places, 99.99 at most, never 0."""
        return max(0.01, min(99.99, round(self.original_size / self.stored_size, 2)))

    @property
    def saved(self) -> int:
        """Bytes."""
        return self.original_size - self.stored_size


def wants_copy(found: Format) -> bool:
    """Whether a smaller copy makes sense: what is compressed with loss already is never compressed again."""
    return found is not Format.MP3


def named_otherwise(head: bytes) -> str:
    """What a file is that is not taken, where its first bytes say so; else empty."""
    for place, magic, name in OTHERS:
        if head[place : place + len(magic)] == magic:
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "AAC"
    return ""


def format_of(file: BinaryIO) -> Format | None:
    """The format of a file by its content; None for what is none of the three. Leaves the file at its beginning."""
    try:
        return _format_of(file)
    finally:
        file.seek(0)


def _format_of(file: BinaryIO) -> Format | None:
    start = _behind_tags(file)
    file.seek(start)
    head = file.read(12)
    if head[:4] == b"fLaC":
        return Format.FLAC
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return Format.WAV
    file.seek(start)
    # Some encoders leave a gap between the tag and the sound; without a tag the sound is at the beginning.
    return Format.MP3 if _has_frames(file.read(SEARCHED if start else 4_096), anywhere=start > 0) else None


def _behind_tags(file: BinaryIO) -> int:
    """Where what follows the ID3 tags at the beginning begins."""
    start = 0
    for _ in range(4):
        file.seek(start)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:10]):
            return start
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        start += 10 + size + (10 if head[5] & 0x10 else 0)
        if start > TAG_BYTES:
            return start
    return start


BIT_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second of Layer III: MPEG 1, and the lower sampling rates of MPEG 2 and 2.5."""
SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _frame_bytes(head: bytes) -> int:
    """The length of an MPEG Layer III frame by its four bytes of header; 0 for what is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or bit_rate in (0, 15) or rate == 3:
        return 0
    kilobits = BIT_RATES[3 if version == 3 else 2][bit_rate]
    return (144 if version == 3 else 72) * kilobits * 1_000 // SAMPLE_RATES[version][rate] + padding


def _has_frames(data: bytes, *, anywhere: bool) -> bool:
    """Whether two frames follow each other: two bytes that look like one are found in anything."""
    for place in range(len(data) - 4 if anywhere else min(len(data), 2_048)):
        length = _frame_bytes(data[place : place + 4])
        if length and _frame_bytes(data[place + length : place + length + 4]):
            return True
        if not anywhere and data[place] != 0:
            return False
    return False
