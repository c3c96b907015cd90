"""What a dead process held is taken over at once; what a living one holds is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.outbox import Draft, Kind
from bot.services import outbox
from db.presence import Presence
from db.session import Database
from tests.factories import NOW, make_club, make_tools, make_week


async def record_errand(database, week):
    async with database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.CARD)], NOW)


@pytest.fixture
async def presence(database: Database):
    presence = Presence(database.url)
    await presence.show()
    yield presence
    await presence.leave()


async def test_an_errand_of_a_process_that_is_gone_is_taken_over_at_once(database, presence):
    tools = make_tools(database)
    week = await make_week(database, await make_club(database))
    await record_errand(database, week)
    database.holder = presence.holder
    (held,) = await outbox.claim(tools, now=NOW)
    assert await outbox.release_abandoned(tools, now=NOW) == 0
    assert await outbox.claim(tools, now=NOW + timedelta(seconds=1)) == []
    await presence.leave()
    assert await outbox.release_abandoned(tools, now=NOW + timedelta(seconds=1)) == 1
    (again,) = await outbox.claim(tools, now=NOW + timedelta(seconds=1))
    assert (again.id, again.reconcile) == (held.id, True)


async def test_presence_is_shown_again_after_a_lost_connection(database, presence):
    tools = make_tools(database)
    week = await make_week(database, await make_club(database))
    await record_errand(database, week)
    database.holder = presence.holder
    await presence._connection.close()
    await presence.show()
    await outbox.claim(tools, now=NOW)
    assert await outbox.release_abandoned(tools, now=NOW) == 0
