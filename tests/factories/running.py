"""Clubs that run by themselves: hosts, whole weeks over time, and the errands they leave, with all that is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from bot.domain.club.entries import Blurb
from bot.domain.club.phases import Facts, advance
from bot.domain.club.week import Club, Phase, Week
from bot.domain.people import Caller, Member
from bot.services.catalog import Resolved, keep_album
from bot.services.club.phases import Advanced, advance_due, next_due
from bot.services.club.transitions import apply
from bot.services.people import member_of
from bot.services.tools import Tools
from db.queries.club import ballots, clubs, nominations, weeks
from db.session import Database
from db.tables.outbox import AuditEntry, Errand
from tests.factories.people import NOW, a_caller

HOST = a_caller(50, name="Host", manages=True)


@dataclass(frozen=True)
class Recorded:
    """An errand's row."""

    id: UUID
    kind: str
    phase: str
    run: int
    ordinal: int
    payload: dict[str, Any]
    state: str
    attempts: int
    not_before: datetime
    lane: str
    week_id: UUID | None
    discord_id: int | None

    @property
    def words(self) -> str:
        return str(self.payload.get("words", ""))


async def recorded(
    database: Database, *, week: UUID | None = None, kind: str | None = None, state: str | None = None
) -> list[Recorded]:
    """Errands in the order of recording."""
    async with database.reading() as session:
        rows = await session.execute(
            select(*(getattr(Errand, name) for name in Recorded.__dataclass_fields__)).order_by(Errand.seq)
        )
        found = [Recorded(*row) for row in rows]
    return [
        one
        for one in found
        if (week is None or one.week_id == week)
        and (kind is None or one.kind == kind)
        and (state is None or one.state == state)
    ]


async def audited(database: Database, club: Club) -> list[str]:
    """The actions of the audit log, oldest first."""
    async with database.reading() as session:
        rows = await session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.club_id == club.id)
            .order_by(AuditEntry.at, text("ctid"))  # a test's clock stands still
        )
        return list(rows)


async def weeks_of(database: Database, club: Club, *phases: Phase) -> list[Week]:
    """The club's weeks by number, of some phases or of all."""
    async with database.reading() as session:
        return await weeks.weeks_in(session, club.id, phases or tuple(Phase))


async def week_now(database: Database, week: Week) -> Week:
    """The week as it is stored now."""
    async with database.reading() as session:
        found = await weeks.week(session, week.id)
    assert found is not None
    return found


async def put_in_race(database: Database, week: Week, *, albums: int = 2, ballots_cast: int = 1) -> list[UUID]:
    """Albums of members 1, 2 … and ballots of members 21, 22 … for the first of them, whatever the phase allows."""
    race: list[UUID] = []
    async with database.writing() as session:
        club = await clubs.club(session, week.club_id)

        async def members(first: int, count: int) -> list[Member]:
            callers = [a_caller(number, guild_id=club.guild_id) for number in range(first, first + count)]
            return [await member_of(session, club, caller, NOW) for caller in callers]

        nominators, voters = await members(1, albums), await members(21, ballots_cast)
        for place, nominator in enumerate(nominators, start=1):
            added = await nominations.add_nomination(
                session,
                club_id=week.club_id,
                week_id=week.id,
                user_id=nominator.user_id,
                album=await keep_album(session, Resolved(None, f"Album {place}", "An Artist", None), NOW),
                slot=1,
                blurb=Blurb(),
                host_pick=False,
                now=NOW,
            )
            race.append(added.id)
        for voter in voters:
            await ballots.cast_ballot(
                session, club_id=week.club_id, week_id=week.id, user_id=voter.user_id, choices=race[:1], now=NOW
            )
    return race


async def enter(database: Database, club: Club, week: Week, facts: Facts, now: datetime) -> Week:
    """The week after its next transition at an instant, with everything that follows from it."""
    async with database.writing() as session:
        held = await clubs.club(session, club.id)
        return await apply(session, held, advance(week, facts, now=now), now=now)


async def live_until(tools: Tools, until: datetime, *, now: datetime = NOW) -> list[tuple[datetime, Advanced]]:
    """Wake at every deadline until an instant, as a bot that never sleeps does."""
    woken: list[tuple[datetime, Advanced]] = []
    while (due := await next_due(tools, now=now)) is not None and due <= until:
        assert not woken or woken[-1][1].count or due > now, f"woken again for nothing at {now}"
        now = max(now, due)
        woken.append((now, await advance_due(tools, now=now)))
    return woken


def a_host_by_role(role_id: int, number: int = 51) -> Caller:
    return a_caller(number, name="Host by role", role_ids=frozenset({role_id}))


def hold(weeks_found: Collection[Week]) -> dict[int, str]:
    """Week numbers with their phases."""
    return {week.number: str(week.phase) for week in weeks_found}
