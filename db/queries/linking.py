"""Walks of members to a service's page and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from bot.domain.listening.plays import Source
from db.tables.linking import LinkAttempt


@dataclass(frozen=True, slots=True)
class Attempt:
    """A walk to a service's page, as it is kept."""

    id: UUID
    user_id: UUID
    source: Source
    browser_hash: bytes | None
    verifier: bytes | None
    ends_at: datetime
    answered_at: datetime | None
    outcome: str
    wanted: str
    """What shall be granted beside what linking takes."""


def _attempts() -> Select[*tuple[Any, ...]]:
    return select(
        LinkAttempt.id,
        LinkAttempt.user_id,
        LinkAttempt.provider,
        LinkAttempt.browser_hash,
        LinkAttempt.verifier,
        LinkAttempt.ends_at,
        LinkAttempt.answered_at,
        LinkAttempt.outcome,
        LinkAttempt.wanted,
    )


async def _one(session: AsyncSession, asked: Select[*tuple[Any, ...]]) -> Attempt | None:
    row = (await session.execute(asked)).one_or_none()
    return None if row is None else Attempt(row[0], row[1], Source(row[2]), *row[3:])


async def begin_attempt(
    session: AsyncSession,
    *,
    user_id: UUID,
    source: Source,
    pressed_id: int,
    ticket_hash: bytes,
    wanted: str = "",
    now: datetime,
    ends_at: datetime,
) -> None:
    """A member was given a ticket; the same press again gives the later one."""
    fresh = insert(LinkAttempt).values(
        id=new_id(now),
        user_id=user_id,
        provider=str(source),
        pressed_id=pressed_id,
        ticket_hash=ticket_hash,
        wanted=wanted,
        began_at=now,
        ends_at=ends_at,
        outcome="open",
    )
    await session.execute(
        fresh.on_conflict_do_update(
            index_elements=["pressed_id", "provider"],
            set_={"ticket_hash": ticket_hash, "wanted": wanted, "ends_at": ends_at},
        )
    )


async def attempt_by_ticket(session: AsyncSession, ticket_hash: bytes, *, lock: bool = False) -> Attempt | None:
    """The walk of a ticket; `lock` holds it."""
    asked = _attempts().where(LinkAttempt.ticket_hash == ticket_hash)
    return await _one(session, asked.with_for_update() if lock else asked)


async def attempt_by_state(session: AsyncSession, state_hash: bytes) -> Attempt | None:
    """The walk of a state, held: of two browsers that come back with it one is first."""
    return await _one(session, _attempts().where(LinkAttempt.state_hash == state_hash).with_for_update())


async def send_off(
    session: AsyncSession, attempt_id: UUID, *, browser_hash: bytes, state_hash: bytes, verifier: bytes
) -> None:
    """A browser goes on to the service; a state it was given before no longer counts."""
    await session.execute(
        update(LinkAttempt)
        .where(LinkAttempt.id == attempt_id)
        .values(browser_hash=browser_hash, state_hash=state_hash, verifier=verifier, answered_at=None)
    )


async def note_answer(session: AsyncSession, attempt_id: UUID, *, now: datetime, outcome: str) -> None:
    """The service has sent the browser back; that counts once."""
    await session.execute(
        update(LinkAttempt).where(LinkAttempt.id == attempt_id).values(answered_at=now, outcome=outcome)
    )


async def note_outcome(session: AsyncSession, attempt_id: UUID, outcome: str) -> None:
    """What became of a walk."""
    await session.execute(update(LinkAttempt).where(LinkAttempt.id == attempt_id).values(outcome=outcome))


async def forget_attempts(session: AsyncSession, before: datetime) -> None:
    """Walks that ended before an instant are forgotten."""
    await session.execute(delete(LinkAttempt).where(LinkAttempt.ends_at < before))


async def sealed_verifier(session: AsyncSession, attempt_id: UUID) -> bytes | None:
    """The sealed verifier of a walk, held."""
    return await session.scalar(select(LinkAttempt.verifier).where(LinkAttempt.id == attempt_id).with_for_update())


async def verifier_of(session: AsyncSession, attempt_id: UUID) -> bytes | None:
    """The sealed verifier of a walk, to look at."""
    return await session.scalar(select(LinkAttempt.verifier).where(LinkAttempt.id == attempt_id))


async def open_attempts(session: AsyncSession) -> list[UUID]:
    """Walks that hold a verifier."""
    return list(await session.scalars(select(LinkAttempt.id).where(LinkAttempt.verifier.is_not(None))))


async def reseal_verifier(session: AsyncSession, attempt_id: UUID, verifier: bytes) -> None:
    """The same verifier under another key."""
    await session.execute(update(LinkAttempt).where(LinkAttempt.id == attempt_id).values(verifier=verifier))
