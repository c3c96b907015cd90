from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.domain.club.entries import Standing
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from bot.domain.errors import (
    EmptyBallot,
    NoSuchNomination,
    OwnNomination,
    PollClosed,
    PressRepeated,
    SameChoiceTwice,
    TooManyChoices,
    WrongPhase,
)
from bot.domain.tally import Method
from bot.services import people
from bot.services.club import voting
from bot.services.club.phases import advance_week
from bot.services.club.views import view_of
from db.queries.club import ballots as queries
from db.queries.club import nominations as nomination_queries
from db.queries.club import weeks
from db.tables.club import Ballot, Vote
from db.tables.outbox import Errand
from db.tables.people import Membership
from db.tables.presses import ActedPress
from tests.factories import (
    NOW,
    a_caller,
    errands_of,
    make_club,
    make_member,
    make_nomination,
    make_tools,
    make_week,
    rewrite_week,
)

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)


@pytest.fixture
def tools(database):
    return make_tools(database)


async def a_poll(database, *, albums=4, rules=None):
    """A poll over albums of members 1, 2, 3 …"""
    week = await make_week(database, await make_club(database, rules=rules), phase=Phase.POLL)
    race = [
        await make_nomination(database, week, caller=a_caller(number), title=f"Album {number}")
        for number in range(1, albums + 1)
    ]
    return week, [one.id for one in race]


async def vote(tools, caller, *choices, now=LATER, **which):
    return await voting.cast_ballot(tools, caller=caller, now=now, choices=choices, **which)


async def stored(database, week) -> dict[int, tuple]:
    async with database.reading() as session:
        return {ballot.discord_id: ballot.choices for ballot in await queries.ballots_of_week(session, week.id)}


async def test_a_ballot_keeps_its_order(tools, database):
    week, (a, b, c, _) = await a_poll(database)
    cast = await vote(tools, a_caller(9), c, a)
    assert cast.choices == (c, a)
    assert await stored(database, week) == {a_caller(9).discord_id: (c, a)}
    assert (await view_of(tools, week=week.id, now=LATER)).ballots == 1
    assert [errand.kind for errand in await errands_of(database)] == ["refresh"]
    await vote(tools, a_caller(1), b)
    assert (await stored(database, week))[a_caller(1).discord_id] == (b,)


async def test_voting_again_replaces(tools, database):
    week, (a, b, c, _) = await a_poll(database)
    for choices in ((a, b), (b, a), (c,)):
        await vote(tools, a_caller(9), *choices)
    assert await stored(database, week) == {a_caller(9).discord_id: (c,)}


async def test_a_press_that_is_told_twice_casts_once(tools, database):
    week, (a, b, c, _) = await a_poll(database)
    await vote(tools, a_caller(9), a, week=week.id, press=71)
    await vote(tools, a_caller(9), c, week=week.id, press=72)
    with pytest.raises(PressRepeated):
        await vote(tools, a_caller(9), a, week=week.id, press=71)
    assert await stored(database, week) == {a_caller(9).discord_id: (c,)}
    assert await voting.withdraw_ballot(tools, caller=a_caller(9), now=LATER)
    with pytest.raises(PressRepeated):
        await vote(tools, a_caller(9), c, week=week.id, press=72)
    assert await stored(database, week) == {}, "what was taken back since stays taken back"
    await voting.sweep(tools, now=LATER + timedelta(hours=2))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ActedPress)) == 0
    told = await asyncio.gather(
        *(vote(tools, a_caller(9), b, week=week.id, press=73) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, PressRepeated) for one in told) == 3


