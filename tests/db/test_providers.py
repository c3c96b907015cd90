"""What the table of limits refuses, whoever writes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import Why
from bot.domain.manners import Standing
from db.queries import providers
from db.session import violated
from db.tables.providers import ProviderLimit
from tests.factories import NOW

WELL = {"source": "deezer", "tokens": 1.0, "refilled_at": NOW, "failures": 0}


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"blocked_until": NOW}, "ck_provider_limits_blocked_with_a_reason"),
        ({"blocked_why": "busy"}, "ck_provider_limits_blocked_with_a_reason"),
        ({"blocked_until": NOW, "blocked_why": "tired"}, "ck_provider_limits_blocked_why_known"),
        ({"failures": -1}, "ck_provider_limits_failures_counted"),
    ],
)
async def test_a_standing_that_makes_no_sense_is_refused(database, wrong, constraint):
    with pytest.raises(IntegrityError) as caught:
        async with database.writing() as session:
            await session.execute(insert(ProviderLimit).values(**{**WELL, **wrong}))
    assert violated(caught.value) == constraint


async def test_a_standing_comes_back_as_it_was_kept(database):
    standing = Standing(-2.5, NOW, NOW + timedelta(hours=1), Why.SLOW, 7, NOW + timedelta(minutes=1))
    async with database.writing() as session:
        assert await providers.lock_standing(session, "deezer") is None
        await providers.add_standing(session, "deezer", Standing(1.0, NOW))
        await providers.add_standing(session, "deezer", Standing(9.0, NOW))
        await providers.keep_standing(session, "deezer", standing)
    async with database.reading() as session:
        assert await providers.standings(session) == {"deezer": standing}
