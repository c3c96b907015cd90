"""Likes, comments and the posts of a guide: given once, counted once, in step with the album's list."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from bot.domain.catalog import parse_track_list
from bot.domain.club.rules import Guide, Rules
from bot.domain.club.views import PanelRef
from bot.domain.club.week import Phase
from bot.domain.errors import NothingToRate
from bot.domain.outbox import Draft, Kind
from bot.domain.post_errors import CommentRefused, PostClosed, TracksKnown
from bot.services import outbox, posts
from bot.services.catalog import Resolved, keep_album, set_tracks
from bot.services.club import guide, track_list
from db.queries import outbox as outbox_queries
from db.queries.club import clubs, nominations
from db.tables.club import Nomination
from tests.factories import NOW, a_caller, make_club, make_nomination, make_tools, make_week, rewrite_week
from tests.factories.running import recorded

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)
ANN, BEN = a_caller(1, name="Ann"), a_caller(2, name="Ben")
LIST = "Kite string 3:12\nAsh and rain 4:40\nWax"


@pytest.fixture
def tools(database):
    return make_tools(database)


async def a_week(database, how=Guide.CARD, phase=Phase.LISTENING):
    return await make_week(database, await make_club(database, rules=Rules(guide=how)), phase=phase)


@pytest.fixture
async def week(database):
    return await a_week(database)


async def winner_of(tools, week):
    async with tools.database.reading() as session:
        found = await nominations.nomination(session, week.club_id, week.winner_id)
    assert found is not None
    return found


async def listed(tools, week, text=LIST, *, now=NOW):
    """The posts of the guide, once the album's list is this one."""
    album = (await winner_of(tools, week)).album
    await set_tracks(tools, caller=HOST, now=now, album_id=album.id, tracks=parse_track_list(text))
    return await guide.prepare(tools, week=week.id, now=now)


async def talk(tools, post, caller=ANN, now=LATER):
    return await posts.talk_of(tools, caller=caller, now=now, post=post.id)


def titles(found):
    return [None if post.track is None else post.track.title for post in found]


async def waiting(database, kind):
    """The ordinals of the errands of a kind."""
    return [errand.ordinal for errand in await recorded(database, kind=kind)]


async def test_every_track_of_the_winner_is_a_post_and_asking_again_makes_no_other(tools, week):
    first = await listed(tools, week)
    again = await asyncio.gather(*(guide.prepare(tools, week=week.id, now=LATER) for _ in range(4)))
    assert titles(first) == ["Kite string", "Ash and rain", "Wax"]
    assert [post.ordinal for post in first] == [1, 2, 3]
    assert set(again) == {first}


async def test_a_message_for_each_track_is_wanted_once(tools, database):
    week = await a_week(database, Guide.TRACKS)
    await listed(tools, week)
    await guide.prepare(tools, week=week.id, now=LATER)
    assert await waiting(database, "track_post") == [1, 2, 3]


@pytest.mark.parametrize("phase", [Phase.POLL, Phase.NOMINATIONS])
async def test_without_a_winner_there_is_no_guide(tools, database, phase):
    week = await a_week(database, phase=phase)
    assert await guide.prepare(tools, week=week.id, now=NOW) == ()


async def test_a_corrected_list_keeps_what_hangs_on_its_tracks(tools, week):
    kite, _, wax = await listed(tools, week)
    await posts.like(tools, caller=ANN, now=NOW, post=wax.id)
    await posts.comment(tools, caller=ANN, now=NOW, post=kite.id, text="Up!")
    after = await listed(tools, week, "Kite strings 3:12\nWax 2:58\nNew", now=LATER)
    assert [(post.id, post.likes, post.comments) for post in after[:2]] == [(kite.id, 0, 1), (wax.id, 1, 0)]
    assert titles(after) == ["Kite strings", "Wax", "New"]


