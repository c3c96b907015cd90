"""Turns with Discord itself: what all processes of one token ask of it together stays within its global rate."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from bot.domain.clock import Clock
from bot.domain.errors import DatabaseAway, Unavailable, Why
from bot.domain.manners import Pace
from bot.services.manners import SharedManners

log = logging.getLogger(__name__)

DISCORD = "discord"
"""Its name among the limits that all processes share."""
AT_ONCE = 9
"""One in so many of a second's requests may go at once; the others come after each other."""
SHORTEST = 0.005
"""Real seconds before a turn is asked for again."""


class LeftAlone(Exception):  # noqa: N818 - it says what is to be done
    """Discord is to be left alone for longer than there is patience."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Discord is left alone for {seconds:.1f} s")
        self.seconds = seconds


def pace_of(rate: int) -> Pace:
    """The pace at which no second, wherever it begins, has more than `rate` requests."""
    burst = max(1, rate // AT_ONCE)
    return Pace(burst, timedelta(seconds=burst / max(1, rate - burst)))


class DiscordTurns:
    """Gives turns, one after another, to whatever counts against the global rate; answers to people do not."""

    def __init__(self, manners: SharedManners, clock: Clock, rate: int) -> None:
        self._manners = manners
        self._clock = clock
        self._pace = pace_of(rate)
        self._line = asyncio.Lock()
        """One of this process asks the row at a time; the others stand behind it, in order."""

    async def take(self, patience: float) -> None:
        """Wait, `patience` seconds at most, until Discord may be asked once; raises `LeftAlone` instead.

        Where the database does not answer, this process keeps its own pace: Discord still says when it is too much.
        """
        ends = time.monotonic() + patience
        async with self._line:
            while (wait := await self._wait()) is not None:
                if wait > ends - time.monotonic():
                    raise LeftAlone(wait)
                await asyncio.sleep(max(wait, SHORTEST))

    async def stopped(self, seconds: float | None) -> None:
        """Discord wants nobody of this token for so long; all processes keep to it from now on."""
        until = None if seconds is None else self._clock.now() + timedelta(seconds=seconds)
        try:
            await self._manners.failed(DISCORD, Why.BUSY, until=until)
        except Exception as error:  # noqa: BLE001 - this process's client waits by itself
            log.warning("other processes do not know that Discord wants to be left alone: %s", type(error).__name__)

    async def served(self) -> None:
        """Discord answered as it should."""
        try:
            await self._manners.served(DISCORD)
        except Exception as error:  # noqa: BLE001 - the next answer says it again
            log.debug("that Discord answers could not be noted: %s", type(error).__name__)

    async def _wait(self) -> float | None:
        """Seconds until the row is to be asked again; None for a turn that was given."""
        try:
            await self._manners.wait_turn(DISCORD, self._pace, within=0.0)
        except DatabaseAway as away:
            await self._alone(away.detail)
        except Unavailable as busy:
            return max(0.0, (busy.until - self._clock.now()).total_seconds()) if busy.until is not None else 0.0
        except Exception as error:  # noqa: BLE001 - whatever the database says, members are shown what they wait for
            await self._alone(type(error).__name__)
        return None

    async def _alone(self, why: str) -> None:
        log.warning("turns with Discord are this process's own: %s", why)
        await asyncio.sleep(1 / self._pace.rate)
