"""Accounts that were read at the same time land together; nobody is taken along by what is the matter with another."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text

from bot.domain.listening.accounts import HistoryPage
from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Source
from bot.domain.listening.sync import LEASE, Purpose, Window
from bot.services.listening import syncing
from bot.services.listening.landing import PLAYS_TOGETHER, Landing, together
from bot.services.tools import Listening, Tools
from db.queries.listening import plays
from db.queries.listening import syncing as queries
from tests.factories.listening import Player, a_play
from tests.factories.people import NOW, MovableClock
from tests.factories.syncing import link, make_user, plays_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Pages(Player):
    """A service that tells each account one page of plays."""

    def __init__(self) -> None:
        super().__init__(None)
        self.told: dict[str, list] = {}

    async def fetch_history(self, access, *, since, until, cursor="", newest=False) -> HistoryPage:
        told = [play for play in self.told[access.name] if since <= play.started_at < until]
        return HistoryPage(tuple(told))


class Stand:
    """People with an account each, and how they are read."""

    def __init__(self, database) -> None:
        self.database = database
        self.pages = Pages()
        self.clock = MovableClock()
        self.tools = Tools(database, self.clock, listening=Listening({Source.LASTFM: self.pages}))
        self.users: dict[str, UUID] = {}
        self.commits = 0
        event.listen(database.engine.sync_engine, "commit", self._count)

    def _count(self, _) -> None:
        self.commits += 1

    async def joins(self, name: str, plays: int) -> None:
        self.users[name] = await make_user(self.database, name)
        await link(self.database, self.users[name], Source.LASTFM, name)
        self.pages.told[name] = [
            a_play(NOW - number * HOUR, f"Artist {number % 3}", f"Title {number % 7}", "Hex") for number in range(plays)
        ]

    async def takes_up(self) -> list:
        now = self.clock.now()
        async with self.database.writing() as session:
            await queries.begin_accounts(session, now)
            claimed = await queries.claim_due(session, now, most=50, lease=now + LEASE)
            return await queries.take_up(session, claimed, now + LEASE)

    async def count(self) -> Counter:
        """How many plays each has."""
        return Counter(row[0] for row in await plays_of(self.database))

    async def why(self) -> dict[str, str]:
        asked = (
            "SELECT users.display_name, why FROM sync_accounts JOIN linked_accounts AS linked ON linked.id = account_id"
            " JOIN users ON users.id = linked.user_id WHERE why <> ''"
        )
        async with self.database.reading() as session:
            return {row[0]: row[1] for row in await session.execute(text(asked))}


@pytest.fixture
async def stand(database):
    stand = Stand(database)
    for number, name in enumerate(("ada", "ben", "cleo", "dora", "emil")):
        await stand.joins(name, 6 + number)
    return stand


ALL = Counter(ada=6, ben=7, cleo=8, dora=9, emil=10)


async def test_accounts_that_are_read_at_the_same_time_land_in_one_transaction(stand: Stand) -> None:
    turns = await stand.takes_up()
    before = stand.commits
    await syncing.read_turns(stand.tools, turns)
    assert stand.commits - before == 1
    assert await stand.count() == ALL
    stand.clock.move(2 * DAY)
    await syncing.read_turns(stand.tools, await stand.takes_up())
    assert await stand.count() == ALL, "told again"


async def test_who_was_overtaken_writes_nothing_and_the_others_land(stand: Stand) -> None:
    early = await stand.takes_up()
    async with stand.database.writing() as session:
        await session.execute(
            text(
                "UPDATE sync_accounts SET epoch = epoch + 1 FROM linked_accounts AS linked"
                " WHERE linked.id = account_id AND external_name = 'cleo'"
            )
        )
        await session.execute(text("DELETE FROM linked_accounts WHERE external_name = 'dora'"))
    await syncing.read_turns(stand.tools, early)
    assert await stand.count() == ALL - Counter(cleo=8, dora=9)
    assert await stand.why() == {}


async def test_what_the_database_refuses_of_one_keeps_no_other_from_landing(stand: Stand) -> None:
    async with stand.database.writing() as session:
        await session.execute(text(f"ALTER TABLE listen_events ADD CHECK (user_id <> '{stand.users['ben']}')"))
    await syncing.read_turns(stand.tools, await stand.takes_up())
    assert await stand.count() == ALL - Counter(ben=7)
    assert await stand.why() == {"ben": "fault"}


async def test_nobody_waits_for_a_member_whom_somebody_else_is_at(stand: Stand) -> None:
    turns = await stand.takes_up()
    async with stand.database.writing() as session:
        assert await plays.hold(session, stand.users["ada"])
        reading = asyncio.create_task(syncing.read_turns(stand.tools, turns))
        async with asyncio.timeout(4):
            while await stand.count() != ALL - Counter(ada=6):  # noqa: ASYNC110 - the database rings no bell for it
                await asyncio.sleep(0.02)
        assert not reading.done(), "hers waits by itself"
    await reading
    assert await stand.count() == ALL


async def test_whose_plays_are_taken_away_lands_alone_beside_the_others(stand: Stand) -> None:
    await syncing.read_turns(stand.tools, await stand.takes_up())
    del stand.pages.told["dora"][3]  # renamed: another work at the very second
    stand.pages.told["dora"].append(a_play(NOW - 3 * HOUR, "Artist 0", "Another", "Hex"))
    stand.clock.move(DAY + HOUR)
    turns, before = await stand.takes_up(), stand.commits
    await syncing.read_turns(stand.tools, turns)
    assert stand.commits - before == 2
    assert await stand.count() == ALL
    works = {row[2] for row in await plays_of(stand.database) if row[0] == "dora"}
    assert work_id("Artist 0", "Another") in works
    assert work_id("Artist 0", "Title 3") not in works


async def test_groups_hold_no_member_twice_and_not_too_many_plays(stand: Stand) -> None:
    turns = {turn.name: turn for turn in await stand.takes_up()}
    window = Window(Purpose.NEWEST, NOW - DAY, NOW, pages=1)
    few, many = [a_play(NOW, "Can", "Halleluhwah")], [a_play(NOW, "Can", "Mushroom")] * (PLAYS_TOGETHER - 1)
    landings = [Landing(turns[name], window, page) for name, page in (("ada", many), ("ben", few), ("ada", few))]
    landings += [Landing(turns["cleo"], window, many), Landing(turns["dora"], window, many + many)]
    groups = [[one.turn.name for one in group] for group in together(landings)]
    assert groups == [["ada", "ben"], ["ada", "cleo"], ["dora"]]
