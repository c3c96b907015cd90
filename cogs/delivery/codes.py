"""Discord's error codes, by name, and what an error means for an errand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import discord

from bot.domain.errors import DatabaseAway
from cogs.shared.limits import TooLarge

UNKNOWN_CHANNEL = 10003
UNKNOWN_GUILD = 10004
UNKNOWN_MESSAGE = 10008
UNKNOWN_EVENT = 10070
TOO_MANY_PINS = 30003
OLD_MESSAGE_EDITS = 30046
FILE_TOO_LARGE = 40005
MISSING_ACCESS = 50001
DM_REFUSED = 50007
MISSING_PERMISSIONS = 50013
THREAD_ARCHIVED = 50083
HAS_THREAD = 160004
THREAD_LOCKED = 160005
TOO_MANY_THREADS = 160006
EVENT_OVER = 180000

BARRED = frozenset(
    {
        UNKNOWN_CHANNEL,
        UNKNOWN_GUILD,
        MISSING_ACCESS,
        MISSING_PERMISSIONS,
        THREAD_LOCKED,
        TOO_MANY_THREADS,
        TOO_MANY_PINS,
    }
)
"""The club has to change something before this can work."""
VANISHED = frozenset({UNKNOWN_CHANNEL, UNKNOWN_MESSAGE})
"""What was there is there no longer."""
NO_UPLOAD = frozenset({MISSING_PERMISSIONS, FILE_TOO_LARGE})
"""What a message with a picture may be refused for while the same words without it are taken."""
BANNED_FOR = timedelta(minutes=10)
"""After a 429 that is no ordinary rate limit: Discord's own door keeper wants to be left alone."""
COALESCED_FOR = timedelta(minutes=2)
"""After too many edits of an old message."""


class Lost(Exception):  # noqa: N818 - it says what happened
    """What an errand builds on is not there: a message that was never posted, or that somebody deleted."""


class NotYet(Exception):  # noqa: N818 - it says what happened
    """What an errand builds on is still on its way."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with an errand that failed."""

    error: str
    unknown: bool = False
    """It may have happened all the same: look before trying again."""
    final: bool = False
    barred: bool = False
    """The club's permissions or channels are in the way: its hosts should know."""
    halt: bool = False
    """The token is no longer valid: stop everything."""
    bug: bool = False
    after: timedelta | None = None


def judge(error: Exception) -> Verdict:
    """What a failure means; anything not understood counts as unknown, because it may have come after the effect."""
    if isinstance(error, Lost | TooLarge):
        return Verdict(str(error), final=True, bug=isinstance(error, TooLarge))
    if isinstance(error, NotYet):
        return Verdict(str(error))
    if isinstance(error, discord.RateLimited):
        # The library tries again by itself after a failure: what it tells is the last answer, not the first.
        return Verdict("rate limited", unknown=True, after=timedelta(seconds=error.retry_after))
    if isinstance(error, discord.HTTPException):
        return _judge_answer(error)
    if isinstance(error, DatabaseAway):
        return Verdict(f"the database was away: {error.detail}", unknown=True)
    if isinstance(error, TimeoutError):
        return Verdict("no answer in time", unknown=True)
    if isinstance(error, OSError | aiohttp.ClientError):
        return Verdict(f"connection lost: {type(error).__name__}", unknown=True)
    return Verdict(f"{type(error).__name__}: {error}"[:300], unknown=True, bug=True)


def _judge_answer(error: discord.HTTPException) -> Verdict:
    text = f"{error.status} {error.code}: {error.text}"[:300]
    if error.status == 401:
        return Verdict(text, halt=True)
    if error.status >= 500 or error.status == 408:
        return Verdict(text, unknown=True)
    if error.status == 429:
        return Verdict(text, unknown=True, after=BANNED_FOR)  # as above
    if error.code == OLD_MESSAGE_EDITS:
        return Verdict(text, after=COALESCED_FOR)
    return Verdict(text, final=True, barred=error.code in BARRED or error.status == 403, bug=error.code == 50035)
