"""The club sees the listening: what the card tells of whom, and when it is drawn again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.domain.catalog import parse_track_list
from bot.domain.club.week import Phase
from bot.domain.errors import NoSuchWeek, NothingToRate
from bot.domain.listening.hearing import Turnout, share_of
from bot.domain.privacy_errors import ListeningHidden
from bot.services import outbox, people
from bot.services.catalog import set_tracks
from bot.services.club import rating
from bot.services.club.views import host_summary, show_week
from bot.services.listening import hearing
from bot.services.listening.showing import show
from db.queries.club import nominations
from db.tables.outbox import Errand
from tests.factories import NOW, a_caller, errands_of, make_club, make_member, make_tools, make_week, rewrite_week
from tests.factories.hearing import link_account, play, set_visibility, show_hearing, unlink_account

ARTIST = "An Artist"
TITLES = ["One", "Two", "Three", "Four"]
HOST = a_caller(50, name="Host", manages=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


@pytest.fixture
async def week(database, club):
    """Announced a day ago; its album has four tracks."""
    week = await make_week(database, club, phase=Phase.LISTENING)
    await tell_tracks(make_tools(database), week)
    await drawn(database)
    return week


async def tell_tracks(tools, week, titles=TITLES):
    async with tools.database.reading() as session:
        winner = await nominations.nomination(session, week.club_id, week.winner_id)
    assert winner is not None
    lines = parse_track_list("\n".join(f"{place}. {title} 3:00" for place, title in enumerate(titles, 1)))
    await set_tracks(tools, caller=HOST, now=NOW, album_id=winner.album.id, tracks=lines)


async def drawn(database):
    """When the redraws of the card that wait may be performed; they are, now."""
    tools = make_tools(database)
    async with database.reading() as session:
        waiting = select(Errand.not_before).where(Errand.kind == "hearing_refresh", Errand.state == "pending")
        found = list(await session.scalars(waiting))
    while errands := await outbox.claim(tools, now=NOW + timedelta(days=30)):
        for errand in errands:
            await outbox.settle(tools, errand, now=NOW)
    return found


async def a_listener(database, number, *, shows=True, linked=True):
    """A member of the club with an account that tells what they hear."""
    member = await make_member(database, a_caller(number))
    if linked:
        await link_account(database, member.user_id)
    if shows:
        await show_hearing(database, member.user_id)
    return member.user_id


async def lines(tools, week):
    """The card's names with heard, before, and their share."""
    card = await hearing.card_of(tools, week=week.id, now=NOW)
    return {one.name: (one.heard, one.before, str(share_of(one, card.tracks))) for one in card.hearers}


async def test_tracks_heard_since_the_announcement_are_counted_once_each(database, tools, week):
    user = await a_listener(database, 1)
    since = week.deadlines.poll_close_at
    await play(database, user, ARTIST, ["One", "Two"], at=since - timedelta(days=9))
    assert await lines(tools, week) == {"Member 1": (0, 2, "less")}
    await play(database, user, ARTIST.upper(), ["One", "One", "one (2011 Remaster)", "Nine"], at=since)
    assert await lines(tools, week) == {"Member 1": (1, 2, "less")}
    await play(database, user, "Another", ["Two"], at=since + MINUTE)
    await play(database, user, ARTIST, ["Two", "Three", "Four"], at=since + 60 * MINUTE)
    assert await lines(tools, week) == {"Member 1": (4, 2, "all")}


async def test_what_was_heard_after_the_close_does_not_count_for_the_week(database, tools, week):
    user, late = await a_listener(database, 1), await a_listener(database, 2)
    since, until = week.deadlines.poll_close_at, week.deadlines.ratings_close_at
    await play(database, user, ARTIST, ["One", "Two", "Three"], at=since + MINUTE)
    await play(database, user, ARTIST, ["One", "Two", "Three", "Four"], at=until)
    await play(database, late, ARTIST, ["One"], at=until - MINUTE)
    assert await lines(tools, week) == {"Member 1": (3, 0, "half"), "Member 2": (1, 0, "less")}


