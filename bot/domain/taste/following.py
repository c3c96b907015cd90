"""Who follows whom: how a follow comes about, and what a member sees of their follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.errors import Refusal

MOST = 200
"""How many members one may follow: a feed of more is read by nobody."""


class Bond(StrEnum):
    """What a follow becomes when it is asked for."""

    FOLLOWS = "follows"
    ASKED = "asked"
    """Whoever shows what they hear to followers alone says first who may be one."""


@dataclass(eq=False)
class FollowRefused(Refusal):
    """A follow that does not come about, or one that is not there.

    `reason`: oneself, bot, not_here, hidden, barred, many; not_followed, no_request, no_follower, not_barred.
    """

    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody on the other side of a follow."""

    user_id: UUID
    name: str
    since: datetime
    here: bool = True
    """In this club, and not left."""
    visibility: str = "club"


@dataclass(frozen=True, slots=True)
class Follows:
    """All that a member sees of their follows, each list the latest first."""

    following: tuple[Neighbour, ...] = ()
    asked: tuple[Neighbour, ...] = ()
    """Whom they asked, without an answer yet."""
    followers: tuple[Neighbour, ...] = ()
    requests: tuple[Neighbour, ...] = ()
    """Who asks to follow them."""
    barred: tuple[Neighbour, ...] = ()
    """Whom they do not let follow them."""
    visibility: str = "club"
    """Who sees what they hear."""


def judge_follow(*, name: str, visibility: str, barred: bool, oneself: bool, here: bool, followed: int) -> Bond:
    """What becomes of a wish to follow somebody; raises `FollowRefused`.

    `followed` is how many members whoever asks follows already.
    """
    if oneself:
        raise FollowRefused("oneself")
    if not here:
        raise FollowRefused("not_here", name)
    if barred:
        raise FollowRefused("barred", name)
    if visibility == "me":
        raise FollowRefused("hidden", name)
    if followed >= MOST:
        raise FollowRefused("many", name)
    return Bond.ASKED if visibility == "followers" else Bond.FOLLOWS
