"""People become members by taking part, count while they do, and leave without a trace in lists."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.errors import ClubNotSetUp, NotAHost
from bot.domain.people import FORMER_MEMBER, is_active
from bot.services import people
from db.queries import people as queries
from db.session import Database
from db.tables.people import LinkedAccount, Membership, User
from tests.factories import GUILD, NOW, a_caller, make_club, make_member, make_tools

DAY = timedelta(days=1)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


async def rows(database, table):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def active(database, club, now=NOW):
    async with database.reading() as session:
        return await queries.active_count(session, club.id, now)


async def test_joining_makes_a_user_an_identity_and_a_membership(tools, database):
    club = await make_club(database)
    member = await people.join(tools, caller=a_caller(1, name="Ann"), now=NOW)
    assert (member.club_id, member.name, member.discord_id) == (club.id, "Ann", a_caller(1).discord_id)
    assert (member.joined_at, member.active_at, member.left_at, member.dm_reminders) == (NOW, NOW, None, False)
    assert [await rows(database, table) for table in (User, LinkedAccount, Membership)] == [1, 1, 1]
    assert await people.join(tools, caller=a_caller(1, name="Ann"), now=NOW) == member


async def test_a_person_seen_for_the_first_time_in_many_places_at_once_is_one(tools, elsewhere, database):
    await make_club(database)
    members = await asyncio.gather(
        *(people.join(one, caller=a_caller(1), now=NOW) for _ in range(4) for one in (tools, elsewhere))
    )
    assert len({member.user_id for member in members}) == 1
    assert [await rows(database, table) for table in (User, LinkedAccount, Membership)] == [1, 1, 1]


async def test_one_person_is_a_member_of_each_club_of_their_own(tools, database):
    first, second = await make_club(database), await make_club(database, guild_id=2)
    here = await people.join(tools, caller=a_caller(1, name="Ann"), now=NOW)
    there = await people.join(tools, caller=a_caller(1, name="Annie", guild_id=2), now=NOW)
    assert here.user_id == there.user_id
    assert (here.club_id, here.name) == (first.id, "Ann")
    assert (there.club_id, there.name) == (second.id, "Annie")
    await people.leave(tools, caller=a_caller(1, guild_id=2), now=NOW)
    assert [await active(database, club) for club in (first, second)] == [1, 0]


async def test_a_server_without_a_club_has_no_members(tools):
    with pytest.raises(ClubNotSetUp):
        await people.join(tools, caller=a_caller(1), now=NOW)


async def test_a_new_name_is_taken_over(tools, database):
    await make_club(database)
    await people.join(tools, caller=a_caller(1, name="Ann"), now=NOW)
    assert (await people.join(tools, caller=a_caller(1, name="Annabel"), now=NOW)).name == "Annabel"


async def test_members_count_for_four_weeks_after_taking_part(tools, database):
    club = await make_club(database)
    member = await make_member(database)
    edge = NOW + timedelta(weeks=4)
    assert (await active(database, club, edge), is_active(member, edge)) == (1, True)
    late = edge + timedelta(microseconds=1)
    assert (await active(database, club, late), is_active(member, late)) == (0, False)


async def test_looking_is_not_taking_part(tools, database):
    club = await make_club(database)
    await make_member(database)
    async with database.writing() as session:
        _, member = await people.present(session, a_caller(1), NOW + 30 * DAY, takes_part=False)
    assert member.active_at == NOW
    assert await active(database, club, NOW + 30 * DAY) == 0


async def test_who_leaves_is_gone_from_turnout_and_comes_back_by_taking_part(tools, database):
    club = await make_club(database)
    await people.join(tools, caller=a_caller(1, name="Ann"), now=NOW)
    gone = await people.leave(tools, caller=a_caller(1, name="Ann"), now=NOW + DAY)
    assert (gone.left_at, gone.shown_name, is_active(gone, NOW + DAY)) == (NOW + DAY, FORMER_MEMBER, False)
    assert await active(database, club) == 0
    back = await people.join(tools, caller=a_caller(1, name="Ann"), now=NOW + 2 * DAY)
    assert (back.left_at, back.joined_at, back.shown_name) == (None, NOW, "Ann")
    assert await active(database, club, NOW + 2 * DAY) == 1


async def test_private_reminders_are_asked_for_and_end_with_a_closed_door_or_the_membership(tools, database):
    await make_club(database)
    asking = {"caller": a_caller(1), "now": NOW, "on": True}
    assert (await people.set_dm_reminders(tools, **asking)).dm_reminders
    await people.dm_closed(tools, discord_id=a_caller(1).discord_id)
    await people.dm_closed(tools, discord_id=12345)  # nobody we know
    assert not (await people.join(tools, caller=a_caller(1), now=NOW)).dm_reminders
    await people.set_dm_reminders(tools, **asking)
    assert not (await people.leave(tools, caller=a_caller(1), now=NOW)).dm_reminders
    assert not (await people.join(tools, caller=a_caller(1), now=NOW)).dm_reminders


async def test_members_unconfirmed_for_a_day_are_looked_for_longest_unseen_first(tools, database):
    club = await make_club(database)
    for number in (1, 2, 3):
        await make_member(database, a_caller(number), now=NOW + number * timedelta(minutes=1))
    assert await people.unseen_members(tools, now=NOW + DAY) == []
    unseen = await people.unseen_members(tools, now=NOW + 2 * DAY, limit=2)
    assert [one.discord_id for one in unseen] == [a_caller(1).discord_id, a_caller(2).discord_id]
    assert {(one.guild_id, one.club_id) for one in unseen} == {(GUILD, club.id)}
    await people.mark_seen(tools, club_id=club.id, user_id=unseen[0].user_id, now=NOW + 2 * DAY)
    await people.mark_left(tools, club_id=club.id, user_id=unseen[1].user_id, now=NOW + 2 * DAY)
    left = await people.unseen_members(tools, now=NOW + 2 * DAY)
    assert [one.discord_id for one in left] == [a_caller(3).discord_id]


async def test_who_has_left_stays_left_since_then(tools, database):
    club = await make_club(database)
    member = await make_member(database)
    for day in (1, 2):
        await people.mark_left(tools, club_id=club.id, user_id=member.user_id, now=NOW + day * DAY)
    async with database.reading() as session:
        found = await queries.member(session, club.id, member.user_id)
    assert found is not None
    assert found.left_at == NOW + DAY


@pytest.mark.parametrize(
    ("caller", "allowed"),
    [
        (a_caller(1), False),
        (a_caller(1, manages=True), True),
        (a_caller(1, role_ids=frozenset({7})), True),
        (a_caller(1, role_ids=frozenset({8})), False),
    ],
)
async def test_hosts_have_the_clubs_role_or_manage_the_server(database, caller, allowed):
    club = await make_club(database, host_role_id=7)
    if allowed:
        people.require_host(club, caller)
    else:
        with pytest.raises(NotAHost):
            people.require_host(club, caller)


async def test_a_club_without_a_host_role_is_run_by_those_who_manage_the_server(database):
    club = await make_club(database)
    people.require_host(club, a_caller(1, manages=True))
    with pytest.raises(NotAHost):
        people.require_host(club, a_caller(1, role_ids=frozenset({7})))