async def test_a_list_that_another_club_tells_is_drawn_here_too(tools, week, database):
    album = (await winner_of(tools, week)).album
    card = PanelRef(7, 70)
    async with database.writing() as session:
        place = {"club_id": week.club_id, "week_id": week.id, "ordinal": 0}
        await outbox_queries.keep_panel(session, kind=str(Kind.GUIDE), panel=card, **place)
    other = await make_week(database, await make_club(database, guild_id=77))
    told = Resolved(album, album.title, album.artist, tracks=parse_track_list(LIST))
    async with database.writing() as session:
        await keep_album(session, told, LATER)
        await keep_album(session, told, LATER)
    assert [(errand.week_id, errand.ordinal) for errand in await recorded(database, kind="guide_refresh")] == [
        (week.id, 0)
    ]
    assert await recorded(database, week=other.id) == []
    assert titles(await guide.prepare(tools, week=week.id, now=LATER)) == ["Kite string", "Ash and rain", "Wax"]


async def test_an_album_that_stands_in_another_one_takes_its_likes_along(tools, week, database):
    kite, *_ = await listed(tools, week)
    await posts.like(tools, caller=ANN, now=NOW, post=kite.id)
    other = await make_week(database, await make_club(database, guild_id=77))
    twin = (await make_nomination(database, other, caller=a_caller(9, guild_id=77), title="The Winner!")).album
    lines = parse_track_list("Intro\nKite String\nWax")
    await set_tracks(tools, caller=a_caller(50, guild_id=77, manages=True), now=NOW, album_id=twin.id, tracks=lines)
    async with database.writing() as session:
        moved = update(Nomination).where(Nomination.id == week.winner_id).values(album_id=twin.id)
        await session.execute(moved)
    after = await guide.prepare(tools, week=week.id, now=LATER)
    assert titles(after) == ["Intro", "Kite String", "Wax"]
    assert (after[1].id, after[1].likes) == (kite.id, 1)


async def test_a_removed_track_leaves_a_tombstone_where_something_hangs_on_it(tools, week):
    kite, _, _ = await listed(tools, week)
    await posts.comment(tools, caller=ANN, now=NOW, post=kite.id, text="Up!")
    after = await listed(tools, week, "Wax\nOther", now=LATER)
    assert titles(after) == ["Wax", "Other", None]
    assert (await talk(tools, kite)).open is False
    with pytest.raises(PostClosed) as refused:
        await posts.like(tools, caller=ANN, now=LATER, post=kite.id)
    assert refused.value.reason == "track_removed"


@pytest.mark.row("1-08")
async def test_a_like_is_one_however_often_it_is_given(tools, week, database):
    kite, *_ = await listed(tools, week)
    likes = await asyncio.gather(*(posts.like(tools, caller=ANN, now=LATER, post=kite.id) for _ in range(10)))
    assert sum(like.changed for like in likes) == 1
    await posts.like(tools, caller=BEN, now=LATER, post=kite.id)
    assert (await talk(tools, kite)).post.likes == 2
    gone = [await posts.unlike(tools, caller=ANN, now=LATER, post=kite.id) for _ in range(2)]
    assert [like.changed for like in gone] == [True, False]
    seen = await talk(tools, kite)
    assert (seen.post.likes, seen.liked) == (1, False)
    assert (await talk(tools, kite, BEN)).liked is True


async def test_counts_are_drawn_again_once_for_all(tools, week, database):
    kite, ash, _ = await listed(tools, week)
    for caller in (ANN, BEN):
        await posts.like(tools, caller=caller, now=LATER, post=kite.id)
        await posts.comment(tools, caller=caller, now=LATER, post=ash.id, text="Rain!")
    (errand,) = await recorded(database, kind="guide_refresh")
    assert (errand.ordinal, errand.not_before) == (0, LATER + guide.COUNTED_AFTER)


async def test_what_must_happen_before_an_archive_does_not_wait_for_a_count(tools, week, database):
    kite, *_ = await listed(tools, week)
    await posts.like(tools, caller=ANN, now=LATER, post=kite.id)
    (waits,) = await recorded(database, kind="guide_refresh")
    assert waits.lane == f"{week.id}:counts"
    async with database.writing() as session:
        await outbox.record(session, week, [Draft(Kind.GUIDE_REFRESH)], LATER)
    await posts.unlike(tools, caller=ANN, now=LATER, post=kite.id)
    (now,) = await recorded(database, kind="guide_refresh")
    assert (now.id, now.lane, now.not_before) == (waits.id, str(week.id), LATER)


async def test_counts_of_a_track_s_own_message_are_drawn_there(tools, database):
    week = await a_week(database, Guide.TRACKS)
    _, ash, _ = await listed(tools, week)
    await posts.like(tools, caller=ANN, now=LATER, post=ash.id)
    assert await waiting(database, "guide_refresh") == [2]


