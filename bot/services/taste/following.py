"""Members follow each other, take it back, and say who may follow them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.people import Caller
from bot.domain.taste.following import Bond, FollowRefused, Follows, judge_follow
from bot.services import people
from bot.services.listening.watching import Whose
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries.listening import hearing, reading
from db.queries.taste import follows as queries


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a wish to follow somebody."""

    user_id: UUID
    name: str
    bond: Bond
    again: bool
    """It was so before."""


async def follow(tools: Tools, *, caller: Caller, now: datetime, whose: Whose) -> Followed:
    """The caller follows a member of their club, or asks to where only followers see what the member hears.

    A follow is between two people, not of a club: it holds wherever both are. Raises `FollowRefused`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        person = await reading.person_of(session, club.id, whose.discord_id)
        if person is None:
            raise FollowRefused("not_here", whose.name)
        mine, theirs = member.user_id, person.user_id
        visibility = await queries.visibility_held(session, theirs)
        bond = judge_follow(
            name=person.name or whose.name,
            visibility=visibility or person.visibility,
            barred=await queries.is_barred(session, mine, theirs),
            oneself=mine == theirs,
            here=person.here and visibility is not None,
            followed=await queries.followed_count(session, mine),
        )
        if bond is Bond.ASKED and not await queries.is_following(session, mine, theirs):
            asked = await queries.add_request(session, mine, theirs, now)
            return Followed(theirs, person.name, bond, again=not asked)
        added = await queries.add_follow(session, mine, theirs, now)
        return Followed(theirs, person.name, Bond.FOLLOWS, again=not added)


async def unfollow(tools: Tools, *, caller: Caller, now: datetime, whose: Whose) -> None:
    """The caller follows somebody no longer, or no longer asks to. Raises `FollowRefused` where they did neither."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        user_id = await people_queries.user_by_discord(session, whose.discord_id)
        if user_id is None or not await queries.remove_follow(session, member.user_id, user_id):
            raise FollowRefused("not_followed", whose.name)


async def unfollow_key(tools: Tools, *, caller: Caller, now: datetime, user_id: UUID) -> None:
    """As `unfollow`, of somebody who stood in a list; also of one who is on no server of the caller's any more."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        if not await queries.remove_follow(session, member.user_id, user_id):
            raise FollowRefused("not_followed")


async def answer_request(tools: Tools, *, caller: Caller, now: datetime, follower: UUID, accept: bool) -> None:
    """The caller lets somebody who asked follow them, or not. Raises `FollowRefused` where nobody asks any more."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        await queries.visibility_held(session, member.user_id, alone=True)
        if not await queries.remove_request(session, follower, member.user_id):
            raise FollowRefused("no_request")
        if accept:
            await queries.add_follow(session, follower, member.user_id, now)


async def remove_follower(tools: Tools, *, caller: Caller, now: datetime, follower: UUID) -> None:
    """Somebody follows the caller no longer, and cannot again until they are let. Raises `FollowRefused`."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        await queries.visibility_held(session, member.user_id, alone=True)
        if not await queries.remove_follow(session, follower, member.user_id):
            raise FollowRefused("no_follower")
        await queries.bar(session, member.user_id, follower, now)


async def let_follow(tools: Tools, *, caller: Caller, now: datetime, follower: UUID) -> None:
    """Somebody whom the caller had removed may follow them again; they do not by themselves."""
    async with tools.database.writing() as session:
        _, member = await people.present(session, caller, now, takes_part=False)
        await queries.visibility_held(session, member.user_id, alone=True)
        if not await queries.unbar(session, member.user_id, follower):
            raise FollowRefused("not_barred")


async def my_follows(tools: Tools, *, caller: Caller, now: datetime) -> Follows:
    """All that the caller sees of their follows; others see none of it."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        mine = (club.id, member.user_id)
        return Follows(
            following=await queries.following(session, *mine),
            asked=await queries.asked_by(session, *mine),
            followers=await queries.followers(session, *mine),
            requests=await queries.requests_to(session, *mine),
            barred=await queries.barred_by(session, *mine),
            visibility=await hearing.visibility_of(session, member.user_id),
        )
