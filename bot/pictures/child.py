"""A painter's process: reads orders from its input, answers with pictures, and can do nothing else."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import struct
import sys
from functools import cache
from importlib import import_module

TYPE_CHECKING = False
"""Named so for the checker alone: every import makes the first picture later."""
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")
"""What a picture never needs; asking for it is refused by the interpreter itself."""


def serve() -> None:
    """Until the input ends: an order, its picture, the next one.

    An order is a line of JSON in a frame, followed by a frame for each cover it names. An empty frame is none: it says
    that one is about to come. What draws is loaded then and not before.
    """
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, it is no answer
    _confine(int(sys.argv[2]))
    _begin()
    while (head := _frame(orders)) is not None:
        printed = _press()
        if not head:
            continue
        order: dict[str, Any] = json.loads(head)
        covers = {name: _frame(orders) or b"" for name in order.pop("covers")}
        try:
            facts, content = printed(**order, covers=covers)
        except MemoryError:
            facts, content = {"failed": "out of memory", "why": "slow"}, b""
        except Exception as error:  # noqa: BLE001 - the other side logs it and words a refusal
            facts, content = {"failed": f"{type(error).__name__}: {error}"[:500]}, b""
        for part in (json.dumps(facts).encode(), content):
            answers.write(LENGTH.pack(len(part)) + part)
        answers.flush()


def _begin() -> None:
    """Have of Python what drawing takes, while nobody waits: nothing in it draws."""
    for name in ("base64", "collections.abc", "io", "math", "typing", "warnings", "zlib"):
        import_module(name)


@cache
def _press() -> Callable[..., tuple[dict[str, Any], bytes]]:
    """What draws; loaded at the first call."""
    # What is loaded now stays until the end: looking through it for garbage would only make the first picture later.
    gc.disable()
    from bot.pictures.press import printed

    gc.freeze()
    gc.enable()
    return printed


def _frame(orders: BinaryIO) -> bytes | None:
    head = orders.read(LENGTH.size)
    return orders.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _confine(memory_bytes: int) -> None:
    """No more memory than this, no network, no further process, no file of what is in memory."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)


def _refuse(event: str, _args: object) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"a painter never does {event}")
