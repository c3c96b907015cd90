"""An account is opened with a token that is good; a stale one is renewed once, whoever asks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccountRefused, Standing
from bot.domain.listening.linking import Account, NoSuchAccount
from bot.domain.listening.plays import Source
from bot.domain.secret_keys import new_key
from bot.providers.vault import SecretVault
from bot.services.accounts import access_of, set_standing
from bot.services.tools import Tools
from db.queries import accounts as queries
from db.session import Database
from tests.factories.accounts import FakeGranter, a_grant, keep_account, listening_tools, renewed
from tests.factories.club import make_club
from tests.factories.people import NOW, make_member
from tests.factories.running import recorded

LATER = NOW + timedelta(hours=2)
GRANT = a_grant()


def granter(**renewals: str) -> FakeGranter:
    """Renews these refresh tokens (with _ for -) to these access tokens."""
    given = {
        old.replace("_", "-"): renewed(GRANT, token=token, refresh="refresh-2", now=LATER)
        for old, token in renewals.items()
    }
    return FakeGranter(Source.SPOTIFY, renewals=given)


async def stored(tools: Tools, account_id: object) -> Account:
    async with tools.database.reading() as session:
        found = await queries.account(session, account_id)  # type: ignore[arg-type]
    assert found is not None
    return found


async def test_a_good_token_is_opened_and_nobody_is_asked(database: Database) -> None:
    await make_club(database)
    asked = granter()
    tools = listening_tools(database, granters=(asked,))
    account = await keep_account(tools, (await make_member(database)).user_id)
    assert await access_of(tools, account, NOW) == Access("id-of-ben", "ben", "access-1")
    assert not asked.renewed
    assert "access-1" not in repr(await access_of(tools, account, NOW))


async def test_an_account_without_a_secret_is_asked_by_its_name(database: Database) -> None:
    await make_club(database)
    tools = listening_tools(database)
    public = a_grant(token="", refresh="")
    account = await keep_account(tools, (await make_member(database)).user_id, source=Source.LASTFM, granted=public)
    assert await access_of(tools, account, NOW) == Access("id-of-ben", "ben")


async def test_of_two_processes_that_find_a_stale_token_one_renews_it(database: Database) -> None:
    await make_club(database)
    asked = granter(refresh_1="access-2")
    asked.takes = 0.3
    tools = listening_tools(database, granters=(asked,))
    account = await keep_account(tools, (await make_member(database)).user_id)
    other = Database.connect(database.url)
    try:
        elsewhere = Tools(other, tools.clock, listening=tools.listening)
        got = await asyncio.gather(*(access_of(each, account, LATER) for each in (tools, elsewhere) * 3))
    finally:
        await other.close()
    assert {each.token for each in got} == {"access-2"}
    assert asked.renewed == ["refresh-1"]


async def test_the_refresh_token_that_came_with_it_is_kept(database: Database) -> None:
    await make_club(database)
    asked = granter(refresh_1="access-2", refresh_2="access-3")
    tools = listening_tools(database, granters=(asked,))
    account = await keep_account(tools, (await make_member(database)).user_id)
    await access_of(tools, account, LATER)
    assert (await access_of(tools, account, LATER, stale="access-2")).token == "access-3"
    assert asked.renewed == ["refresh-1", "refresh-2"]
    assert (await stored(tools, account)).consent_ends_at == GRANT.ends_at, "a renewal does not move the end"


async def test_a_token_that_was_refused_is_renewed_before_its_time_but_not_a_newer_one(database: Database) -> None:
    await make_club(database)
    asked = granter(refresh_1="access-2")
    tools = listening_tools(database, granters=(asked,))
    account = await keep_account(tools, (await make_member(database)).user_id)
    assert (await access_of(tools, account, NOW, stale="access-1")).token == "access-2"
    assert (await access_of(tools, account, NOW, stale="access-1")).token == "access-2"
    assert asked.renewed == ["refresh-1"]


@pytest.mark.parametrize(
    ("when", "standing"), [(timedelta(hours=2), Standing.REVOKED), (timedelta(days=183), Standing.ENDED)]
)
async def test_a_grant_that_is_no_longer_taken_is_told_once_and_its_tokens_are_gone(
    database: Database, when: timedelta, standing: Standing
) -> None:
    await make_club(database)
    asked = granter()
    tools = listening_tools(database, granters=(asked,))
    account = await keep_account(tools, (await make_member(database)).user_id)
    for _ in range(3):
        with pytest.raises(AccountRefused) as caught:
            await access_of(tools, account, NOW + when)
        assert caught.value.standing is standing
    assert asked.renewed == ["refresh-1"], "a dead grant is not asked for again"
    kept = await stored(tools, account)
    assert (kept.standing, kept.access_token, kept.refresh_token) == (standing, None, None)
    assert [one.words for one in await recorded(database, kind="account_dm")] == ["standing"]


async def test_a_service_that_is_down_costs_no_token(database: Database) -> None:
    await make_club(database)
    asked = granter(refresh_1="access-2")
    asked.trouble = Unavailable("spotify", Why.DOWN)
    tools = listening_tools(database, granters=(asked,))
    account = await keep_account(tools, (await make_member(database)).user_id)
    with pytest.raises(Unavailable):
        await access_of(tools, account, LATER)
    asked.trouble = None
    assert (await access_of(tools, account, LATER)).token == "access-2"


async def test_a_wrong_key_is_the_operators_matter_and_destroys_nothing(database: Database) -> None:
    await make_club(database)
    tools = listening_tools(database)
    account = await keep_account(tools, (await make_member(database)).user_id)
    wrong = listening_tools(database, vault=SecretVault([new_key()]))
    with pytest.raises(Unavailable) as caught:
        await access_of(wrong, account, NOW)
    assert caught.value.source == "vault"
    assert (await stored(wrong, account)).standing is Standing.WELL
    assert (await access_of(tools, account, NOW)).token == "access-1"


async def test_an_account_that_was_unlinked_is_none(database: Database) -> None:
    await make_club(database)
    tools = listening_tools(database)
    account = await keep_account(tools, (await make_member(database)).user_id)
    async with database.writing() as session:
        await queries.remove_account(session, account)
    with pytest.raises(NoSuchAccount):
        await access_of(tools, account, NOW)


async def test_trouble_is_told_once_until_it_was_well_again(database: Database) -> None:
    await make_club(database)
    tools = listening_tools(database)
    account = await keep_account(tools, (await make_member(database)).user_id)

    async def becomes(*standings: Standing) -> int:
        for minutes, standing in enumerate(standings):
            async with database.writing() as session:
                await set_standing(session, account, standing, NOW + timedelta(minutes=minutes))
        return len(await recorded(database, kind="account_dm"))

    assert await becomes(Standing.PRIVATE, Standing.PRIVATE) == 1
    assert await becomes(Standing.WELL) == 1
    assert await becomes(Standing.NOT_ALLOWED, Standing.NOT_ALLOWED) == 2
    async with database.writing() as session:
        await queries.remove_account(session, account)
        assert await set_standing(session, account, Standing.GONE, NOW) is None
