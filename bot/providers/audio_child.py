"""A process that hears one file and ends: it decodes it to the end, measures it, and makes a smaller copy on demand.

It is run by its path, alone: `python -I audio_child.py`, with the file on descriptor 0, orders in JSON as its argument,
its findings in JSON on descriptor 1, and the descriptor of the copy among the orders. What it may use is limited before
the first byte is read, and once its libraries are loaded it can open nothing any more, neither a file nor a socket.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

BLOCK = 1_024
"""Samples behind one level of the raw waveform."""
OPUS_RATE = 48_000
MOST_BAD = 8
"""Damaged packets that a player would skip without anybody noticing."""
TOLERANCE = 0.1
"""Seconds that a file may be shorter than it says."""
BYTES_OUT = 64 * 1024 * 1024


class Unfit(Exception):  # noqa: N818 - what the file is
    """The file is not what is taken; the first argument is a code, the second more of it."""


def limit(megabytes: int, seconds: int) -> None:
    """What this process may use at most, from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES_OUT, BYTES_OUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def close_doors() -> None:
    """Nothing can be opened any more: every further descriptor would lie above the limit."""
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))


def main(orders: dict[str, Any]) -> dict[str, Any]:
    """Hear the file on descriptor 0 as `orders` say, and return what was found."""
    limit(orders["megabytes"], orders["cpu_seconds"])
    import av
    import numpy  # noqa: F401 - frames become its arrays
    import soundfile
    from av import error as av_error
    from av import logging as av_logging

    av_logging.set_level(av_logging.PANIC)
    _warm_up(av)
    source = os.fdopen(os.dup(0), "rb")
    copy = os.fdopen(orders["copy_to"], "wb+") if orders["copy"] else None
    close_doors()
    ears = Ears(orders["longest"])
    if _says_seconds(source, orders["format"]) > orders["longest"]:
        raise Unfit("long", str(round(orders["longest"] / 60)))
    try:
        _hear_by_av(av, source, orders["format"], orders, ears)
    except av_error.FFmpegError as error:
        if ears.samples:
            raise Unfit("damaged", type(error).__name__) from error
        source.seek(0)
        _hear_by_soundfile(soundfile, source, orders, ears)
    if not ears.samples:
        raise Unfit("empty")
    declared = _declared_samples(source, orders["format"])
    if declared and ears.samples < declared - TOLERANCE * ears.rate:
        raise Unfit("truncated", f"{ears.samples / ears.rate:.1f} of {declared / ears.rate:.1f}")
    found = ears.findings(orders["columns"])
    if copy is not None:
        source.seek(0)
        found["copy_bytes"] = _make_copy(av, source, orders, copy)
    return found


def _warm_up(av: Any) -> None:
    """A breath of sound is written and heard, so that whatever the libraries load late is loaded now."""
    breath = io.BytesIO()
    with av.open(breath, "w", format="ogg") as out:
        opus = out.add_stream("libopus", rate=OPUS_RATE)
        opus.layout = "mono"
        frame = av.AudioFrame(format=opus.codec.audio_formats[0].name, layout="mono", samples=960)
        frame.sample_rate, frame.pts, frame.time_base = OPUS_RATE, 0, Fraction(1, OPUS_RATE)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for packet in [*opus.encode(frame), *opus.encode(None)]:
            out.mux(packet)
    breath.seek(0)
    orders = {"rates": [1, 10**9], "channels": 8}
    ears = Ears(60)
    _hear_by_av(av, breath, "ogg", orders, ears)
    ears.findings(1)


class Ears:
    """What was heard so far: how long it is, and how loud each part of it."""

    def __init__(self, longest: float) -> None:
        self.longest = longest
        self.samples = 0
        self.rate = 0
        self.channels = 0
        self.levels: list[float] = []
        self.meter: Meter | None = None

    def begin(self, rate: int, channels: int, orders: dict[str, Any]) -> None:
        """Judge what the sound says of itself."""
        low, high = orders["rates"]
        if not low <= rate <= high:
            raise Unfit("rate", str(rate))
        if not 1 <= channels <= orders["channels"]:
            raise Unfit("channels", str(channels))
        self.rate, self.channels = rate, channels

    def take(self, block: Any) -> None:
        """Some more of it: floats, a row for each sample."""
        import numpy as np

        self.samples += len(block)
        if self.samples > self.longest * self.rate:
            raise Unfit("long", str(round(self.longest / 60)))
        highest = np.nan_to_num(np.abs(block), nan=0.0, posinf=1.0).max(axis=1)
        parts = np.maximum.reduceat(highest, np.arange(0, len(highest), BLOCK)) if len(highest) else highest
        self.levels += [min(1.0, float(level)) for level in parts]
        if self.meter is not None:
            self.meter.take(block)

    def findings(self, columns: int) -> dict[str, Any]:
        """Everything that was measured."""
        loudness, peak = self.meter.read() if self.meter is not None else (None, None)
        return {
            "samples": self.samples,
            "rate": self.rate,
            "channels": self.channels,
            "loudness": loudness,
            "peak": peak,
            "waveform": _in_columns(self.levels, columns).hex(),
        }


