"""Putting albums forward: nominate, edit, withdraw, second, and what a host removes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.calendar import label
from bot.domain.catalog import normalised, visible
from bot.domain.club.entries import Album, Blurb, Nomination, Standing, check_blurb
from bot.domain.club.rules import Pick
from bot.domain.club.views import WeekView
from bot.domain.club.week import CHOOSING, Club, Phase, Week, WeekKind
from bot.domain.errors import (
    AlreadyNominated,
    NominatedRecently,
    NominationsClosed,
    NoSuchNomination,
    NotYourNomination,
    TextTooLong,
    TooManyNominations,
    WonBefore,
)
from bot.domain.outbox import EDITS_APART, Draft, Kind, redraw
from bot.domain.people import Caller, Member
from bot.services import outbox, people
from bot.services.catalog import SUGGESTIONS, Resolved, keep_album
from bot.services.club.boxes import deadline_of, open_box
from bot.services.club.finding import week_for
from bot.services.club.views import hidden, week_view
from bot.services.collisions import once_more
from bot.services.library import memory, showing
from bot.services.tools import Tools
from db.queries import audit
from db.queries import people as people_queries
from db.queries.club import clubs, nominations, weeks
from db.session import Reading, Writing

REASON_LIMIT = 500
REMOVED = EDITS_APART - 1


@dataclass(frozen=True, slots=True)
class Nominated:
    """A nomination as it stands now, and its week."""

    view: WeekView
    nomination: Nomination


@once_more
async def nominate(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    album: Resolved,
    blurb: Blurb | None = None,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> Nominated:
    """A member puts an album forward; its card follows.

    Raises `NominationsClosed`, `AlreadyNominated`, `TooManyNominations`, `WonBefore`, `NominatedRecently`,
    `TextTooLong`, `BadYear`. A week whose album the host picks takes no nominations.
    """
    checked = read_blurb(blurb or Blurb())
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await open_box(
            session,
            club,
            Phase.NOMINATIONS,
            where=where,
            number=number,
            week=week,
            now=now,
            lock="update",
            kind=WeekKind.ALBUM,
        )
        kept = await keep_album(session, album, now)
        slot = await _judge(session, found, member, kept)
        nomination = await nominations.add_nomination(
            session,
            club_id=club.id,
            week_id=found.id,
            user_id=member.user_id,
            album=kept,
            slot=slot,
            blurb=checked,
            host_pick=False,
            now=now,
        )
        card = Draft(Kind.NOMINATION, ordinal=nomination.ordinal, payload={"nomination": str(nomination.id)})
        await outbox.record(session, found, [card, Draft(Kind.REFRESH)], now)
        await memory.nominated(session, found, nomination, now)
        return Nominated(await week_view(session, found.id, now), nomination)


async def check_can_nominate(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    album: Resolved | None = None,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> WeekView:
    """Whether the caller could nominate this album now, or any, before they go on; raises what `nominate` would."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        # The button of a demo week asks without an album, and is told what it takes by the view.
        kind = WeekKind.ALBUM if album is not None or week is None else None
        found = await open_box(
            session, club, Phase.NOMINATIONS, where=where, number=number, week=week, now=now, kind=kind
        )
        await _judge(session, found, member, album.album if album else None)
        return await week_view(session, found.id, now)


def read_blurb(blurb: Blurb) -> Blurb:
    """The form's texts, checked, without characters that do not show: some of them no database keeps."""
    return check_blurb(
        Blurb(
            visible(blurb.pitch),
            visible(blurb.pitch_track),
            visible(blurb.genre),
            visible(blurb.decade),
            visible(blurb.country),
        )
    )


async def _judge(session: Reading, week: Week, member: Member, album: Album | None) -> int:
    """The lowest free slot of the member; raises what speaks against the nomination. A new album repeats nothing."""
    free = await free_slot(session, week, member, album)
    if album is not None:
        await _refuse_repeats(session, week, album)
    return free


async def free_slot(session: Reading, week: Week, member: Member, album: Album | None) -> int:
    """The lowest free slot of the member; raises what speaks against their nomination in this week itself."""
    if week.rules.pick is Pick.HOST:
        raise NominationsClosed(week.label, None)
    kept = [
        one for one in await nominations.nominations_of_week(session, week.id) if one.standing is not Standing.WITHDRAWN
    ]
    if album is not None:
        _refuse_twice(kept, album, member)
    limit = week.rules.nominations_per_member
    used = await nominations.slots_of_member(session, week.id, member.user_id)
    free = next((slot for slot in range(1, limit + 1) if slot not in used), None)
    if free is None or len(used) >= limit:
        own = tuple(one.album.shown for one in kept if one.user_id == member.user_id)
        raise TooManyNominations(limit, own)
    return free


