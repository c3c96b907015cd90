"""Accounts belong to one member each, by whatever way they are linked; their owners are told of what ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import AccountRefused, Granted, Profile, Standing
from bot.domain.listening.linking import Account, LinkRefused, NoSuchAccount, Offer
from bot.domain.listening.plays import Source, Told
from bot.domain.outbox import Errand, Kind
from bot.domain.people import Caller
from bot.services.accounts import access_of, linking, notices, set_standing
from bot.services.accounts.keeping import Linked, keep_linked
from bot.services.accounts.overview import my_accounts, write_again
from bot.services.accounts.unlinking import account_to_unlink, unlink
from bot.services.listening.taking import take_plays
from bot.services.outbox import claim
from bot.services.tools import Tools
from db.queries import accounts as queries
from db.queries.people import user_by_discord
from db.session import Database
from tests.factories.accounts import FakeGranter, FakeSource, a_grant, keep_account, listening_tools
from tests.factories.club import make_club
from tests.factories.people import NOW, a_caller, make_member
from tests.factories.running import recorded

BEN, CHIDI = a_caller(1, name="Ben"), a_caller(2, name="Chidi")
TOKEN = "6f1b7c1e-2b5a-4c9e-9d4e-0c9a7f6b5d11"


@pytest.fixture
async def tools(database: Database) -> Tools:
    """Three services in which a ben is known, in a club with two members."""
    await make_club(database)
    for caller in (BEN, CHIDI):
        await make_member(database, caller)
    ben = Profile("ben", "Ben", 1_234)
    lastfm = FakeSource(Source.LASTFM, {"ben": ben, "other": Profile("other", "Other")})
    brainz = FakeSource(Source.LISTENBRAINZ, {TOKEN: ben})
    sources = (lastfm, brainz, FakeSource(Source.SPOTIFY))
    return listening_tools(
        database, sources=sources, granters=(FakeGranter(Source.LASTFM), FakeGranter(Source.SPOTIFY))
    )


async def by_name(tools: Tools, name: str = "Ben", caller: Caller = BEN) -> Linked:
    return await linking.link_by_name(tools, caller=caller, now=NOW, source=Source.LASTFM, name=name)


async def by_login(
    tools: Tools, name: str = "Ben", caller: Caller = BEN, source: Source = Source.LASTFM, key: str = "a-session-key"
) -> Linked:
    """As coming back from the service's page ends."""
    profile = Profile(name.lower(), name)
    async with tools.database.writing() as session:
        user_id = await user_by_discord(session, caller.discord_id)
        assert user_id is not None
        return await keep_linked(
            tools, session, user_id=user_id, source=source, profile=profile, granted=Granted(profile, key), now=NOW
        )


async def account_of(tools: Tools, caller: Caller, source: Source = Source.LASTFM) -> Account | None:
    async with tools.database.reading() as session:
        user_id = await user_by_discord(session, caller.discord_id)
        assert user_id is not None
        return await queries.account_of_user(session, user_id, source)


@pytest.mark.parametrize("typed", ["Ben", "  BEN ", "@ben", "https://www.last.fm/user/Ben", "last.fm/de/user/ben?x=1"])
async def test_a_name_is_read_however_it_is_typed(tools: Tools, typed: str) -> None:
    linked = await by_name(tools, typed)
    assert (linked.name, linked.proven, linked.plays) == ("Ben", False, 1_234)


@pytest.mark.parametrize("typed", ["", "  ", "two words", "x" * 65, "\u200b"])
async def test_what_is_no_name_is_refused_before_anybody_is_asked(tools: Tools, typed: str) -> None:
    with pytest.raises(LinkRefused) as caught:
        await by_name(tools, typed)
    assert caught.value.reason == "no_name"


async def test_a_name_that_nobody_has_there_is_refused(tools: Tools) -> None:
    with pytest.raises(AccountRefused) as caught:
        await by_name(tools, "Nobody")
    assert caught.value.standing is Standing.GONE
    assert await account_of(tools, BEN) is None


async def test_a_service_that_is_down_links_nothing(tools: Tools) -> None:
    source = tools.listening.sources[Source.LASTFM]
    assert isinstance(source, FakeSource)
    source.trouble = Unavailable("lastfm", Why.DOWN)
    with pytest.raises(Unavailable):
        await by_name(tools)
    assert await account_of(tools, BEN) is None


async def test_who_logs_in_gets_an_account_from_who_only_named_it(tools: Tools) -> None:
    await by_name(tools, caller=CHIDI)
    linked = await by_login(tools)
    assert (linked.proven, linked.again) == (True, False)
    assert await account_of(tools, CHIDI) is None
    assert [(one.words, one.payload["name"]) for one in await recorded(tools.database, kind="account_dm")] == [
        ("taken_over", "Ben")
    ]