async def test_who_hides_it_who_left_and_who_unlinked_are_not_named(database, tools, club, week):
    since = week.deadlines.poll_close_at
    people_there = [await a_listener(database, number) for number in range(1, 6)]
    await a_listener(database, 6, shows=False)
    for user in people_there:
        await play(database, user, ARTIST, TITLES, at=since)
    assert len(await lines(tools, week)) == 5
    await drawn(database)
    await set_visibility(database, people_there[1], "me")
    await show(tools, caller=a_caller(3), now=NOW, week=week.id, on=False)
    assert len(await drawn(database)) == 1
    await people.leave(tools, caller=a_caller(4), now=NOW)
    assert len(await drawn(database)) == 1
    await unlink_account(database, people_there[4])
    assert len(await drawn(database)) == 1
    assert list(await lines(tools, week)) == ["Member 1"]
    # Coming back is no consent.
    await people.join(tools, caller=a_caller(4), now=NOW)
    assert list(await lines(tools, week)) == ["Member 1"]
    await people.mark_left(tools, club_id=club.id, user_id=people_there[0], now=NOW)
    assert len(await drawn(database)) == 1
    assert await lines(tools, week) == {}


async def test_having_said_so_counts_without_an_account(database, tools, week):
    await a_listener(database, 1, linked=False)
    await a_listener(database, 2, linked=False)
    await a_listener(database, 3)
    assert list(await lines(tools, week)) == ["Member 3"]
    await rating.mark_heard(tools, caller=a_caller(1), now=NOW)
    await rating.rate(tools, caller=a_caller(2), now=NOW, score="3")
    await rating.rate(tools, caller=a_caller(3), now=NOW, score="3")
    # A rating is the word of whoever has no account; of the others the plays tell.
    assert await lines(tools, week) == {
        "Member 1": (0, 0, "all"),
        "Member 2": (0, 0, "all"),
        "Member 3": (0, 0, "less"),
    }
    assert (await rating.mark_heard(tools, caller=a_caller(3), now=NOW)).first
    assert not (await rating.mark_heard(tools, caller=a_caller(3), now=NOW)).first
    assert (await lines(tools, week))["Member 3"] == (0, 0, "all")


async def test_an_album_without_a_track_list_knows_words_alone(database, tools, club):
    week = await make_week(database, club, phase=Phase.LISTENING)
    await a_listener(database, 1)
    await a_listener(database, 2)
    await rating.mark_heard(tools, caller=a_caller(2), now=NOW)
    assert await lines(tools, week) == {"Member 2": (0, 0, "all")}
    await tell_tracks(tools, week)
    assert len(await lines(tools, week)) == 2


async def test_one_redraw_waits_however_much_is_heard(database, tools, week):
    users = [await a_listener(database, number) for number in (1, 2, 3)]
    since = week.deadlines.poll_close_at
    for place, user in enumerate(users):
        for title in TITLES:
            await play(database, user, ARTIST, [title], at=since + place * MINUTE, now=NOW)
    assert await drawn(database) == [NOW + hearing.PLAYS_AFTER]
    # The same again, another artist's tracks, and plays of whoever shows nothing: nothing to draw.
    await play(database, users[0], ARTIST, TITLES[:1], at=since, now=NOW)
    await play(database, users[0], "Another", TITLES, at=since, now=NOW)
    await play(database, await a_listener(database, 4, shows=False), ARTIST, TITLES, at=since, now=NOW)
    hidden = await a_listener(database, 5)
    await set_visibility(database, hidden, "followers")
    await play(database, hidden, ARTIST, TITLES, at=since, now=NOW)
    assert await drawn(database) == []


async def test_weeks_that_are_over_are_left_alone(database, tools, week):
    user = await a_listener(database, 1)
    await rewrite_week(database, week, phase=Phase.CLOSED)
    await play(database, user, ARTIST, TITLES, at=week.deadlines.poll_close_at)
    await rating.mark_heard(tools, caller=a_caller(1), now=NOW, week=week.id)
    assert await drawn(database) == []


