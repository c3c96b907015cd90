"""Manners with a service: a turn before every call, a time limit on each, and a second try where one may help.

A `Visit` is one question of ours, which may take several calls; it ends in time, whatever the service does.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.domain.clock import Clock
from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import AccountRefused
from bot.domain.manners import Pace
from bot.domain.ports import Manners

T = TypeVar("T")

AGAIN = frozenset({Why.BUSY, Why.DOWN})
"""What may be over in a moment. A slow answer has used up the time, a garbled or refused one comes again the same."""
PAUSE = 0.25
"""Seconds before the second try; doubled for each further one, and spread by chance."""
FAIR = 1.5
"""Seconds in which a healthy service answers."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait for a service, in seconds of real time, and how often we ask."""

    total: float
    """For everything a question takes, turns and second tries included."""
    call: float
    """For one call."""
    turn: float = 4.0
    """For one turn: a longer line is answered at once, so that askers who leave do not fill it for the next ones."""
    tries: int = 2
    interactive: bool = True
    """Whether a person waits: then a turn is taken ahead of time, and the reserved share is theirs."""


FOR_PEOPLE = Patience(total=8.0, call=5.0)
"""A member looks at a spinning button."""
IN_BACKGROUND = Patience(total=120.0, call=30.0, turn=60.0, tries=4, interactive=False)


class Gate:
    """The way to one service; everything that asks it goes through here, in whatever process and by whatever library.

    `source` names it in the limits that all processes share.
    """

    def __init__(
        self, source: str, pace: Pace, manners: Manners, clock: Clock, patience: Patience = FOR_PEOPLE
    ) -> None:
        self.source = source
        self.clock = clock
        self._pace = pace
        self._manners = manners
        self._patience = patience

    def visit(self) -> Visit:
        """Begin a question; its time runs from now."""
        return Visit(self, self._patience, self._pace, self._manners)

    def unavailable(self, why: Why, detail: str = "", until: datetime | None = None) -> Unavailable:
        """What to raise when this service does not serve us."""
        return Unavailable(self.source, why, until, detail)


class Visit:
    """One question to a service, of one or several calls, with one end."""

    def __init__(self, gate: Gate, patience: Patience, pace: Pace, manners: Manners) -> None:
        self.gate = gate
        self._patience = patience
        self._pace = pace
        self._manners = manners
        self._ends = time.monotonic() + patience.total

    @property
    def seconds_left(self) -> float:
        """Real seconds until this question is given up."""
        return max(0.0, self._ends - time.monotonic())

    async def ask(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do one call when its turn has come, again where that may help; `work` raises `Unavailable` when it fails.

        Raises `Unavailable` as `work` does, SLOW when it does not end, and BUSY or DOWN without a call when the
        service is to be left alone; `AccountRefused` passes as an answer.
        """
        tries = self._patience.tries
        while True:
            tries -= 1
            try:
                return await self._once(work)
            except Unavailable as failure:
                pause = self._pause(failure, self._patience.tries - tries)
                if failure.why not in AGAIN or not tries or pause >= self.seconds_left:
                    raise
            await asyncio.sleep(pause)

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T:
        source = self.gate.source
        await self._manners.wait_turn(
            source,
            self._pace,
            within=min(self._patience.turn, self.seconds_left),
            interactive=self._patience.interactive,
        )
        limit = min(self._patience.call, self.seconds_left)
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit):
                found = await work()
        except Unavailable as failure:
            await self._manners.failed(source, failure.why, until=failure.until)
            raise
        except AccountRefused:
            # The service is well: what it says is the matter with one of its accounts.
            await self._manners.served(source)
            raise
        except TimeoutError:
            await self._manners.failed(source, Why.SLOW)
            raise self.gate.unavailable(Why.SLOW, f"no answer within {limit:.1f} s") from None
        except asyncio.CancelledError:
            # Whoever asked has less patience than we: a service that had a fair time has failed all the same.
            if time.monotonic() - began > min(FAIR, limit / 2):
                await asyncio.shield(self._manners.failed(source, Why.SLOW))
            raise
        await self._manners.served(source)
        return found

    def _pause(self, failure: Unavailable, done: int) -> float:
        """Real seconds before the next try; what a service asked for is kept, and never undercut."""
        pause = PAUSE * 2 ** (done - 1) * (0.5 + random.random())
        if failure.until is None:
            return pause
        return max(pause, (failure.until - self.gate.clock.now()).total_seconds() + pause / 10)
