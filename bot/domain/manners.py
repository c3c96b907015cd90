"""How often somebody else's service may be asked, and when it is left alone: pure rules, the same for every process.

Two rules in one standing: a bucket of tokens, which callers of people may take ahead of time (they stand in line),
and a breaker, which after some failures in a row lets one caller at a time try whether the service is back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.domain.errors import Why

FAILURES = 5
"""So many failures in a row open the breaker."""
SHORTEST = timedelta(seconds=15)
LONGEST = timedelta(minutes=10)
"""How long the breaker stays open, doubled at each failed probe."""
PROBE = timedelta(seconds=30)
"""So long one caller has to find out whether the service is back, before another may try."""
UNSAID = timedelta(seconds=5)
"""How long a service is left alone that is too busy and does not say for how long; doubled each time."""
BLOCK_LIMIT = timedelta(hours=24)
"""No service is left alone longer than this, whatever it says: a clock may be wrong, theirs or ours."""
BLOCK_SHARE = 20
"""What runs in the background may take this part of a burst at once; for all but the fastest services that is one."""
CLOCKS_APART = timedelta(minutes=1)
"""Processes' clocks may differ by this much; more means that one was set back."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a service may be asked: `calls` at once, and as many again in every `per`.

    `reserved` of the calls are kept for people who wait for an answer; what runs in the background leaves them.
    """

    calls: int
    per: timedelta
    reserved: int = 0

    @property
    def rate(self) -> float:
        """Calls a second, averaged."""
        return self.calls / self.per.total_seconds()

    @property
    def block(self) -> int:
        """Turns that a process may take together for what runs in its background."""
        return max(1, self.calls // BLOCK_SHARE)

    @property
    def block_seconds(self) -> float:
        """How long turns that were taken together may be used; what is left then is lost."""
        return min(1.0, self.per.total_seconds() / (BLOCK_SHARE // 2))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where we stand with a service."""

    tokens: float
    """Calls that may be made now; below zero, so many callers stand in line."""
    refilled_at: datetime
    blocked_until: datetime | None = None
    blocked_why: Why | None = None
    failures: int = 0
    """In a row; with `blocked_why` BUSY, how often in a row it was too busy."""
    probing_until: datetime | None = None
    """Until then one caller tries whether the service is back."""

    @property
    def troubled(self) -> bool:
        """Whether a success would be news."""
        return self.failures > 0 or self.blocked_until is not None


@dataclass(frozen=True, slots=True)
class Granted:
    """A call may be made after `wait` seconds; the standing is to be kept."""

    standing: Standing
    wait: float = 0.0
    more: int = 0
    """Turns that were taken along with this one."""


@dataclass(frozen=True, slots=True)
class Later:
    """No call now: the line is too long; try again after `wait` seconds."""

    wait: float


@dataclass(frozen=True, slots=True)
class Shut:
    """No call before `until`: the service asked for it, or is down."""

    until: datetime
    why: Why


Verdict: TypeAlias = Granted | Later | Shut


def begin(pace: Pace, now: datetime) -> Standing:
    """A service that was never asked."""
    return Standing(float(pace.calls), now)


def ask(standing: Standing, pace: Pace, now: datetime, *, within: float, interactive: bool, block: int = 1) -> Verdict:
    """Whether a call may be made that can wait `within` seconds at most.

    A person's call takes a token ahead of time and waits its turn; one from the background takes only what is there
    beyond the reserved ones, so that people never stand behind it. It may take up to a `block` of those at once, from
    a service that is well.
    """
    standing = _mended(standing, now)
    shut = _shut(standing, now)
    if shut is not None:
        return shut
    filled = _refilled(standing, pace, now)
    if interactive:
        # Rounded, or a token that is there but for the last digit would make its caller wait for nothing.
        wait = round(max(0.0, (1 - filled.tokens) / pace.rate), 6)
        if wait > within:
            return Later(wait)
    else:
        missing = min(1 + pace.reserved, pace.calls) - filled.tokens
        if missing > 1e-6:
            return Later(missing / pace.rate)
        wait = 0.0
    taken = replace(filled, tokens=filled.tokens - 1)
    if taken.blocked_why is not None and taken.blocked_why is not Why.BUSY:
        taken = replace(taken, probing_until=now + PROBE)
    if interactive or taken.troubled:
        return Granted(taken, wait)
    more = max(0, min(block - 1, math.floor(taken.tokens - pace.reserved + 1e-6)))
    return Granted(replace(taken, tokens=taken.tokens - more), wait, more)