async def test_a_member_who_comes_by_a_button_is_noted_as_by_a_command(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    await vote(tools, a_caller(9, name="Old name"), a, week=week.id)
    await vote(tools, a_caller(9, name="New name"), b, week=week.id)
    async with database.reading() as session:
        names = await session.scalars(select(Membership.display_name))
        assert "New name" in set(names)
    await people.leave(tools, caller=a_caller(9, name="New name"), now=LATER)
    await vote(tools, a_caller(9, name="New name"), a, week=week.id)
    member = await people.join(tools, caller=a_caller(9, name="New name"), now=LATER)
    assert member.left_at is None
    late = week.deadlines.poll_close_at
    with pytest.raises(PollClosed):
        await vote(tools, a_caller(9, name="New name"), b, week=week.id, now=late)
    assert await stored(database, week) == {a_caller(9).discord_id: (a,)}


async def test_ballots_change_the_card_together_and_it_is_drawn_at_once_for_what_cannot_wait(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    await vote(tools, a_caller(9), a, week=week.id)
    await vote(tools, a_caller(10), b, week=week.id, now=LATER + timedelta(seconds=1))
    assert len(await errands_of(database)) == 1
    async with database.reading() as session:
        due = select(Errand.not_before).where(Errand.week_id == week.id)
        assert await session.scalar(due) == LATER + voting.SHOWN_AFTER
    assert await voting.withdraw_ballot(tools, caller=a_caller(9), now=LATER + timedelta(seconds=1))
    async with database.reading() as session:
        assert await session.scalar(due) == LATER + timedelta(seconds=1)


async def test_ten_ballots_at_once_leave_one(tools, database):
    week, race = await a_poll(database)
    await make_member(database, a_caller(9))
    pairs = [(first, second) for first in race for second in race if first != second][:10]
    await asyncio.gather(*(vote(tools, a_caller(9), *pair) for pair in pairs))
    (choices,) = (await stored(database, week)).values()
    assert choices in pairs
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Ballot)) == 1
        assert await session.scalar(select(func.count()).select_from(Vote)) == 2


async def test_forty_members_vote_at_once(tools, database):
    week, race = await a_poll(database)
    await asyncio.gather(*(vote(tools, a_caller(number), race[number % 4]) for number in range(10, 50)))
    assert len(await stored(database, week)) == 40


@pytest.mark.parametrize(("ranks", "allowed"), [(1, 1), (2, 2), (5, 5)])
async def test_a_ballot_has_as_many_ranks_as_the_club_says(tools, database, ranks, allowed):
    _, race = await a_poll(database, albums=6, rules=Rules(ranks=ranks))
    await vote(tools, a_caller(9), *race[:allowed])
    with pytest.raises(TooManyChoices) as caught:
        await vote(tools, a_caller(9), *race[: allowed + 1])
    assert caught.value.ranks == ranks


async def test_a_ballot_names_each_album_once(tools, database):
    _, (a, *_) = await a_poll(database)
    with pytest.raises(SameChoiceTwice) as caught:
        await vote(tools, a_caller(9), a, a)
    assert caught.value.album == "Album 1 — An Artist"


async def test_an_empty_ballot_is_refused(tools, database):
    await a_poll(database)
    with pytest.raises(EmptyBallot):
        await vote(tools, a_caller(9))