@pytest.mark.row("1-08")
async def test_a_deleted_comment_with_replies_stays_without_its_words_and_goes_with_the_last_of_them(tools, week):
    kite, *_ = await listed(tools, week)
    first = await posts.comment(tools, caller=ANN, now=NOW, post=kite.id, text="Up!", position="1:23")
    reply = await posts.comment(tools, caller=BEN, now=LATER, post=kite.id, text="Down!", parent=first.id)
    assert first.position_ms == 83_000
    await posts.delete_comment(tools, caller=ANN, now=LATER, comment=first.id)
    seen = await talk(tools, kite)
    assert [(depth, one.content, one.deleted) for depth, one in seen.comments] == [(0, "", True), (1, "Down!", False)]
    assert seen.post.comments == 1
    for parent, text in ((first.id, "Late"), (uuid4(), "Lost")):
        with pytest.raises(CommentRefused):
            await posts.comment(tools, caller=BEN, now=LATER, post=kite.id, text=text, parent=parent)
    await posts.delete_comment(tools, caller=BEN, now=LATER, comment=reply.id)
    assert (await talk(tools, kite)).comments == ()


async def test_comments_are_deleted_by_their_author_alone(tools, week):
    kite, *_ = await listed(tools, week)
    said = await posts.comment(tools, caller=ANN, now=NOW, post=kite.id, text="Up!")
    with pytest.raises(CommentRefused) as refused:
        await posts.delete_comment(tools, caller=HOST, now=LATER, comment=said.id)
    assert refused.value.reason == "not_yours"


async def test_a_reply_stays_on_its_post(tools, week):
    kite, ash, _ = await listed(tools, week)
    said = await posts.comment(tools, caller=ANN, now=NOW, post=kite.id, text="Up!")
    with pytest.raises(CommentRefused) as refused:
        await posts.comment(tools, caller=BEN, now=LATER, post=ash.id, text="Yes", parent=said.id)
    assert refused.value.reason == "gone"


async def test_when_the_week_is_over_so_is_the_talk(tools, week):
    kite, *_ = await listed(tools, week)
    said = await posts.comment(tools, caller=ANN, now=NOW, post=kite.id, text="Up!")
    await rewrite_week(tools.database, week, phase=Phase.CLOSED)
    for late in (
        posts.like(tools, caller=ANN, now=LATER, post=kite.id),
        posts.comment(tools, caller=ANN, now=LATER, post=kite.id, text="More"),
        posts.posts_of_week(tools, caller=ANN, now=LATER, week=week.id),
    ):
        with pytest.raises(PostClosed) as refused:
            await late
        assert refused.value.reason == "ended"
    await posts.delete_comment(
        tools, caller=ANN, now=LATER, comment=said.id
    )  # one's own words can always be taken back


async def test_posts_of_another_club_are_unknown(tools, week, database):
    kite, *_ = await listed(tools, week)
    await make_club(database, guild_id=77)
    stranger = a_caller(9, guild_id=77)
    for asked in (
        posts.talk_of(tools, caller=stranger, now=LATER, post=kite.id),
        posts.like(tools, caller=stranger, now=LATER, post=kite.id),
        posts.posts_of_week(tools, caller=stranger, now=LATER, week=week.id),
    ):
        with pytest.raises(PostClosed) as refused:
            await asked
        assert refused.value.reason == "unknown"


async def test_a_member_tells_the_missing_list_and_a_host_corrects_it(tools, week, database):
    told = await track_list.tell_tracks(tools, caller=ANN, now=NOW, week=week.id, text=LIST)
    assert [track.title for track in told] == ["Kite string", "Ash and rain", "Wax"]
    with pytest.raises(TracksKnown):
        await track_list.tell_tracks(tools, caller=BEN, now=NOW, week=week.id, text="Other")
    assert len(await track_list.tell_tracks(tools, caller=HOST, now=NOW, week=week.id, text="Other")) == 1
    async with database.reading() as session:
        club = await clubs.club(session, week.club_id)
    poll = await make_week(database, club, phase=Phase.POLL)
    with pytest.raises(NothingToRate):
        await track_list.tell_tracks(tools, caller=ANN, now=NOW, week=poll.id, text=LIST)