async def test_a_hide_is_drawn_at_once_though_plays_could_wait(database, tools, week):
    user = await a_listener(database, 1)
    await play(database, user, ARTIST, TITLES, at=week.deadlines.poll_close_at, now=NOW)
    await show(tools, caller=a_caller(1), now=NOW, week=week.id, on=False)
    assert await drawn(database) == [NOW]


async def test_showing_says_what_the_card_will_say(database, tools, week):
    user = await a_listener(database, 1, shows=False)
    await play(database, user, ARTIST, ["One"], at=week.deadlines.poll_close_at)
    own = await show(tools, caller=a_caller(1), now=NOW, week=week.id, on=True)
    assert (own.changed, own.hearer.heard, own.tracks) == (True, 1, 4)
    assert not (await show(tools, caller=a_caller(1), now=NOW, week=week.id, on=True)).changed
    assert len(await drawn(database)) == 1
    await set_visibility(database, user, "me")
    with pytest.raises(ListeningHidden) as hidden:
        await show(tools, caller=a_caller(1), now=NOW, week=week.id, on=True)
    assert hidden.value.visibility == "me"
    with pytest.raises(NoSuchWeek):
        await show(tools, caller=a_caller(1), now=NOW, week=uuid4(), on=True)


async def test_nothing_is_shown_before_there_is_an_album(database, tools, club):
    open_week = await make_week(database, club, phase=Phase.POLL)
    with pytest.raises(NothingToRate):
        await show(tools, caller=a_caller(1), now=NOW, week=open_week.id, on=True)
    assert (await hearing.card_of(tools, week=open_week.id, now=NOW)).hearers == ()


async def test_the_club_is_through_once(database, tools, week):
    users = [await a_listener(database, number) for number in (1, 2, 3)]
    since = week.deadlines.poll_close_at
    for user in users[:2]:
        await play(database, user, ARTIST, TITLES, at=since)
    await hearing.card_of(tools, week=week.id, now=NOW)
    assert not [one for one in await errands_of(database) if one.kind == "notice"]
    await play(database, users[2], ARTIST, TITLES, at=since)
    # Two processes draw at once, and later again.
    await asyncio.gather(*(hearing.card_of(tools, week=week.id, now=NOW) for _ in range(4)))
    await rewrite_week(database, week, phase=Phase.RATINGS, run=9)
    await hearing.card_of(tools, week=week.id, now=NOW + MINUTE)
    notices = [one for one in await errands_of(database) if one.kind == "notice"]
    assert [one.payload["words"] for one in notices] == ["finished"]


async def test_hosts_get_counts_and_never_a_hidden_members_tracks(database, tools, week):
    since = week.deadlines.poll_close_at
    for number, titles in ((1, TITLES), (2, TITLES[:2]), (3, TITLES[:1]), (4, TITLES)):
        user = await a_listener(database, number, shows=False)
        await play(database, user, ARTIST, titles, at=since)
    await set_visibility(database, user, "me")
    summary = await host_summary(tools, caller=HOST, now=NOW)
    # Besides the one who hides it the nominator and the host, who link nothing.
    assert summary.turnout == Turnout(all=1, half=1, less=1, unknown=3)
    assert await lines(tools, week) == {}


async def test_ratings_tell_listening_from_memory_where_that_is_shown(database, tools, week):
    since = week.deadlines.poll_close_at
    for number, titles, shows in ((1, TITLES, True), (2, TITLES[:1], True), (3, TITLES, False)):
        user = await a_listener(database, number, shows=shows)
        await play(database, user, ARTIST, titles, at=since)
    await a_listener(database, 4, linked=False)
    for number in range(1, 5):
        await rating.rate(tools, caller=a_caller(number), now=NOW, score="4")
    given = await rating.scores_for(tools, caller=a_caller(1), now=NOW)
    assert {one.name: one.listened for one in given} == {
        "Member 1": True,
        "Member 2": False,
        "Member 3": None,
        "Member 4": None,
    }
    assert (await show_week(tools, caller=HOST, now=NOW)).listened == 2