def _in_columns(levels: list[float], columns: int) -> bytes:
    """The levels in so many columns at most, each the highest of its part, from 0 to 255."""
    count = min(columns, len(levels))
    edges = [place * len(levels) // count for place in range(count + 1)]
    return bytes(round(255 * max(levels[edges[place] : edges[place + 1]])) for place in range(count))


class Meter:
    """EBU R128 by FFmpeg's own filter, at 48 kHz in stereo or mono."""

    def __init__(self, av: Any, layout: str) -> None:
        self.av = av
        self.layout = layout
        self.place = 0
        self.last: dict[str, str] = {}
        self.graph = graph = av.filter.Graph()
        source = graph.add_abuffer(sample_rate=OPUS_RATE, format="flt", layout=layout, time_base=Fraction(1, OPUS_RATE))
        meter, sink = graph.add("ebur128", "metadata=1:peak=true"), graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()

    def push(self, frame: Any) -> None:
        """A frame at 48 kHz."""
        frame.pts = self.place
        frame.time_base = Fraction(1, OPUS_RATE)
        self.place += frame.samples
        self.graph.push(frame)
        self._pull()

    def take(self, block: Any) -> None:
        """Sound that comes as numbers: nothing to do, frames are pushed."""

    def _pull(self) -> None:
        while True:
            try:
                frame = self.graph.pull()
            except (BlockingIOError, self.av.error.EOFError):
                return
            self.last = dict(frame.metadata) or self.last

    def read(self) -> tuple[float | None, float | None]:
        """Integrated loudness in LUFS and true peak in dBTP; None for silence."""
        try:
            self.graph.push(None)
            self._pull()
        except (self.av.error.FFmpegError, ValueError):
            pass
        loudness = float(self.last.get("lavfi.r128.I", "nan"))
        peaks = [float(value) for name, value in self.last.items() if name.startswith("lavfi.r128.true_peaks_ch")]
        peak = max(peaks) if peaks else float(self.last.get("lavfi.r128.true_peak", "nan"))
        silent = math.isnan(loudness) or loudness <= -70
        return (
            None if silent else round(loudness, 2),
            None if math.isnan(peak) or peak <= 0 else round(20 * math.log10(peak), 2),
        )


def _frames(av: Any, container: Any, stream: Any) -> Iterator[Any]:
    """Every frame of the sound; a few damaged packets of a format that forgives them are passed over."""
    forgives, bad, good = stream.codec_context.name.startswith("mp3"), 0, 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            if not forgives or bad > max(MOST_BAD, good // 100):
                raise
            continue
        good += 1
        yield from frames


def _hear_by_av(av: Any, source: Any, name: str, orders: dict[str, Any], ears: Ears) -> None:
    with av.open(source, format=name, options=orders.get("options") or {}) as container:
        if not container.streams.audio:
            raise Unfit("empty")
        stream = container.streams.audio[0]
        stream.thread_type = "NONE"
        to_numbers: Any = None
        to_meter: Any = None
        meter: Any = None
        for frame in _frames(av, container, stream):
            if to_numbers is None:
                channels = len(frame.layout.channels)
                ears.begin(frame.sample_rate, channels, orders)
                layout = "mono" if channels == 1 else "stereo"
                to_numbers = av.AudioResampler("flt", frame.layout.name, frame.sample_rate, frame_size=BLOCK * 32)
                to_meter = av.AudioResampler("flt", layout, OPUS_RATE, frame_size=OPUS_RATE)
                meter = ears.meter = Meter(av, layout)
            if (frame.sample_rate, len(frame.layout.channels)) != (ears.rate, ears.channels):
                raise Unfit("damaged", "changes within")
            for part in to_numbers.resample(frame):
                ears.take(part.to_ndarray().reshape(-1, ears.channels))
            for part in to_meter.resample(frame):
                meter.push(part)
        if to_numbers is None:
            return
        for part in to_numbers.resample(None):
            ears.take(part.to_ndarray().reshape(-1, ears.channels))
        for part in to_meter.resample(None):
            meter.push(part)


def _hear_by_soundfile(soundfile: Any, source: Any, orders: dict[str, Any], ears: Ears) -> None:
    try:
        with soundfile.SoundFile(source) as sound:
            if sound.format not in ("MP3", "WAV", "WAVEX", "RF64", "FLAC"):
                raise Unfit("damaged", sound.format)
            ears.begin(sound.samplerate, sound.channels, orders)
            for block in sound.blocks(blocksize=BLOCK * 64, dtype="float32", always_2d=True):
                ears.take(block)
    except soundfile.LibsndfileError as error:
        raise Unfit("damaged", "unreadable") from error


def _says_seconds(source: Any, name: str) -> float:
    """How long a FLAC file says that it is; what says so of itself is not decoded to find out. 0 where it is silent."""
    source.seek(0)
    head = source.read(4_096)
    source.seek(0)
    place = head.find(b"fLaC")
    if name != "flac" or not 0 <= place < 4_000 or head[place + 4] & 0x7F or head[place + 5 : place + 8] != b"\0\0\x22":
        return 0.0
    rate = int.from_bytes(head[place + 18 : place + 21]) >> 4
    return (int.from_bytes(head[place + 21 : place + 26]) & 0xF_FFFF_FFFF) / rate if rate else 0.0


def _declared_samples(source: Any, name: str) -> int:
    """How many samples a FLAC file or a WAV file says that it holds; 0 where it says nothing of worth."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    head = source.read(4_096)
    if name == "flac":
        place = head.find(b"fLaC")
        return int.from_bytes(head[place + 21 : place + 26]) & 0xF_FFFF_FFFF if 0 <= place < 4_000 else 0
    if name != "wav" or head[:4] != b"RIFF":
        return 0
    place, align = 12, 0
    while place + 8 <= len(head):
        chunk, length = head[place : place + 4], int.from_bytes(head[place + 4 : place + 8], "little")
        if chunk == b"fmt ":
            align = int.from_bytes(head[place + 20 : place + 22], "little")
        if chunk == b"data":
            # Whoever writes while recording does not know the length yet, and leaves 0 or the largest number.
            known = 0 < length < 0xFFFF_F000 and align and length > size - place - 8
            return length // align if known else 0
        place += 8 + length + length % 2
    return 0


def _make_copy(av: Any, source: Any, orders: dict[str, Any], copy: Any) -> int:
    """A copy in Opus, without tags and pictures, whose bytes are the same however often it is made."""
    with (
        av.open(source, format=orders["format"]) as container,
        av.open(copy, "w", format="ogg", options={"fflags": "+bitexact"}) as out,
    ):
        stream = container.streams.audio[0]
        stream.thread_type = "NONE"
        opus: Any = None
        resampler: Any = None
        place = 0

        def write(frame: Any) -> None:
            nonlocal place
            for part in resampler.resample(frame):
                part.pts, part.time_base = place, Fraction(1, OPUS_RATE)
                place += part.samples
                for packet in opus.encode(part):
                    out.mux(packet)

        for frame in _frames(av, container, stream):
            if opus is None:
                layout = "mono" if len(frame.layout.channels) == 1 else "stereo"
                opus = out.add_stream("libopus", rate=OPUS_RATE)
                opus.layout, opus.bit_rate = layout, orders["copy_bit_rate"]
                resampler = av.AudioResampler(
                    format=opus.codec.audio_formats[0], layout=layout, rate=OPUS_RATE, frame_size=960
                )
            write(frame)
        write(None)
        for packet in opus.encode(None):
            out.mux(packet)
    copy.flush()
    return os.fstat(copy.fileno()).st_size


def _peak_kb(status: int, told: int) -> int:
    """The most memory that was held, in kB. What `getrusage` tells begins with the size of whoever started us."""
    lines = os.pread(status, 8_192, 0).decode("ascii", "replace").splitlines() if status >= 0 else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), told)


def tell(work: Callable[[], dict[str, Any]]) -> None:
    """One line of JSON for whoever waits; whatever goes wrong is a code."""
    found: dict[str, Any]
    try:
        status = os.open("/proc/self/status", os.O_RDONLY)  # before nothing can be opened any more
    except OSError:
        status = -1
    try:
        found = work()
    except Unfit as unfit:
        found = {"unfit": unfit.args[0], "detail": unfit.args[1] if len(unfit.args) > 1 else ""}
    except MemoryError:
        found = {"unfit": "crashed", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 - a file may make any library say anything
        found = {"unfit": "damaged", "detail": type(error).__name__}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found["peak_kb"], found["cpu"] = _peak_kb(status, usage.ru_maxrss), usage.ru_utime + usage.ru_stime
    with os.fdopen(1, "w") as answer:
        json.dump(found, answer)


if __name__ == "__main__":
    tell(lambda: main(json.loads(sys.argv[1])))
