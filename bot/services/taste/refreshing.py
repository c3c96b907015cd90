"""Profiles are kept up: members whose plays or ratings changed are found, and their sums changed by what changed.

A piece of what is stale is worked off in one transaction, so that a kill leaves sums that are right for what they hold,
and marks for what they do not hold yet.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.listening.periods import midnight
from bot.domain.tasks import REFRESH_TASTE
from bot.domain.taste.priors import artists_of, genres_of, unpacked
from bot.domain.taste.profile import SHOWN_ARTISTS, packed, prior_share, profile_of, with_prior
from bot.domain.taste.scopes import WINDOWS, Scope, first_day
from bot.domain.taste.sums import RULES_VERSION, Change, Day, Key, Line, Settled, Weighed, change_of, days_of, settle
from bot.services.tools import Tools
from db.queries import queue
from db.queries.listening import plays
from db.queries.taste import days as day_queries
from db.queries.taste import facts, states, sums
from db.queries.taste import priors as prior_queries
from db.session import Writing

log = logging.getLogger(__name__)

DAYS_AT_ONCE = 60
SUBJECTS_AT_ONCE = 500
"""Stale days, and artists and albums that are described anew, of one transaction."""
MOST_CLAIMED = 50
LEASE = timedelta(minutes=10)
"""After so long a member whose task never came to it is claimed again."""
REST = timedelta(hours=1)
"""So long what is heard and what is learnt is gathered before a profile is refreshed again; whoever looks at one does
not wait for that (`portraying`)."""
ONE_DAY = timedelta(days=1)


async def wake(tools: Tools, *, now: datetime) -> int:
    """Claim members whose taste is stale, or whose windows ended on an earlier day; how many tasks were queued.

    Claiming twice does nothing: who is claimed has a lease, and a task that waits is not queued again.
    """
    async with tools.database.writing() as session:
        # Wherever they live, that day is over.
        claimed = await states.claim(
            session,
            now=now,
            before=(now - timedelta(hours=12)).date(),
            until=now + LEASE,
            rested=now - REST,
            most=MOST_CLAIMED,
        )
        for user_id in claimed:
            name = f"taste:{user_id}"
            await queue.defer(session, REFRESH_TASTE, {"user": str(user_id)}, lock=name, queueing_lock=name)
        return len(claimed)


async def refresh(tools: Tools, *, user: str) -> None:
    """The task: bring a member's profile up to date, piece by piece."""
    while await refresh_piece(tools, user_id=UUID(user), now=tools.clock.now()):
        pass


