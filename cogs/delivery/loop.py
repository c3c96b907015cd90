"""The delivery: claims due errands, performs several lanes at once, settles each with what Discord answered."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from discord.ext import commands

from bot.client import LongplayBot
from bot.domain.outbox import LEASE, Errand, State
from bot.services import outbox
from bot.services.correlation import belongs
from cogs.delivery.codes import Verdict, judge
from cogs.delivery.perform import Performer
from cogs.delivery.trouble import Troubles

log = logging.getLogger(__name__)

LANES = 8
"""Errands under way at once; one lane never has two."""
SECONDS = LEASE.total_seconds() * 2 / 3
"""One try may take two thirds of a lease, so that nobody else has begun when it ends."""
LONGEST_NAP = 30.0
"""Another process may have recorded an errand without our bell ringing."""
LANE_NAP = 1.0
NOTING_NAPS = (0.1, 0.5, 2.0, 5.0)
"""Pauses while the database cannot be told what became of an errand; together with one try they fit into a lease."""

T = TypeVar("T")


class Delivery(commands.Cog):
    """Performs the outbox's errands; exactly one of these runs in a process that talks to Discord."""

    def __init__(self, bot: LongplayBot) -> None:
        self.bot = bot
        self.tools = bot.tools
        self.performer = Performer(bot)
        self.troubles = Troubles(bot)
        self.halted = False
        """Discord no longer knows our token: nothing is tried any more."""
        self._naps_until = math.inf
        """When it looks again by itself, by the loop's clock, which nobody sets."""
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Begin with what an earlier process has left; the bell rings for what comes."""
        self.tools.database.bell = self.kick
        self.tools.database.bell_at = self.kick_at
        self._loop = asyncio.create_task(self._run(), name="delivery")

    async def cog_unload(self) -> None:
        """Stop, having finished what is held."""
        await self.stop()

    def kick(self) -> None:
        """There may be something to do; safe to call at any time, as often as one likes."""
        self._idle.clear()
        self._wake.set()

    def kick_at(self, at: datetime) -> None:
        """There will be something to do; what wakes up before that anyway need not be woken now."""
        left = self._naps_until - asyncio.get_running_loop().time()
        if (at - self.tools.clock.now()).total_seconds() < left:
            self._wake.set()

    async def idle(self) -> None:
        """Wait until everything that is due has been performed or put off."""
        await self._idle.wait()

    async def stop(self, timeout: float = SECONDS) -> None:
        """Take nothing new, finish what is under way within so many seconds, and end.

        What takes longer is left to its lease: whoever comes next looks whether it happened.
        """
        self._stopping = True
        self._wake.set()
        if self.tools.database.bell == self.kick:
            self.tools.database.bell = self.tools.database.bell_at = None
        if self._loop is not None:
            await self._loop
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=timeout)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._idle.set()

    async def _run(self) -> None:
        failures = 0
        while not (self._stopping or self.halted):
            self._wake.clear()
            try:
                begun = await self._begin()
                failures = 0
            except Exception:  # the database may be away for a while; the delivery outlives it
                failures += 1
                log.exception("errands could not be claimed")
                await self._nap(min(LONGEST_NAP, 2.0**failures))
                continue
            if begun:
                continue
            if not self._under_way and not self._wake.is_set():
                self._idle.set()
            await self._nap(await self._until_next())

    async def _begin(self) -> int:
        """Start what is due, as far as there are lanes; how many."""
        free = LANES - len(self._under_way)
        if free <= 0:
            return 0
        errands = await outbox.claim(self.tools, now=self.tools.clock.now(), limit=free)
        for errand in errands:
            task = asyncio.create_task(self._carry_out(errand), name=f"errand {errand.kind} {errand.id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(errands)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("%s was not settled; its lease will end", task.get_name(), exc_info=task.exception())
        self._wake.set()

    async def _until_next(self) -> float:
        """Seconds until an errand that waits for its time is due."""
        try:
            at = await outbox.next_errand_at(self.tools)
        except Exception:  # as above
            log.exception("the next errand could not be asked for")
            return LONGEST_NAP
        if at is None:
            return LONGEST_NAP
        ahead = (at - self.tools.clock.now()).total_seconds()
        # One that is due already and was not claimed waits for another of its lane.
        return min(LONGEST_NAP, ahead + 0.01 if ahead > 0 else LANE_NAP)

    async def _nap(self, seconds: float) -> None:
        self._naps_until = asyncio.get_running_loop().time() + seconds
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._naps_until = math.inf

    async def _carry_out(self, errand: Errand) -> None:
        """Perform one errand and settle it; no database session is held while Discord is asked."""
        belongs(errand=f"{errand.kind} {errand.id}", week=errand.week_id)  # each errand has a task of its own
        try:
            async with asyncio.timeout(SECONDS):
                outcome = await self.performer.perform(errand, self.tools.clock.now())
        except Exception as error:  # noqa: BLE001 - whatever it is, the errand must be put back or buried
            await self._fail(errand, error)
            return
        settled = await self._noted(
            lambda: outbox.settle(
                self.tools,
                errand,
                now=self.tools.clock.now(),
                discord_id=outcome.discord_id,
                panel=outcome.panel,
                panel_key=outcome.panel_key,
                thread_roles=outcome.thread_roles,
                event_id=outcome.event_id,
                event_gone=outcome.event_gone,
                skipped=outcome.skipped,
                posts=outcome.posts,
            )
        )
        if not settled:
            log.warning("errand %s %s was taken over by another process", errand.kind, errand.id)
        elif not outcome.skipped:
            await self.troubles.over(errand)

    async def _fail(self, errand: Errand, error: Exception) -> None:
        verdict = judge(error)
        self._log(errand, verdict, error)
        if verdict.halt:
            self.halted = True
            self._idle.set()
        state = await self._noted(
            lambda: outbox.fail(
                self.tools,
                errand,
                now=self.tools.clock.now(),
                error=verdict.error,
                unknown=verdict.unknown,
                final=verdict.final,
                after=verdict.after,
            )
        )
        if state is State.DEAD:
            await self.troubles.report(errand, verdict)

    async def _noted(self, note: Callable[[], Awaitable[T]]) -> T:
        """Write what became of an errand, again where the database was away for a moment.

        It counts once, by the errand's epoch; were it left to the lease, the whole would have to be looked for anew.
        """
        for nap in NOTING_NAPS:
            try:
                return await note()
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing is lost by trying again
                log.warning("what became of an errand could not be noted: %s", type(error).__name__)
                await asyncio.sleep(nap)
        return await note()

    def _log(self, errand: Errand, verdict: Verdict, error: Exception) -> None:
        if verdict.halt:
            log.critical("Discord refuses the token; no errand is tried any more: %s", verdict.error)
        elif verdict.bug:
            log.error("errand %s %s failed", errand.kind, errand.id, exc_info=error)
        else:
            log.warning("errand %s %s, try %d: %s", errand.kind, errand.id, errand.attempts, verdict.error)


async def setup(bot: LongplayBot) -> None:
    """Deliver errands as long as this client lives."""
    delivery = Delivery(bot)
    bot.delivery = delivery
    await bot.add_cog(delivery)
