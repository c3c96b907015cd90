"""The private ballot: what may be chosen, casting it, changing it, taking it back, and the table behind a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.club.entries import Contender, Nomination, Standing, check_choices, choices_of
from bot.domain.club.views import BallotForm, WeekView
from bot.domain.club.week import Phase, Week
from bot.domain.errors import NoSuchNomination, OwnNomination, WrongPhase
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller, Member
from bot.domain.tally import Method
from bot.services import outbox, people
from bot.services.club.boxes import deadline_of, open_box
from bot.services.club.finding import week_for
from bot.services.club.views import week_view
from bot.services.collisions import once_more
from bot.services.tools import Tools
from db.queries import presses
from db.queries.club import ballots, box, nominations
from db.queries.club.box import AtBox
from db.session import Asking, Driven, Reading

ANNOUNCED = (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED)
LATELY = timedelta(minutes=10)
"""A member who was here within this time need not be noted again."""
SHOWN_AFTER = timedelta(seconds=2)
"""Ballots that come within this time change the week's card once, together."""
PRESSES_KEPT = timedelta(hours=1)
"""Discord gives an interaction up after a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Voted:
    """A ballot as it is stored now."""

    week: Week
    chosen: tuple[Contender, ...]
    """Best first."""

    @property
    def choices(self) -> tuple[UUID, ...]:
        """The keys of what was chosen, best first."""
        return tuple(one.id for one in self.chosen)


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


@once_more
async def cast_ballot(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    choices: Sequence[UUID] = (),
    ranks: Sequence[Sequence[UUID]] = (),
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
    press: int | None = None,
) -> Voted:
    """A member votes, best first; what they chose before is replaced.

    A form tells `ranks` instead: what was chosen for each. `press` is the interaction by which the ballot came: the
    second time it raises `PressRepeated`. Raises `PollClosed`, `EmptyBallot`, `TooManyChoices`, `SameChoiceTwice`,
    `OwnNomination`, and `NoSuchNomination` for an album that is not in the race.
    """
    if week is not None:
        async with tools.database.driven() as driven:
            known = await _at_the_box(driven, caller, week, now)
            if known is not None:
                return await _cast(driven, known.week, known.user_id, choices, ranks, now, press)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await open_box(session, club, Phase.POLL, where=where, number=number, week=week, now=now, lock="share")
        race = await _demos(session, found) if found.is_demo else None
        return await _cast(session, found, member.user_id, choices, ranks, now, press, race)


async def _at_the_box(driven: Driven, caller: Caller, week: UUID, now: datetime) -> AtBox | None:
    """A member who was here just now, at a box that is open and held: one question for a ballot such as most are.

    None where more has to be done or asked, be it for the words of a refusal.
    """
    known = await box.at_box(driven, guild_id=caller.guild_id, discord_id=caller.discord_id, week_id=week)
    if known is None or known.week.phase is not Phase.POLL or known.week.is_demo:
        return None
    lately = known.is_here and known.name == caller.name and min(known.active_at, known.seen_at) > now - LATELY
    return known if lately and deadline_of(known.week, Phase.POLL) > now else None


async def _choices_of(asking: Asking, week: Week, user_id: UUID, ranks: Sequence[Sequence[UUID]]) -> Sequence[UUID]:
    """What a form chose, best first; where a rank came back with two, the present ballot says which of them is new."""
    approval = week.rules.method is Method.APPROVAL
    before: Sequence[UUID] = ()
    if not approval and any(len(given) > 1 for given in ranks):
        before = await ballots.choices_of(asking, week.id, user_id)
    return choices_of(ranks, before, approval=approval)


async def _cast(
    asking: Asking,
    week: Week,
    user_id: UUID,
    choices: Sequence[UUID],
    ranks: Sequence[Sequence[UUID]],
    now: datetime,
    press: int | None,
    contenders: Sequence[Contender] | None = None,
) -> Voted:
    if ranks:
        choices = await _choices_of(asking, week, user_id, ranks)
    found = contenders if contenders is not None else await box.contenders(asking, week)
    race = {one.id: one for one in found}
    checked = _checked(week, user_id, race, choices)
    await ballots.cast_ballot(
        asking, club_id=week.club_id, week_id=week.id, user_id=user_id, choices=checked, now=now, press=press
    )
    drafts = [Draft(Kind.REFRESH, not_before=now + SHOWN_AFTER)]
    if await _all_nominators_voted(asking, week, user_id, race.values()):
        drafts.insert(0, Draft(Kind.HOST_NOTE, payload={"words": "close_early"}))
    await outbox.record(asking, week, drafts, now)
    return Voted(week, tuple(race[choice] for choice in checked))


async def _demos(session: Reading, week: Week) -> Sequence[Contender]:
    """The tracks in a race of demos, whose titles and names follow from what the club may know."""
    return [Contender(one.id, one.user_id, one.album) for one in await _race(session, week)]


def _checked(week: Week, user_id: UUID, race: Mapping[UUID, Contender], choices: Sequence[UUID]) -> tuple[UUID, ...]:
    """The choices as a ballot of this week allows them."""
    # Approval has no ranks to run out of.
    ranks = max(1, len(race)) if week.rules.method is Method.APPROVAL else week.rules.ranks
    checked = check_choices(choices, ranks=ranks, names={one.id: one.album.shown for one in race.values()})
    for choice in checked:
        if choice not in race:
            raise NoSuchNomination
        if race[choice].user_id == user_id and not week.rules.own_vote:
            raise OwnNomination(race[choice].album.shown)
    return checked


async def _race(session: Reading, week: Week) -> list[Nomination]:
    found = await nominations.nominations_of_week(session, week.id)
    return [one for one in found if one.standing is Standing.STANDING]


def _own(week: Week, member: Member, race: Sequence[Nomination]) -> frozenset[UUID]:
    """The nominations that the member may not vote for."""
    if week.rules.own_vote:
        return frozenset()
    return frozenset(one.id for one in race if one.user_id == member.user_id)


async def _all_nominators_voted(asking: Asking, week: Week, user_id: UUID, race: Iterable[Contender]) -> bool:
    """Whether this ballot was the last one that those who nominated still owed."""
    owed = {one.user_id for one in race}
    if user_id not in owed:
        return False
    # The last two may vote at once: the second waits here, and then sees the ballot of the first.
    await nominations.hold_standing(asking, week.id)
    return owed <= await ballots.voters(asking, week.id)


@once_more
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


async def sweep(tools: Tools, *, now: datetime) -> None:
    """Forget presses that come no more."""
    async with tools.database.writing() as session:
        await presses.sweep(session, now - PRESSES_KEPT)
