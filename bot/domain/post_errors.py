"""What is refused about posts, comments and playlists; `cogs/shared/post_refusals.py` words it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import Refusal


@dataclass(eq=False)
class PostClosed(Refusal):
    """Nothing more can hang on this post.

    `reason` is `track_removed` or `ended`, `private` where its track is out of the caller's reach, or `unknown` for no
    post at all.
    """

    reason: str


@dataclass(eq=False)
class CommentRefused(Refusal):
    """A comment that cannot be made or taken back: `empty`, `gone` (it, or what it answers), `not_yours`."""

    reason: str


@dataclass(eq=False)
class BadPosition(Refusal):
    """A moment that is no time, or lies behind the end of its track."""

    text: str
    length_ms: int | None


@dataclass(eq=False)
class PlaylistRefused(Refusal):
    """A playlist or a change of it that is refused.

    `reason`: `unknown` playlist, `not_yours`, `no_name`, too `many`; `no_track`, `no_access` to it, `which` of several,
    `no_post` that presents one; `held` already, `no_place`, `full`; `private`, `empty` or `shared` there already;
    `not_made` of taste.
    """

    reason: str
    name: str = ""
    """The playlist's, or the track's title."""


class TracksKnown(Refusal):
    """The album has its track list already; only a host replaces it."""
