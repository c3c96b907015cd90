"""Weekly letters: a member who asked for it is written what to hear next, once a week, until a closed door ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.outbox import Draft, Errand, Kind
from bot.domain.people import Caller
from bot.domain.taste.recommended import (
    LETTER_GRACE,
    LetterRefused,
    NothingToRecommend,
    RecommendationGone,
    Recommended,
    next_letter,
)
from bot.services import outbox, people
from bot.services.taste.recommending import member_here, recommended_to
from bot.services.tools import Tools
from db.queries import accounts
from db.queries.club import clubs
from db.queries.listening import reading
from db.queries.taste import recommending as queries
from db.session import Writing

AT_ONCE = 50
"""Letters of one transaction."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is still wanted."""

    discord_id: int
    told: Recommended
    club_name: str


async def want_letter(tools: Tools, *, caller: Caller, now: datetime) -> datetime:
    """The caller wants a weekly letter of this club; when the first one comes. Raises `LetterRefused`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        return await _turn_on(session, club.id, member.user_id, caller.discord_id, now)


async def want_no_letter(tools: Tools, *, caller: Caller, now: datetime) -> None:
    """The caller wants no letter of this club any more. Raises `LetterRefused`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        if not await queries.turn_off(session, club.id, member.user_id):
            raise LetterRefused(on=False)


async def turn(tools: Tools, *, club_id: UUID, discord_id: int, now: datetime, on: bool) -> datetime | None:
    """The same by a button, also on a letter; when the next one comes. Pressing it again changes nothing."""
    async with tools.database.writing() as session:
        user_id = await member_here(session, club_id, discord_id)
        if not on:
            await queries.turn_off(session, club_id, user_id)
            return None
        try:
            return await _turn_on(session, club_id, user_id, discord_id, now)
        except LetterRefused:
            return await _next(session, club_id, discord_id, now)


async def _turn_on(session: Writing, club_id: UUID, user_id: UUID, discord_id: int, now: datetime) -> datetime:
    due = await _next(session, club_id, discord_id, now)
    if not await queries.turn_on(session, club_id, user_id, now=now, next_at=due):
        raise LetterRefused(on=True)
    await accounts.note_dms(session, user_id, closed_at=None)  # they want to be written to again
    return due


async def _next(session: Writing, club_id: UUID, discord_id: int, now: datetime) -> datetime:
    club = await clubs.club(session, club_id)
    person = await reading.person_of(session, club_id, discord_id)
    if person is None:
        raise RecommendationGone
    return next_letter(now, ZoneInfo(person.zone) if person.zone else club.timezone)


async def write_due(tools: Tools, *, now: datetime) -> int:
    """Record every letter whose time has come, and when the next one comes, in one transaction; how many.

    A letter that nobody was there to write in time is passed over; whoever has left gets none.
    """
    written = 0
    async with tools.database.writing() as session:
        for due in await queries.due_letters(session, now, AT_ONCE):
            if not due.here:
                await queries.turn_off(session, due.club_id, due.user_id)
                continue
            zone = ZoneInfo(due.zone)
            fresh = now - due.due_at <= LETTER_GRACE
            on = due.due_at.astimezone(zone)
            if fresh:
                payload = {"discord_id": str(due.discord_id), "club": str(due.club_id), "due": due.due_at.isoformat()}
                await outbox.record_account_dm(
                    session,
                    Draft(Kind.LETTER_DM, payload=payload),
                    club_id=due.club_id,
                    key=f"letter:{due.club_id}:{due.user_id}:{on.date()}",
                    discord_id=due.discord_id,
                    now=now,
                )
                written += 1
            await queries.written(session, due, next_at=next_letter(now, zone), on=on if fresh else None)
    return written


async def letter_of(tools: Tools, errand: Errand, *, now: datetime) -> Letter | None:
    """What an errand's letter says now; None where it is wanted no more, is too late, or has nothing to say."""
    club_id, discord_id = UUID(str(errand.payload["club"])), int(errand.payload["discord_id"])
    if now - datetime.fromisoformat(str(errand.payload["due"])) > LETTER_GRACE:
        return None
    async with tools.database.reading() as session:
        user_id = await queries.present(session, club_id, discord_id)
        if user_id is None or not (await queries.letter(session, club_id, user_id))[0]:
            return None
        name = (await clubs.club(session, club_id)).name
    try:
        told = await recommended_to(tools, club_id=club_id, user_id=user_id, now=now)
    except NothingToRecommend:
        return None
    return Letter(discord_id, told, name)


async def closed(tools: Tools, *, discord_id: int, now: datetime) -> None:
    """Discord let no letter through to this person: they are off, and told so when they look next."""
    async with tools.database.writing() as session:
        await queries.close_letters(session, discord_id, now)
