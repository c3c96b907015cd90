"""Who takes part: people become members when they first do something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.club.week import Club
from bot.domain.errors import ClubNotSetUp, NotAHost
from bot.domain.leases import Held
from bot.domain.people import Caller, Member
from bot.services import leading
from bot.services.collisions import once_more
from bot.services.listening import club_counters, hearing
from bot.services.tools import Tools
from db.queries import people as queries
from db.queries.club import clubs
from db.session import Reading, Writing

UNSEEN_FOR = timedelta(days=1)
"""After so long Discord is asked whether the person is still on the server."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A member to look for on Discord."""

    guild_id: int
    club_id: UUID
    user_id: UUID
    discord_id: int


async def club_here(session: Reading, guild_id: int, *, lock: bool = False) -> Club:
    """The club of a server; raises `ClubNotSetUp`. `lock` holds it: always before any of its weeks is held."""
    club = await clubs.club_of_guild(session, guild_id, lock=lock)
    if club is None:
        raise ClubNotSetUp
    return club


async def present(session: Writing, caller: Caller, now: datetime, *, takes_part: bool = True) -> tuple[Club, Member]:
    """The club and the member behind an interaction; user, identity and membership are made at first sight."""
    club = await club_here(session, caller.guild_id)
    return club, await member_of(session, club, caller, now, takes_part=takes_part)


async def member_of(session: Writing, club: Club, caller: Caller, now: datetime, *, takes_part: bool = True) -> Member:
    """The caller as a member of this club, made or brought up to date."""
    user_id = await queries.user_by_discord(session, caller.discord_id)
    if user_id is None:
        user_id = await queries.add_user(
            session, discord_id=caller.discord_id, name=caller.name, handle=caller.handle, now=now
        )
    counted = await queries.see_member(
        session, club_id=club.id, user_id=user_id, name=caller.name, now=now, takes_part=takes_part
    )
    if not counted:
        await club_counters.member_changed(session, user_id=user_id)
    member = await queries.member(session, club.id, user_id)
    assert member is not None, "just made"
    return member


def require_host(club: Club, caller: Caller) -> None:
    """Raises `NotAHost` unless the caller has Manage Server or the club's host role."""
    if not (caller.manages or (club.host_role_id is not None and club.host_role_id in caller.role_ids)):
        raise NotAHost


@once_more
async def join(tools: Tools, *, caller: Caller, now: datetime) -> Member:
    """The caller joins the club, or comes back."""
    async with tools.database.writing() as session:
        return (await present(session, caller, now))[1]


@once_more
async def leave(tools: Tools, *, caller: Caller, now: datetime) -> Member:
    """The caller leaves the club: turnout and lists forget them, what they gave stays as a former member's."""
    async with tools.database.writing() as session:
        club, member = await present(session, caller, now, takes_part=False)
        await _go(session, club.id, member.user_id, now)
        return replace(member, left_at=now, dm_reminders=False)


async def set_dm_reminders(tools: Tools, *, caller: Caller, now: datetime, on: bool) -> Member:
    """Whether the caller is reminded by DM of what is left to do."""
    async with tools.database.writing() as session:
        club, member = await present(session, caller, now)
        await queries.set_dm_reminders(session, club.id, member.user_id, on)
        fresh = await queries.member(session, club.id, member.user_id)
        assert fresh is not None, "just seen"
        return fresh


async def dm_closed(tools: Tools, *, discord_id: int) -> None:
    """Discord refused a DM to this person: they are not tried again until they ask."""
    async with tools.database.writing() as session:
        await queries.stop_dms(session, discord_id)


async def unseen_members(tools: Tools, *, now: datetime, limit: int = 20) -> list[Unseen]:
    """Members whom Discord has not confirmed for a day, longest unseen first."""
    async with tools.database.reading() as session:
        found = await queries.unseen_since(session, now - UNSEEN_FOR, limit)
        guilds = {club_id: (await clubs.club(session, club_id)).guild_id for club_id in {key for key, _ in found}}
        return [Unseen(guilds[club_id], club_id, member.user_id, member.discord_id) for club_id, member in found]


async def mark_seen(tools: Tools, *, club_id: UUID, user_id: UUID, held: Held | None = None, now: datetime) -> None:
    """Discord says the person is still there. Raises `Overtaken` as `mark_left` does."""
    async with tools.database.writing() as session:
        if held is not None:
            await leading.prove(session, held, now=tools.clock.now())
        await queries.mark_seen(session, club_id, user_id, now)


async def mark_left(tools: Tools, *, club_id: UUID, user_id: UUID, held: Held | None = None, now: datetime) -> None:
    """Discord says the person is gone. Raises `Overtaken` where to ask was a duty, and is another process's by now."""
    async with tools.database.writing() as session:
        if held is not None:
            await leading.prove(session, held, now=tools.clock.now())
        await _go(session, club_id, user_id, now)


async def _go(session: Writing, club_id: UUID, user_id: UUID, now: datetime) -> None:
    """Somebody is in the club no longer: no card of it tells what they hear."""
    await hearing.member_changed(session, user_id=user_id, now=now, club=club_id)
    await queries.mark_left(session, club_id, user_id, now)
    await club_counters.member_changed(session, user_id=user_id)
