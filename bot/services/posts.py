"""Likes and comments on posts: given, taken back, read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.club.week import HEARING, Club, Week
from bot.domain.ids import new_id
from bot.domain.library.memory import Deed, Deposit
from bot.domain.people import Caller
from bot.domain.post_errors import PostClosed
from bot.domain.posts import (
    Comment,
    Like,
    Post,
    Talk,
    check_comment,
    check_own,
    check_reply,
    read_position,
    threaded,
)
from bot.services import people
from bot.services.club import guide
from bot.services.collisions import once_more
from bot.services.library import memory, showing
from bot.services.tools import Tools
from db.queries import posts as queries
from db.queries.club import weeks
from db.session import Reading, Writing


async def talk_of(tools: Tools, *, caller: Caller, now: datetime, post: UUID) -> Talk:
    """A post with everything that is said about it, as the caller sees it. Raises `PostClosed` (`unknown`)."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found, week = await _found(session, club, post)
        if found.track is not None and not found.reachable_by(member.user_id):
            raise PostClosed("private")
        return Talk(
            post=found,
            album=await queries.album_of_post(session, club.id, found.id),
            label=week.label if week is not None else "",
            open=_is_open(found, week, member.user_id),
            user_id=member.user_id,
            liked=await queries.likes_it(session, club.id, found.id, member.user_id),
            comments=threaded(await queries.comments_of(session, club.id, found.id)),
        )


async def posts_of_week(tools: Tools, *, caller: Caller, now: datetime, week: UUID) -> tuple[Post, ...]:
    """The tracks of a week's guide that can be talked about, in order. Raises `PostClosed` where there are none."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        found = await weeks.week(session, week)
        if found is None or found.club_id != club.id or found.winner_id is None:
            raise PostClosed("unknown")
        if found.phase not in HEARING:
            raise PostClosed("ended")
        shown = await queries.posts_of_guide(session, found.id, found.winner_id)
        posts = tuple(post for post in shown if post.track is not None)
        if not posts:
            raise PostClosed("unknown")
        return posts


async def like(tools: Tools, *, caller: Caller, now: datetime, post: UUID) -> Like:
    """The caller likes a post; liking it again changes nothing. Raises `PostClosed`."""
    return await _set_like(tools, caller, now, post, liked=True)


async def unlike(tools: Tools, *, caller: Caller, now: datetime, post: UUID) -> Like:
    """The caller no longer likes a post; saying so again changes nothing. Raises `PostClosed`."""
    return await _set_like(tools, caller, now, post, liked=False)


@once_more
async def _set_like(tools: Tools, caller: Caller, now: datetime, post: UUID, *, liked: bool) -> Like:
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found, week = await _open(session, club, post, member.user_id)
        if liked:
            changed = await queries.add_like(session, club.id, found.id, member.user_id, now)
        else:
            changed = await queries.remove_like(session, club.id, found.id, member.user_id)
        if changed:
            await _count_again(session, club, week, found, now)
        return Like(await _again(session, club, found), liked, changed)


async def to_comment_on(
    tools: Tools, *, caller: Caller, now: datetime, post: UUID, parent: UUID | None = None
) -> tuple[Post, Comment | None]:
    """A post that the caller may comment on, and the comment they answer. Raises `PostClosed`, `CommentRefused`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found, _ = await _open(session, club, post, member.user_id)
        return found, await _parent(session, club, found, parent)


@once_more
async def comment(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    post: UUID,
    text: str,
    position: str = "",
    parent: UUID | None = None,
) -> Comment:
    """The caller says something about a post, perhaps at a moment of its track (`1:23`) or in answer to a comment.

    Raises `PostClosed`, `CommentRefused`, `TextTooLong`, `BadPosition`.
    """
    words = check_comment(text)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found, week = await _open(session, club, post, member.user_id)
        position_ms = read_position(position, found.track.duration_ms if found.track else None)
        await _parent(session, club, found, parent, lock=True)
        made = Comment(
            new_id(now),
            found.id,
            member.user_id,
            member.shown_name,
            words,
            now,
            parent_id=parent,
            position_ms=position_ms,
        )
        await queries.add_comment(session, club.id, made)
        if found.track is not None:
            label = week.label if week is not None else ""
            noted = Deposit(member.user_id, found.track.id, Deed.NOTE_GIVEN, str(made.id), now, label)
            await memory.remember(session, noted)
        await _count_again(session, club, week, found, now)
        return made


@once_more
async def delete_comment(tools: Tools, *, caller: Caller, now: datetime, comment: UUID) -> UUID:
    """The caller takes back their own comment; its replies keep their place below it. Returns the post's key.

    Raises `CommentRefused`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = check_own(await queries.comment(session, club.id, comment, lock=True), member.user_id)
        await queries.delete_comment(session, club.id, found, now)
        post, week = await _found(session, club, found.post_id)
        await _count_again(session, club, week, post, now)
        return found.post_id


async def _found(session: Reading, club: Club, post_id: UUID) -> tuple[Post, Week | None]:
    """A post, and its week; a member's own post of a track belongs to none."""
    found = await queries.post(session, club.id, post_id)
    week = None if found is None or found.week_id is None else await weeks.week(session, found.week_id)
    if found is None or (found.week_id is not None and week is None):
        raise PostClosed("unknown")
    return found, week


def _is_open(post: Post, week: Week | None, user_id: UUID) -> bool:
    return post.reachable_by(user_id) and (week is None or week.phase in HEARING)


async def _open(session: Reading, club: Club, post_id: UUID, user_id: UUID) -> tuple[Post, Week | None]:
    """A post on which more can hang: its track is within reach, and its week, if any, is listened to or rated."""
    found, week = await _found(session, club, post_id)
    if found.track is None:
        raise PostClosed("track_removed")
    if week is not None and week.phase not in HEARING:
        raise PostClosed("ended")
    if not found.reachable_by(user_id):
        raise PostClosed("private")
    return found, week


async def _count_again(session: Writing, club: Club, week: Week | None, post: Post, now: datetime) -> None:
    if week is not None:
        await guide.count_again(session, week, post, now)
    else:
        await showing.draw_again(session, club_id=club.id, post_id=post.id, now=now, soon=True)


async def _parent(
    session: Writing, club: Club, post: Post, parent_id: UUID | None, *, lock: bool = False
) -> Comment | None:
    if parent_id is None:
        return None
    parent = await queries.comment(session, club.id, parent_id, lock=lock)
    check_reply(parent, post.id)
    return parent


async def _again(session: Reading, club: Club, post: Post) -> Post:
    fresh = await queries.post(session, club.id, post.id)
    assert fresh is not None, "a post that somebody likes stays"
    return fresh
