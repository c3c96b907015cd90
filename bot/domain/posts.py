"""Posts that present tracks, and what members say about them: the nouns, and the rules a comment keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.catalog import visible
from bot.domain.club.entries import Album, Track
from bot.domain.errors import TextTooLong
from bot.domain.post_errors import BadPosition, CommentRefused

COMMENT_LIMIT = 2_000
POSITION = re.compile(r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)", re.ASCII)
"""`1:23`, `01:02:03`."""


class PostType(StrEnum):
    """What a post is: words alone, or a track that it presents."""

    TEXT = "text"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Post:
    """A message that presents a track, with what hangs on it counted."""

    id: UUID
    week_id: UUID | None
    ordinal: int
    """Its number among the week's posts, from 1; stable."""
    track: Track | None
    """None once the track was removed: the post stays as a tombstone."""
    likes: int = 0
    comments: int = 0
    """Deleted ones are not counted."""
    channel_id: int | None = None
    message_id: int | None = None
    owner_id: UUID | None = None
    """Who made the track, where a member did."""
    public: bool = True
    """Whether others than its owner may reach the track."""

    def reachable_by(self, user_id: UUID | None) -> bool:
        """Whether somebody may reach the track that it presents; None asks for a message, which everybody reads."""
        return self.track is not None and (
            self.owner_id is None or self.public or (user_id is not None and user_id == self.owner_id)
        )

    @property
    def talked_about(self) -> bool:
        """Whether anything hangs on it."""
        return self.likes > 0 or self.comments > 0


@dataclass(frozen=True, slots=True)
class Like:
    """A post as one member likes it, or does not."""

    post: Post
    liked: bool
    changed: bool
    """Whether it was otherwise before."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What a member says about a post."""

    id: UUID
    post_id: UUID
    user_id: UUID
    name: str
    """The author's, as the club sees it."""
    content: str
    commented_at: datetime
    parent_id: UUID | None = None
    position_ms: int | None = None
    """The moment of the track it is about."""
    deleted: bool = False
    """It has replies, so it stays without its words."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A post as one member sees it: the album, what is said, and whether they like it."""

    post: Post
    album: Album | None
    label: str
    """The week's."""
    open: bool
    """Whether likes and comments are still taken."""
    user_id: UUID
    liked: bool = False
    comments: tuple[tuple[int, Comment], ...] = ()
    """Depth and comment, every reply below what it answers."""


def check_comment(text: str) -> str:
    """A comment's words as they are kept; raises `CommentRefused` (`empty`) and `TextTooLong`."""
    words = visible(text).strip()
    if not words:
        raise CommentRefused("empty")
    if len(words) > COMMENT_LIMIT:
        raise TextTooLong("comment", COMMENT_LIMIT, len(words))
    return words


def read_position(text: str, length_ms: int | None) -> int | None:
    """The moment of a track that a member typed (`1:23`), in milliseconds; None when nothing was typed.

    Raises `BadPosition` for what is no time, or lies behind the track's end where its length is known.
    """
    words = visible(text).strip().removeprefix("@").strip()
    if not words:
        return None
    found = POSITION.fullmatch(words)
    if found is None:
        raise BadPosition(words, length_ms)
    hours, minutes, seconds = (int(found[name] or 0) for name in ("hours", "minutes", "seconds"))
    position = ((hours * 60 + minutes) * 60 + seconds) * 1_000
    # Lengths are shown rounded to seconds, so the last second shown is within the track.
    if length_ms is not None and position > (length_ms + 500) // 1_000 * 1_000:
        raise BadPosition(words, length_ms)
    return position


def check_reply(parent: Comment | None, post_id: UUID) -> None:
    """A reply answers a comment of the same post that still has its words; raises `CommentRefused` (`gone`)."""
    if parent is None or parent.post_id != post_id or parent.deleted:
        raise CommentRefused("gone")


def check_own(comment: Comment | None, user_id: UUID) -> Comment:
    """Only its author takes a comment back, once; raises `CommentRefused` (`gone`, `not_yours`)."""
    if comment is None or comment.deleted:
        raise CommentRefused("gone")
    if comment.user_id != user_id:
        raise CommentRefused("not_yours")
    return comment


def threaded(comments: Iterable[Comment]) -> tuple[tuple[int, Comment], ...]:
    """Comments in reading order, each with its depth: oldest first, replies below what they answer."""
    below: dict[UUID | None, list[Comment]] = {}
    for comment in sorted(comments, key=lambda one: (one.commented_at, one.id)):
        below.setdefault(comment.parent_id, []).append(comment)
    order: list[tuple[int, Comment]] = []
    waiting = [(0, comment) for comment in reversed(below.get(None, []))]
    while waiting:
        depth, comment = waiting.pop()
        order.append((depth, comment))
        waiting += [(depth + 1, reply) for reply in reversed(below.get(comment.id, []))]
    return tuple(order)


def in_order(posts: Iterable[Post]) -> tuple[Post, ...]:
    """A guide's posts as its list shows them: by place on the album, what was removed at the end."""
    return tuple(
        sorted(posts, key=lambda post: (post.track is None, post.track.position if post.track else 0, post.ordinal))
    )