def _refuse_twice(kept: Sequence[Nomination], album: Album, member: Member) -> None:
    for one in kept:
        if one.album.id == album.id:
            raise AlreadyNominated(str(one.id), album.shown, own=one.user_id == member.user_id)


async def _refuse_repeats(session: Reading, week: Week, album: Album) -> None:
    """Past winners never return; albums that were in the race rest for some weeks. Cancelled weeks do not count."""
    rules = week.rules
    if rules.no_repeat_winners:
        won = await nominations.week_won_by(session, week.club_id, album.id, besides=week.id)
        if won is not None:
            raise WonBefore(album.shown, label(*won))
    if rules.no_repeat_weeks:
        nominated = await nominations.week_nominated_in(
            session, week.club_id, album.id, before=week.number, weeks=rules.no_repeat_weeks, kind=week.kind
        )
        if nominated is not None:
            raise NominatedRecently(album.shown, label(*nominated), rules.no_repeat_weeks)


@once_more
async def edit_nomination(tools: Tools, *, caller: Caller, now: datetime, nomination: UUID, blurb: Blurb) -> Nominated:
    """A nominator changes their words, until the deadline; the same words again change nothing.

    Raises `NotYourNomination`, `NoSuchNomination`, `NominationsClosed`, `TextTooLong`, `BadYear`.
    """
    checked = read_blurb(blurb)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        week, before = await _own(session, club, member, nomination, now)
        changed = await nominations.edit_nomination(session, before, checked)
        after = await _nomination(session, club, nomination)
        if changed:
            await outbox.record(session, week, [_redraw(after, after.edits + after.seconds)], now)
            await memory.nominated(session, week, after, now)
        return Nominated(await week_view(session, week.id, now), after)


@once_more
async def withdraw_nomination(tools: Tools, *, caller: Caller, now: datetime, nomination: UUID) -> Nomination:
    """A nominator takes their album back, until the deadline; album and slot are free again.

    Raises `NotYourNomination`, `NoSuchNomination`, `NominationsClosed`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        week, before = await _own(session, club, member, nomination, now)
        await nominations.set_standing(session, before, Standing.WITHDRAWN)
        after = await _nomination(session, club, nomination, gone=True)
        await outbox.record(session, week, [_redraw(after, REMOVED), Draft(Kind.REFRESH)], now)
        await _unveil(session, after, now)
        return after


@once_more
async def second(tools: Tools, *, caller: Caller, now: datetime, nomination: UUID) -> Nomination:
    """A member stands behind somebody else's nomination, until the deadline; saying so twice changes nothing.

    Raises `AlreadyNominated` for one's own, `NoSuchNomination`, `NominationsClosed`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        week, before = await _held(session, club, nomination, now)
        if before.user_id == member.user_id:
            raise AlreadyNominated(str(before.id), before.album.shown, own=True)
        added = await nominations.add_second(
            session, club_id=club.id, nomination_id=nomination, user_id=member.user_id, now=now
        )
        after = await _nomination(session, club, nomination)
        if added:
            await outbox.record(session, week, [_redraw(after, after.edits + after.seconds)], now)
        return _shown(week, after)


@once_more
async def remove_nomination(
    tools: Tools, *, caller: Caller, now: datetime, nomination: UUID, reason: str = ""
) -> Nomination:
    """A host takes an album out of the race: before the deadline it is withdrawn, after it void.

    While the poll is open, those who voted for it are told privately that they may vote again. Raises `NotAHost`,
    `NoSuchNomination`, `WrongPhase` once the winner is known, `TextTooLong`.
    """
    reason = visible(reason).strip()
    if len(reason) > REASON_LIMIT:
        raise TextTooLong("reason", REASON_LIMIT, len(reason))
    async with tools.database.writing() as session:
        club = await people.club_here(session, caller.guild_id)
        people.require_host(club, caller)
        member = await people.member_of(session, club, caller, now)
        before = await _nomination(session, club, nomination)
        week = await week_for(session, club, week=before.week_id, phases=(Phase.SCHEDULED, *CHOOSING), lock="update")
        before = await _nomination(session, club, nomination)  # once more, now that nobody can change it
        late = week.phase is Phase.POLL or deadline_of(week, Phase.NOMINATIONS) <= now
        await nominations.set_standing(session, before, Standing.VOID if late else Standing.WITHDRAWN)
        after = await _nomination(session, club, nomination, gone=True)
        if week.phase is not Phase.SCHEDULED:
            await outbox.record(session, week, _removal(week, after), now)
        await _unveil(session, after, now)
        if week.phase is Phase.POLL and now < deadline_of(week, Phase.POLL):
            await _tell_voters(session, week, after, now)
        await audit.add(
            session,
            club_id=club.id,
            user_id=member.user_id,
            week_id=week.id,
            action="nomination_removed",
            details={
                "nomination": str(after.id),
                "album": after.album.shown,
                "standing": str(after.standing),
                "reason": reason,
            },
            at=now,
        )
        return _shown(week, after)


