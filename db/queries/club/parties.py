"""Listening parties: what runs, what is due, and the one place where a party is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, and_, bindparam, case, func, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.week import Phase
from bot.domain.outbox import State as ErrandState
from bot.domain.party import RUNNING, Outcome, Party, PartyMember, Reason, State, Turn
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.club.scope import in_week
from db.session import WAKE
from db.tables import catalog
from db.tables import club as clubs
from db.tables import parties as tables
from db.tables.outbox import Errand

OPEN = (str(Phase.LISTENING), str(Phase.RATINGS))
"""Phases of a week in which a party may be held."""
PLAIN = (
    "id",
    "club_id",
    "week_id",
    "number",
    "starts_at",
    "position",
    "anchor_at",
    "paused_at",
    "paused_for",
    "ended_at",
    "run",
)
"""Columns that are stored as the party has them."""
TURN = ("position", "title", "artist", "track_id", "duration_ms", "began_at", "ended_at")
UNFINISHED = (ErrandState.PENDING, ErrandState.SENDING, ErrandState.UNKNOWN)


async def party(session: AsyncSession, party_id: UUID, *, lock: bool = False) -> Party | None:
    """A party by its key; `lock` keeps everybody else from changing it until the transaction ends."""
    row = tables.Party
    query = select(*(getattr(row, name) for name in PLAIN), row.state, row.reason).where(row.id == party_id)
    if lock:
        query = query.with_for_update(key_share=True)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    return Party(
        **{name: getattr(found, name) for name in PLAIN},
        state=State(found.state),
        reason=Reason(found.reason),
        turns=await _turns(session, found.club_id, party_id),
    )


async def _turns(session: AsyncSession, club_id: UUID, party_id: UUID) -> tuple[Turn, ...]:
    row = tables.PartyTurn
    rows = await session.execute(
        select(*(getattr(row, name) for name in TURN), row.outcome)
        .where(row.club_id == club_id, row.party_id == party_id)
        .order_by(row.position)
    )
    return tuple(Turn(**{name: getattr(one, name) for name in TURN}, outcome=Outcome(one.outcome)) for one in rows)


async def running_of_club(session: AsyncSession, club_id: UUID) -> list[tuple[UUID, UUID]]:
    """Keys of the parties that run in a club and of their weeks, the earlier week first."""
    row = tables.Party
    rows = await session.execute(
        select(row.id, row.week_id)
        .join(clubs.Week, and_(clubs.Week.club_id == row.club_id, clubs.Week.id == row.week_id))
        .where(row.club_id == club_id, row.state.in_([str(state) for state in RUNNING]))
        .order_by(clubs.Week.number)
    )
    return [(party_id, week_id) for party_id, week_id in rows]


async def running_of_week(session: AsyncSession, club_id: UUID, week_id: UUID) -> UUID | None:
    """The key of the week's party that runs."""
    return next((key for key, week in await running_of_club(session, club_id) if week == week_id), None)


async def numbered(session: AsyncSession, week_id: UUID, number: int) -> UUID | None:
    """The key of the week's n-th party."""
    row = tables.Party
    return await session.scalar(select(row.id).where(in_week(row, week_id), row.number == number))


async def next_number(session: AsyncSession, club_id: UUID, week_id: UUID) -> int:
    """The number the week's next party gets."""
    row = tables.Party
    last = await session.scalar(select(func.max(row.number)).where(row.club_id == club_id, row.week_id == week_id))
    return (last or 0) + 1


def _values(party: Party) -> dict[str, Any]:
    return {
        **{name: getattr(party, name) for name in PLAIN},
        "state": str(party.state),
        "reason": str(party.reason),
        "due_at": party.due_at,
    }


def _turn_values(turn: Turn) -> dict[str, Any]:
    return {**{name: getattr(turn, name) for name in TURN}, "outcome": str(turn.outcome)}


