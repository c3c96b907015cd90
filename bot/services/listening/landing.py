"""A window lands: its pages become plays, counters, coverage and the time of the next reading, in one transaction."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence

from bot.domain.listening.accounts import Standing
from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Told
from bot.domain.listening.sync import (
    KEEPS_ALL,
    Judged,
    Missing,
    Purpose,
    Span,
    Window,
    doubting,
    judge_missing,
    known_span,
    landed,
    next_due,
)
from bot.domain.listening.telling import Key
from bot.services.accounts.standing import set_standing
from bot.services.listening.forgetting import drop_plays, told_between
from bot.services.listening.hearing import plays_changed
from bot.services.listening.staging import unpacked
from bot.services.listening.taking import take_plays
from bot.services.tools import Tools
from db.queries.listening import syncing as queries
from db.queries.listening.syncing import Turn
from db.session import Writing

log = logging.getLogger(__name__)


class Overtaken(Exception):  # noqa: N818 - the word of the field
    """The account is in other hands by now, or unlinked: whatever we know of it is not written."""


async def land(tools: Tools, turn: Turn, window: Window, last: Sequence[Told]) -> None:
    """Keep what the pages of a window told, `last` being the last of them. Raises `Overtaken`.

    The fence comes before the plays: it also keeps whoever unlinks the account waiting until they are there.
    """
    now = tools.clock.now()
    async with tools.database.writing() as session:
        if turn.standing is not Standing.WELL:
            await set_standing(session, turn.account_id, Standing.WELL, now)
        # A single page has nothing staged that somebody else could be at: there it is the giving back that tells.
        if window.pages > 1 and not await queries.hold(session, turn):
            raise Overtaken
        plays = await _pages(session, turn, window, last)
        complete = turn.source in KEEPS_ALL and not window.cursor
        span = Span(window.since, window.until) if complete else _known(window, plays)
        state = landed(turn.state, turn.source, window, span, plays, now, random.random())
        gone: list[Key] = []
        if complete and window.whole and window.purpose is not Purpose.BACKFILL:
            gone, judged = await _compared(session, turn, window, span, plays)
            if window.purpose is Purpose.DEEP:
                state = doubting(state, judged, now)
        if not await queries.settle(session, turn, state, next_due=next_due(state, turn.source, now), synced=now):
            raise Overtaken
        works = {key[1] for key in gone}
        if gone:
            await drop_plays(session, user_id=turn.user_id, keys=gone)
            log.info("account %s: %d plays are no longer told", turn.account_id, len(gone))
        if plays:
            taken = await take_plays(session, user_id=turn.user_id, plays=plays)
            if taken.new:
                works |= {work_id(told.artist, told.title) for told in plays}
        if works:
            await plays_changed(session, user_id=turn.user_id, works=works, now=now)


def _known(window: Window, plays: Sequence[Told]) -> Span:
    return known_span(window, min((told.started_at for told in plays), default=None))


async def _compared(
    session: Writing, turn: Turn, window: Window, span: Span, plays: Sequence[Told]
) -> tuple[list[Key], Judged]:
    """What the service told before and tells no more, of a time that came completely."""
    held = await told_between(session, user_id=turn.user_id, source=turn.source, since=span.since, until=span.until)
    judged = judge_missing(
        {Missing(key[0], key[1]) for key in held},
        [(told.started_at, work_id(told.artist, told.title)) for told in plays],
        turn.state.doubted if window.purpose is Purpose.DEEP else (),
    )
    gone = set(judged.gone)
    return [key for key in held if Missing(key[0], key[1]) in gone], judged


async def _pages(session: Writing, turn: Turn, window: Window, last: Sequence[Told]) -> list[Told]:
    """Everything the window's pages told; the staged ones are gone with this transaction."""
    if window.pages <= 1:
        return list(last)
    staged = await queries.staged_pages(session, turn.account_id)
    return [told for page in staged for told in unpacked(page)] + list(last)
