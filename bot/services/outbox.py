"""Errands between the transaction that wants them and the delivery that performs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.club.views import PanelRef
from bot.domain.club.week import Club, ThreadRole, Week
from bot.domain.outbox import ATTEMPTS, MERGING, Draft, Errand, Kind, State, retry_after
from bot.services.tools import Tools
from db.presence import NAMESPACE
from db.queries import outbox as queries
from db.queries.club import weeks
from db.queries.outbox import Unsettled
from db.queries.posts import note_message
from db.session import LAST, RING, RING_AT, Asking, Writing

KEPT_FOR = timedelta(days=30)
"""How long finished errands stay on record."""
DEAD_FOR = timedelta(days=180)
"""How long one stays that could not be performed: hosts may have it tried again until then."""

ONCE_A_WEEK = {Kind.HOST_NOTE: frozenset({"close_early"}), Kind.NOTICE: frozenset({"finished"})}
"""Errands that are wanted once per week (and ordinal), whatever its phase and run."""


REDRAWS = "redraws"
"""What is drawn again once a transaction ends, by week, kind and ordinal; kept in `session.info` until then."""


async def record(asking: Asking, week: Week, drafts: Sequence[Draft], now: datetime, *, in_turn: bool = False) -> None:
    """Record errands of a week beside the change that causes them; the same one twice is recorded once.

    Those of which one stands for all are recorded last in the transaction, in one order whoever records them: two that
    draw the same messages again never wait for each other. `in_turn` is for whoever holds the week alone and wants them
    performed in the order given.
    """
    for draft in drafts:
        if draft.kind in MERGING and not in_turn:
            _put_last(asking, week, draft, now)
        else:
            await _record(asking, week, draft, now)
    later = [draft.not_before for draft in drafts if draft.not_before is not None and draft.not_before > now]
    if len(later) < len(drafts):
        asking.info[RING] = True
    elif later:
        asking.info[RING_AT] = min([*later, asking.info.get(RING_AT, later[0])])


def _put_last(asking: Asking, week: Week, draft: Draft, now: datetime) -> None:
    """Leave a redraw to the end of the transaction, as one with the same that is left to it already."""
    asking.info[LAST] = _record_last
    left: dict[tuple[UUID, int, int], tuple[Week, Draft, datetime]] = asking.info.setdefault(REDRAWS, {})
    place = (week.id, MERGING.index(draft.kind), draft.ordinal)
    if place in left:
        earlier = left[place][1]
        times = [one.not_before for one in (earlier, draft) if one.not_before is not None]
        # What is wanted at once waits for nothing.
        at = min(times) if len(times) > 1 else None
        draft = replace(draft, not_before=at, payload={**earlier.payload, **draft.payload})
    left[place] = (week, draft, now)


async def _record_last(asking: Asking) -> None:
    left: dict[tuple[UUID, int, int], tuple[Week, Draft, datetime]] = asking.info.pop(REDRAWS)
    for place in sorted(left):
        await _record(asking, *left[place])


async def _record(asking: Asking, week: Week, draft: Draft, now: datetime) -> None:
    words = str(draft.payload.get("words", ""))
    phase, run = (week.phase, week.run) if words not in ONCE_A_WEEK.get(draft.kind, ()) else ("", 0)
    await queries.add(
        asking,
        draft,
        club_id=week.club_id,
        week_id=week.id,
        lane=_lane(week, draft),
        key=f"{week.id}:{phase}:{run}:{draft.kind}:{draft.ordinal}:{words}",
        phase=week.phase,
        run=week.run,
        now=now,
    )


def _lane(week: Week, draft: Draft) -> str:
    """Where an errand waits its turn; what depends on nothing must not stand in anybody's way."""
    if draft.kind in (Kind.REMINDER, Kind.DM):
        return f"{week.id}:reminders"
    if draft.kind in (Kind.GUIDE_REFRESH, Kind.HEARING_REFRESH) and draft.not_before is not None:
        return f"{week.id}:counts"
    return str(week.id)


async def record_dm(session: Writing, week: Week, draft: Draft, *, key: str, discord_id: int, now: datetime) -> None:
    """Record a private message to one person, in a lane of its own: a closed door holds up nobody else."""
    await queries.add(
        session,
        draft,
        club_id=week.club_id,
        week_id=week.id,
        lane=f"dm:{discord_id}",
        key=f"{week.id}:dm:{discord_id}:{key}",
        phase=week.phase,
        run=week.run,
        now=now,
    )
    session.info[RING] = True


async def record_account_dm(
    session: Writing, draft: Draft, *, club_id: UUID, key: str, discord_id: int, now: datetime
) -> None:
    """Record a private message about a linked account; the club is one the person is in."""
    await queries.add(
        session,
        draft,
        club_id=club_id,
        week_id=None,
        lane=f"dm:{discord_id}",
        key=f"account:{key}",
        phase="",
        run=0,
        now=now,
    )
    session.info[RING] = True


