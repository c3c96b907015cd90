"""Posts, comments and playlists as the tables judge them: what breaks a rule of theirs is not stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.domain.club.week import Phase
from db.session import violated
from db.tables.catalog import Track
from db.tables.club import Club
from db.tables.posts import Comment, Playlist, PlaylistTrack, Post, PostLike
from tests.factories import NOW, a_caller, make_club, make_member, make_nomination, make_week


@dataclass(frozen=True)
class Ground:
    """What posts stand on."""

    club: UUID
    week: UUID
    nomination: UUID
    album: UUID
    user: UUID


@pytest.fixture
async def ground(database):
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.NOMINATIONS)
    nomination = await make_nomination(database, week, caller=a_caller(1))
    member = await make_member(database, a_caller(2))
    return Ground(club.id, week.id, nomination.id, nomination.album.id, member.user_id)


async def store(database, table, **values):
    async with database.writing() as session:
        await session.execute(insert(table).values(**values))
    return values


async def refused(database, table, **values):
    """The constraint that a row breaks."""
    with pytest.raises(IntegrityError) as caught:
        await store(database, table, **values)
    return violated(caught.value)


async def a_track(database, ground, position=1, **values):
    row = {"id": uuid4(), "album_id": ground.album, "position": position, "title": f"Song {position}"} | values
    return (await store(database, Track, **row))["id"]


def post_of(ground, track_id=None, post_type="audio", **values):
    return {
        "club_id": ground.club,
        "id": uuid4(),
        "post_type": post_type,
        "track_id": track_id,
        "created_at": NOW,
        "updated_at": NOW,
    } | values


async def change(database, *statements):
    async with database.writing() as session:
        for statement in statements:
            await session.execute(statement)


async def value(database, statement):
    async with database.reading() as session:
        return await session.scalar(statement)


# --- tracks ---------------------------------------------------------------------------------------------------------


@pytest.mark.row("1-02")
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"title": "   "}, "ck_tracks_title_given"),
        ({"title": "x" * 501}, "ck_tracks_title_length"),
        ({"duration_ms": 0}, "ck_tracks_duration_lasts"),
        ({"kind": "file"}, "ck_tracks_kind_known"),
        ({"album_id": None}, "ck_tracks_catalog_track_of_an_album_or_heard"),
        ({"position": None}, "ck_tracks_catalog_track_of_an_album_or_heard"),
    ],
)
async def test_a_track_has_a_title_a_length_that_lasts_and_its_place(database, ground, values, constraint):
    row = {"id": uuid4(), "album_id": ground.album, "position": 1, "title": "Wax", **values}
    assert await refused(database, Track, **row) == constraint


@pytest.mark.row("1-02")
async def test_titles_are_as_long_as_their_kind_allows(database, ground):
    await a_track(database, ground, 1, title="x" * 500)
    own = {"kind": "member", "user_id": ground.user, "created_at": NOW, "updated_at": NOW}
    await store(database, Track, id=uuid4(), title="x" * 255, **own)
    assert await refused(database, Track, id=uuid4(), title="x" * 256, **own) == "ck_tracks_title_length"


# --- posts ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("1-05")
@pytest.mark.row("1-04")
async def test_audio_presents_a_track_and_text_none(database, ground):
    track = await a_track(database, ground)
    await store(database, Post, **post_of(ground, track))
    await store(database, Post, **post_of(ground, None, "text", content="Hello"))
    assert await refused(database, Post, **post_of(ground, None)) == "ck_posts_audio_has_a_track"
    assert await refused(database, Post, **post_of(ground, track, "text")) == "ck_posts_audio_has_a_track"
    assert await refused(database, Post, **post_of(ground, None, "video")) == "ck_posts_post_type_known"


@pytest.mark.row("1-04")
@pytest.mark.row("1-06")
@pytest.mark.row("1-08")
@pytest.mark.row("1-09")
async def test_what_the_first_design_keeps_has_its_columns(database):
    wanted = {
        "posts": {"id", "user_id", "content", "post_type", "track_id", "created_at", "updated_at"},
        "playlists": {
            "id",
            "user_id",
            "name",
            "description",
            "is_public",
            "cover_image_url",
            "created_at",
            "updated_at",
        },
        "playlist_tracks": {"id", "playlist_id", "track_id", "position", "added_at"},
        "post_likes": {"post_id", "user_id", "created_at"},
        "comments": {"id", "post_id", "user_id", "content", "parent_id", "created_at"},
        # A profile's picture is Discord's own, asked for when it is shown.
        "users": {"id", "display_name", "handle", "bio"},
    }
    async with database.reading() as session:
        for table, columns in wanted.items():
            found = await session.scalars(
                text("SELECT column_name FROM information_schema.columns WHERE table_name = :table"), {"table": table}
            )
            assert columns <= set(found), table
        index = await session.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_posts_track_id'"))
    assert "(track_id)" in str(index)


@pytest.mark.row("1-50")
async def test_deleting_a_posted_track_stamps_its_posts(database, ground):
    track = await a_track(database, ground)
    post = await store(database, Post, **post_of(ground, track))
    await change(database, delete(Track).where(Track.id == track))
    async with database.reading() as session:
        row = (await session.execute(select(Post.track_id, Post.track_removed_at).where(Post.id == post["id"]))).one()
    assert row.track_id is None
    assert row.track_removed_at is not None


@pytest.mark.row("1-50")
async def test_a_post_that_presents_a_track_again_is_no_tombstone(database, ground):
    first, second = await a_track(database, ground, 1), await a_track(database, ground, 2)
    post = await store(database, Post, **post_of(ground, first))
    await change(database, delete(Track).where(Track.id == first))
    await change(database, update(Post).where(Post.id == post["id"]).values(track_id=second))
    assert await value(database, select(Post.track_removed_at).where(Post.id == post["id"])) is None


async def test_a_guide_presents_a_track_once(database, ground):
    track = await a_track(database, ground)
    guide = {"week_id": ground.week, "nomination_id": ground.nomination}
    await store(database, Post, **post_of(ground, track, ordinal=1, **guide))
    assert await refused(database, Post, **post_of(ground, track, ordinal=2, **guide)) == (
        "uq_posts_track_once_in_a_guide"
    )
    other = await a_track(database, ground, 2)
    assert await refused(database, Post, **post_of(ground, other, ordinal=1, **guide)) == (
        "uq_posts_club_id_week_id_ordinal"
    )
    await store(database, Post, **post_of(ground, track))  # members post it any number of times


@pytest.mark.row("1-08")
async def test_a_member_likes_a_post_once(database, ground):
    post = await store(database, Post, **post_of(ground, await a_track(database, ground)))
    like = {"club_id": ground.club, "post_id": post["id"], "user_id": ground.user, "created_at": NOW}
    await store(database, PostLike, **like)
    assert await refused(database, PostLike, **like) == "pk_post_likes"


@pytest.mark.row("1-08")
async def test_a_reply_stays_on_the_post_of_what_it_answers(database, ground):
    track = await a_track(database, ground)
    one, other = [await store(database, Post, **post_of(ground, track)) for _ in range(2)]

    def said(post, parent=None, **values):
        row = {"club_id": ground.club, "id": uuid4(), "post_id": post["id"], "user_id": ground.user}
        return row | {"parent_id": parent, "content": "Yes", "created_at": NOW} | values

    first = await store(database, Comment, **said(one))
    await store(database, Comment, **said(one, first["id"], position_ms=1_000))
    assert await refused(database, Comment, **said(other, first["id"])) == "fk_comments_parent_on_the_same_post"
    for content in ("", "x" * 2_001):
        assert await refused(database, Comment, **said(one, content=content)) == "ck_comments_content_length"
    kept = await refused(database, Comment, **said(one, deleted_at=NOW))
    assert kept == "ck_comments_content_length", "a deleted comment keeps its words"
    assert await refused(database, Comment, **said(one, position_ms=-1)) == "ck_comments_position_within_the_track"
    await change(database, delete(Post).where(Post.id == one["id"]))
    assert await value(database, select(func.count()).select_from(Comment)) == 0


# --- playlists ------------------------------------------------------------------------------------------------------


async def a_playlist(database, ground, tracks=0, **values):
    row = {"club_id": ground.club, "id": uuid4(), "user_id": ground.user, "name": "Mine"}
    playlist = (await store(database, Playlist, **row, created_at=NOW, updated_at=NOW, **values))["id"]
    for place in range(tracks):
        track = await a_track(database, ground, place + 1)
        await store(database, PlaylistTrack, **entry(ground, playlist, track, place))
    return playlist


def entry(ground, playlist, track, position):
    row = {"club_id": ground.club, "id": uuid4(), "playlist_id": playlist, "track_id": track}
    return row | {"position": position, "added_at": NOW}


@pytest.mark.row("1-06")
async def test_a_playlist_has_a_name_and_is_public_unless_told(database, ground):
    playlist = await a_playlist(database, ground)
    assert await value(database, select(Playlist.is_public).where(Playlist.id == playlist)) is True
    nameless = {"club_id": ground.club, "id": uuid4(), "name": " ", "created_at": NOW, "updated_at": NOW}
    assert await refused(database, Playlist, **nameless) == "ck_playlists_name_given"


@pytest.mark.row("1-51")
@pytest.mark.row("1-07")
async def test_a_playlist_has_each_track_and_each_place_once(database, ground):
    playlist = await a_playlist(database, ground, tracks=2)
    first = await value(database, select(Track.id).where(Track.position == 1))
    new = await a_track(database, ground, 3)
    assert await refused(database, PlaylistTrack, **entry(ground, playlist, first, 9)) == (
        "uq_playlist_tracks_track_once"
    )
    assert await refused(database, PlaylistTrack, **entry(ground, playlist, new, 1)) == "uq_playlist_tracks_position"
    assert await refused(database, PlaylistTrack, **entry(ground, playlist, new, -1)) == (
        "ck_playlist_tracks_position_counts_from_zero"
    )


@pytest.mark.row("1-51")
async def test_places_are_swapped_within_a_transaction(database, ground):
    await a_playlist(database, ground, tracks=2)
    before = select(PlaylistTrack.track_id).order_by(PlaylistTrack.position)
    async with database.reading() as session:
        tracks = list(await session.scalars(before))
    await change(
        database,
        update(PlaylistTrack).where(PlaylistTrack.track_id == tracks[0]).values(position=1),
        update(PlaylistTrack).where(PlaylistTrack.track_id == tracks[1]).values(position=0),
    )
    async with database.reading() as session:
        assert list(await session.scalars(before)) == tracks[::-1]


@pytest.mark.row("1-07")
async def test_a_deleted_track_leaves_every_playlist(database, ground):
    await a_playlist(database, ground, tracks=2)
    await change(database, delete(Track).where(Track.position == 1))
    assert await value(database, select(func.count()).select_from(PlaylistTrack)) == 1


async def test_a_club_that_is_deleted_takes_its_posts_along(database, ground):
    track = await a_track(database, ground)
    guide = {"week_id": ground.week, "nomination_id": ground.nomination, "ordinal": 1}
    post = await store(database, Post, **post_of(ground, track, **guide))
    said = {"club_id": ground.club, "post_id": post["id"], "user_id": ground.user, "content": "Yes", "created_at": NOW}
    first = await store(database, Comment, id=uuid4(), **said)
    await store(database, Comment, id=uuid4(), parent_id=first["id"], **said)
    await a_playlist(database, ground, week_id=ground.week)
    await change(database, text("UPDATE weeks SET winner_id = NULL"), delete(Club).where(Club.id == ground.club))
    for table in (Post, Comment, Playlist):
        assert await value(database, select(func.count()).select_from(table)) == 0
