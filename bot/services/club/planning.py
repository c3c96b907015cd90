"""How weeks come about: opened by hand, planned ahead, or with the host's own pick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.calendar import planned_from
from bot.domain.catalog import visible
from bot.domain.club.entries import Blurb, Nomination, Standing, check_blurb
from bot.domain.club.phases import Facts, advance
from bot.domain.club.rules import Pick
from bot.domain.club.week import Club, Phase, Week, WeekKind
from bot.domain.errors import PastTime, SlotTaken, TextTooLong, WrongPhase
from bot.domain.ids import new_id
from bot.domain.library.demos import rules_of_demos
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller
from bot.services import outbox, people
from bot.services.catalog import Resolved, keep_album
from bot.services.club.finding import week_for
from bot.services.club.transitions import apply, facts_of, planned_schedule
from bot.services.collisions import once_more
from bot.services.tools import Tools
from db.queries import audit
from db.queries.club import nominations, weeks
from db.session import Writing

THEME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Picked:
    """A host's pick, and the week it is for."""

    week: Week
    nomination: Nomination


def _check_theme(theme: str) -> str:
    theme = visible(theme).strip()
    if len(theme) > THEME_LIMIT:
        raise TextTooLong("theme", THEME_LIMIT, len(theme))
    return theme


async def _new_week(
    session: Writing,
    club: Club,
    now: datetime,
    *,
    opens_at: datetime,
    theme: str,
    pick: Pick | None,
    kind: WeekKind,
    blind: bool,
) -> Week:
    rules = replace(club.rules, pick=pick or club.rules.pick)
    week = Week(
        id=new_id(now),
        club_id=club.id,
        number=await weeks.next_number(session, club.id),
        opens_on=opens_at.astimezone(club.timezone).date(),
        phase=Phase.SCHEDULED,
        run=0,
        deadlines=planned_from(planned_schedule(club), club.timezone, opens_at),
        rules=rules_of_demos(rules, blind=blind) if kind is WeekKind.DEMO else rules,
        kind=kind,
        theme=theme,
    )
    await weeks.add_week(session, week, now)
    await weeks.renumber_scheduled(session, club.id)
    numbered = await weeks.week(session, week.id, lock="update")
    assert numbered is not None, "just added"
    return numbered


@once_more
async def open_week(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    theme: str = "",
    pick: Pick | None = None,
    nominations_close_at: datetime | None = None,
    kind: WeekKind = WeekKind.ALBUM,
    blind: bool = True,
) -> Week:
    """A host opens a week now; in a demo week that is `blind` nobody is told who made what before the result.

    Raises `SlotTaken` while another of its kind is being chosen, `PastTime`, `TextTooLong`.
    """
    theme = _check_theme(theme)
    if nominations_close_at is not None and nominations_close_at <= now:
        raise PastTime(nominations_close_at)
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        holder = await weeks.slot_holder(session, club.id, kind)
        if holder is not None:
            raise SlotTaken(holder.label, holder.deadlines.poll_close_at)
        week = await _new_week(session, club, now, opens_at=now, theme=theme, pick=pick, kind=kind, blind=blind)
        if nominations_close_at is not None:
            week = replace(week, deadlines=week.deadlines.moved("nominations_close_at", nominations_close_at))
        return await apply(session, club, advance(week, Facts(), now=now), now=now, by=member.user_id)


@once_more
async def plan_week(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    opens_at: datetime,
    theme: str = "",
    pick: Pick | None = None,
    kind: WeekKind = WeekKind.ALBUM,
    blind: bool = True,
) -> Week:
    """A host plans a week ahead; it opens by itself. Raises `PastTime`, `TextTooLong`."""
    theme = _check_theme(theme)
    if opens_at <= now:
        raise PastTime(opens_at)
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        week = await _new_week(session, club, now, opens_at=opens_at, theme=theme, pick=pick, kind=kind, blind=blind)
        await audit.add(session, club_id=club.id, user_id=member.user_id, week_id=week.id, action="planned", at=now)
        return week


@once_more
async def set_theme(
    tools: Tools, *, caller: Caller, now: datetime, theme: str, where: int | None = None, number: int | None = None
) -> Week:
    """A host gives a week its theme, until the poll closes."""
    theme = _check_theme(theme)
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        phases = (Phase.SCHEDULED, Phase.NOMINATIONS, Phase.POLL)
        week = await week_for(session, club, where=where, number=number, phases=phases, lock="update")
        week = replace(week, theme=theme)
        await weeks.save_week(session, week)
        if week.phase is not Phase.SCHEDULED:
            await outbox.record(session, week, [Draft(Kind.REFRESH)], now)
        await audit.add(
            session,
            club_id=club.id,
            user_id=member.user_id,
            week_id=week.id,
            action="theme_set",
            details={"theme": theme},
            at=now,
        )
        return week


@once_more
async def pick_album(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    album: Resolved,
    pitch: str = "",
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> Picked:
    """A host names the album of a host's-pick week: before it opens it is announced at the opening, after that at once.

    Picking again before the opening replaces the pick. Raises `WrongPhase` for a week that votes.
    """
    blurb = check_blurb(Blurb(pitch=visible(pitch)))
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id, lock=True)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        phases = (Phase.SCHEDULED, Phase.NOMINATIONS)
        found = await week_for(session, club, where=where, number=number, week=week, phases=phases, lock="update")
        if found.rules.pick is not Pick.HOST:
            raise WrongPhase(found.label, found.phase, ("host_pick",))
        for earlier in await nominations.nominations_of_week(session, found.id):
            if earlier.standing is Standing.STANDING:
                await nominations.set_standing(session, earlier, Standing.WITHDRAWN)
        nomination = await nominations.add_nomination(
            session,
            club_id=club.id,
            week_id=found.id,
            user_id=member.user_id,
            album=await keep_album(session, album, now),
            slot=1,
            blurb=blurb,
            host_pick=True,
            now=now,
        )
        if found.phase is Phase.NOMINATIONS:
            transition = advance(found, await facts_of(session, found), now=now, by_host=True)
            found = await apply(session, club, transition, now=now, by=member.user_id)
        return Picked(found, nomination)