async def add_party(session: AsyncSession, new: Party, *, user_id: UUID, now: datetime) -> bool:
    """A host has called a party; False when another one of the week runs, or is being called right now."""
    added = await session.scalar(
        insert(tables.Party)
        .values(**_values(new), user_id=user_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(tables.Party.id)
    )
    if added is None:
        return False
    keys = {"club_id": new.club_id, "party_id": new.id}
    await session.execute(plain_insert(tables.PartyTurn), [{**keys, **_turn_values(turn)} for turn in new.turns])
    session.info[WAKE] = new.due_at
    return True


async def save_party(session: AsyncSession, before: Party, after: Party) -> None:
    """A party after a change; hold it. Turns end before others begin, so that never two play."""
    row, turns = tables.Party, tables.PartyTurn
    await session.execute(update(row).where(row.club_id == after.club_id, row.id == after.id).values(**_values(after)))
    for old, new in zip(before.turns, after.turns, strict=True):
        if old != new:
            mine = and_(turns.club_id == after.club_id, turns.party_id == after.id, turns.position == new.position)
            await session.execute(update(turns).where(mine).values(**_turn_values(new)))
    session.info[WAKE] = after.due_at


async def next_run(session: AsyncSession, held: Party) -> Party:
    """The party with another run, for what changes beside its timeline; hold it."""
    row = tables.Party
    changed = replace(held, run=held.run + 1)
    await session.execute(update(row).where(row.club_id == held.club_id, row.id == held.id).values(run=changed.run))
    return changed


# --- what is due ----------------------------------------------------------------------------------------------------

NOW: BindParameter[datetime] = bindparam("now", type_=tables.Party.due_at.type)


def _must_stop() -> Any:
    """Its week is no longer listened to, or its club pauses when it would go on."""
    paused = and_(clubs.Club.paused_until > NOW, tables.Party.due_at < clubs.Club.paused_until)
    return or_(clubs.Week.phase.not_in(OPEN), paused)


def _with_week(query: Any) -> Any:
    row = tables.Party
    return (
        query.join(clubs.Week, and_(clubs.Week.club_id == row.club_id, clubs.Week.id == row.week_id))
        .join(clubs.Club, clubs.Club.id == row.club_id)
        .where(row.due_at.is_not(None))  # the index
    )


@cache
def _next_due() -> Any:
    return _with_week(select(func.min(case((_must_stop(), NOW), else_=tables.Party.due_at))))


async def claim_due(session: AsyncSession, now: datetime, passed: Collection[UUID] = ()) -> UUID | None:
    """The key of the party that is due longest, which is held; what another process holds is passed by."""
    row = tables.Party
    due = (
        _with_week(select(row.id))
        .where(row.id.not_in(passed), or_(row.due_at <= NOW, _must_stop()))
        .order_by(row.due_at)
        .limit(1)
        .with_for_update(of=row, key_share=True, skip_locked=True)
    )
    return await session.scalar(due, {"now": now})


async def next_due(session: AsyncSession, now: datetime, passed: Collection[UUID] = ()) -> datetime | None:
    """When a party changes by itself next; now for one that has to stop."""
    asked = _next_due()
    return await session.scalar(asked.where(tables.Party.id.not_in(passed)) if passed else asked, {"now": now})


# --- who comes, and what is shown -----------------------------------------------------------------------------------


async def join(session: AsyncSession, held: Party, user_id: UUID, now: datetime) -> bool:
    """Somebody comes, or comes back; False when they are there."""
    row = tables.PartyMember
    joining = insert(row).values(club_id=held.club_id, party_id=held.id, user_id=user_id, joined_at=now)
    back = joining.on_conflict_do_update(
        index_elements=["club_id", "party_id", "user_id"], set_={"left_at": None}, where=row.left_at.is_not(None)
    )
    return await session.scalar(back.returning(row.user_id)) is not None


async def leave(session: AsyncSession, held: Party, user_id: UUID, now: datetime) -> bool:
    """Somebody goes; False when they are not there."""
    row = tables.PartyMember
    mine = and_(row.club_id == held.club_id, row.party_id == held.id, row.user_id == user_id, row.left_at.is_(None))
    return await session.scalar(update(row).where(mine).values(left_at=now).returning(row.user_id)) is not None


async def members_of(session: AsyncSession, held: Party) -> tuple[PartyMember, ...]:
    """Who came, in the order of their coming."""
    row = tables.PartyMember
    columns = (row.user_id, row.joined_at, row.left_at)
    rows = await session.execute(
        with_person(select(*columns, *PERSON), row.club_id, row.user_id)
        .where(row.club_id == held.club_id, row.party_id == held.id)
        .order_by(row.joined_at, row.user_id)
    )
    return tuple(PartyMember(one.user_id, shown_name(one), one.joined_at, one.left_at) for one in rows)


async def turns_of_album(session: AsyncSession, album_id: UUID) -> tuple[Turn, ...]:
    """The turns an album's track list makes, numbered from 1; none when nobody has told it."""
    row = catalog.Track
    rows = await session.execute(
        select(row.title, row.artist, row.id, row.duration_ms).where(row.album_id == album_id).order_by(row.position)
    )
    return tuple(Turn(place, *values) for place, values in enumerate(rows, start=1))


async def links_of_tracks(session: AsyncSession, track_ids: Iterable[UUID]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Service and address of the links of tracks, one per service."""
    row = catalog.TrackLink
    rows = await session.execute(
        select(row.track_id, row.service, row.url)
        .where(row.track_id.in_(list(track_ids)))
        .order_by(row.service, row.external_id)
    )
    found: dict[UUID, dict[str, str]] = {}
    for track_id, service, url in rows:
        found.setdefault(track_id, {}).setdefault(service, url)
    return {track_id: tuple(links.items()) for track_id, links in found.items()}


async def is_being_posted(session: AsyncSession, week_id: UUID, kind: str, ordinal: int) -> bool:
    """Whether a message of the week is still to be posted, or just being."""
    found = await session.scalar(
        select(Errand.id).where(
            Errand.week_id == week_id,
            Errand.kind == kind,
            Errand.ordinal == ordinal,
            Errand.state.in_([str(state) for state in UNFINISHED]),
        )
    )
    return found is not None