async def record_for_club(
    session: Writing, club: Club, draft: Draft, *, key: str, now: datetime, lane: str = ""
) -> None:
    """Record an errand that belongs to no week; in the club's lane unless told."""
    await queries.add(
        session,
        draft,
        club_id=club.id,
        week_id=None,
        lane=lane or f"club:{club.id}",
        key=f"{club.id}:{key}",
        phase="",
        run=0,
        now=now,
    )
    session.info[RING] = True


async def claim(tools: Tools, *, now: datetime, limit: int = 8) -> list[Errand]:
    """Take errands that are due, at most one per lane; the lease keeps other processes off."""
    async with tools.database.writing() as session:
        return await queries.claim(session, now, limit, tools.database.holder)


async def release_abandoned(tools: Tools, *, now: datetime) -> int:
    """What a process held that is gone may be taken over at once; how many errands."""
    async with tools.database.writing() as session:
        return await queries.release_abandoned(session, now, NAMESPACE)


async def settle(
    tools: Tools,
    errand: Errand,
    *,
    now: datetime,
    discord_id: int | None = None,
    panel: PanelRef | None = None,
    panel_key: tuple[str, int] | None = None,
    thread_roles: Sequence[ThreadRole] = (),
    event_id: int | None = None,
    event_gone: bool = False,
    skipped: bool = False,
    posts: Sequence[UUID] = (),
) -> bool:
    """An errand was performed: Discord's ids are stored with it, in one transaction. False when it was taken over.

    `panel` is where the message stands (`panel_key` when it is another kind's), `thread_roles` what the thread
    `discord_id` serves, `skipped` that the errand was no longer wanted, `posts` what the message presents.
    """
    async with tools.database.writing() as session:
        state = State.SKIPPED if skipped else State.DONE
        if not await queries.finish(session, errand, state, now=now, discord_id=discord_id, error=None):
            return False
        if errand.week_id is None:
            if panel is not None and posts:
                await note_message(session, errand.club_id, posts, panel)
            return True
        if panel is not None:
            kind, ordinal = panel_key or (str(errand.kind), errand.ordinal)
            await queries.keep_panel(
                session, club_id=errand.club_id, week_id=errand.week_id, kind=kind, ordinal=ordinal, panel=panel
            )
            if posts:
                await note_message(session, errand.club_id, posts, panel)
        if thread_roles and discord_id is not None:
            await weeks.note_threads(session, errand.week_id, discord_id, thread_roles)
        if event_id is not None or event_gone:
            await weeks.note_event(session, errand.week_id, event_id)
        return True


async def fail(
    tools: Tools,
    errand: Errand,
    *,
    now: datetime,
    error: str,
    unknown: bool = False,
    final: bool = False,
    after: timedelta | None = None,
) -> State:
    """An errand was not performed, or nobody knows (`unknown`): tried again later, or dead (`final`, or too often).

    Returns its state now; `SENDING` when another process has taken it over.
    """
    async with tools.database.writing() as session:
        if final or errand.attempts >= ATTEMPTS:
            ended = await queries.finish(session, errand, State.DEAD, now=now, discord_id=None, error=error)
            return State.DEAD if ended else State.SENDING
        state = State.UNKNOWN if unknown or errand.reconcile else State.PENDING
        wait = after or retry_after(errand.attempts)
        back = await queries.put_back(session, errand, state, not_before=now + wait, error=error)
        return state if back else State.SENDING


async def unsettled(tools: Tools, *, now: datetime) -> Unsettled:
    """How many errands are due, waiting for their time, and dead."""
    async with tools.database.reading() as session:
        return await queries.unsettled(session, now)


async def at_work(tools: Tools, *, now: datetime) -> bool:
    """Whether an errand is being performed or could be: what waits behind one that is put off is neither."""
    async with tools.database.reading() as session:
        return await queries.at_work(session, now)


async def next_errand_at(tools: Tools) -> datetime | None:
    """When the earliest unfinished errand is due."""
    async with tools.database.reading() as session:
        return await queries.next_errand_at(session)


async def next_retry_at(tools: Tools) -> datetime | None:
    """When the earliest errand is due again that was tried in vain; None when there is none."""
    async with tools.database.reading() as session:
        return await queries.next_retry_at(session)


async def sweep(tools: Tools, *, now: datetime) -> None:
    """Forget errands that were finished a month ago, and those that died half a year ago."""
    async with tools.database.writing() as session:
        await queries.sweep(session, now - KEPT_FOR, now - DEAD_FOR)
