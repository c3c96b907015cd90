"""How a process is: what it holds, so that a long day can be compared with its morning."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

STATUS = Path("/proc/self/status")
FILES = Path("/proc/self/fd")
MOST = 400
"""Kinds of objects that are told of."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a process holds at an instant."""

    resident: int
    """Bytes of memory it really uses; 0 where the system does not say."""
    files: int
    """Open files, sockets included; 0 where the system does not say."""
    tasks: int
    threads: int
    objects: int
    """What the collector knows of."""
    kinds: Mapping[str, int]
    """The most frequent kinds of them."""

    def text(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Vitals:
        """The same from its line."""
        return cls(**json.loads(text))

    def grown(self, since: Vitals) -> dict[str, int]:
        """The kinds of which there are more than before, and how many more."""
        more = {kind: count - since.kinds.get(kind, 0) for kind, count in self.kinds.items()}
        return {kind: count for kind, count in sorted(more.items(), key=lambda one: -one[1]) if count > 0}


def examine() -> Vitals:
    """How this process is, once what nobody holds is gone. Called within its loop."""
    gc.collect()
    gc.collect()
    held = gc.get_objects()
    kinds = Counter(f"{type(each).__module__}.{type(each).__qualname__}" for each in held)
    return Vitals(
        resident=_resident(),
        files=len(list(FILES.iterdir())) if FILES.is_dir() else 0,
        tasks=len(asyncio.all_tasks()),
        threads=threading.active_count(),
        objects=len(held),
        kinds=dict(kinds.most_common(MOST)),
    )


def _resident() -> int:
    if not STATUS.exists():
        return 0
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
