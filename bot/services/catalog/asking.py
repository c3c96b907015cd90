"""Questions to all sources at once, with one deadline; whoever fails is passed over and named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.catalog import Service, service_name
from bot.domain.errors import Unavailable
from bot.domain.ports import AlbumSource

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What the sources have said so far, in the order of the sources."""

    said: tuple[tuple[Service, T], ...] = ()
    waiting: tuple[str, ...] = ()
    """Names of those who may still answer."""
    unheard: tuple[str, ...] = ()
    """Names of those who failed, or were too slow."""


async def telling(
    sources: Sequence[AlbumSource], ask: Callable[[AlbumSource], Awaitable[T]], *, seconds: float
) -> AsyncGenerator[Told[T]]:
    """What has been said, anew after each answer, and a last time when all is said or the time is over.

    Those who are still asked then are asked no longer. What is no `Unavailable` is a bug and raised.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    tasks = {source.service: asyncio.ensure_future(ask(source)) for source in sources}
    try:
        pending = set(tasks.values())
        while pending:
            done, pending = await asyncio.wait(
                pending, timeout=max(0.0, deadline - loop.time()), return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                break
            if pending:
                yield _so_far(tasks)
        yield _so_far(tasks, over=True)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


def _so_far(tasks: Mapping[Service, asyncio.Future[T]], *, over: bool = False) -> Told[T]:
    said: list[tuple[Service, T]] = []
    waiting: list[str] = []
    unheard: list[str] = []
    for service, task in tasks.items():
        if not task.done():
            (unheard if over else waiting).append(service_name(service))
        elif isinstance(task.exception(), Unavailable):
            unheard.append(service_name(service))
        else:
            said.append((service, task.result()))
    return Told(tuple(said), tuple(waiting), tuple(unheard))


async def told(
    sources: Sequence[AlbumSource], ask: Callable[[AlbumSource], Awaitable[T]], *, seconds: float
) -> Told[T]:
    """All that is said within the time."""
    latest: Told[T] = Told()
    async with aclosing(telling(sources, ask, seconds=seconds)) as answers:
        async for so_far in answers:
            latest = so_far
    return latest
