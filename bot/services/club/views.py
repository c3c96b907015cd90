"""What the club sees: values for cards, panels and private replies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.club.entries import Nomination, Standing
from bot.domain.club.ratings import summarise
from bot.domain.club.views import WeekView, YourPart
from bot.domain.club.week import OPEN_PHASES, Club, Phase, Week
from bot.domain.errors import NoSuchWeek
from bot.domain.listening.hearing import Turnout
from bot.domain.people import Caller
from bot.services import people
from bot.services.club.finding import week_for
from bot.services.club.results import counted_again
from bot.services.listening import hearing
from bot.services.tools import Tools
from db.queries import audit, catalog
from db.queries import outbox as outbox_queries
from db.queries import people as people_queries
from db.queries.audit import Deed
from db.queries.club import ballots, clubs, nominations, ratings, weeks
from db.queries.outbox import Unsettled
from db.session import Reading

SHOWN = (Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING, Phase.RATINGS)


@dataclass(frozen=True, slots=True)
class HostSummary:
    """What only hosts see of a week; never who voted for what."""

    view: WeekView
    unsettled: Unsettled
    troubles: tuple[tuple[str, str], ...]
    """Kind and error of what could not be shown."""
    deeds: tuple[Deed, ...]
    hearings: int
    turnout: Turnout | None = None
    """How much of the album the active members have heard; none before there is one."""


def hidden(week: Week) -> bool:
    """Whether nominators are still unknown to the club."""
    return week.rules.anonymous and not week.announced


def masked(week: Week, found: Sequence[Nomination]) -> tuple[Nomination, ...]:
    """The nominations as the club sees them: not the withdrawn ones, and no nominators while they are hidden."""
    shown = (nomination for nomination in found if nomination.standing is not Standing.WITHDRAWN)
    if not hidden(week):
        return tuple(shown)
    return tuple(_masked(nomination) for nomination in shown)


def _masked(nomination: Nomination) -> Nomination:
    return replace(nomination, nominator="", nominator_discord_id=0)


async def week_view(session: Reading, week_id: UUID, now: datetime) -> WeekView:
    """A week with everything its public cards show."""
    week = await weeks.week(session, week_id)
    if week is None:
        raise NoSuchWeek
    club = await clubs.club(session, week.club_id)
    found = await nominations.nominations_of_week(session, week.id)
    winner = next((nomination for nomination in found if nomination.id == week.winner_id), None)
    # There is nothing to rate before there is a winner; a reopened week keeps what it was given.
    heard_of = winner is not None or week.reopened
    given = await ratings.ratings_of_week(session, week.id) if heard_of else ()
    official = [rating for rating in given if rating.official]
    closed = week.phase is Phase.CLOSED
    past = await ratings.past_means(session, club.id, week.number, week.kind) if closed and official else ()
    listened = await hearing.listened_of(session, week, official, now)
    return WeekView(
        club=club,
        week=week,
        nominations=masked(week, found),
        ballots=await ballots.ballot_count(session, week.id),
        turnout_of=await people_queries.active_count(session, club.id, now),
        winner=winner,
        links=tuple(await catalog.links_of(session, winner.album.id)) if winner else (),
        tracks=tuple(await catalog.tracks_of(session, winner.album.id)) if winner else (),
        tally=await counted_again(session, club, week, found) if week.announced else None,
        ratings=len(official),
        heard=await ratings.hearing_count(session, week.id) if heard_of else 0,
        summary=summarise(official, past) if closed else None,
        late=len(given) - len(official),
        listened=sum(one.heard for one in listened.values()) if listened else None,
        panels=await outbox_queries.panels_of(session, week.id),
    )


async def view_of(tools: Tools, *, week: UUID, now: datetime) -> WeekView:
    """A week as its cards show it."""
    async with tools.database.reading() as session:
        return await week_view(session, week, now)


async def show_week(
    tools: Tools, *, caller: Caller, now: datetime, where: int | None = None, number: int | None = None
) -> WeekView:
    """The week that is meant; without a thread or a number the newest that runs, else the last, else the next one."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        return await week_view(session, (await _shown(session, club, where, number)).id, now)


async def _shown(session: Reading, club: Club, where: int | None, number: int | None) -> Week:
    if number is not None or (where is not None and await weeks.week_of_thread(session, club.id, where)):
        return await week_for(session, club, where=where, number=number, phases=tuple(Phase))
    for phases in (SHOWN, (Phase.CLOSED, Phase.CANCELLED)):
        newest = await weeks.newest_in(session, club.id, phases)
        if newest is not None:
            return newest
    for waiting in await weeks.weeks_in(session, club.id, (Phase.SCHEDULED,)):
        return waiting
    raise NoSuchWeek


async def your_part(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> YourPart:
    """What the caller has done in a week, and what is left."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        if week is None:
            week = (await _shown(session, club, where, number)).id
        found = await week_for(session, club, week=week, phases=tuple(Phase))
        race = await nominations.nominations_of_week(session, found.id)
        shown = {one.id: one for one in masked(found, race)}
        ballot = await ballots.ballot_of(session, found.id, member.user_id)
        given = await ratings.ratings_of_week(session, found.id)
        seconds = await nominations.seconded_by(session, found.id, member.user_id)
        return YourPart(
            view=await week_view(session, found.id, now),
            nominations=tuple(one for one in race if one.user_id == member.user_id and one.id in shown),
            seconds=tuple(shown[nomination] for nomination in seconds if nomination in shown),
            ballot=None if ballot is None else tuple(shown[choice] for choice in ballot.choices if choice in shown),
            rating=next((rating for rating in given if rating.user_id == member.user_id), None),
            heard=await ratings.has_heard(session, found.id, member.user_id),
            dm_reminders=member.dm_reminders,
        )


async def host_summary(
    tools: Tools, *, caller: Caller, now: datetime, where: int | None = None, number: int | None = None
) -> HostSummary:
    """What a host needs to know of a week: what is stuck, and who did what."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        week = await _shown(session, club, where, number)
        return HostSummary(
            view=await week_view(session, week.id, now),
            unsettled=await outbox_queries.unsettled(session, now, week.id),
            troubles=tuple(await outbox_queries.troubles(session, week.id)),
            deeds=tuple(await audit.latest(session, club.id, week.id)),
            hearings=await ratings.hearing_count(session, week.id),
            turnout=await hearing.turnout_of(session, week, now),
        )


async def week_suggestions(
    tools: Tools, *, guild_id: int, text: str, phases: Collection[Phase] = OPEN_PHASES
) -> list[tuple[str, int]]:
    """Weeks for autocomplete: label with theme, and number; newest first."""
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            return []
        found = await weeks.latest_weeks(session, club.id, 100)
    wanted = text.strip().casefold()
    labels = [
        (f"{week.label} · {week.theme}" if week.theme else week.label, week.number)
        for week in found
        if week.phase in phases
    ]
    return [(label, number) for label, number in labels if wanted in label.casefold()][:25]
