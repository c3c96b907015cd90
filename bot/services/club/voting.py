"""The private ballot: what may be chosen, casting it, changing it, taking it back, and the table behind a result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.club.entries import CastBallot, Nomination, Standing, check_choices
from bot.domain.club.views import BallotForm, WeekView
from bot.domain.club.week import Phase, Week
from bot.domain.errors import NoSuchNomination, OwnNomination, WrongPhase
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller, Member
from bot.domain.tally import Method
from bot.services import outbox, people
from bot.services.club.boxes import open_box
from bot.services.club.finding import week_for
from bot.services.club.views import week_view
from bot.services.tools import Tools
from db.queries.club import ballots, nominations
from db.session import Reading, Writing

ANNOUNCED = (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)


async def ballot_form(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> BallotForm:
    """What the caller may choose from, with what they have chosen so far.

    Raises `PollClosed`; `OwnNomination` when nothing but their own albums is left to vote for.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await open_box(session, club, Phase.POLL, where=where, number=number, week=week, now=now)
        race = await _race(session, found)
        own = _own(found, member, race)
        if race and len(own) == len(race):
            raise OwnNomination(race[0].album.shown)
        present = await ballots.ballot_of(session, found.id, member.user_id)
        view = await week_view(session, found.id, now)
        options = tuple(one for one in view.standing if one.id not in own)
        allowed = {one.id for one in options}
        chosen = tuple(choice for choice in present.choices if choice in allowed) if present else ()
        return BallotForm(view, options, chosen)


async def cast_ballot(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    choices: Sequence[UUID],
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> CastBallot:
    """A member votes, best first; what they chose before is replaced.

    Raises `PollClosed`, `EmptyBallot`, `TooManyChoices`, `SameChoiceTwice`, `OwnNomination`, and `NoSuchNomination` for
    an album that is not in the race.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await open_box(session, club, Phase.POLL, where=where, number=number, week=week, now=now, lock="share")
        race = await _race(session, found)
        checked = _checked(found, member, race, choices)
        await ballots.cast_ballot(
            session, club_id=club.id, week_id=found.id, user_id=member.user_id, choices=checked, now=now
        )
        drafts = [Draft(Kind.REFRESH)]
        if await _all_nominators_voted(session, found, member):
            drafts.insert(0, Draft(Kind.HOST_NOTE, payload={"words": "close_early"}))
        await outbox.record(session, found, drafts, now)
        return CastBallot(member.user_id, member.discord_id, checked, now)


def _checked(week: Week, member: Member, race: Sequence[Nomination], choices: Sequence[UUID]) -> tuple[UUID, ...]:
    """The choices as a ballot of this week allows them."""
    names = {one.id: one.album.shown for one in race}
    own = _own(week, member, race)
    # Approval has no ranks to run out of.
    ranks = max(1, len(race)) if week.rules.method is Method.APPROVAL else week.rules.ranks
    checked = check_choices(choices, ranks=ranks, names=names)
    for choice in checked:
        if choice not in names:
            raise NoSuchNomination
        if choice in own:
            raise OwnNomination(names[choice])
    return checked


async def _race(session: Reading, week: Week) -> list[Nomination]:
    found = await nominations.nominations_of_week(session, week.id)
    return [one for one in found if one.standing is Standing.STANDING]


def _own(week: Week, member: Member, race: Sequence[Nomination]) -> frozenset[UUID]:
    """The nominations that the member may not vote for."""
    if week.rules.own_vote:
        return frozenset()
    return frozenset(one.id for one in race if one.user_id == member.user_id)


async def _all_nominators_voted(session: Writing, week: Week, member: Member) -> bool:
    """Whether this ballot was the last one that those who nominated still owed."""
    owed = await nominations.nominators(session, week.id)
    if member.user_id not in owed:
        return False
    # The last two may vote at once: the second waits here, and then sees the ballot of the first.
    await nominations.hold_standing(session, week.id)
    return owed <= await ballots.voters(session, week.id)


async def withdraw_ballot(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> bool:
    """A member takes their ballot back, until the poll closes; False when there was none. Raises `PollClosed`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await open_box(session, club, Phase.POLL, where=where, number=number, week=week, now=now, lock="share")
        gone = await ballots.withdraw_ballot(session, found.id, member.user_id)
        if gone:
            await outbox.record(session, found, [Draft(Kind.REFRESH)], now)
        return gone


async def tally_of(tools: Tools, *, caller: Caller, week: UUID, now: datetime) -> WeekView:
    """A week with the count behind its result. Raises `NoSuchWeek`, and `WrongPhase` before the winner is announced."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        found = await week_for(session, club, week=week, phases=tuple(Phase))
        if not found.announced:
            raise WrongPhase(found.label, found.phase, ANNOUNCED)
        return await week_view(session, found.id, now)
