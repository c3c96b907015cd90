from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from bot.domain.catalog import parse_track_list
from bot.domain.club.rules import Rules
from bot.domain.club.week import Phase, WeekKind
from bot.domain.errors import (
    BadScore,
    Missing,
    NoSuchWeek,
    NothingToRate,
    PanelOutdated,
    TextTooLong,
    WhichWeek,
    WrongPhase,
)
from bot.services import people
from bot.services.catalog import set_tracks
from bot.services.club import rating
from bot.services.club.phases import advance_week
from bot.services.club.views import view_of
from db.queries.club import nominations, ratings
from tests.factories import NOW, a_caller, errands_of, make_club, make_tools, make_week, rewrite_week

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def week(database):
    return await make_week(database, await make_club(database), phase=Phase.LISTENING)


async def rate(tools, caller=None, score="4.5", *, now=LATER, **given):
    return await rating.rate(tools, caller=caller or a_caller(), now=now, score=score, **given)


async def with_tracks(tools, week):
    """The winner's list: One, Two, Two (demo)."""
    async with tools.database.reading() as session:
        winner = await nominations.nomination(session, week.club_id, week.winner_id)
    assert winner is not None
    lines = parse_track_list("1. One 3:00\n2. The Two\n3. Two (demo)")
    return await set_tracks(tools, caller=a_caller(), now=NOW, album_id=winner.album.id, tracks=lines)


async def stored(tools, week):
    async with tools.database.reading() as session:
        return await ratings.ratings_of_week(session, week.id)


async def test_a_rating_is_kept_with_its_words(tools, week, database):
    rated = await rate(tools, score=" 3,5 ", favourite=" Side A ", review="\nGood.\n")
    assert (rated.rating.score, rated.rating.favourite, rated.rating.review) == (Decimal("3.5"), "Side A", "Good.")
    assert (rated.replaced, rated.late, rated.rating.official) == (False, False, True)
    assert rated.view.ratings == 1
    assert rated.view.summary is None
    assert await stored(tools, week) == (rated.rating,)
    assert {errand.kind for errand in await errands_of(database)} == {"refresh", "hearing_refresh"}


async def test_characters_that_do_not_show_are_left_out(tools, week):
    given = (await rate(tools, review="a\x00b\ud800", favourite="\x00")).rating
    assert (given.review, given.favourite) == ("ab", "")


async def test_rating_opens_with_the_winner_and_goes_on_in_the_discussion(tools, database):
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.POLL)
    with pytest.raises(NothingToRate):
        await rate(tools)
    with pytest.raises(NothingToRate) as caught:
        await rate(tools, week=week.id)
    assert caught.value.label == week.label
    discussed = await make_week(database, club, phase=Phase.RATINGS)
    assert (await rate(tools)).view.week.id == discussed.id


async def test_rating_again_replaces(tools, week):
    await rate(tools, score="2", review="Hm.", favourite="A")
    again = await rate(tools, score="5")
    assert again.replaced
    assert [(one.score, one.review, one.favourite) for one in await stored(tools, week)] == [(Decimal("5.0"), "", "")]


async def test_ten_ratings_at_once_leave_one(tools, week):
    await people.join(tools, caller=a_caller(), now=NOW)
    scores = [str(Decimal(half) / 2) for half in range(2, 11)]
    await asyncio.gather(*(rate(tools, score=score) for score in scores))
    assert len(await stored(tools, week)) == 1


@pytest.mark.parametrize("score", ["0.5", "5.5", "3.3", "", "five", "NaN", "-1", "1e1"])
async def test_scores_off_the_grid_are_refused(tools, week, score):
    with pytest.raises(BadScore):
        await rate(tools, score=score)
    assert await stored(tools, week) == ()


@pytest.mark.parametrize(("name", "limit"), [("review", 2000), ("favourite", 500)])
async def test_long_words_are_refused_whole(tools, week, name, limit):
    with pytest.raises(TextTooLong) as caught:
        await rate(tools, **{name: "x" * (limit + 1)})
    assert (caught.value.name, caught.value.limit, caught.value.length) == (name, limit, limit + 1)
    await rate(tools, **{name: "x" * limit})


