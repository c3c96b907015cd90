"""Files of audio, made for a test: real ones of every kind that is taken, and such as nobody should take."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import Any

import numpy as np

RATE = 44_100


def samples(
    seconds: float = 2.0, *, rate: int = RATE, channels: int = 2, level: float = 0.5, hertz: float = 220.0
) -> Any:
    """A sine, louder at its end; rows of samples from -1 to 1."""
    time = np.arange(round(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * hertz * time) * np.linspace(0.2, 1.0, len(time))
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def wav(sound: Any = None, *, rate: int = RATE, said: int | None = None) -> bytes:
    """16 bits; `said` is how many bytes of sound the header claims."""
    sound = samples() if sound is None else sound
    body = (np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes()
    channels = sound.shape[1]
    claimed = len(body) if said is None else said
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        (36 + claimed) & 0xFFFFFFFF,
        b"WAVE",
        b"fmt ",
        16,
        1,
        channels,
        rate,
        rate * channels * 2,
        channels * 2,
        16,
    )
    return head + struct.pack("<4sI", b"data", claimed & 0xFFFFFFFF) + body


def encoded(
    kind: str, codec: str, sound: Any = None, *, rate: int = RATE, bit_rate: int = 128_000, **tags: str
) -> bytes:
    """A file as FFmpeg writes it."""
    import av

    sound = samples(rate=rate) if sound is None else sound
    layout = "mono" if sound.shape[1] == 1 else "stereo"
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        container.metadata.update(tags)
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout, stream.bit_rate = layout, bit_rate
        resampler = av.AudioResampler(format=stream.codec.audio_formats[0], layout=layout, rate=rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.reshape(1, -1)), format="flt", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            for packet in stream.encode(part):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()


def mp3(sound: Any = None, **more: Any) -> bytes:
    return encoded("mp3", "libmp3lame", sound, **more)


def flac(sound: Any = None, **more: Any) -> bytes:
    return encoded("flac", "flac", sound, **more)
