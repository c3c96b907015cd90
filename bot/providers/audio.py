"""Hearing audio: every file that a member hands over is decoded in a process of its own, which may use little."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.domain.library.audio import (
    CHANNELS,
    COLUMNS,
    LONGEST_SECONDS,
    OPUS_BITS,
    RATES,
    AudioFacts,
    Compressed,
    Format,
    Heard,
    Stored,
)
from bot.domain.library.errors import Code, UploadFailed

log = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("audio_child.py")
WALL_SECONDS = 60.0
CPU_SECONDS = 55
MEGABYTES = 768
"""Of address space: the libraries take a quarter of it, sound is heard in blocks."""


class ChildEars:
    """Fulfils `Ears`. Each file is heard by a child without secrets, without a network, and with nothing to open."""

    def __init__(self, *, seconds: float = WALL_SECONDS, megabytes: int = MEGABYTES) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self.peak_kb = 0
        """The most memory that a child has used so far."""

    async def hear(
        self, path: Path, found: Format | Stored, *, copy: Path | None = None, bit_rate: int = OPUS_BITS
    ) -> Heard:
        """Decode a file to its end and measure it; `copy` is where one in Opus is written, without tags and pictures.

        Raises `UploadFailed` (INVALID_FORMAT), `OSError`.
        """
        began = asyncio.get_running_loop().time()
        told = await self._ask(path, self._orders(found, copy is not None, bit_rate), copy)
        took = asyncio.get_running_loop().time() - began
        self.peak_kb = max(self.peak_kb, int(told.get("peak_kb", 0)))
        if "unfit" in told:
            raise UploadFailed(Code.INVALID_FORMAT, str(told["unfit"]), str(told.get("detail", "")))
        size = (await asyncio.to_thread(path.stat)).st_size
        duration_ms = max(1, round(told["samples"] * 1_000 / told["rate"]))
        facts = AudioFacts(
            duration_ms=duration_ms,
            rate=told["rate"],
            channels=told["channels"],
            bit_rate=round(size * 8_000 / duration_ms),
            loudness_lufs=told["loudness"],
            true_peak_db=told["peak"],
            waveform=bytes.fromhex(told["waveform"]),
        )
        made = None
        if copy is not None:
            bytes_out = int(told["copy_bytes"])
            made = Compressed(Stored.OPUS, bytes_out, round(bytes_out * 8_000 / duration_ms), round(took * 1_000))
        return Heard(facts, made)

    def _orders(self, found: Format | Stored, copies: bool, bit_rate: int) -> dict[str, Any]:
        return {
            "format": "ogg" if found is Stored.OPUS else str(found),
            "megabytes": self.megabytes,
            "cpu_seconds": CPU_SECONDS,
            "longest": LONGEST_SECONDS,
            "rates": RATES,
            "channels": CHANNELS,
            "columns": COLUMNS,
            "copy": copies,
            "copy_bit_rate": bit_rate,
        }

    async def _ask(self, path: Path, orders: dict[str, Any], copy: Path | None) -> dict[str, Any]:
        folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="longplay-ears-")
        source = os.open(path, os.O_RDONLY)
        target = os.open(copy or os.devnull, os.O_RDWR | (os.O_CREAT | os.O_TRUNC if copy else 0), 0o600)
        orders["copy_to"] = target
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(CHILD),
                json.dumps(orders),
                stdin=source,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=(target,),
                cwd=folder,
                # Neither our secrets nor our settings; libraries shall not begin threads for every core.
                env={"TMPDIR": folder, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )
            return await self._wait(child)
        finally:
            os.close(source)
            os.close(target)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _wait(self, child: asyncio.subprocess.Process) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self.seconds):
                answer, _ = await child.communicate()
        except TimeoutError:
            raise UploadFailed(Code.INVALID_FORMAT, "slow") from None
        finally:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        try:
            told: dict[str, Any] = json.loads(answer)
        except ValueError:
            log.warning("a file made its listener end with %s", child.returncode)
            raise UploadFailed(Code.INVALID_FORMAT, "crashed") from None
        return told
