"""Members follow each other: once, not themselves, not whom they may not; and every list respects it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.names import artist_id
from bot.domain.listening.refusals import HearingHidden, NotHeardHere
from bot.domain.privacy import Choice
from bot.domain.taste.following import Bond, FollowRefused
from bot.services import people
from bot.services.listening import finding, seeing
from bot.services.listening.watching import Whose
from bot.services.privacy import deleting
from bot.services.privacy.showing import set_visibility
from bot.services.taste import following
from db.tables.people import Follow
from tests.factories import GUILD, NOW, a_caller, make_club, make_tools
from tests.factories.listening import a_play, be_seen_by, make_listener

BEN, CHIDI, DANA = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana"), 1))
LOW = Subject(Kind.ARTIST, artist_id("Low"), "Low")
MINUTE = timedelta(minutes=1)


def of(caller) -> Whose:
    return Whose(caller.discord_id, caller.name)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    """Three members, one of whom has heard something."""
    made = await make_club(database)
    for caller in (BEN, CHIDI, DANA):
        plays = [a_play(NOW - timedelta(days=1), "Low", "White")] if caller is BEN else ()
        await make_listener(database, caller, plays)
    return made


async def follow(tools, caller, whose, now=NOW):
    return await following.follow(tools, caller=caller, now=now, whose=of(whose))


async def lists(tools, caller):
    return await following.my_follows(tools, caller=caller, now=NOW)


def names(neighbours) -> list[str]:
    return [one.name for one in neighbours]


async def refusal(awaited) -> str:
    with pytest.raises(FollowRefused) as refused:
        await awaited
    return refused.value.reason


async def member(tools, caller):
    return await people.join(tools, caller=caller, now=NOW)


@pytest.mark.row("4-11")
async def test_a_follow_stands_once_however_often_and_at_once_it_is_asked_for(tools, club):
    told = await asyncio.gather(*(follow(tools, CHIDI, BEN) for _ in range(4)))
    assert sorted(one.again for one in told) == [False, True, True, True]
    assert {one.bond for one in told} == {Bond.FOLLOWS}
    assert names((await lists(tools, CHIDI)).following) == ["Ben"]
    assert names((await lists(tools, BEN)).followers) == ["Chidi"]
    one, other = [await member(tools, caller) for caller in (CHIDI, BEN)]
    with pytest.raises(IntegrityError):
        async with tools.database.writing() as session:
            session.add(Follow(follower_id=one.user_id, followee_id=other.user_id, followed_at=NOW))


@pytest.mark.row("4-18")
@pytest.mark.parametrize(
    "table",
    [
        "follows (follower_id, followee_id, followed_at)",
        "follow_requests (follower_id, followee_id, asked_at)",
        "follow_blocks (user_id, blocked_user_id, blocked_at)",
    ],
)
async def test_nobody_follows_themselves_whoever_writes_it(tools, club, table):
    assert await refusal(follow(tools, BEN, BEN)) == "oneself"
    ben = await member(tools, BEN)
    with pytest.raises(IntegrityError, match="not_oneself"):
        async with tools.database.writing() as session:
            await session.execute(text(f"INSERT INTO {table} VALUES (:me, :me, :now)"), {"me": ben.user_id, "now": NOW})


async def test_who_is_not_there_is_not_followed_and_who_left_is_let_go(tools, club):
    assert await refusal(follow(tools, BEN, a_caller(9, name="Nobody"))) == "not_here"
    await follow(tools, CHIDI, BEN)
    await people.leave(tools, caller=BEN, now=NOW)
    assert await refusal(follow(tools, DANA, BEN)) == "not_here"
    (gone,) = (await lists(tools, CHIDI)).following
    assert not gone.here
    await following.unfollow(tools, caller=CHIDI, now=NOW, whose=of(BEN))
    assert (await lists(tools, CHIDI)).following == ()
    assert await refusal(following.unfollow(tools, caller=CHIDI, now=NOW, whose=of(BEN))) == "not_followed"


async def test_a_follow_is_between_people_and_holds_in_every_club_of_both(tools, club, database):
    await make_club(database, guild_id=GUILD + 5)
    there = [a_caller(number, name=name, guild_id=GUILD + 5) for number, name in ((1, "Ben B."), (2, "Chidi C."))]
    await follow(tools, CHIDI, BEN)
    (elsewhere,) = (await lists(tools, there[1])).following
    assert (elsewhere.name, elsewhere.here) == ("Ben", False)
    for caller in there:
        await people.join(tools, caller=caller, now=NOW)
    assert names((await lists(tools, there[1])).following) == ["Ben B."]


async def sees(tools, viewer, subject=LOW) -> list[str]:
    """Whose plays somebody is shown, by each way there is."""
    found = (await seeing.who_knows(tools, caller=viewer, subject=subject, public=False)).listed
    listed = [one.name for one in found]
    try:
        await seeing.recent_plays(tools, caller=viewer, now=NOW, whose=of(BEN))
        asked = ["Ben"]
    except HearingHidden:
        asked = []
    assert listed == asked, "lists and questions agree"
    try:
        await finding.find_subject(tools, caller=viewer, kind=Kind.ARTIST, text="Low")
    except NotHeardHere:
        assert not listed, "nothing is found of whom nobody sees"
    public = (await seeing.who_knows(tools, caller=viewer, subject=subject, public=True)).listed
    assert [one.name for one in public] in ([], ["Ben"])
    return listed


async def test_whoever_shows_themselves_to_followers_alone_says_who_is_one(tools, club, database):
    ben, chidi = await member(tools, BEN), await member(tools, CHIDI)
    assert await sees(tools, CHIDI) == ["Ben"]
    await set_visibility(tools, caller=BEN, now=NOW, visibility="followers")
    assert await sees(tools, CHIDI) == []
    told = [await follow(tools, CHIDI, BEN), await follow(tools, CHIDI, BEN)]
    assert [(one.bond, one.again) for one in told] == [(Bond.ASKED, False), (Bond.ASKED, True)]
    assert await sees(tools, CHIDI) == [], "asking shows nothing"
    assert names((await lists(tools, BEN)).requests) == ["Chidi"]
    assert names((await lists(tools, CHIDI)).asked) == ["Ben"]
    await following.answer_request(tools, caller=BEN, now=NOW, follower=chidi.user_id, accept=True)
    assert await sees(tools, CHIDI) == ["Ben"]
    assert await sees(tools, DANA) == []
    public = await seeing.who_knows(tools, caller=CHIDI, subject=LOW, public=True)
    assert public.listed == (), "what everybody reads shows nobody who has followers alone"
    again = await follow(tools, CHIDI, BEN)
    assert (again.bond, again.again) == (Bond.FOLLOWS, True), "who follows is not asked again"
    assert (
        await refusal(following.answer_request(tools, caller=BEN, now=NOW, follower=chidi.user_id, accept=True))
        == "no_request"
    )
    await following.unfollow_key(tools, caller=CHIDI, now=NOW, user_id=ben.user_id)
    assert await sees(tools, CHIDI) == []
    await be_seen_by(database, ben.user_id, "me")
    assert await refusal(follow(tools, CHIDI, BEN)) == "hidden"


async def test_no_is_no_and_may_be_asked_again(tools, club):
    chidi = await member(tools, CHIDI)
    await set_visibility(tools, caller=BEN, now=NOW, visibility="followers")
    await follow(tools, CHIDI, BEN)
    await following.answer_request(tools, caller=BEN, now=NOW, follower=chidi.user_id, accept=False)
    assert await sees(tools, CHIDI) == []
    assert not (await follow(tools, CHIDI, BEN)).again


async def test_a_follower_who_was_removed_stays_out_until_they_are_let(tools, club):
    chidi = await member(tools, CHIDI)
    await follow(tools, CHIDI, BEN)
    await following.remove_follower(tools, caller=BEN, now=NOW, follower=chidi.user_id)
    assert (await lists(tools, CHIDI)).following == ()
    assert await refusal(follow(tools, CHIDI, BEN)) == "barred"
    assert names((await lists(tools, BEN)).barred) == ["Chidi"]
    assert await refusal(following.remove_follower(tools, caller=BEN, now=NOW, follower=chidi.user_id)) == "no_follower"
    await following.let_follow(tools, caller=BEN, now=NOW, follower=chidi.user_id)
    assert await refusal(following.let_follow(tools, caller=BEN, now=NOW, follower=chidi.user_id)) == "not_barred"
    assert (await follow(tools, CHIDI, BEN)).bond is Bond.FOLLOWS


async def test_who_is_removed_while_they_follow_again_is_out(tools, club):
    chidi = await member(tools, CHIDI)
    for turn in range(6):
        await follow(tools, CHIDI, BEN)
        await asyncio.gather(
            following.remove_follower(tools, caller=BEN, now=NOW, follower=chidi.user_id),
            follow(tools, CHIDI, BEN),
            return_exceptions=True,
        )
        assert (await lists(tools, CHIDI)).following == (), f"turn {turn}"
        await following.let_follow(tools, caller=BEN, now=NOW, follower=chidi.user_id)


async def test_two_who_follow_each_other_at_once_do_not_wait_for_each_other(tools, club):
    for _ in range(3):
        await asyncio.gather(follow(tools, BEN, CHIDI), follow(tools, CHIDI, BEN), follow(tools, DANA, BEN))
    assert sorted(names((await lists(tools, BEN)).followers)) == ["Chidi", "Dana"]


async def test_of_whoever_is_forgotten_no_follow_is_left(tools, club):
    await follow(tools, CHIDI, BEN)
    await follow(tools, BEN, CHIDI)
    await deleting.delete_person(tools, caller=BEN, now=NOW, choice=Choice.STAY, typed="DELETE")
    left = await lists(tools, CHIDI)
    assert (left.following, left.followers, left.requests, left.barred) == ((), (), (), ())
