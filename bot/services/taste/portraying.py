"""A member's taste as somebody in the club may see it."""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.listening.periods import EVER, read_period
from bot.domain.listening.refusals import NothingHeard
from bot.domain.people import Caller
from bot.domain.pictures.painting import TooFewForPicture
from bot.domain.taste.portrait import LOOKED_AT, Portrait, obscurity_of
from bot.domain.taste.profile import Profile, unpacked
from bot.domain.taste.scopes import Scope
from bot.domain.taste.sums import RULES_VERSION
from bot.services.listening.watching import Whose, shown_of
from bot.services.taste.refreshing import refresh_piece
from bot.services.tools import Tools
from db.queries.listening import reading
from db.queries.taste import profiles as queries
from db.queries.taste.profiles import Kept
from db.session import Reading

PATIENCE = 2.0
"""Seconds for which somebody who looks waits until what was heard lately is counted; the queue does the rest."""


async def portray(
    tools: Tools, *, caller: Caller, now: datetime, scope: Scope | None = None, whose: Whose | None = None
) -> Portrait:
    """The caller's taste in a scope, or another member's who lets them see it; the last year where none is named.

    Raises `NothingHeard`, `HearingHidden`, and `TooFewForPicture` where nothing was heard in it.
    """
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        fresh = _is_fresh(await queries.kept(session, shown.person.user_id, Scope.ALL), now)
    if not fresh:
        await _catch_up(tools, shown.person.user_id, now)
    async with tools.database.reading() as session:
        profile, kept = await _profile(session, shown.person.user_id, scope or Scope.YEAR)
        if not profile.plays and scope is None:
            profile, kept = await _profile(session, shown.person.user_id, Scope.ALL)
        if not profile.plays and not profile.prior:
            if not (await reading.count(session, shown.person.user_id, EVER)).plays:
                raise NothingHeard("" if shown.own else shown.person.name)
            raise TooFewForPicture(0, 1, "play")
        heard, others = await queries.known_to_others(
            session, shown.club_id, shown.person.user_id, scope=profile.scope, most=LOOKED_AT
        )
    return Portrait(
        shown,
        profile,
        read_period(profile.scope.value, shown.zone, now).words,
        obscurity_of(heard, others),
        others,
        stale=kept is None or kept.stale,
        zone=kept.zone if kept else "",
    )


async def _profile(session: Reading, user_id: UUID, scope: Scope) -> tuple[Profile, Kept | None]:
    kept = await queries.kept(session, user_id, scope)
    if kept is None or kept.values is None:
        return Profile(scope, 0, 0), kept
    return unpacked(scope, kept.values), kept


def _is_fresh(kept: Kept | None, now: datetime) -> bool:
    if kept is None or kept.values is None or kept.as_of is None or kept.stale or kept.rules != RULES_VERSION:
        return False
    # Days that lie ahead were reached by somebody's earlier zone: they come.
    return kept.as_of >= now.astimezone(ZoneInfo(kept.zone)).date()


async def _catch_up(tools: Tools, user_id: UUID, now: datetime) -> None:
    """Count what was heard lately, as far as it goes while somebody waits."""
    until = time.monotonic() + PATIENCE
    while await refresh_piece(tools, user_id=user_id, now=now):
        if time.monotonic() >= until:
            return