async def test_a_name_takes_nothing_from_anybody(tools: Tools) -> None:
    await by_name(tools)
    with pytest.raises(LinkRefused) as caught:
        await by_name(tools, caller=CHIDI)
    assert caught.value.reason == "taken"
    await by_login(tools)
    with pytest.raises(LinkRefused):
        await by_name(tools, caller=CHIDI)


async def test_a_proven_account_belongs_to_one_member(tools: Tools) -> None:
    await by_login(tools)
    with pytest.raises(LinkRefused) as caught:
        await by_login(tools, caller=CHIDI, key="another-key")
    assert caught.value.reason == "taken"
    account = await account_of(tools, BEN)
    assert account is not None
    assert (await access_of(tools, account.id, NOW)).token == "a-session-key"


async def test_of_two_who_prove_the_same_account_at_once_one_has_it(tools: Tools) -> None:
    for _ in range(10):
        both = (BEN, CHIDI)
        results = await asyncio.gather(*(by_login(tools, caller=each) for each in both), return_exceptions=True)
        assert sorted(type(each).__name__ for each in results) == ["LinkRefused", "Linked"]
        (owner,) = [each for each in both if await account_of(tools, each) is not None]
        account = await account_of(tools, owner)
        assert account is not None
        await unlink(tools, caller=owner, account_id=account.id, keeps=True)


async def test_a_member_who_presses_twice_has_one_account(tools: Tools) -> None:
    for _ in range(10):
        linked = await asyncio.gather(*(by_login(tools) for _ in range(4)))
        assert len({each.account_id for each in linked}) == 1
        assert sorted(each.again for each in linked) == [False, True, True, True]
        await unlink(tools, caller=BEN, account_id=linked[0].account_id, keeps=True)


async def test_another_account_of_the_same_service_comes_after_unlinking(tools: Tools) -> None:
    await by_name(tools)
    with pytest.raises(LinkRefused) as caught:
        await by_name(tools, "Other")
    assert (caught.value.reason, caught.value.name) == ("other_linked", "Ben")


async def test_a_login_proves_what_was_a_name_and_a_name_takes_no_key_away(tools: Tools) -> None:
    first = await by_name(tools)
    proven = await by_login(tools)
    named = await by_name(tools)
    assert (proven.account_id, proven.again, named.proven) == (first.account_id, True, True)
    assert (await access_of(tools, first.account_id, NOW)).token == "a-session-key"


async def test_linking_again_mends_an_account(tools: Tools) -> None:
    linked = await by_login(tools)
    async with tools.database.writing() as session:
        await set_standing(session, linked.account_id, Standing.REVOKED, NOW)
    with pytest.raises(AccountRefused):
        await access_of(tools, linked.account_id, NOW)
    again = await by_login(tools, key="a-new-key")
    assert (again.account_id, again.again) == (linked.account_id, True)
    assert (await access_of(tools, linked.account_id, NOW)).token == "a-new-key"
    async with tools.database.writing() as session:
        await set_standing(session, linked.account_id, Standing.REVOKED, NOW + timedelta(days=1))
    assert len(await recorded(tools.database, kind="account_dm")) == 2, "the next loss is told again"


async def test_a_token_proves_and_is_sealed(tools: Tools) -> None:
    linked = await linking.link_by_token(tools, caller=BEN, now=NOW, source=Source.LISTENBRAINZ, token=f" {TOKEN}\n")
    assert linked.proven
    account = await account_of(tools, BEN, Source.LISTENBRAINZ)
    assert account is not None
    assert account.access_token is not None
    assert TOKEN.encode() not in account.access_token
    assert (await access_of(tools, account.id, NOW)).token == TOKEN


@pytest.mark.parametrize(
    ("token", "error"), [("", LinkRefused), ("two words", LinkRefused), ("wrong", AccountRefused), ("é", LinkRefused)]
)
async def test_a_wrong_token_is_refused_and_repeated_by_nobody(tools: Tools, token: str, error: type) -> None:
    with pytest.raises(error) as caught:
        await linking.link_by_token(tools, caller=BEN, now=NOW, source=Source.LISTENBRAINZ, token=token)
    assert not token or token not in repr(caught.value)


def test_what_can_be_linked_depends_on_what_the_operator_gave(database: Database) -> None:
    def why(tools: Tools, source: Source) -> str:
        with pytest.raises(LinkRefused) as caught:
            linking.offers(tools, source)
        return caught.value.reason

    lastfm, spotify = FakeSource(Source.LASTFM), FakeSource(Source.SPOTIFY)
    full = listening_tools(database, sources=(lastfm, spotify), granters=(FakeGranter(Source.LASTFM),))
    assert linking.offers(full, Source.LASTFM) == (Offer.PAGE, Offer.NAME)
    assert why(full, Source.SPOTIFY) == "not_offered"
    assert why(full, Source.LISTENBRAINZ) == "not_offered"
    bare = listening_tools(database, sources=(lastfm, spotify), granters=(FakeGranter(Source.SPOTIFY),), web="")
    assert linking.offers(bare, Source.LASTFM) == (Offer.NAME,)
    assert why(bare, Source.SPOTIFY) == "no_web"


