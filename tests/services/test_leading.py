"""What only one process may do: one has it, a dead one loses it at once, and one that was overtaken writes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.leases import LENGTH, UPKEEP, Overtaken
from bot.services import leading, people
from db.presence import Presence
from db.session import Database
from tests.factories import NOW, a_caller, make_club, make_member, make_tools

SECOND = timedelta(seconds=1)


@pytest.fixture
async def processes(database_url):
    """Two processes that show they live, as bots do."""
    shown, tools = [], []
    for _ in range(2):
        presence = Presence(database_url)
        await presence.show()
        database = Database.connect(database_url, pool_size=2)
        database.holder = presence.holder
        shown.append(presence)
        tools.append(make_tools(database))
    yield tools, shown
    for presence, one in zip(shown, tools, strict=True):
        await presence.leave()
        await one.database.close()


async def test_one_process_has_a_duty_and_keeps_it(processes):
    (one, other), _ = processes
    held = await leading.lead(one, UPKEEP, now=NOW)
    assert held is not None
    assert await leading.lead(other, UPKEEP, now=NOW) is None
    assert await leading.lead(one, UPKEEP, now=NOW + SECOND) == held
    assert await leading.lead(other, "another duty", now=NOW) is not None


async def test_the_duty_of_a_process_that_is_gone_is_taken_over_at_once(processes):
    (one, other), (presence, _) = processes
    held = await leading.lead(one, UPKEEP, now=NOW)
    await presence.leave()
    taken = await leading.lead(other, UPKEEP, now=NOW + SECOND)
    assert held is not None
    assert taken is not None
    assert taken.epoch == held.epoch + 1


async def test_one_that_slept_too_long_is_overtaken_and_writes_nothing(database, processes):
    (one, other), _ = processes
    club = await make_club(database)
    member = await make_member(database, a_caller(5))
    held = await leading.lead(one, UPKEEP, now=NOW)
    assert held is not None
    assert await leading.lead(other, UPKEEP, now=NOW + LENGTH) is None
    taken = await leading.lead(other, UPKEEP, now=NOW + LENGTH + SECOND)
    assert taken is not None

    left = text("SELECT left_at FROM memberships WHERE user_id = :user")
    with pytest.raises(Overtaken):
        await people.mark_left(one, club_id=club.id, user_id=member.user_id, held=held, now=NOW)
    async with database.reading() as session:
        assert await session.scalar(left, {"user": member.user_id}) is None
    await people.mark_left(other, club_id=club.id, user_id=member.user_id, held=taken, now=NOW)
    async with database.reading() as session:
        assert await session.scalar(left, {"user": member.user_id}) == NOW


async def test_each_write_prolongs_the_duty(processes):
    (one, other), _ = processes
    held = await leading.lead(one, UPKEEP, now=NOW)
    assert held is not None
    async with one.database.writing() as session:
        await leading.prove(session, held, now=NOW + LENGTH)
    assert await leading.lead(other, UPKEEP, now=NOW + LENGTH + SECOND) is None


async def test_a_process_that_does_not_show_itself_leads_nothing(database):
    assert await leading.lead(make_tools(database), UPKEEP, now=NOW) is None
