"""Members' tracks as somebody may reach them: in libraries, in posts and in what hangs on posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bot.domain.errors import NotAHost, TextTooLong
from bot.domain.library.errors import TrackRefused
from bot.domain.library.sharing import Reach, SharedPost
from bot.domain.library.tracks import TrackFields
from bot.domain.post_errors import PostClosed
from bot.domain.privacy import Choice
from bot.services import posts
from bot.services.library import sharing, tracks
from bot.services.privacy.deleting import delete_person
from bot.services.tools import Tools
from tests.factories import NOW, a_caller, make_club, make_member
from tests.factories.library import hash_of, make_track, make_version
from tests.factories.uploading import desk_tools

BEN, DANA, HOST = a_caller(1, name="Ben"), a_caller(2, name="Dana"), a_caller(9, name="Host", manages=True)
PLACE = 555_000_000_000_000_001


@pytest.fixture
async def tools(database, tmp_path) -> Tools:
    await make_club(database)
    return desk_tools(database, tmp_path)


@pytest.fixture
async def ben(database, tools) -> UUID:
    return (await make_member(database, BEN)).user_id


async def refused(work: Any) -> str:
    with pytest.raises(TrackRefused) as caught:
        await work
    return caught.value.reason


async def share(tools: Tools, track: UUID, caller=BEN, *, now=NOW, attests=True, **more: Any) -> SharedPost:
    return await sharing.share(tools, caller=caller, now=now, track=track, channel_id=PLACE, attests=attests, **more)


async def seen(tools: Tools, post: SharedPost) -> SharedPost:
    """As its message shows it."""
    async with tools.database.reading() as session:
        club = await session.scalar(text("SELECT id FROM clubs"))
    found = await sharing.shown(tools, club_id=club, post=post.post.id)
    assert found is not None
    return found


async def errands(tools: Tools) -> list[tuple[str, str]]:
    async with tools.database.reading() as session:
        rows = await session.execute(text("SELECT kind, payload->>'post' AS post FROM outbox ORDER BY seq"))
        return [(row.kind, row.post) for row in rows]


# --- libraries ------------------------------------------------------------------------------------------------------


@pytest.mark.row("1-15")
@pytest.mark.row("1-21")
@pytest.mark.row("1-38")
async def test_a_library_shows_what_is_public_and_its_owner_everything(tools, ben):
    public = await make_track(tools.database, ben, "Open")
    private = await make_track(tools.database, ben, "Closed", public=False, now=NOW + timedelta(hours=1))

    async def listed(caller, **more) -> list[UUID]:
        return [one.id for one in await tracks.tracks_of_member(tools, caller=caller, now=NOW, **more)]

    assert await listed(BEN) == [public], "public only unless asked"
    assert await listed(BEN, include_private=True) == [private, public], "newest first"
    assert await listed(DANA, member_id=BEN.discord_id, include_private=True) == [public]
    assert await listed(DANA, member_id=4_711) == []
    assert await tracks.track_of(tools, caller=DANA, now=NOW, track=private) is None
    assert await tracks.track_of(tools, caller=DANA, now=NOW, track=uuid4()) is None
    mine = await tracks.track_of(tools, caller=BEN, now=NOW, track=private)
    assert mine is not None
    assert mine.owner == "Ben"


@pytest.mark.row("1-15")
@pytest.mark.row("1-20")
@pytest.mark.row("0-04")
async def test_only_its_owner_changes_a_track(tools, ben):
    public = await make_track(tools.database, ben)
    private = await make_track(tools.database, ben, "Closed", public=False)
    fields = TrackFields("  Kite\u202e string ", "Hum", "Pop", "#a,b")
    changed = await tracks.edit(tools, caller=BEN, now=NOW, track=public, fields=fields)
    assert changed.fields == TrackFields("Kite string", "Hum", "Pop", "a, b")
    for track, reason in ((public, "not_yours"), (private, "unknown"), (uuid4(), "unknown")):
        assert await refused(tracks.edit(tools, caller=DANA, now=NOW, track=track, fields=fields)) == reason
        assert await refused(tracks.set_public(tools, caller=DANA, now=NOW, track=track, public=True)) == reason
        assert await refused(tracks.delete(tools, caller=DANA, now=NOW, track=track)) == reason
        assert await refused(tracks.restore(tools, caller=DANA, now=NOW, track=track)) == "unknown"
    assert await refused(tracks.edit(tools, caller=BEN, now=NOW, track=public, fields=TrackFields(" "))) == "no_title"


async def test_a_track_is_found_by_its_title_or_its_key(tools, ben):
    one = await make_track(tools.database, ben, "Kite string")
    two = await make_track(tools.database, ben, "Kite line")

    async def meant(words: str) -> UUID:
        return await tracks.own_track_called(tools, caller=BEN, text=words)

    assert await meant("kite STRING") == await meant("string") == await meant(str(one)) == one
    assert await meant("line") == two
    assert await refused(meant("kite")) == "which"
    assert await refused(meant("moth")) == "unknown"
    assert await refused(tracks.own_track_called(tools, caller=DANA, text=str(one))) == "none"
    assert [key for key, _, _ in await tracks.suggest(tools, caller=BEN, words="line")] == [two]
    assert await tracks.suggest(tools, caller=DANA, words="") == []


# --- posts ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("1-16")
@pytest.mark.row("1-11")
@pytest.mark.row("1-58")
@pytest.mark.row("1-38")
async def test_a_track_is_posted_any_number_of_times_by_its_owner_and_where_it_is_public_by_others(tools, ben):
    track = await make_track(tools.database, ben)
    assert await tracks.tracks_of_member(tools, caller=BEN, now=NOW), "in the library without any post"
    first = await share(tools, track, caption="  What about the snare? ")
    assert (first.caption, first.by, first.reach) == ("What about the snare?", "Ben", Reach.OPEN)
    assert first.track is not None
    assert first.track.title == "Kite string"
    second = await share(tools, track, DANA)
    assert (second.caption, second.by) == ("", "Dana")
    assert second.track is not None
    assert (second.track.owner, second.track.post_count) == ("Ben", 2)
    assert await errands(tools) == [("shared_post", str(one.post.id)) for one in (first, second)]
    assert await refused(share(tools, uuid4())) == "unknown"
    with pytest.raises(TextTooLong):
        await share(tools, track, caption="x" * 2_001)


@pytest.mark.row("1-16")
@pytest.mark.row("1-21")
@pytest.mark.row("1-20")
@pytest.mark.row("1-38")
async def test_a_private_track_is_posted_by_its_owner_alone_and_its_message_tells_nothing_of_it(tools, ben):
    track = await make_track(tools.database, ben, "Secret", public=False)
    assert await refused(share(tools, track, DANA)) == "unknown"
    mine = await share(tools, track)
    assert mine.reach is Reach.OPEN
    message = await seen(tools, mine)
    assert (message.reach, message.track, message.caption) == (Reach.PRIVATE, None, "")
    opened = await share(tools, track, publish=True)
    assert (await seen(tools, opened)).reach is (await seen(tools, mine)).reach is Reach.OPEN


async def test_who_shares_a_track_of_their_own_first_says_that_they_may(tools, ben):
    track = await make_track(tools.database, ben)
    assert await refused(share(tools, track, attests=False)) == "not_attested"
    assert (await share(tools, track, DANA, attests=False)).by == "Dana", "of others' tracks their owners said it"
    await share(tools, track)
    assert await sharing.has_attested(tools, caller=BEN)
    await share(tools, track, attests=False)
    async with tools.database.reading() as session:
        rows = (await session.execute(text("SELECT user_id, version, attested_at FROM rights_attestations"))).all()
    assert [tuple(row) for row in rows] == [(ben, 1, NOW)]


@pytest.mark.row("1-60")
@pytest.mark.row("1-20")
async def test_a_track_made_private_leaves_the_place_of_every_post(tools, ben):
    track = await make_track(tools.database, ben)
    theirs = await share(tools, track, DANA)
    await posts.comment(tools, caller=DANA, now=NOW, post=theirs.post.id, text="Lovely", position="0:10")
    await tracks.set_public(tools, caller=BEN, now=NOW, track=track, public=False)
    message = await seen(tools, theirs)
    assert (message.reach, message.track, message.latest) == (Reach.PRIVATE, None, ())
    assert ("shared_redraw", str(theirs.post.id)) in await errands(tools)
    for use in (posts.talk_of, posts.like, posts.to_comment_on):
        with pytest.raises(PostClosed) as closed:
            await use(tools, caller=DANA, now=NOW, post=theirs.post.id)
        assert closed.value.reason == "private"
    with pytest.raises(TrackRefused):
        await sharing.hear(tools, caller=DANA, now=NOW, track=track, limit=10**9)
    await tracks.set_public(tools, caller=BEN, now=NOW, track=track, public=True)
    again = await seen(tools, theirs)
    assert (again.reach, [one.content for one in again.latest]) == (Reach.OPEN, ["Lovely"])


@pytest.mark.row("1-50")
@pytest.mark.row("0-17")
@pytest.mark.row("0-05")
async def test_a_deleted_track_leaves_a_tombstone_and_can_be_brought_back_for_a_week(tools, ben):
    track = await make_track(tools.database, ben)
    post = await share(tools, track, caption="Listen")
    await posts.comment(tools, caller=DANA, now=NOW, post=post.post.id, text="Lovely")
    await tracks.delete(tools, caller=BEN, now=NOW, track=track)
    assert await tracks.track_of(tools, caller=BEN, now=NOW, track=track) is None, "out of reach at once"
    assert (await seen(tools, post)).reach is Reach.REMOVED
    with pytest.raises(PostClosed):
        await posts.like(tools, caller=DANA, now=NOW, post=post.post.id)
    assert [one.id for one in await tracks.deleted_tracks(tools, caller=BEN, now=NOW)] == [track]
    await tracks.restore(tools, caller=BEN, now=NOW, track=track)
    assert (await seen(tools, post)).reach is Reach.OPEN
    await tracks.delete(tools, caller=BEN, now=NOW, track=track)
    assert await tracks.purge(tools, now=NOW + timedelta(days=6)) == 0
    assert await tracks.purge(tools, now=NOW + timedelta(days=8)) == 1
    left = await seen(tools, post)
    assert (left.reach, left.caption, left.post.comments) == (Reach.REMOVED, "Listen", 1)
    async with tools.database.reading() as session:
        row = (await session.execute(text("SELECT track_id, track_removed_at IS NOT NULL FROM posts"))).one()
        assert tuple(row) == (None, True)
        assert await session.scalar(text("SELECT count(*) FROM track_versions")) == 0
    assert await refused(tracks.restore(tools, caller=BEN, now=NOW, track=track)) == "unknown"


@pytest.mark.row("1-08")
async def test_likes_replies_and_comments_at_a_moment_hang_on_each_post_by_itself(tools, ben):
    track = await make_track(tools.database, ben)
    one, two = await share(tools, track), await share(tools, track, DANA)
    await posts.like(tools, caller=DANA, now=NOW, post=one.post.id)
    said = await posts.comment(tools, caller=DANA, now=NOW, post=one.post.id, text="Snare is late", position="1:23")
    await posts.comment(tools, caller=BEN, now=NOW, post=one.post.id, text="It is meant", parent=said.id)
    talk = await posts.talk_of(tools, caller=DANA, now=NOW, post=one.post.id)
    assert (talk.open, talk.liked, talk.album, talk.label) == (True, True, None, "")
    assert [(depth, each.content, each.position_ms) for depth, each in talk.comments] == [
        (0, "Snare is late", 83_000),
        (1, "It is meant", None),
    ]
    assert ((await seen(tools, one)).post.likes, (await seen(tools, two)).post.likes) == (1, 0)
    redrawn = [post for kind, post in await errands(tools) if kind == "shared_redraw"]
    assert redrawn == [str(one.post.id)], "several within seconds are drawn once"


@pytest.mark.row("1-17")
@pytest.mark.row("1-09")
@pytest.mark.row("1-38")
async def test_what_a_club_posted_is_read_page_by_page(tools, ben):
    track = await make_track(tools.database, ben)
    made = [await share(tools, track, DANA if n % 4 == 0 else BEN, now=NOW + timedelta(minutes=n)) for n in range(17)]
    await posts.like(tools, caller=DANA, now=NOW, post=made[-1].post.id)

    async def page(**more: Any):
        return await sharing.posts_page(tools, caller=DANA, now=NOW, **more)

    first, second = await page(), await page(page=2)
    assert [one.post.id for one in first.posts] == [one.post.id for one in reversed(made[2:])]
    assert (len(first.posts), first.has_more, len(second.posts), second.has_more) == (15, True, 2, False)
    assert (first.posts[0].post.likes, first.posts[0].liked, first.posts[1].liked) == (1, True, False)
    assert first.posts[0].track is not None
    theirs = await page(member_id=DANA.discord_id)
    assert [one.by for one in theirs.posts] == ["Dana"] * 5
    assert not (await page(member_id=1)).posts
    await tracks.set_public(tools, caller=BEN, now=NOW, track=track, public=False)
    assert {one.reach for one in (await page()).posts} == {Reach.PRIVATE}


@pytest.mark.row("1-57")
@pytest.mark.row("1-09")
async def test_sound_is_handed_out_after_the_question_who_may_hear_it(tools, ben):
    track = await make_track(tools.database, ben, content="the sound", public=False)
    await tools.library.assets.put(hash_of("the sound"), b"the sound")
    found, sound = await sharing.hear(tools, caller=BEN, now=NOW, track=track, limit=10**9)
    assert (found.title, sound) == ("Kite string", b"the sound")
    assert await refused(sharing.hear(tools, caller=DANA, now=NOW, track=track, limit=10**9)) == "unknown"
    assert await refused(sharing.hear(tools, caller=BEN, now=NOW, track=track, limit=10)) == "large"
    again = await tracks.track_of(tools, caller=BEN, now=NOW, track=track)
    assert again is not None
    assert again.play_count == 1
    await tools.library.assets.remove([hash_of("the sound")])
    assert await refused(sharing.hear(tools, caller=BEN, now=NOW, track=track, limit=10**9)) == "lost"


@pytest.mark.row("1-23")
async def test_facts_of_a_track_are_kept_for_five_minutes_and_who_may_hear_it_never(tools, ben):
    track = await make_track(tools.database, ben, content="the sound")
    await tools.library.assets.put(hash_of("the sound"), b"the sound")

    async def title(caller=DANA, *, minutes: float = 0) -> str:
        now = NOW + timedelta(minutes=minutes)
        return (await sharing.hear(tools, caller=caller, now=now, track=track, limit=10**9))[0].title

    async def retitle(to: str) -> None:
        """Behind the back of everything that says a track has changed."""
        async with tools.database.writing() as session:
            await session.execute(text("UPDATE tracks SET title = :to WHERE id = :id"), {"to": to, "id": track})

    assert await title() == "Kite string"
    await retitle("Later")
    assert await title(minutes=4.9) == "Kite string"
    assert await title(minutes=5.1) == "Later"
    await retitle("Latest")
    fields = TrackFields("Renamed")
    await tracks.edit(tools, caller=BEN, now=NOW + timedelta(minutes=6), track=track, fields=fields)
    assert await title(minutes=6.1) == "Renamed", "a change is seen at once"
    await tracks.set_public(tools, caller=BEN, now=NOW + timedelta(minutes=6), track=track, public=False)
    assert await refused(title(minutes=6.2)) == "unknown", "and so is a closed door"
    assert await title(BEN, minutes=6.2) == "Renamed"
    await tracks.delete(tools, caller=BEN, now=NOW + timedelta(minutes=6), track=track)
    assert await refused(title(BEN, minutes=6.3)) == "unknown"


async def test_a_reported_track_is_hidden_until_a_host_has_looked(tools, ben):
    track = await make_track(tools.database, ben)
    post = await share(tools, track)
    assert await sharing.report(tools, caller=DANA, now=NOW, post=post.post.id, reason="That is my song")
    assert not await sharing.report(tools, caller=DANA, now=NOW, post=post.post.id)
    assert (await seen(tools, post)).reach is Reach.HIDDEN
    assert await tracks.track_of(tools, caller=DANA, now=NOW, track=track) is None
    assert await tracks.track_of(tools, caller=BEN, now=NOW, track=track) is not None
    with pytest.raises(NotAHost):
        await sharing.reported(tools, caller=BEN, now=NOW)
    assert await sharing.reported(tools, caller=HOST, now=NOW) == [(track, "Kite string", "That is my song")]
    await sharing.settle_report(tools, caller=HOST, now=NOW, track=track, keep=True)
    assert (await seen(tools, post)).reach is Reach.OPEN
    assert await refused(sharing.settle_report(tools, caller=HOST, now=NOW, track=track, keep=True)) == "unknown"


async def test_who_is_forgotten_takes_their_tracks_versions_and_files_along(tools, ben):
    track = await make_track(tools.database, ben, content="mine alone")
    await make_version(tools.database, track, ben, "shared with Dana")
    dana = (await make_member(tools.database, DANA)).user_id
    await make_track(tools.database, dana, content="shared with Dana")
    for content in ("mine alone", "shared with Dana"):
        await tools.library.assets.put(hash_of(content), content.encode())
    post = await share(tools, track, DANA)
    erased = await delete_person(tools, caller=BEN, now=NOW, choice=Choice.STAY, typed="DELETE")
    assert erased.recount.total == 0
    assert tools.library.assets.files == [hash_of("shared with Dana")]
    async with tools.database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM tracks WHERE kind = 'member'")) == 1
        assert list(await session.scalars(text("SELECT sha256 FROM assets"))) == [hash_of("shared with Dana")]
    assert (await seen(tools, post)).reach is Reach.REMOVED
    assert ("shared_redraw", str(post.post.id)) in await errands(tools)
