"""Redraws of which one stands for all: recorded last, in one order, and never lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest

from bot.domain.outbox import MERGING, Draft, Kind
from bot.services import outbox
from db.queries.outbox import MERGES
from db.session import Database
from tests.factories import NOW, make_club, make_tools, make_week
from tests.factories.running import recorded

HOUR = timedelta(hours=1)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


@pytest.fixture
async def week(database):
    return await make_week(database, await make_club(database))


async def record(database, week):
    async with database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.REFRESH)], NOW)


def test_what_the_tables_make_one_is_what_is_recorded_last():
    assert set(MERGES) == set(MERGING)


async def test_a_card_drawn_before_the_change_was_there_to_be_seen_is_drawn_again(tools, elsewhere, database, week):
    """A refresh waits already; another change relies on it and has not been committed."""
    await record(database, week)
    async with elsewhere.database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.REFRESH)], NOW)
        early = (await outbox.claim(tools, now=NOW))[0]
    await outbox.settle(tools, early, now=NOW)
    assert len(await outbox.claim(tools, now=NOW)) == 1


async def test_a_refresh_that_a_change_relies_on_is_held_until_its_end(tools, elsewhere, database, week):
    """Here the change holds its week alone, and records it in its turn."""
    await record(database, week)
    async with elsewhere.database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.REFRESH)], NOW, in_turn=True)
        assert await outbox.claim(tools, now=NOW) == []
    assert len(await outbox.claim(tools, now=NOW)) == 1


@pytest.mark.parametrize("kinds", list(permutations(MERGING, 2)))
async def test_who_draws_the_same_messages_again_never_waits_for_who_does_so_otherwise(
    elsewhere, database, week, kinds
):
    first, second = (Draft(kind, not_before=NOW + HOUR) for kind in kinds)
    async with database.writing() as session:
        await outbox.record(session, week, [first], NOW)
        async with asyncio.timeout(3), elsewhere.database.writing() as other:
            await outbox.record(other, week, [second], NOW)
            await outbox.record(other, week, [first], NOW)
        await outbox.record(session, week, [second], NOW)
    assert sorted(one.kind for one in await recorded(database)) == sorted(map(str, kinds))


async def test_redraws_of_one_change_are_one_due_as_early_as_the_earliest(database, week):
    async with database.writing() as session:
        for minutes, payload in ((9, {"a": 1}), (5, {"b": 2}), (7, {})):
            draft = Draft(Kind.HEARING_REFRESH, not_before=NOW + timedelta(minutes=minutes), payload=payload)
            await outbox.record(session, week, [draft], NOW)
    (errand,) = await recorded(database)
    assert (errand.not_before, errand.payload) == (NOW + timedelta(minutes=5), {"a": 1, "b": 2})
