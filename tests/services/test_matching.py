"""Pairs of a club: judged from what its members hear and rate, kept, refreshed, and shown to whom they may be shown."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain.club.week import Phase
from bot.domain.listening.refusals import HearingHidden
from bot.domain.taste.pairs import (
    NobodyToCompare,
    OneselfCompared,
    OwnListeningHidden,
    Speaks,
    TooLittleKnown,
)
from bot.services import people
from bot.services.club import rating
from bot.services.listening.watching import Whose
from bot.services.taste import comparing, judging
from db.tables.matching import ClubMatching, Compatibility
from tests.factories import NOW, a_caller, make_club, make_tools, make_week
from tests.factories.listening import MINUTES, a_play, be_seen_by, follow, hear, make_listener

BEN, CHIDI, DANA, EVE = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana", "Eve"), 1))
LONG_AGO = NOW - timedelta(days=60)


def plays(counts, start=0):
    names = [name for name, count in counts.items() for _ in range(count)]
    return [
        a_play(LONG_AGO + (start + 5 * place) * MINUTES, name, f"{name} {place % 4}", f"{name} album")
        for place, name in enumerate(names)
    ]


def whose(caller):
    return Whose(caller.discord_id, caller.name)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


@pytest.fixture
async def audience(database, club):
    """Three whom the club knows: Ben and Chidi love a rarity, all hear Everybody."""
    return [
        await make_listener(database, BEN, plays({"Rarity": 20, "Everybody": 30, "Low": 15, "Ash": 12})),
        await make_listener(database, CHIDI, plays({"Rarity": 40, "Everybody": 20, "Moth": 25, "Kora": 11})),
        await make_listener(database, DANA, plays({"Everybody": 40, "Hex": 20, "Slow": 12})),
    ]


async def rows(database, table: Any = Compatibility):
    async with database.reading() as session:
        return list(await session.scalars(select(table)))


@pytest.mark.row("4-12")
async def test_two_members_are_compared_with_reasons_in_both_orders_alike(tools, club, audience):
    told = await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(CHIDI))
    back = await comparing.compare(tools, caller=CHIDI, now=NOW, whose=whose(BEN))
    other = await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(DANA))
    assert told.pair == back.pair
    assert told.pair.score > other.pair.score
    assert not told.pair.whole, "four artists do not say who somebody is"
    assert told.reasons[0].speaks is Speaks.ARTISTS
    assert told.reasons[0].names == ("Rarity", "Everybody")
    assert [(one.name, one.mine, one.theirs, one.holders) for one in told.shared] == [
        ("Rarity", 20, 40, 2),
        ("Everybody", 30, 20, 3),
    ]
    assert [one.name for one in told.they_love] == ["Moth", "Kora"]
    assert [one.name for one in told.you_love] == ["Low", "Ash"]
    assert [one.name for one in back.they_love] == ["Low", "Ash"]


async def test_neighbours_are_listed_closest_first_with_the_askers_own_line(tools, club, audience):
    told = await comparing.neighbours(tools, caller=BEN, now=NOW)
    assert [(one.place, one.name) for one in told.listed] == [(1, "Chidi"), (2, "Dana")]
    assert told.own
    assert told.asker is None
    assert told.listed[0].reasons[0].names == ("Rarity", "Everybody")
    others = await comparing.neighbours(tools, caller=DANA, now=NOW, whose=whose(BEN))
    assert not others.own
    assert others.asker is not None
    assert others.asker.place == 2


async def test_pairs_are_refreshed_when_either_side_changed_and_only_then(tools, database, club, audience):
    assert await judging.wake(tools, now=NOW) == 1
    before = await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(DANA))
    assert await judging.wake(tools, now=NOW) == 0, "nothing has changed"
    (first,) = await rows(database, ClubMatching)
    await hear(database, audience[2].user_id, plays({"Rarity": 30}, start=3_000))
    assert await judging.wake(tools, now=NOW) == 1
    after = await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(DANA))
    assert after.pair.score > before.pair.score
    (second,) = await rows(database, ClubMatching)
    assert second.epoch == first.epoch + 1
    for one in await rows(database):
        assert (one.epoch, one.user_a < one.user_b) == (second.epoch, True)
        versions = {audience[0].user_id: 1, audience[1].user_id: 1, audience[2].user_id: 2}
        assert (one.version_a, one.version_b) == (versions[one.user_a], versions[one.user_b])
    assert await judging.wake(tools, now=NOW + timedelta(days=8)) == 1, "genres come later than plays"


async def test_two_processes_that_judge_at_once_keep_one_judgement(tools, database, club, audience):
    done = await asyncio.gather(*(judging.judge_club(tools, club_id=str(club.id)) for _ in range(3)))
    assert any(done)
    assert sum(done) == (await rows(database, ClubMatching))[0].epoch
    assert len(await rows(database)) == 3


async def test_ratings_alone_make_a_pair(tools, database, club):
    for number, (one, other) in enumerate([("5", "5"), ("1", "1"), ("4", "3.5"), ("2", "2")], 1):
        await make_week(database, club, phase=Phase.LISTENING, number=number, album=f"Album {number}")
        for caller, score in ((BEN, one), (CHIDI, other)):
            await rating.rate(tools, caller=caller, now=NOW, score=score, number=number)
    told = await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(CHIDI))
    assert (told.pair.rated, told.shared_in_all) == (4, 0)
    assert told.pair.agreement > 0
    assert [reason.speaks for reason in told.reasons] == [Speaks.AGREE]
    assert told.reasons[0].apart == pytest.approx(0.125)


async def test_who_hides_is_matched_with_nobody_at_once(tools, database, club, audience):
    assert (await comparing.neighbours(tools, caller=BEN, now=NOW)).members == 2
    await be_seen_by(database, audience[1].user_id, "me")
    assert [one.name for one in (await comparing.neighbours(tools, caller=BEN, now=NOW)).listed] == ["Dana"]
    with pytest.raises(HearingHidden):
        await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(CHIDI))
    for asked in (
        comparing.compare(tools, caller=CHIDI, now=NOW, whose=whose(BEN)),
        comparing.neighbours(tools, caller=CHIDI, now=NOW),
    ):
        with pytest.raises(OwnListeningHidden):
            await asked
    await be_seen_by(database, audience[1].user_id, "followers")
    await follow(database, audience[0].user_id, audience[1].user_id)
    with pytest.raises(TooLittleKnown):
        await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(CHIDI))
    async with database.reading() as session:
        hidden = (Compatibility.user_a == audience[1].user_id) | (Compatibility.user_b == audience[1].user_id)
        assert await session.scalar(select(func.count()).select_from(Compatibility).where(hidden)) == 0


async def test_every_refusal_has_its_reason(tools, database, club, audience):
    with pytest.raises(OneselfCompared):
        await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(BEN))
    with pytest.raises(TooLittleKnown) as stranger:
        await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(EVE))
    assert stranger.value.name == "Eve"
    await make_listener(database, EVE, plays({"Rarity": 5}))
    with pytest.raises(TooLittleKnown) as other:
        await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(EVE))
    assert other.value.name == "Eve"
    for asked in (
        comparing.compare(tools, caller=EVE, now=NOW, whose=whose(BEN)),
        comparing.neighbours(tools, caller=EVE, now=NOW),
        comparing.neighbours(tools, caller=a_caller(9), now=NOW),
    ):
        with pytest.raises(TooLittleKnown) as own:
            await asked
        assert own.value.name == ""
    for caller in (CHIDI, DANA, EVE):
        await people.leave(tools, caller=caller, now=NOW)
    with pytest.raises(NobodyToCompare):
        await comparing.neighbours(tools, caller=BEN, now=NOW)


async def test_a_pair_of_two_clubs_has_a_score_in_each(tools, database, club, audience):
    there = await make_club(database, guild_id=77)
    callers = [a_caller(number, name=name, guild_id=77) for number, name in enumerate(("Ben", "Chidi"), 1)]
    for caller in callers:
        await make_listener(database, caller)
    here = await comparing.compare(tools, caller=BEN, now=NOW, whose=whose(CHIDI))
    both = await comparing.compare(tools, caller=callers[0], now=NOW, whose=whose(callers[1]))
    assert {one.club_id for one in await rows(database)} == {club.id, there.id}
    assert here.members == 3
    assert both.members == 2
