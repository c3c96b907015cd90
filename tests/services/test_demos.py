"""Demo weeks: members' own tracks on the same ballots; who made which is told with the result and never before."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from bot.domain.club.entries import Blurb
from bot.domain.club.rules import Pick, Rules
from bot.domain.club.week import Phase, WeekKind
from bot.domain.errors import AlreadyNominated, SlotTaken, TooManyNominations
from bot.domain.library.demos import DemoRefused
from bot.domain.library.playlists import Automatic
from bot.services.catalog import Resolved
from bot.services.club import demos, guide, nominating, phases, planning, rating, views, voting
from bot.services.library import automatic, memory, story
from bot.services.library import tracks as library
from db.queries.club import weeks
from tests.factories import NOW, a_caller, make_club, make_member, make_nomination, make_tools, make_week
from tests.factories.library import make_track

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)
ANN, BEN, CAT = a_caller(1, name="Annika"), a_caller(2, name="Benedikt"), a_caller(3, name="Cat")


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database, rules=Rules())


async def opened(tools, **asked):
    return await planning.open_week(tools, caller=HOST, now=NOW, kind=WeekKind.DEMO, **asked)


async def a_demo(tools, caller, title, *, public=True):
    member = await make_member(tools.database, caller)
    return await make_track(tools.database, member.user_id, title, public=public)


async def put_forward(tools, caller, track, week, pitch="Listen to the end"):
    return await demos.nominate_track(
        tools, caller=caller, now=NOW, track=track, blurb=Blurb(pitch, genre="Folk"), week=week.id
    )


async def reason_of(act) -> str:
    with pytest.raises(DemoRefused) as refused:
        await act
    return refused.value.reason


async def test_a_demo_week_stands_beside_an_album_week_and_one_of_each_is_chosen_at_a_time(tools, club):
    albums = await planning.open_week(tools, caller=HOST, now=NOW)
    week = await opened(tools, pick=Pick.HOST)
    assert (albums.kind, week.kind, week.phase) == (WeekKind.ALBUM, WeekKind.DEMO, Phase.NOMINATIONS)
    assert (week.rules.anonymous, week.rules.pick) == (True, Pick.VOTE)
    for kind in WeekKind:
        with pytest.raises(SlotTaken):
            await planning.open_week(tools, caller=HOST, now=NOW, kind=kind)
    # Each command finds the week of its kind by itself.
    track = await a_demo(tools, ANN, "Kite")
    made = await demos.nominate_track(tools, caller=ANN, now=NOW, track=track)
    assert made.nomination.week_id == week.id
    album = Resolved(None, "Slow", "Ash", None)
    other = await nominating.nominate(tools, caller=ANN, now=NOW, album=album)
    assert other.nomination.week_id == albums.id
    asked = {"caller": BEN, "now": NOW}
    assert await reason_of(nominating.nominate(tools, **asked, album=album, week=week.id)) == "takes_tracks"
    own = await a_demo(tools, BEN, "Wax")
    assert await reason_of(demos.nominate_track(tools, **asked, track=own, week=albums.id)) == "takes_albums"


async def test_a_planned_demo_week_takes_no_album_week_s_date_and_keeps_its_rules(tools, club):
    planned = await planning.plan_week(
        tools, caller=HOST, now=NOW, opens_at=NOW + timedelta(days=3), kind=WeekKind.DEMO, blind=False
    )
    assert (planned.kind, planned.rules.anonymous) == (WeekKind.DEMO, False)
    async with tools.database.reading() as session:
        kept = await weeks.week(session, planned.id)
    assert kept == planned


async def test_only_a_track_of_one_s_own_is_put_forward_once(tools, club):
    week = await opened(tools)
    ann, ben = await a_demo(tools, ANN, "Kite"), await a_demo(tools, BEN, "Wax", public=False)
    assert await reason_of(put_forward(tools, ANN, ben, week)) == "unknown"
    assert await reason_of(put_forward(tools, HOST, ann, week)) == "unknown"
    made = await put_forward(tools, BEN, ben, week)
    assert (made.nomination.track_id, made.nomination.album.title) == (ben, "Wax")
    with pytest.raises(AlreadyNominated):
        await put_forward(tools, BEN, ben, week)
    with pytest.raises(TooManyNominations):
        await put_forward(tools, BEN, await a_demo(tools, BEN, "More"), week)
    await library.delete(tools, caller=ANN, now=NOW, track=ann)
    assert await reason_of(put_forward(tools, ANN, ann, week)) == "unknown"
    assert await reason_of(demos.the_track(tools, caller=CAT, text="Kite")) == "no_tracks"
    assert await demos.the_track(tools, caller=BEN, text="wax") == ben
    assert await demos.the_track(tools, caller=BEN, text="ax") == ben
    assert await reason_of(demos.the_track(tools, caller=BEN, text="Kite")) == "unknown"
    # Nobody else reaches the private track by the nomination.
    assert await library.track_of(tools, caller=ANN, now=NOW, track=ben) is None


async def test_a_whole_demo_week_hides_its_makers_until_the_result(tools, club):
    week = await opened(tools)
    ann, ben = await a_demo(tools, ANN, "Kite"), await a_demo(tools, BEN, "Wax")
    kite = (await put_forward(tools, ANN, ann, week)).nomination
    wax = (await put_forward(tools, BEN, ben, week)).nomination

    async def told():
        view = await views.view_of(tools, week=week.id, now=NOW)
        return repr([asdict(one) | {"user_id": None} for one in view.nominations])

    assert "Annika" not in await told()
    await phases.advance_week(tools, caller=HOST, now=NOW, week=week.id)
    for caller, choice in ((ANN, wax), (BEN, kite), (CAT, wax)):
        form = await voting.ballot_form(tools, caller=caller, now=NOW, week=week.id)
        # Nobody votes for their own, so that one's name is told to nobody but its maker.
        assert "Annika" not in repr([one.album for one in form.options])
        await voting.cast_ballot(tools, caller=caller, now=NOW, choices=[choice.id], week=week.id)
    assert "Benedikt" not in await told()
    assert await automatic.keep_before_vote(tools, week=week.id, now=NOW) == {}
    await phases.advance_week(tools, caller=HOST, now=NOW, week=week.id)
    view = await views.view_of(tools, week=week.id, now=NOW)
    assert view.winner is not None
    assert (view.winner.album.shown, view.winner.nominator) == ("Wax — Benedikt", "Benedikt")
    assert "Annika" in await told()
    (post,) = await guide.prepare(tools, week=week.id, now=NOW)
    assert post.track is not None
    assert post.track.id == ben
    rated = await rating.rate(
        tools, caller=CAT, now=NOW, week=week.id, score="4.5", favourite="Wax", review="The ending!"
    )
    assert (rated.rating.favourite_id, rated.rating.score) == (None, 4.5)
    for _ in range(2):
        await phases.advance_week(tools, caller=HOST, now=NOW, week=week.id)
    view = await views.view_of(tools, week=week.id, now=NOW)
    assert view.summary is not None
    assert view.summary.count == 1
    won = await automatic.automatic_playlist(tools, club_id=club.id, automatic=Automatic.WINNERS)
    assert won is not None
    assert [entry.track.id for entry in won.entries] == [ben]
    deeds = {
        caller.name: sorted(
            str(one.deed) for one in (await memory.memory_of(tools, caller=caller, now=LATER, track=ben)).entries
        )
        for caller in (ANN, BEN, CAT)
    }
    told_of = await story.story_of(tools, caller=CAT, now=LATER, track=ben)
    assert [(one.kind, one.who) for one in told_of.chapters if one.kind != "posted"] == [
        ("demo", "Benedikt"),
        ("won", ""),
    ]
    assert deeds == {"Annika": ["voted"], "Benedikt": ["nominated", "pitched", "won"], "Cat": ["rated", "voted"]}


async def test_averages_are_compared_with_weeks_of_the_same_kind(tools, club):
    past = await make_week(tools.database, club, phase=Phase.RATINGS)
    await rating.rate(tools, caller=CAT, now=NOW, week=past.id, score="5")
    await phases.advance_week(tools, caller=HOST, now=NOW, week=past.id)
    week = await opened(tools)
    await put_forward(tools, ANN, await a_demo(tools, ANN, "Kite"), week)
    await phases.advance_week(tools, caller=HOST, now=NOW, week=week.id)
    await rating.rate(tools, caller=CAT, now=NOW, week=week.id, score="2")
    for _ in range(2):
        await phases.advance_week(tools, caller=HOST, now=NOW, week=week.id)
    summary = (await views.view_of(tools, week=week.id, now=NOW)).summary
    assert summary is not None
    assert (summary.mean, summary.past_mean) == (2, None)


async def test_a_demo_rests_for_some_weeks_and_a_nomination_outlives_its_track(tools, club):
    track = await a_demo(tools, ANN, "Kite")
    week = await opened(tools)
    made = await put_forward(tools, ANN, track, week)
    await phases.cancel_week(tools, caller=HOST, now=NOW, number=week.number)
    week = await opened(tools)
    made = await put_forward(tools, ANN, track, week)  # a cancelled week counts for nothing
    for _ in range(3):
        await phases.advance_week(tools, caller=HOST, now=NOW, week=week.id)
    again = await opened(tools)
    assert await reason_of(put_forward(tools, ANN, track, again)) == "played"
    await library.delete(tools, caller=ANN, now=NOW, track=track)
    assert await library.purge(tools, now=NOW + timedelta(days=30)) == 1
    view = await views.view_of(tools, week=week.id, now=NOW)
    assert view.winner is not None
    assert (view.winner.id, view.winner.album.title, view.winner.track_id) == (
        made.nomination.id,
        "A deleted track",
        None,
    )
    assert await guide.prepare(tools, week=week.id, now=NOW) == ()


async def test_an_album_has_no_place_in_a_demo_and_a_track_none_in_an_album_week(tools, club, database):
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    week = await make_week(database, club)
    await make_nomination(database, week, caller=ANN)
    for broken in ("of_track = true", "album_id = NULL", f"track_id = '{await a_demo(tools, BEN, 'Wax')}'"):
        with pytest.raises(IntegrityError, match="ck_nominations_album_or_track"):
            async with database.writing() as session:
                await session.execute(text(f"UPDATE nominations SET {broken}"))
