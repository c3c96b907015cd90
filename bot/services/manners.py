"""Turns with the services of the world, kept in the database so that all processes together stay within the limits."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.domain.errors import Unavailable, Why
from bot.domain.manners import Granted, Later, Pace, Shut, Standing, Verdict, ask, begin, fail, succeed
from db.queries import providers
from db.session import Database

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Block:
    """Turns that this process has taken together and not used yet."""

    verdict: Granted
    turns: int
    until: float
    """On the process's own clock; what is left then is lost."""


class SharedManners:
    """Fulfils `Manners`: one row per service, taken under its lock in one short transaction.

    What runs in the background takes turns with a fast service in blocks, so that a thousand accounts are no thousand
    transactions. They are gone from the row when they are taken, so the limit holds for all processes together.
    Deadlines are of the clock; waiting is real time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._troubled: set[str] = set()
        """Services whose next success is news; of all others it is not written down."""
        self._blocks: dict[str, Block] = {}
        self._taking: dict[str, asyncio.Lock] = {}
        """Held while a block is taken, so that of many who want a turn one asks for all."""

    async def wait_turn(self, source: str, pace: Pace, *, within: float, interactive: bool = True) -> None:
        """Wait, `within` seconds at most, until a service may be asked once; raises `Unavailable` instead at once."""
        ends = time.monotonic() + within
        while True:
            began, now = time.monotonic(), self._clock.now()
            left = max(0.0, ends - began)
            verdict = await self._turn(source, pace, now, left, interactive)
            match verdict:
                case Granted():
                    # What the transaction took is a part of the wait, so that calls keep their distance.
                    if verdict.wait:
                        await asyncio.sleep(began + verdict.wait - time.monotonic())
                    return
                case Shut():
                    raise Unavailable(source, verdict.why, verdict.until, f"{source} is left alone")
                case Later():
                    if interactive or verdict.wait > left:
                        until = now + timedelta(seconds=verdict.wait)
                        raise Unavailable(source, Why.BUSY, until, f"too many wait for {source}")
                    await asyncio.sleep(verdict.wait)

    async def served(self, source: str) -> None:
        """The service answered: what was wrong with it is over.

        What was asked before it wanted to be left alone, and is answered after, lets nobody in earlier.
        """
        if source not in self._troubled:
            return
        async with self._database.writing() as session:
            standing = await providers.lock_standing(session, source)
            until = standing.blocked_until if standing is not None else None
            if until is not None and self._clock.now() < until:
                return
            self._troubled.discard(source)
            if standing is not None and standing.troubled:
                await providers.keep_standing(session, source, succeed(standing))
                log.info("%s answers again", source)

    async def failed(self, source: str, why: Why, *, until: datetime | None = None) -> None:
        """The service failed, or asked to be left alone `until` then; enough failures in a row shut the way to it."""
        now = self._clock.now()
        self._troubled.add(source)
        self._blocks.pop(source, None)
        async with self._database.writing() as session:
            before = await providers.lock_standing(session, source)
            if before is None:
                return
            after = fail(before, why, now, until=until, chance=random.random())
            if after != before:
                await providers.keep_standing(session, source, after)
        if after.blocked_until is not None and after.blocked_until != before.blocked_until:
            log.warning("%s is left alone until %s: %s", source, after.blocked_until.isoformat(), why)

    async def standings(self) -> dict[str, Standing]:
        """Where we stand with each service that was ever asked, by its name."""
        async with self._database.reading() as session:
            return await providers.standings(session)

    async def _turn(self, source: str, pace: Pace, now: datetime, within: float, interactive: bool) -> Verdict:
        """A turn of the block that this process holds, else one from the row."""
        if interactive or pace.block == 1:
            return await self._ask(source, pace, now, within, interactive)
        async with self._taking.setdefault(source, asyncio.Lock()):
            held = self._blocks.get(source)
            if held is not None and held.turns and time.monotonic() < held.until:
                held.turns -= 1
                return held.verdict
            verdict = await self._ask(source, pace, now, within, interactive)
            if isinstance(verdict, Granted):
                self._blocks[source] = Block(verdict, verdict.more, time.monotonic() + pace.block_seconds)
            return verdict

    async def _ask(self, source: str, pace: Pace, now: datetime, within: float, interactive: bool) -> Verdict:
        async with self._database.writing() as session:
            standing = await providers.lock_standing(session, source)
            if standing is None:
                await providers.add_standing(session, source, begin(pace, now))
                standing = await providers.lock_standing(session, source)
                assert standing is not None, "begun"
            verdict = ask(standing, pace, now, within=within, interactive=interactive, block=pace.block)
            if isinstance(verdict, Granted):
                await providers.keep_standing(session, source, verdict.standing)
        if standing.troubled:
            self._troubled.add(source)
        return verdict