async def test_nobody_votes_for_their_own_nomination(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    with pytest.raises(OwnNomination) as caught:
        await vote(tools, a_caller(1), b, a)
    assert caught.value.album == "Album 1 — An Artist"
    assert await stored(database, week) == {}


async def test_the_club_may_allow_a_vote_for_oneself(tools, database):
    week, (a, b, _, _) = await a_poll(database, rules=Rules(own_vote=True))
    await vote(tools, a_caller(1), a, b)
    assert await stored(database, week) == {a_caller(1).discord_id: (a, b)}


async def test_only_albums_in_this_race_get_votes(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    async with database.writing() as session:
        void = await nomination_queries.nomination(session, week.club_id, b)
        assert void is not None
        await nomination_queries.set_standing(session, void, Standing.VOID)
    for choice in (b, uuid4()):
        with pytest.raises(NoSuchNomination):
            await vote(tools, a_caller(9), a, choice)
    assert await stored(database, week) == {}


async def test_an_album_of_another_week_gets_no_vote_here(tools, database):
    week, (a, _, _, _) = await a_poll(database)
    await rewrite_week(database, week, phase=Phase.CANCELLED, cancel_reason="host", cancelled_from=Phase.POLL)
    club = (await view_of(tools, week=week.id, now=LATER)).club
    later = await make_week(database, club, phase=Phase.POLL)
    with pytest.raises(NoSuchNomination):
        await vote(tools, a_caller(9), a, week=later.id)


async def test_a_late_ballot_is_refused(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    closes = week.deadlines.poll_close_at
    await vote(tools, a_caller(9), a, now=closes - timedelta(microseconds=1))
    with pytest.raises(PollClosed) as caught:
        await vote(tools, a_caller(9), b, now=closes)
    assert caught.value.closed_at == closes
    assert await stored(database, week) == {a_caller(9).discord_id: (a,)}


async def test_before_the_poll_there_is_no_ballot(tools, database):
    week = await make_week(database, await make_club(database))
    with pytest.raises(PollClosed) as caught:
        await vote(tools, a_caller(9), uuid4(), week=week.id)
    assert caught.value.closed_at is None


async def test_a_ballot_and_the_close_cannot_cross(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    await vote(tools, a_caller(8), b)

    async def close():
        return await advance_week(tools, caller=HOST, now=LATER, number=week.number)

    results = await asyncio.gather(
        *(vote(tools, a_caller(number), a) for number in range(10, 20)), close(), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, PollClosed)]
    cast = len(await stored(database, week))
    assert cast + len(refused) == 11
    tally = (await voting.tally_of(tools, caller=HOST, week=week.id, now=LATER)).tally
    assert tally is not None
    assert tally.points[str(a)] == 2 * (cast - 1)
    view = await view_of(tools, week=week.id, now=LATER)
    assert view.week.result is not None
    assert view.week.result["points"] == tally.points


async def test_a_ballot_that_waits_for_the_close_comes_too_late(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    await vote(tools, a_caller(8), b)
    async with database.writing() as session:
        held = await weeks.week(session, week.id, lock="update")
        assert held is not None
        late = asyncio.create_task(vote(tools, a_caller(9), a))
        _, waiting = await asyncio.wait({late}, timeout=0.2)
        assert waiting
        await weeks.save_week(session, replace(held, phase=Phase.LISTENING, winner_id=b, deciding_step="points"))
    with pytest.raises(PollClosed):
        await late
    assert await stored(database, week) == {a_caller(8).discord_id: (b,)}


async def test_a_ballot_is_taken_back(tools, database):
    week, (a, _, _, _) = await a_poll(database)
    await vote(tools, a_caller(9), a)
    assert await voting.withdraw_ballot(tools, caller=a_caller(9), now=LATER)
    assert not await voting.withdraw_ballot(tools, caller=a_caller(9), now=LATER)
    assert await stored(database, week) == {}
    with pytest.raises(PollClosed):
        await voting.withdraw_ballot(tools, caller=a_caller(9), now=week.deadlines.poll_close_at)


async def test_the_form_shows_what_may_be_chosen_and_what_was(tools, database):
    _, (a, b, c, d) = await a_poll(database)
    await vote(tools, a_caller(1), d, b)
    form = await voting.ballot_form(tools, caller=a_caller(1), now=LATER)
    assert [one.id for one in form.options] == [b, c, d]
    assert form.chosen == (d, b)
    everything = await voting.ballot_form(tools, caller=a_caller(9), now=LATER)
    assert [one.id for one in everything.options] == [a, b, c, d]
    assert everything.chosen == ()


async def test_the_form_gives_no_hidden_nominator_away(tools, database):
    await a_poll(database, rules=Rules(anonymous=True))
    form = await voting.ballot_form(tools, caller=a_caller(9), now=LATER)
    assert {one.nominator for one in form.options} == {""}


async def test_the_form_forgets_a_choice_that_stands_no_longer(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    await vote(tools, a_caller(9), a, b)
    async with database.writing() as session:
        void = await nomination_queries.nomination(session, week.club_id, a)
        assert void is not None
        await nomination_queries.set_standing(session, void, Standing.VOID)
    assert (await voting.ballot_form(tools, caller=a_caller(9), now=LATER)).chosen == (b,)


async def test_who_could_only_vote_for_themselves_is_told_so(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.POLL)
    for slot in (1, 2):
        await make_nomination(database, week, caller=a_caller(1), title=f"Album {slot}", slot=slot)
    with pytest.raises(OwnNomination):
        await voting.ballot_form(tools, caller=a_caller(1), now=LATER)


async def test_hosts_hear_once_that_every_nominator_has_voted(tools, database):
    week, (a, b) = await a_poll(database, albums=2)
    await vote(tools, a_caller(9), a)
    await vote(tools, a_caller(1), b)
    assert await errands_of(database, "host_note") == []
    await vote(tools, a_caller(2), a)
    await vote(tools, a_caller(2), a)
    await rewrite_week(database, week, run=5)
    await vote(tools, a_caller(1), b)
    assert [errand.payload for errand in await errands_of(database, "host_note")] == [{"words": "close_early"}]


async def test_the_last_two_nominators_may_vote_at_once(tools, database):
    _, (a, b) = await a_poll(database, albums=2)
    await asyncio.gather(vote(tools, a_caller(1), b), vote(tools, a_caller(2), a))
    assert len(await errands_of(database, "host_note")) == 1


async def test_a_nominator_waits_for_the_ballot_of_another_that_is_being_cast(tools, database):
    week, (a, b) = await a_poll(database, albums=2)
    first = await make_member(database, a_caller(1))
    async with database.writing() as session:
        await queries.cast_ballot(
            session, club_id=week.club_id, week_id=week.id, user_id=first.user_id, choices=[b], now=LATER
        )
        await nomination_queries.hold_standing(session, week.id)
        second = asyncio.create_task(vote(tools, a_caller(2), a))
        _, waiting = await asyncio.wait({second}, timeout=0.2)
        assert waiting
    await second
    assert len(await errands_of(database, "host_note")) == 1


async def test_the_count_is_secret_until_the_winner_is_known(tools, database):
    week, (a, b, _, _) = await a_poll(database)
    await vote(tools, a_caller(9), a, b)
    with pytest.raises(WrongPhase):
        await voting.tally_of(tools, caller=HOST, week=week.id, now=LATER)
    assert (await view_of(tools, week=week.id, now=LATER)).tally is None
    await advance_week(tools, caller=HOST, now=LATER, number=week.number)
    tally = (await voting.tally_of(tools, caller=HOST, week=week.id, now=LATER)).tally
    assert tally is not None
    assert (tally.winner, tally.points[str(a)], tally.points[str(b)]) == (str(a), 2, 1)


async def test_a_former_members_ballot_still_counts(tools, database):
    week, (a, _, _, _) = await a_poll(database)
    await vote(tools, a_caller(9), a)
    await people.leave(tools, caller=a_caller(9), now=LATER)
    assert await stored(database, week) == {a_caller(9).discord_id: (a,)}


async def test_an_approval_ballot_is_not_bound_to_the_clubs_ranks(tools, database):
    week, race = await a_poll(database, albums=6, rules=Rules(method=Method.APPROVAL, ranks=2))
    picked = tuple(reversed(race[1:]))
    assert (await vote(tools, a_caller(20), *picked)).choices == picked
    assert await stored(database, week) == {a_caller(20).discord_id: picked}


async def test_the_tables_refuse_a_vote_across_weeks(tools, database):
    week, (a, _, _, _) = await a_poll(database)
    member = await make_member(database, a_caller(9))
    await rewrite_week(database, week, phase=Phase.CANCELLED, cancel_reason="host", cancelled_from=Phase.POLL)
    later = await make_week(database, (await view_of(tools, week=week.id, now=LATER)).club, phase=Phase.POLL)

    async def slip_in():
        async with database.writing() as session:
            await queries.cast_ballot(
                session,
                club_id=week.club_id,
                week_id=later.id,
                user_id=member.user_id,
                choices=[a],
                now=LATER,
            )

    with pytest.raises(NoSuchNomination):
        await slip_in()
    assert await stored(database, later) == {}