async def test_a_favourite_from_the_list_is_that_track(tools, week):
    one, two, demo = await with_tracks(tools, week)
    assert (await rate(tools, favourite_id=demo.id)).rating.favourite == "Two (demo)"
    assert (await stored(tools, week))[0].favourite_id == demo.id
    typed = (await rate(tools, favourite="  the TWO ")).rating
    assert (typed.favourite, typed.favourite_id) == ("The Two", two.id)
    other = (await rate(tools, favourite="Hidden track")).rating
    assert (other.favourite, other.favourite_id) == ("Hidden track", None)
    assert one.duration_ms == 180_000


async def test_a_track_of_another_list_is_no_favourite(tools, week):
    await with_tracks(tools, week)
    with pytest.raises(PanelOutdated):
        await rate(tools, favourite_id=uuid4())
    assert await stored(tools, week) == ()


async def test_the_tables_refuse_a_favourite_of_another_album(tools, week):
    given = (await rate(tools)).rating
    async with tools.database.writing() as session:
        winner = await nominations.nomination(session, week.club_id, week.winner_id)
        assert winner is not None
        broken = await ratings.save_rating(
            session,
            replace(given, favourite_id=uuid4()),
            club_id=week.club_id,
            week_id=week.id,
            album_id=winner.album.id,
            now=LATER,
        )
    assert broken == ratings.FOREIGN_FAVOURITE
    assert await stored(tools, week) == (given,)


async def test_a_new_track_list_keeps_favourites_by_their_title(tools, week):
    one, _, demo = await with_tracks(tools, week)
    await rate(tools, a_caller(1), favourite_id=one.id)
    await rate(tools, a_caller(2), favourite_id=demo.id)
    lines = parse_track_list("1. Zero\n2. One\n3. The Two")
    async with tools.database.reading() as session:
        winner = await nominations.nomination(session, week.club_id, week.winner_id)
    assert winner is not None
    tracks = await set_tracks(tools, caller=HOST, now=LATER, album_id=winner.album.id, tracks=lines)
    kept = {one.favourite: one.favourite_id for one in await stored(tools, week)}
    assert kept == {"One": tracks[1].id, "Two (demo)": None}


async def test_a_late_rating_stays_out_of_the_official_figures(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.RATINGS)
    await rate(tools, a_caller(1), "2")
    await advance_week(tools, caller=HOST, now=LATER, number=week.number)
    late = await rate(tools, a_caller(2), "5", number=week.number)
    assert (late.late, late.rating.official) == (True, False)
    view = await view_of(tools, week=week.id, now=LATER)
    assert view.summary is not None
    assert (view.ratings, view.late, view.summary.mean) == (1, 1, Decimal("2.00"))
    again = await rate(tools, a_caller(2), "4", week=week.id)
    assert (again.replaced, again.late) == (True, True)


async def test_an_official_rating_is_frozen_at_the_close(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.RATINGS)
    await rate(tools, score="2")
    closes = week.deadlines.ratings_close_at
    with pytest.raises(WrongPhase):
        await rate(tools, score="5", now=closes)
    await advance_week(tools, caller=HOST, now=LATER, number=week.number)
    with pytest.raises(WrongPhase):
        await rate(tools, score="5", number=week.number)
    with pytest.raises(WrongPhase):
        await rating.rating_form(tools, caller=a_caller(), now=LATER, week=week.id)
    assert [one.score for one in await stored(tools, week)] == [Decimal("2.0")]


async def test_a_reopened_week_takes_official_ratings_again(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.CLOSED)
    assert (await rate(tools, score="2", week=week.id)).late
    deadlines = week.deadlines.moved("ratings_close_at", LATER + timedelta(days=1))
    await rewrite_week(database, week, phase=Phase.RATINGS, deadlines=deadlines, run=2)
    again = await rate(tools, score="3")
    assert (again.late, again.replaced, again.view.ratings, again.view.late) == (False, True, 1, 0)


async def test_past_the_deadline_a_rating_is_late_before_the_week_has_moved(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.RATINGS)
    closes = week.deadlines.ratings_close_at
    assert not (await rate(tools, a_caller(1), now=closes - timedelta(microseconds=1))).late
    assert (await rate(tools, a_caller(2), now=closes)).late


async def test_which_album_is_asked_where_two_are_open(tools, database):
    club = await make_club(database)
    first = await make_week(database, club, phase=Phase.RATINGS, thread_id=11)
    second = await make_week(database, club, phase=Phase.LISTENING, thread_id=12)
    with pytest.raises(WhichWeek) as caught:
        await rate(tools)
    assert [number for number, _ in caught.value.choices] == [first.number, second.number]
    assert (await rate(tools, where=12)).view.week.id == second.id
    assert (await rate(tools, number=first.number, where=12)).view.week.id == first.id


