"""The feed tells what is there at the moment of looking, and nothing that may not be seen."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase
from bot.domain.listening.plays import Told
from bot.domain.taste.feed import Event
from bot.services import people
from bot.services.club import rating
from bot.services.listening.watching import Whose
from bot.services.taste import following
from bot.services.taste.feed import read_feed
from tests.factories import NOW, a_caller, make_club, make_tools, make_week
from tests.factories.club import make_nomination, rewrite_week
from tests.factories.listening import a_play, be_seen_by, hear, make_listener

BEN, CHIDI, DANA = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana"), 1))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database, tools):
    """Ben and Dana are there; Chidi follows Ben."""
    made = await make_club(database)
    for caller in (BEN, CHIDI, DANA):
        await make_listener(database, caller)
    await following.follow(tools, caller=CHIDI, now=NOW - DAY, whose=Whose(BEN.discord_id, "Ben"))
    return made


async def events(tools, caller=CHIDI, now=NOW, **more) -> list[tuple[Event, str]]:
    feed = await read_feed(tools, caller=caller, now=now, **more)
    return [(entry.event, entry.title or ", ".join(entry.names) or str(entry.number)) for entry in feed.entries]


async def rate(tools, caller, week, score="4.5", now=NOW - HOUR):
    await rating.rate(tools, caller=caller, now=now, week=week.id, score=score)


async def test_a_rating_of_a_blind_week_is_told_from_the_readers_own_or_the_close_on(tools, club, database):
    week = await make_week(database, club, phase=Phase.RATINGS, album="Slow")
    await rate(tools, BEN, week)
    assert await events(tools) == []
    await rate(tools, CHIDI, week, "2.0")
    feed = await read_feed(tools, caller=CHIDI, now=NOW)
    (told,) = feed.entries
    assert (told.event, told.name, told.title, str(told.score)) == (Event.RATED, "Ben", "Slow", "4.5")
    assert await events(tools, DANA) == [], "who follows nobody reads nothing"
    await following.follow(tools, caller=DANA, now=NOW, whose=Whose(BEN.discord_id, "Ben"))
    assert await events(tools, DANA) == []
    await rewrite_week(database, week, phase=Phase.CLOSED)
    assert await events(tools, DANA) == [(Event.RATED, "Slow")]


async def test_a_rating_that_is_replaced_is_told_once_with_its_last_score(tools, club, database):
    week = await make_week(database, club, phase=Phase.RATINGS, rules=Rules(blind_ratings=False), album="Slow")
    await rate(tools, BEN, week, "1.0", NOW - 3 * HOUR)
    await rate(tools, BEN, week, "5.0", NOW - HOUR)
    (told,) = (await read_feed(tools, caller=CHIDI, now=NOW)).entries
    assert str(told.score) == "5.0"


async def test_a_nomination_that_won_is_told_when_it_is_announced_and_no_anonymous_one_before(tools, club, database):
    week = await make_week(database, club, phase=Phase.POLL, rules=Rules(anonymous=True), now=NOW - 2 * DAY)
    won = await make_nomination(database, week, caller=BEN, title="Slow")
    picked = await make_nomination(database, week, caller=BEN, title="Picked", slot=2)
    assert await events(tools) == []
    changes = {"winner_id": won.id, "deciding_step": "points"}
    announced = await rewrite_week(database, week, phase=Phase.LISTENING, **changes)
    assert await events(tools) == [(Event.WON, "Slow")]
    await rewrite_week(database, announced, phase=Phase.POLL, winner_id=None, deciding_step=None)
    assert await events(tools) == [], "a week that was reopened has no winner"
    assert picked.week_id == week.id


async def test_the_clubs_album_is_told_once_whether_said_or_played(tools, club, database):
    week = await make_week(database, club, phase=Phase.LISTENING, album="Slow")
    ben = await people.join(tools, caller=BEN, now=NOW)
    assert await events(tools) == []
    await hear(database, ben.user_id, [a_play(NOW - 2 * HOUR, "An Artist", "One", "Slow (Remastered)")])
    await rating.mark_heard(tools, caller=BEN, now=NOW - HOUR, week=week.id)
    (told,) = (await read_feed(tools, caller=CHIDI, now=NOW)).entries
    assert (told.event, told.title, told.at) == (Event.HEARD, "Slow", NOW - 2 * HOUR)


def again(artist: str, at, count: int) -> list[Told]:
    return [a_play(at + 5 * place * MINUTE, artist, f"Song {place}") for place in range(count)]


async def test_discoveries_are_told_where_it_is_known_what_was_heard_before(tools, club, database):
    ben = await people.join(tools, caller=BEN, now=NOW)
    await hear(database, ben.user_id, again("New", NOW - 2 * DAY, 3))
    assert await events(tools) == [], "to a history of two days everything is new"
    await hear(database, ben.user_id, again("Old", NOW - 90 * DAY, 3))
    await hear(database, ben.user_id, [*again("Old", NOW - DAY, 3), *again("In Passing", NOW - DAY, 2)])
    assert await events(tools) == [(Event.DISCOVERED, "New")]


async def test_round_numbers_and_days_in_a_row_are_told_at_their_moment(tools, club, database):
    ben = await people.join(tools, caller=BEN, now=NOW)
    await hear(database, ben.user_id, again("Old", NOW - 60 * DAY, 94))
    days = [a_play(NOW - (7 - day) * DAY, "Old", f"Song {day}") for day in range(7)]
    await hear(database, ben.user_id, days)
    feed = await read_feed(tools, caller=CHIDI, now=NOW)
    plays, streak = sorted(feed.entries, key=lambda entry: entry.event)
    assert (plays.event, plays.number, plays.at) == (Event.PLAYS, 100, days[5].started_at)
    assert (streak.event, streak.number) == (Event.STREAK, 7)
    assert {entry.event for entry in (await read_feed(tools, caller=CHIDI, now=NOW + 31 * DAY)).entries} == set()


@pytest.fixture
async def busy(tools, club, database):
    """Ben has a rating in each of thirteen weeks, one an hour."""
    for number in range(13):
        week = await make_week(database, club, phase=Phase.CLOSED, album=f"Album {number:02}", now=NOW - DAY)
        await rate(tools, BEN, week, now=NOW - (13 - number) * HOUR)
    return club


async def test_pages_are_newest_first_and_stand_still(tools, busy, database):
    first = await read_feed(tools, caller=CHIDI, now=NOW)
    assert [entry.title for entry in first.entries] == [f"Album {number:02}" for number in range(12, 2, -1)]
    assert first.more
    week = await make_week(database, busy, phase=Phase.CLOSED, album="Later", now=NOW - DAY)
    await rate(tools, BEN, week, now=NOW + HOUR)
    second = await read_feed(tools, caller=CHIDI, now=NOW + 2 * HOUR, page=1, until=first.until)
    assert [entry.title for entry in second.entries] == ["Album 02", "Album 01", "Album 00"]
    assert not second.more
    fresh = await read_feed(tools, caller=CHIDI, now=NOW + 2 * HOUR)
    assert fresh.entries[0].title == "Later"


async def test_who_hides_leaves_or_lets_nobody_follow_tells_nothing_from_that_moment(tools, busy, database):
    ben, chidi = [await people.join(tools, caller=caller, now=NOW) for caller in (BEN, CHIDI)]
    assert len(await events(tools)) == 10
    for visibility, told in (("me", 0), ("followers", 10), ("club", 10)):
        await be_seen_by(database, ben.user_id, visibility)
        assert len(await events(tools)) == told, visibility
    await people.leave(tools, caller=BEN, now=NOW)
    assert await events(tools) == []
    await people.join(tools, caller=BEN, now=NOW)
    await following.remove_follower(tools, caller=BEN, now=NOW, follower=chidi.user_id)
    assert await events(tools) == []


async def test_a_feed_that_is_read_while_its_reader_lets_go_is_whole_or_empty(tools, busy):
    whose = Whose(BEN.discord_id, "Ben")
    for _ in range(4):
        feed, _ = await asyncio.gather(
            read_feed(tools, caller=CHIDI, now=NOW), following.unfollow(tools, caller=CHIDI, now=NOW, whose=whose)
        )
        assert len(feed.entries) in (0, 10)
        assert await events(tools) == []
        await following.follow(tools, caller=CHIDI, now=NOW, whose=whose)


async def test_requests_are_told_at_the_head_of_the_feed(tools, club, database):
    chidi = await people.join(tools, caller=CHIDI, now=NOW)
    await be_seen_by(database, chidi.user_id, "followers")
    await following.follow(tools, caller=DANA, now=NOW, whose=Whose(CHIDI.discord_id, "Chidi"))
    assert (await read_feed(tools, caller=CHIDI, now=NOW)).requests == 1
