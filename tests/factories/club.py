"""Clubs and weeks, put straight into the tables, so that a test starts in the phase it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.calendar import DEADLINES, Deadlines
from bot.domain.club.entries import Blurb, Nomination
from bot.domain.club.rules import Rules
from bot.domain.club.week import OPEN_PHASES, Club, Phase, ThreadRole, Week
from bot.domain.ids import new_id
from bot.domain.people import Caller
from bot.services.catalog import Resolved, keep_album
from db.queries.club import clubs, nominations, weeks
from db.session import Database
from tests.factories.people import GUILD, NOW, a_caller, make_member

ANNOUNCED = (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)
DAY = timedelta(days=1)


async def make_club(
    database: Database,
    *,
    guild_id: int = GUILD,
    rules: Rules | None = None,
    zone: str = "Europe/Berlin",
    host_role_id: int | None = None,
    now: datetime = NOW,
) -> Club:
    club = Club(
        id=new_id(now),
        guild_id=guild_id,
        name="A club",
        channel_id=guild_id + 1,
        zone=zone,
        rules=rules or Rules(),
        host_role_id=host_role_id,
    )
    async with database.writing() as session:
        assert await clubs.add_club(session, club, now)
    return club


def deadlines_in(phase: Phase, now: datetime) -> Deadlines:
    """Deadlines two days apart, the one that ends the phase a day from now; a week that is over has them all behind."""
    place = OPEN_PHASES.index(phase) if phase in OPEN_PHASES else len(DEADLINES)
    return Deadlines(*(now + DAY + 2 * DAY * (other - place) for other in range(len(DEADLINES))))


async def make_week(
    database: Database,
    club: Club,
    *,
    phase: Phase = Phase.NOMINATIONS,
    number: int | None = None,
    rules: Rules | None = None,
    album: str = "The Winner",
    thread_id: int | None = None,
    now: datetime = NOW,
) -> Week:
    """A week in a phase, with a day left of it. An announced week was won by `album`, nominated by member 99."""
    async with database.writing() as session:
        number = number or await weeks.next_number(session, club.id)
        deadlines = deadlines_in(phase, now)
        week = Week(
            id=new_id(now),
            club_id=club.id,
            number=number,
            opens_on=deadlines.opens_at.date(),
            phase=Phase.SCHEDULED,
            run=0,
            deadlines=deadlines,
            rules=rules or club.rules,
        )
        await weeks.add_week(session, week, now)
        if thread_id is not None:
            await weeks.note_threads(session, week.id, thread_id, list(ThreadRole))
    changes: dict[str, Any] = {"phase": phase, "run": 1, "phase_began_at": now - DAY}
    if phase in ANNOUNCED:
        winner = await make_nomination(
            database, week, caller=a_caller(99, guild_id=club.guild_id), title=album, now=now - 9 * DAY
        )
        changes |= {"winner_id": winner.id, "deciding_step": "unopposed"}
    if phase is Phase.CANCELLED:
        changes |= {"cancelled_from": Phase.NOMINATIONS, "cancel_reason": "host"}
    return await rewrite_week(database, week, **changes)


async def rewrite_week(database: Database, week: Week, **changes: Any) -> Week:
    """The week with other values, without anything that follows from a transition."""
    async with database.writing() as session:
        await weeks.save_week(session, replace(week, **changes))
        changed = await weeks.week(session, week.id)
    assert changed is not None
    return changed


async def make_nomination(
    database: Database,
    week: Week,
    *,
    caller: Caller | None = None,
    title: str = "An Album",
    artist: str = "An Artist",
    year: int | None = None,
    slot: int = 1,
    blurb: Blurb | None = None,
    now: datetime = NOW,
) -> Nomination:
    """An album in the race, whatever the week's phase and rules say."""
    member = await make_member(database, caller, now=now)
    async with database.writing() as session:
        album = await keep_album(session, Resolved(None, title, artist, year), now)
        return await nominations.add_nomination(
            session,
            club_id=week.club_id,
            week_id=week.id,
            user_id=member.user_id,
            album=album,
            slot=slot,
            blurb=blurb or Blurb(),
            host_pick=False,
            now=now,
        )