async def refresh_piece(tools: Tools, *, user_id: UUID, now: datetime) -> bool:
    """Work off a piece of what is stale; whether something is left. Nothing happens for nobody."""
    async with tools.database.writing() as session:
        if not await plays.hold(session, user_id):
            return False
        return await _refresh(session, user_id, now)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whose sums are changed, and from which day to which."""

    user_id: UUID
    zone: ZoneInfo
    before_on: date
    today: date


async def _refresh(session: Writing, user_id: UUID, now: datetime) -> bool:
    await sums.begin(session)
    state = await sums.state_of(session, user_id)
    zone = _zone(await sums.zone_of(session, user_id))
    today = now.astimezone(zone).date()
    fresh = state.as_of is None or state.rules != RULES_VERSION or state.zone != zone.key
    if fresh:
        await sums.forget(session, user_id)
    before_on = today if fresh or state.as_of is None else state.as_of
    turn = _Turn(user_id, zone, before_on, max(today, before_on))
    stale, described = await day_queries.take_stale(session, user_id, days=DAYS_AT_ONCE, subjects=SUBJECTS_AT_ONCE)
    changed = await _change(session, turn, stale, described)
    # Where nothing was stale, what services say of the member is another.
    if changed or fresh or turn.today != before_on or not (stale or described):
        await _show(session, turn, now)
    return await sums.leave(
        session,
        user_id,
        as_of=turn.today,
        zone=zone.key,
        rules=RULES_VERSION,
        changed=changed or fresh,
        now=now,
    )


async def _change(session: Writing, turn: _Turn, stale: Sequence[date], described: Sequence[Key]) -> bool:
    """Change the sums by days that changed, days that left a window, and what is described otherwise."""
    days = local_days(stale, turn.zone)
    after = await _days(session, turn, days)
    leaving = [
        (first_day(scope, turn.before_on), first_day(scope, turn.today))
        for scope in WINDOWS
        if turn.today > turn.before_on
    ]
    before = await day_queries.stored_days(session, turn.user_id, days, leaving)
    now_there: dict[date, Day] = {day: was for day, was in before.items() if day not in days} | after
    changes = {
        scope: change_of(scope, before_on=turn.before_on, today=turn.today, before=before, after=now_there)
        for scope in Scope
    }
    touched = sorted({key for change in changes.values() for key in change.subjects} | set(described))
    if not touched and not any(change.lines for change in changes.values()):
        return False
    await _keep(session, turn.user_id, changes, touched)
    changed = {day: after.get(day) for day in days if after.get(day) != before.get(day)}
    if changed:
        await day_queries.keep_days(session, turn.user_id, changed)
    return True


async def _keep(session: Writing, user_id: UUID, changes: Mapping[Scope, Change], touched: Sequence[Key]) -> None:
    ever = changes[Scope.ALL].subjects
    # Held first: nobody describes them otherwise until this is done.
    revs = await sums.want(session, {key: ever.get(key, (0, 0))[0] for key in touched})
    weighed = await sums.weighed(session, user_id, touched)
    asked = {(of, key, row.rev) for (_, of, key), row in weighed.items()} | {(*key, rev) for key, rev in revs.items()}
    traits = await sums.traits_of_revs(session, asked)
    settled = {scope: settle(scope, changes, touched, weighed, revs, traits) for scope in Scope}
    await sums.keep_weights(session, user_id, list(_rows(settled)))
    await sums.add_lines(session, user_id, dict(_lines(settled)))


def _rows(settled: Mapping[Scope, Settled]) -> Iterable[tuple[Scope, Key, Weighed]]:
    return ((scope, key, row) for scope, done in settled.items() for key, row in done.weighed.items())


def _lines(settled: Mapping[Scope, Settled]) -> Iterable[tuple[tuple[Scope, Line], int]]:
    return (((scope, line), number) for scope, done in settled.items() for line, number in done.lines.items())


async def _days(session: Writing, turn: _Turn, days: Collection[date]) -> dict[date, Day]:
    """What these days put into the sums as plays and ratings are now."""
    if not days:
        return {}
    spans = [(midnight(day, turn.zone), midnight(day + ONE_DAY, turn.zone)) for day in sorted(days)]
    heard = await day_queries.heard_in(session, turn.user_id, spans)
    rated = await day_queries.rated_in(session, turn.user_id, spans)
    features = await day_queries.features_of(session, {one.track_id for one in heard})
    return days_of(heard, rated, turn.zone, features)


async def _show(session: Writing, turn: _Turn, now: datetime) -> None:
    """Write down what the sums say."""
    lines = await sums.lines_of(session, turn.user_id)
    profiles = [
        profile_of(scope, lines[scope], await sums.strongest(session, turn.user_id, scope, SHOWN_ARTISTS))
        for scope in Scope
    ]
    heard = max(one.plays for one in profiles)
    if prior_share(heard) and (told := await prior_queries.told(session, turn.user_id)):
        liked = [unpacked(values) for values in told.values()]
        known = await facts.genres_of_artists(session, artists_of(liked))
        said = genres_of(liked, known)
        profiles = [with_prior(one, said, told, heard=heard) for one in profiles]
    rows = [(one.scope, packed(one), one.plays, one.complete) for one in profiles]
    await sums.keep_profiles(session, turn.user_id, rows, as_of=turn.today, now=now)


def local_days(days: Iterable[date], zone: ZoneInfo) -> set[date]:
    """The days of a zone that share an instant with days of UTC."""
    found: set[date] = set()
    for day in days:
        begins = datetime.combine(day, time(0), UTC)
        ends = begins + ONE_DAY - timedelta(microseconds=1)
        found |= {begins.astimezone(zone).date(), ends.astimezone(zone).date()}
    return found


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        log.warning("no zone is called %s; days are those of UTC", name)
        return ZoneInfo("UTC")
