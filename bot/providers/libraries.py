"""Other people's blocking libraries, asked with the same manners as everything else: in a thread, with one end.

A library sees answers that hold something to read, and nothing else: whatever carries its requests judges them first,
with `NotThere` and `Unavailable`, so that none of its own retries, pauses and log lines come about.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bot.domain.errors import Why
from bot.providers.manners import Visit

T = TypeVar("T")

CONNECT_SECONDS = 5.0


class NotThere(Exception):  # noqa: N818 - an answer, no fault
    """The service says that there is nothing."""


async def ask_library(visit: Visit, call: Callable[[], Awaitable[Any]], read: Callable[[Any], T]) -> T | None:
    """What `read` makes of a library's answer; None where the service says that there is nothing.

    An error of `read` that comes of another shape than expected, and an answer of nothing at all, mean that nobody can
    read it. Raises `Unavailable`.
    """

    async def work() -> T | None:
        try:
            answer = await call()
        except NotThere:
            return None
        if answer is None:
            raise visit.gate.unavailable(Why.GARBLED, "an answer that is none")
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise visit.gate.unavailable(Why.GARBLED, f"another shape: {type(error).__name__}") from None

    return await visit.ask(work)


def hush(*loggers: str) -> None:
    """Keep libraries from logging what they ask and get: that holds keys and tokens, and is told by `Unavailable`."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
