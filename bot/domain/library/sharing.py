"""Tracks that members post: what a message of one shows, and what is left of it once its track is out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.domain.library.tracks import MemberTrack
from bot.domain.posts import Comment, Post

PAGE = 15
"""Posts on one page of what a club posted."""
CAPTION_LIMIT = 2_000
LATEST = 3


class Reach(StrEnum):
    """What becomes of a post's track for somebody who reads it."""

    OPEN = "open"
    PRIVATE = "private"
    """Its owner keeps it to themselves: the post holds its place, and nothing of the track is told."""
    HIDDEN = "hidden"
    """Somebody reported it, and hosts are to look at it."""
    VEILED = "veiled"
    """It is in the race of a blind demo week: not even who posted it is told before the result."""
    REMOVED = "removed"
    """It was deleted: the post stays as a tombstone."""


@dataclass(frozen=True, slots=True)
class SharedPost:
    """A member's track as a post presents it, to one reader or (None) in a message that everybody reads."""

    post: Post
    reach: Reach
    track: MemberTrack | None
    """None where it is out of the reader's reach."""
    caption: str
    by: str
    """Who posted it, as the club sees them."""
    channel_id: int
    guild_id: int
    latest: Sequence[Comment] = ()
    liked: bool = False


@dataclass(frozen=True, slots=True)
class PostPage:
    """A page of what a club posted, newest first."""

    posts: Sequence[SharedPost]
    page: int
    """From 1."""
    has_more: bool


def reach_of(track: MemberTrack | None, user_id: UUID | None) -> Reach:
    """What a reader may see of a post's track."""
    if track is None or track.deleted_at is not None:
        return Reach.REMOVED
    if track.open_to(user_id):
        return Reach.OPEN
    if track.veiled:
        return Reach.VEILED
    return Reach.HIDDEN if track.hidden_at is not None and track.public else Reach.PRIVATE