def succeed(standing: Standing) -> Standing:
    """The service answered: whatever was wrong is over."""
    return replace(standing, failures=0, blocked_until=None, blocked_why=None, probing_until=None)


def fail(
    standing: Standing, why: Why, now: datetime, *, until: datetime | None = None, chance: float = 0.5
) -> Standing:
    """The service failed. `chance` in [0, 1) spreads returns, so that processes do not come back all at once.

    BUSY leaves it alone until it said, or for a while that grows; REFUSED says nothing of its health, unless it names
    an instant: then our own key is refused, and nobody asks before; everything else counts, and opens the breaker when
    it has counted far enough.
    """
    if why is Why.REFUSED:
        if until is None or until <= now:
            return replace(standing, probing_until=None)
        shut_until = min(until, now + BLOCK_LIMIT)
        return replace(standing, blocked_until=shut_until, blocked_why=why, probing_until=None)
    blocked = standing.blocked_until if standing.blocked_until is not None and now < standing.blocked_until else None
    if blocked is not None and (why is not Why.BUSY or until is None or until <= blocked):
        return standing  # of several calls that were under way the first has said it
    failures = standing.failures + 1
    if why is Why.BUSY:
        pause = (until - now) if until is not None else _spread(_doubled(UNSAID, failures - 1, LONGEST), chance)
        pause = max(timedelta(0), min(pause, BLOCK_LIMIT))
        return replace(standing, failures=failures, blocked_until=now + pause, blocked_why=why, probing_until=None)
    if failures < FAILURES:
        return replace(standing, failures=failures)
    pause = _spread(_doubled(SHORTEST, failures - FAILURES, LONGEST), chance)
    return replace(standing, failures=failures, blocked_until=now + pause, blocked_why=why, probing_until=None)


def _doubled(base: timedelta, times: int, longest: timedelta) -> timedelta:
    return min(base * 2 ** min(times, 16), longest)


def _spread(pause: timedelta, chance: float) -> timedelta:
    return pause * (0.75 + chance / 2)


def _mended(standing: Standing, now: datetime) -> Standing:
    """Without instants that only a clock that was wrong can have written."""
    if standing.refilled_at > now + CLOCKS_APART:
        standing = replace(standing, refilled_at=now, tokens=min(standing.tokens, 0.0))
    if standing.blocked_until is not None and standing.blocked_until > now + BLOCK_LIMIT + CLOCKS_APART:
        standing = replace(standing, blocked_until=now)
    if standing.probing_until is not None and standing.probing_until > now + PROBE + CLOCKS_APART:
        standing = replace(standing, probing_until=None)
    return standing


def _shut(standing: Standing, now: datetime) -> Shut | None:
    if standing.blocked_until is None or standing.blocked_why is None:
        return None
    if now < standing.blocked_until:
        return Shut(standing.blocked_until, standing.blocked_why)
    if standing.blocked_why is not Why.BUSY and standing.probing_until is not None and now < standing.probing_until:
        return Shut(standing.probing_until, standing.blocked_why)
    return None


def _refilled(standing: Standing, pace: Pace, now: datetime) -> Standing:
    """With the tokens that time has brought; a process whose clock is behind adds none."""
    passed = (now - standing.refilled_at).total_seconds()
    if passed <= 0:
        return standing
    tokens = min(float(pace.calls), standing.tokens + passed * pace.rate)
    return replace(standing, tokens=tokens, refilled_at=now)
