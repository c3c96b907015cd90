"""What collides with what somebody else does is done once more, before anybody hears of it."""

from __future__ import annotations

import asyncio
import functools
import logging
import random
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from bot.domain.errors import Collided

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

SOON, LATER = 0.02, 0.15
"""Seconds between which the pause lies: two who collided do not meet again."""


def once_more(service: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """A service that is one transaction: where PostgreSQL broke that off for another one, it is begun anew, once.

    The second time it raises `Collided`, as it would have the first time.
    """

    @functools.wraps(service)
    async def tried(*args: P.args, **options: P.kwargs) -> T:
        try:
            return await service(*args, **options)
        except Collided as collided:
            log.info("%s collided (%s) and is done once more", service.__name__, collided.detail)
        await asyncio.sleep(random.uniform(SOON, LATER))
        return await service(*args, **options)

    return tried
