"""What a comment may say and where, and in which order a guide and its comments are read."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.club.entries import Track
from bot.domain.errors import TextTooLong
from bot.domain.library.playlists import Playlist
from bot.domain.post_errors import BadPosition, CommentRefused
from bot.domain.posts import (
    Comment,
    Post,
    check_comment,
    check_own,
    check_reply,
    in_order,
    read_position,
    threaded,
)
from tests.factories import NOW

POST, OTHER = UUID(int=1), UUID(int=2)
ANN, BEN = UUID(int=10), UUID(int=11)


def a_comment(number: int, *, parent: int | None = None, at: int | None = None, deleted: bool = False) -> Comment:
    return Comment(
        UUID(int=100 + number),
        POST,
        ANN,
        "Ann",
        "" if deleted else f"Words {number}",
        NOW + timedelta(seconds=number if at is None else at),
        parent_id=None if parent is None else UUID(int=100 + parent),
        deleted=deleted,
    )


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("", None),
        ("  ", None),
        ("0:00", 0),
        ("1:23", 83_000),
        (" @1:23 ", 83_000),
        ("3:33", 213_000),
        ("01:02:03", 3_723_000),
        ("75:00", 4_500_000),
    ],
)
def test_a_moment_is_read_as_players_show_it(text, milliseconds):
    assert read_position(text, None) == milliseconds


@pytest.mark.parametrize("text", ["83", "1:2", "1:60", "1:23:", "-1:00", "1.23", "soon", "١:٢٣", "1:23 and more"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(BadPosition) as caught:
        read_position(text, 213_000)
    assert (caught.value.text, caught.value.length_ms) == (text, 213_000)


def test_a_moment_lies_within_its_track():
    # 3:32.6 is shown as 3:33, so 3:33 is its last second.
    assert read_position("3:33", 212_600) == 213_000
    with pytest.raises(BadPosition):
        read_position("3:33", 212_400)
    with pytest.raises(BadPosition):
        read_position("3:34", 212_600)


def test_a_comment_has_one_to_two_thousand_characters():
    assert check_comment(" \u200b a\n") == "a"
    assert check_comment("x" * 2_000) == "x" * 2_000
    for empty in ("", " \n", "\u200b\u2060"):
        with pytest.raises(CommentRefused) as refused:
            check_comment(empty)
        assert refused.value.reason == "empty"
    with pytest.raises(TextTooLong) as long:
        check_comment("x" * 2_001)
    assert (long.value.name, long.value.limit, long.value.length) == ("comment", 2_000, 2_001)


def test_a_reply_answers_a_comment_on_the_same_post():
    check_reply(a_comment(1), POST)
    for parent, post in ((None, POST), (a_comment(1), OTHER), (a_comment(1, deleted=True), POST)):
        with pytest.raises(CommentRefused) as refused:
            check_reply(parent, post)
        assert refused.value.reason == "gone"


def test_only_its_author_takes_a_comment_back_and_once():
    assert check_own(a_comment(1), ANN) == a_comment(1)
    for comment, user, reason in (
        (a_comment(1), BEN, "not_yours"),
        (a_comment(1, deleted=True), ANN, "gone"),
        (None, ANN, "gone"),
    ):
        with pytest.raises(CommentRefused) as refused:
            check_own(comment, user)
        assert refused.value.reason == reason


def test_replies_are_read_below_what_they_answer():
    first, second = a_comment(1), a_comment(2)
    late_reply, deep = a_comment(9, parent=1), a_comment(4, parent=3)
    reply = a_comment(3, parent=1)
    order = threaded([second, deep, late_reply, first, reply])
    assert [(depth, comment.id.int - 100) for depth, comment in order] == [(0, 1), (1, 3), (2, 4), (1, 9), (0, 2)]


def test_a_thread_may_be_as_deep_as_it_likes():
    deep = [a_comment(number, parent=number - 1 or None) for number in range(1, 2_001)]
    assert threaded(deep)[-1][0] == 1_999


def test_a_guide_reads_in_the_order_of_the_album_and_ends_with_what_was_removed():
    def post(number: int, position: int | None) -> Post:
        track = None if position is None else Track(UUID(int=50 + number), position, "x")
        return Post(UUID(int=number), None, number, track)

    posts = [post(1, None), post(2, 7), post(3, 1), post(4, None), post(5, 3)]
    assert [one.ordinal for one in in_order(posts)] == [3, 5, 2, 1, 4]


def test_a_playlist_is_seen_by_all_or_by_its_owner():
    public, private = Playlist(POST, "Mine", ANN), Playlist(POST, "Mine", ANN, is_public=False)
    clubs = Playlist(POST, "Ours", None)
    assert [public.open_to(BEN), private.open_to(BEN), private.open_to(ANN), private.open_to(None)] == [
        True,
        False,
        True,
        False,
    ]
    assert [public.kept_by(ANN), public.kept_by(BEN), clubs.kept_by(ANN), clubs.kept_by(None)] == [
        True,
        False,
        False,
        False,
    ]