@pytest.mark.row("4-02")
@pytest.mark.parametrize("keeps", [True, False])
async def test_unlinking_keeps_or_forgets_what_was_heard(tools: Tools, keeps: bool) -> None:
    linked = await by_login(tools)
    plays = [
        Told(source, "Ash", f"Slow {number}", NOW - timedelta(hours=number))
        for number in range(1, 4)
        for source in (Source.LASTFM, Source.LASTFM_FILE)[: 1 + number % 2]
    ]
    async with tools.database.writing() as session:
        await take_plays(session, user_id=linked.user_id, plays=plays)
    done = await unlink(tools, caller=BEN, account_id=linked.account_id, keeps=keeps)
    assert (done.name, done.granted, done.keeps) == ("Ben", True, keeps)
    async with tools.database.reading() as session:
        heard = await session.scalar(text("SELECT count(*) FROM listen_events"))
    assert heard == (3 if keeps else 2), "what a file told as well stays"
    with pytest.raises(NoSuchAccount):
        await access_of(tools, linked.account_id, NOW)
    with pytest.raises(NoSuchAccount):
        await unlink(tools, caller=BEN, account_id=linked.account_id, keeps=keeps)
    assert not (await my_accounts(tools, caller=BEN, now=NOW)).accounts


async def test_nobody_touches_anothers_account(tools: Tools) -> None:
    linked = await by_login(tools)
    with pytest.raises(NoSuchAccount):
        await account_to_unlink(tools, caller=CHIDI, now=NOW, account_id=linked.account_id)
    with pytest.raises(NoSuchAccount):
        await unlink(tools, caller=CHIDI, account_id=linked.account_id, keeps=False)
    with pytest.raises(NoSuchAccount) as caught:
        await account_to_unlink(tools, caller=CHIDI, now=NOW, source=Source.LASTFM)
    assert caught.value.source is Source.LASTFM


async def test_an_end_is_told_a_month_and_a_week_ahead_once_each(tools: Tools) -> None:
    async with tools.database.reading() as session:
        ben = await user_by_discord(session, BEN.discord_id)
    assert ben is not None
    granted = a_grant()
    assert granted.ends_at is not None
    account = await keep_account(tools, ben, granted=granted)

    async def told(**before: float) -> list[int]:
        now = granted.ends_at - timedelta(**before)  # type: ignore[operator]
        return [await notices.tell_of_ends(tools, now=now) for _ in range(2)]

    assert await told(days=31) == [0, 0]
    assert await told(days=29) == [1, 0]
    assert await told(days=8) == [0, 0]
    assert await told(days=7) == [1, 0]
    assert await told(hours=1) == [0, 0]
    assert len(await recorded(tools.database, kind="account_dm")) == 2
    async with tools.database.writing() as session:
        await queries.note_told_of_end(session, account, 0)
    assert await told(days=3) == [1, 0], "whoever was away hears of the nearer end alone"


async def errand_of(tools: Tools) -> Errand:
    (found,) = [one for one in await claim(tools, now=NOW + timedelta(days=1)) if one.kind is Kind.ACCOUNT_DM]
    return found


async def test_a_message_is_not_sent_when_it_is_no_longer_so(tools: Tools) -> None:
    linked = await by_login(tools)
    async with tools.database.writing() as session:
        await set_standing(session, linked.account_id, Standing.REVOKED, NOW)
    errand = await errand_of(tools)
    notice = await notices.notice_of(tools, errand)
    assert notice is not None
    assert (notice.standing, notice.name, notice.discord_id) == (Standing.REVOKED, "Ben", BEN.discord_id)
    await by_login(tools)
    assert await notices.notice_of(tools, errand) is None


async def test_a_closed_door_is_tried_no_more_until_its_owner_asks(tools: Tools) -> None:
    linked = await by_login(tools)
    async with tools.database.writing() as session:
        await set_standing(session, linked.account_id, Standing.REVOKED, NOW)
    errand = await errand_of(tools)
    await notices.dms_closed(tools, discord_id=BEN.discord_id, now=NOW)
    assert await notices.notice_of(tools, errand) is None
    shown = await my_accounts(tools, caller=BEN, now=NOW)
    assert (shown.dms_closed_at, shown.accounts[0].account.standing) == (NOW, Standing.REVOKED)
    await by_login(tools)
    async with tools.database.writing() as session:
        await set_standing(session, linked.account_id, Standing.PRIVATE, NOW)
    assert len(await recorded(tools.database, kind="account_dm")) == 1
    await write_again(tools, caller=BEN)
    assert (await my_accounts(tools, caller=BEN, now=NOW)).dms_closed_at is None