async def test_a_closed_weeks_thread_still_means_that_week(tools, database):
    club = await make_club(database)
    closed = await make_week(database, club, phase=Phase.CLOSED, thread_id=11)
    open_week = await make_week(database, club, phase=Phase.LISTENING, thread_id=12)
    assert (await rate(tools, where=11)).view.week.id == closed.id
    assert (await rate(tools, where=99)).view.week.id == open_week.id


async def test_a_cancelled_week_has_nothing_to_rate(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.CANCELLED)
    with pytest.raises(NothingToRate):
        await rate(tools, number=week.number)
    with pytest.raises(NoSuchWeek):
        await rate(tools, number=77)


async def test_the_form_starts_from_the_present_rating(tools, week):
    empty = await rating.rating_form(tools, caller=a_caller(), now=LATER)
    assert (empty.present, empty.late, empty.view.week.id) == (None, False, week.id)
    given = await rate(tools, review="Good.")
    assert (await rating.rating_form(tools, caller=a_caller(), now=LATER)).present == given.rating


async def test_having_heard_it_counts_once(tools, week, database):
    first = await rating.mark_heard(tools, caller=a_caller(), now=LATER)
    again = await rating.mark_heard(tools, caller=a_caller(), now=LATER, week=week.id)
    assert (first.first, first.view.heard, again.first, again.view.heard) == (True, 1, False, 1)
    assert (await rating.mark_heard(tools, caller=a_caller(2), now=LATER)).view.heard == 2
    assert {errand.kind for errand in await errands_of(database)} == {"refresh", "hearing_refresh"}


async def test_before_the_winner_nobody_has_heard_it(tools, database):
    await make_week(database, await make_club(database))
    with pytest.raises(NothingToRate):
        await rating.mark_heard(tools, caller=a_caller(), now=LATER)


async def test_scores_are_blind_until_one_has_rated(tools, week):
    await rate(tools, a_caller(1), "4")
    with pytest.raises(Missing):
        await rating.scores_for(tools, caller=a_caller(2), now=LATER)
    await rate(tools, a_caller(2), "2", now=LATER + timedelta(minutes=1))
    seen = await rating.scores_for(tools, caller=a_caller(2), now=LATER, week=week.id)
    assert [(one.name, one.score) for one in seen] == [("Member 1", Decimal("4.0")), ("Member 2", Decimal("2.0"))]


async def test_after_the_close_everybody_sees_the_scores(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.RATINGS)
    await rate(tools, a_caller(1), "4")
    await advance_week(tools, caller=HOST, now=LATER, number=week.number)
    seen = await rating.scores_for(tools, caller=a_caller(2), now=LATER, number=week.number)
    assert [one.score for one in seen] == [Decimal("4.0")]


async def test_an_open_club_shows_scores_to_everybody(tools, database):
    await make_week(database, await make_club(database, rules=Rules(blind_ratings=False)), phase=Phase.LISTENING)
    await rate(tools, a_caller(1), "4")
    assert len(await rating.scores_for(tools, caller=a_caller(2), now=LATER)) == 1


async def test_who_left_keeps_a_rating_and_loses_the_name(tools, week):
    await rate(tools, a_caller(1), "4")
    await people.leave(tools, caller=a_caller(1), now=LATER)
    assert [(one.name, one.score) for one in await stored(tools, week)] == [("former member", Decimal("4.0"))]


async def test_past_weeks_count_once_each_in_the_comparison(tools, database):
    club = await make_club(database)
    for scores in (("1", "3"), ("5",), ()):
        week = await make_week(database, club, phase=Phase.RATINGS)
        for number, score in enumerate(scores, start=1):
            await rate(tools, a_caller(number), score, week=week.id)
        await advance_week(tools, caller=HOST, now=LATER, number=week.number)
        await rate(tools, a_caller(9), "1", week=week.id)  # late: no part of any mean
    async with database.reading() as session:
        assert await ratings.past_means(session, club.id, 3, WeekKind.ALBUM) == [Decimal(2), Decimal(5)]
        assert await ratings.past_means(session, club.id, 2, WeekKind.ALBUM) == [Decimal(2)]
