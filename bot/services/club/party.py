"""Listening parties: hosts call, hold, shorten and end them, members come and go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from bot.domain import party as rules
from bot.domain.club.week import HEARING, Club, Phase, ThreadRole, Week
from bot.domain.errors import NoSuchWeek, PartyIsOn, PartyRefused, WhichWeek, WrongPhase
from bot.domain.ids import new_id
from bot.domain.party import Party, PartyView, State
from bot.domain.party_messages import card_again, drafts_of
from bot.domain.people import Caller, Member
from bot.services import people
from bot.services.club.finding import week_for
from bot.services.club.party_course import change, record, view_of, week_of
from bot.services.tools import Tools
from db.queries import audit
from db.queries.club import nominations, parties, weeks
from db.session import Reading, Writing

BEFORE = (Phase.SCHEDULED, Phase.NOMINATIONS, Phase.POLL)


# --- hosts ----------------------------------------------------------------------------------------------------------


async def start_party(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    at: datetime | None = None,
    where: int | None = None,
    number: int | None = None,
    check: Callable[[int], None] | None = None,
) -> PartyView:
    """A host calls a party for a week's album, at an instant or now; `check` may refuse the place it is held in.

    Raises `NotAHost`, `PartyIsOn`, `WhichWeek`, and `PartyRefused` without a winner or a track list, in a club that
    pauses, or for a start after the week's close.
    """
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        host = await people.member_of(session, club, caller, now)
        week = await _listened_to(session, club, where, number)
        if check is not None:
            check(week.threads.get(ThreadRole.LISTENING, club.channel_id))
        starts_at = now if at is None else at
        turns = await _turns(session, club, week, starts_at)
        party = Party(
            id=new_id(now),
            club_id=club.id,
            week_id=week.id,
            number=await parties.next_number(session, club.id, week.id),
            starts_at=starts_at,
            turns=turns,
            anchor_at=starts_at,
        )
        party = rules.advance(party, now)
        if not await parties.add_party(session, party, user_id=host.user_id, now=now):
            running = await parties.running_of_week(session, club.id, week.id)
            other = await parties.party(session, running) if running is not None else None
            waits = other is not None and other.state is State.LOBBY
            raise PartyIsOn(week.label, other.starts_at if other is not None and waits else None)
        await parties.join(session, party, host.user_id, now)
        await record(session, week, party, drafts_of(None, party), now)
        await _note(session, party, host, "party_called", now)
        return await view_of(session, party)


async def _listened_to(session: Reading, club: Club, where: int | None, number: int | None) -> Week:
    """The week that is meant, which has its album and is not over; it stays so until the transaction ends."""
    try:
        return await week_for(session, club, where=where, number=number, phases=HEARING, lock="share")
    except NoSuchWeek:
        if number is not None:
            raise
        raise PartyRefused("no_winner") from None
    except WrongPhase as wrong:
        if wrong.phase in BEFORE:
            raise PartyRefused("no_winner", wrong.label) from None
        raise


async def _turns(session: Reading, club: Club, week: Week, starts_at: datetime) -> tuple[rules.Turn, ...]:
    if club.paused_until is not None and starts_at < club.paused_until:
        raise PartyRefused("club_paused")
    if starts_at >= week.deadlines.ratings_close_at:
        raise PartyRefused("too_late", week.label, week.deadlines.ratings_close_at)
    assert week.winner_id is not None, "listening begins with a winner"
    winner = await nominations.nomination(session, week.club_id, week.winner_id)
    assert winner is not None, "nominations are never deleted"
    turns = await parties.turns_of_album(session, winner.album.id)
    if not turns:
        raise PartyRefused("no_tracks", week.label, week_id=str(week.id))
    return turns


Step = Callable[[Party, datetime], Party]


async def begin_party(tools: Tools, *, caller: Caller, now: datetime, party: UUID) -> PartyView:
    """A host does not wait for the planned start. Raises `PartyRefused`, `NotAHost`."""
    return await _by_host(tools, caller, now, "party_begun", rules.begin, party=party)


async def pause_party(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    party: UUID | None = None,
    where: int | None = None,
    number: int | None = None,
) -> PartyView:
    """A host holds the track that is on. Raises `PartyRefused`, `NotAHost`, `WhichWeek`."""
    return await _by_host(tools, caller, now, "party_paused", rules.pause, party=party, where=where, number=number)


async def resume_party(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    party: UUID | None = None,
    where: int | None = None,
    number: int | None = None,
) -> PartyView:
    """A host lets the held track go on. Raises `PartyRefused`, `NotAHost`, `WhichWeek`."""
    return await _by_host(tools, caller, now, "party_resumed", rules.resume, party=party, where=where, number=number)


async def skip_track(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    party: UUID | None = None,
    seen: int | None = None,
    where: int | None = None,
    number: int | None = None,
) -> PartyView:
    """A host goes on to the next track; `seen` is the position they meant, so that two hosts do not skip two.

    Raises `PartyRefused`, `NotAHost`, `WhichWeek`.
    """

    def step(found: Party, now: datetime) -> Party:
        return rules.skip(found, now, seen=seen)

    return await _by_host(tools, caller, now, "party_skipped", step, party=party, where=where, number=number)


async def stop_party(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    party: UUID | None = None,
    where: int | None = None,
    number: int | None = None,
) -> PartyView:
    """A host ends the party. Raises `PartyRefused`, `NotAHost`, `WhichWeek`."""
    return await _by_host(tools, caller, now, "party_stopped", rules.stop, party=party, where=where, number=number)


async def _by_host(
    tools: Tools,
    caller: Caller,
    now: datetime,
    action: str,
    step: Step,
    *,
    party: UUID | None,
    where: int | None = None,
    number: int | None = None,
) -> PartyView:
    """One host's step, with the party held, by the same path as time's."""
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        host = await people.member_of(session, club, caller, now)
        before = await _meant(session, club, party, where, number)
        after = step(before, now)
        await change(session, before, after, now)
        await _note(session, after, host, action, now)
        return await view_of(session, after)


async def _meant(session: Writing, club: Club, party: UUID | None, where: int | None, number: int | None) -> Party:
    """The party of a button, or of the thread or week that is named, or the only one that runs; it is held."""
    if party is None:
        party = await _running(session, club, where, number)
    found = await parties.party(session, party, lock=True)
    if found is None or found.club_id != club.id:
        raise PartyRefused("none")
    return found


async def _running(session: Reading, club: Club, where: int | None, number: int | None) -> UUID:
    running = await parties.running_of_club(session, club.id)
    named = None
    if number is not None:
        named = await week_for(session, club, number=number, phases=tuple(Phase))
    elif where is not None:
        named = await weeks.week_of_thread(session, club.id, where)
    if named is not None:
        running = [(key, week) for key, week in running if week == named.id]
    if not running:
        raise PartyRefused("none")
    if len(running) > 1:
        found = [await weeks.week(session, week) for _, week in running]
        raise WhichWeek(tuple((week.number, week.label) for week in found if week is not None))
    return running[0][0]


# --- members --------------------------------------------------------------------------------------------------------


async def join_party(tools: Tools, *, caller: Caller, now: datetime, party: UUID) -> PartyView:
    """Somebody comes to the party, which is taking part in the club. Coming twice changes nothing.

    Raises `PartyRefused` when it is over.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _meant(session, club, party, None, None)
        if not found.is_running:
            raise PartyRefused("over")
        if await parties.join(session, found, member.user_id, now):
            found = await _draw_card(session, found, now)
        return await view_of(session, found)


async def leave_party(tools: Tools, *, caller: Caller, now: datetime, party: UUID) -> PartyView:
    """Somebody goes. Raises `PartyRefused` when they are not there, or the party is over."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _meant(session, club, party, None, None)
        if not found.is_running:
            raise PartyRefused("over")
        if not await parties.leave(session, found, member.user_id, now):
            raise PartyRefused("not_there")
        return await view_of(session, await _draw_card(session, found, now))


async def _draw_card(session: Writing, held: Party, now: datetime) -> Party:
    """The card says who is there, whatever the timeline does."""
    held = await parties.next_run(session, held)
    await record(session, await week_of(session, held), held, [card_again(held)], now)
    return held


async def _note(session: Writing, party: Party, host: Member, action: str, now: datetime) -> None:
    details = {"position": party.position}
    await audit.add(
        session,
        club_id=party.club_id,
        user_id=host.user_id,
        week_id=party.week_id,
        action=action,
        details=details,
        at=now,
    )
