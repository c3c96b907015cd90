"""Windows land: their pages become plays, counters, coverage and the time of the next reading, in one transaction.

What is new of an account is a few plays, and each question to the database costs more than what it does there. So
accounts that were read at the same time are landed together, with as many questions as one alone.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

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
from bot.services.listening.forgetting import drop_plays
from bot.services.listening.hearing import plays_changed
from bot.services.listening.staging import unpacked
from bot.services.listening.taking import take_held
from bot.services.tools import Tools
from db.queries.listening import plays as play_queries
from db.queries.listening import syncing as queries
from db.queries.listening.syncing import Given, Turn
from db.session import Writing

log = logging.getLogger(__name__)

PLAYS_TOGETHER = 2_000
"""Plays that are landed in one transaction, unless one account alone has more."""


class Overtaken(Exception):  # noqa: N818 - the word of the field
    """The account is in other hands by now, or unlinked: whatever we know of it is not written."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A window that was read as far as it goes."""

    turn: Turn
    window: Window
    last: Sequence[Told]
    """What its last page told; the others are staged."""

    @property
    def complete(self) -> bool:
        """Whether everything of the window's time was told."""
        return self.turn.source in KEEPS_ALL and not self.window.cursor

    @property
    def span(self) -> Span:
        """The time of which every play is known now."""
        if self.complete:
            return Span(self.window.since, self.window.until)
        return known_span(self.window, min((told.started_at for told in self.last), default=None))

    @property
    def may_be_compared(self) -> bool:
        """Whether what is not told has to be looked for among what was told before."""
        return self.complete and self.window.whole and self.window.purpose is not Purpose.BACKFILL

    @property
    def goes_with_others(self) -> bool:
        """Whether it may be landed together with others: a single page of an account with which all is well."""
        return self.window.pages <= 1 and self.turn.standing is Standing.WELL


@dataclass(frozen=True, slots=True)
class Compared:
    """What a service told before and tells no more."""

    judged: Judged = field(default_factory=Judged)
    gone: Sequence[Key] = ()
    """Plays to be taken away."""


NOTHING = Compared()


def together(landings: Sequence[Landing]) -> list[list[Landing]]:
    """Those that are landed together: no member twice, and not too many plays."""
    groups: list[list[Landing]] = []
    for landing in landings:
        for group in groups:
            others = all(one.turn.user_id != landing.turn.user_id for one in group)
            if others and sum(len(one.last) for one in group) + len(landing.last) <= PLAYS_TOGETHER:
                group.append(landing)
                break
        else:
            groups.append([landing])
    return groups


async def land(tools: Tools, landing: Landing) -> None:
    """Keep what the pages of one window told. Raises `Overtaken`."""
    now = tools.clock.now()
    async with tools.database.writing() as session:
        if landing.turn.standing is not Standing.WELL:
            await set_standing(session, landing.turn.account_id, Standing.WELL, now)
        # The fence comes before the plays: whoever unlinks the account waits until they are there.
        if not await queries.hold_with_members(session, [landing.turn], waits=True):
            raise Overtaken
        await _land(session, [await _with_pages(session, landing)], now)


async def land_together(tools: Tools, landings: Sequence[Landing]) -> list[Landing]:
    """Keep what several windows told; those are answered that have to be landed alone, or were overtaken.

    They are of different members. Nobody is waited for, so that two workers never wait for each other, and no account
    waits for what is done with another one. Where plays are taken away, clubs count less, which is done alone.
    """
    now = tools.clock.now()
    async with tools.database.writing() as session:
        held = await queries.hold_with_members(session, [one.turn for one in landings], waits=False)
        mine = [one for one in landings if one.turn.account_id in held]
        done = await _land(session, mine, now, takes_away=False) if mine else set[UUID]()
    return [one for one in landings if one.turn.account_id not in done]


async def _land(session: Writing, landings: Sequence[Landing], now: datetime, *, takes_away: bool = True) -> set[UUID]:
    """Land windows of accounts that are held with their members; which accounts were.

    Where it `takes_away` nothing, those are left out whose plays the service no longer tells.
    """
    compared = await _compared(session, landings)
    if not takes_away:
        landings = [one for one in landings if not compared.get(one.turn.user_id, NOTHING).gone]
    await queries.settle(session, [_given(one, compared.get(one.turn.user_id), now) for one in landings])
    works: dict[UUID, set[UUID]] = {}
    for one in landings:
        member = one.turn.user_id
        if gone := compared.get(member, NOTHING).gone:
            works[member] = {key[1] for key in gone}
            await drop_plays(session, user_id=member, keys=gone)
            log.info("account %s: %d plays are no longer told", one.turn.account_id, len(gone))
    told = {one.turn.user_id: one.last for one in landings if one.last}
    for member, taken in (await take_held(session, told)).items():
        if taken.new:
            works.setdefault(member, set()).update(work_id(play.artist, play.title) for play in told[member])
    await plays_changed(session, works=works, now=now)
    return {one.turn.account_id for one in landings}


def _given(landing: Landing, compared: Compared | None, now: datetime) -> Given:
    """The account as it is given back after its window landed."""
    turn, window = landing.turn, landing.window
    state = landed(turn.state, turn.source, window, landing.span, landing.last, now, random.random())
    if compared is not None and window.purpose is Purpose.DEEP:
        state = doubting(state, compared.judged, now)
    return Given(turn, state, next_due(state, turn.source, now), now)


async def _compared(session: Writing, landings: Sequence[Landing]) -> dict[UUID, Compared]:
    """By member, what the service told before and tells no more, of a time that came completely."""
    asked = {one.turn.user_id: one for one in landings if one.may_be_compared}
    spans = {member: (one.turn.source.value, one.span.since, one.span.until) for member, one in asked.items()}
    held = await play_queries.told_between(session, spans)
    return {member: _judged(one, held[member]) for member, one in asked.items()}


def _judged(landing: Landing, held: Set[Key]) -> Compared:
    doubted = landing.turn.state.doubted if landing.window.purpose is Purpose.DEEP else ()
    judged = judge_missing(
        {Missing(key[0], key[1]) for key in held},
        [(told.started_at, work_id(told.artist, told.title)) for told in landing.last],
        doubted,
    )
    gone = set(judged.gone)
    return Compared(judged, [key for key in held if Missing(key[0], key[1]) in gone])


async def _with_pages(session: Writing, landing: Landing) -> Landing:
    """With everything that the window's pages told; the staged ones are gone with this transaction."""
    if landing.window.pages <= 1:
        return landing
    staged = await queries.staged_pages(session, landing.turn.account_id)
    return replace(landing, last=[told for page in staged for told in unpacked(page)] + list(landing.last))