def _shown(week: Week, nomination: Nomination) -> Nomination:
    """A nomination as anybody may see it."""
    return replace(nomination, nominator="", nominator_discord_id=0) if hidden(week) else nomination


async def _unveil(session: Writing, gone: Nomination, now: datetime) -> None:
    """A demo that is out of the race stands where it was posted again."""
    if gone.track_id is not None:
        await showing.track_changed(session, [gone.track_id], now)


def _removal(week: Week, removed: Nomination) -> list[Draft]:
    drafts = [_redraw(removed, REMOVED), Draft(Kind.REFRESH)]
    if week.phase is Phase.POLL:
        words = f"without {removed.ordinal}"
        drafts += [redraw(panel, words=words) for panel in (Kind.POLL_PANEL, Kind.BEFORE_VOTE)]
    return drafts


async def _tell_voters(session: Writing, week: Week, removed: Nomination, now: datetime) -> None:
    for discord_id in await nominations.voters_for(session, week.club_id, removed.id):
        payload = {"words": "vote_lost", "discord_id": discord_id, "nomination": str(removed.id)}
        await outbox.record_dm(
            session,
            week,
            Draft(Kind.DM, payload=payload),
            key=f"vote_lost:{removed.id}",
            discord_id=discord_id,
            now=now,
        )


def _redraw(changed: Nomination, change: int) -> Draft:
    """The nomination's card drawn again; every change has a key of its own."""
    return Draft(
        Kind.NOMINATION_EDIT,
        ordinal=changed.ordinal * EDITS_APART + min(change, REMOVED),
        payload={"nomination": str(changed.id), "words": f"change {change}"},
    )


async def _nomination(session: Reading, club: Club, nomination: UUID, *, gone: bool = False) -> Nomination:
    """A nomination of the club; only one in the race unless `gone`."""
    found = await nominations.nomination(session, club.id, nomination)
    if found is None or (found.standing is not Standing.STANDING and not gone):
        raise NoSuchNomination
    return found


async def _held(session: Writing, club: Club, nomination: UUID, now: datetime) -> tuple[Week, Nomination]:
    """A nomination that can still be changed, under the lock of its week."""
    found = await _nomination(session, club, nomination)
    week = await open_box(session, club, Phase.NOMINATIONS, week=found.week_id, now=now, lock="update")
    return week, await _nomination(session, club, nomination)


async def _own(
    session: Writing, club: Club, member: Member, nomination: UUID, now: datetime
) -> tuple[Week, Nomination]:
    found = await _nomination(session, club, nomination)
    if found.user_id != member.user_id:
        raise NotYourNomination
    return await _held(session, club, nomination, now)


async def own_nomination(tools: Tools, *, caller: Caller, now: datetime, nomination: UUID) -> Nomination:
    """The caller's own nomination, as long as they can change it.

    Raises `NotYourNomination`, `NoSuchNomination`, `NominationsClosed`.
    """
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        found = await _nomination(session, club, nomination)
        if found.nominator_discord_id != caller.discord_id:
            raise NotYourNomination
        await open_box(session, club, Phase.NOMINATIONS, week=found.week_id, now=now)
        return found


async def nomination_suggestions(
    tools: Tools, *, guild_id: int, text: str, discord_id: int, where: int | None = None, own: bool | None = None
) -> list[tuple[str, str]]:
    """Nominations in the race for autocomplete: album, and the nomination's key as text.

    `own` keeps the caller's alone, or leaves them out. The week is the thread's when it is being chosen, else the one
    that is. While nominators are hidden, nothing but one's own gives them away.
    """
    async with tools.database.reading() as session:
        club = await clubs.club_of_guild(session, guild_id)
        if club is None:
            return []
        week = None if where is None else await weeks.week_of_thread(session, club.id, where)
        if week is None or week.phase not in CHOOSING:
            week = next(iter(await weeks.weeks_in(session, club.id, CHOOSING)), None)
        if week is None:
            return []
        user_id = await people_queries.user_by_discord(session, discord_id)
        found = await nominations.nominations_of_week(session, week.id)
    wanted = normalised(text)
    return [
        (one.album.shown if hidden(week) or not one.nominator else f"{one.album.shown} · {one.nominator}", str(one.id))
        for one in found
        if one.standing is Standing.STANDING
        and (own is None or (one.user_id == user_id) is own)
        and wanted in normalised(one.album.shown)
    ][:SUGGESTIONS]
