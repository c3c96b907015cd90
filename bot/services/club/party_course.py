"""The course of a party: what time does to it, what the delivery asks, and how a change is stored with its errands."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain import party as rules
from bot.domain.club.entries import Track
from bot.domain.club.week import HEARING, Week
from bot.domain.errors import PartyRefused
from bot.domain.outbox import Draft, Errand, Kind
from bot.domain.party import Outcome, Party, PartyView, Reason
from bot.domain.party_messages import drafts_of
from bot.services.tools import Tools
from db.queries import outbox as outbox_queries
from db.queries import posts
from db.queries.club import clubs, parties, weeks
from db.session import RING, Reading, Writing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """What one wake-up did, and when to wake next."""

    count: int
    next_due: datetime | None
    """Of parties that failed just now none, or the alarm would ring without end."""
    failed: int = 0


# --- time -----------------------------------------------------------------------------------------------------------


async def advance_parties(tools: Tools, *, now: datetime, limit: int = 50) -> Held:
    """Every party that is due takes its next step, one party per transaction.

    Doing it twice changes nothing, and two processes share the work. A party that fails does not hold up the others.
    """
    due = await next_due(tools, now=now)
    if due is None or due > now:  # nearly every time: nothing is locked to find that out
        return Held(0, due)
    count = 0
    failed: set[UUID] = set()
    while count < limit:
        claimed: UUID | None = None
        try:
            async with tools.database.writing() as session:
                claimed = await parties.claim_due(session, now, failed)
                if claimed is None:
                    break
                await _advance(session, claimed, now)
            count += 1
        except Exception:  # a poisoned party must not hold up the others
            if claimed is None:
                raise
            log.exception("party %s could not be advanced", claimed)
            failed.add(claimed)
    async with tools.database.reading() as session:
        return Held(count, await parties.next_due(session, now, failed), len(failed))


async def next_due(tools: Tools, *, now: datetime) -> datetime | None:
    """When a party changes by itself next."""
    async with tools.database.reading() as session:
        return await parties.next_due(session, now)


async def _advance(session: Writing, claimed: UUID, now: datetime) -> None:
    before = await parties.party(session, claimed)
    assert before is not None, "it is held"
    week = await week_of(session, before)
    club = await clubs.club(session, before.club_id)
    if week.phase not in HEARING:
        after = rules.stop(before, now, Reason.WEEK)
    elif club.paused_until is not None and club.paused_until > now:
        after = rules.stop(before, now, Reason.CLUB)
    else:
        after = rules.advance(before, now)
    await change(session, before, after, now)


# --- the delivery ---------------------------------------------------------------------------------------------------


async def party_of(tools: Tools, *, party: UUID | None = None, week: UUID | None = None, number: int = 1) -> PartyView:
    """A party as its messages show it, named by its key or as a week's n-th. Raises `PartyRefused` for none."""
    async with tools.database.reading() as session:
        if party is None and week is not None:
            party = await parties.numbered(session, week, number)
        found = None if party is None else await parties.party(session, party)
        if found is None:
            raise PartyRefused("none")
        return await view_of(session, found)


async def miss_track(tools: Tools, *, party: UUID, position: int, now: datetime) -> None:
    """A track's time has passed before anybody was told of it: the next one's message names it."""
    async with tools.database.writing() as session:
        before = await parties.party(session, party, lock=True)
        if before is None:
            return
        after = rules.advance(before, now)
        if after.turns[position - 1].outcome in (Outcome.PLAYED, Outcome.PLAYING):
            after = rules.missed(after, position)
        await change(session, before, after, now)


async def is_being_posted(tools: Tools, errand: Errand) -> bool:
    """Whether the message that an errand draws again is still on its way."""
    assert errand.week_id is not None, "parties belong to weeks"
    async with tools.database.reading() as session:
        return await parties.is_being_posted(session, errand.week_id, errand.payload["panel"], errand.ordinal)


# --- storing ---------------------------------------------------------------------------------------------------------


async def change(session: Writing, before: Party, after: Party, now: datetime) -> None:
    """Store a change of a held party with everything that follows from it."""
    if after == before:
        return
    await parties.save_party(session, before, after)
    await record(session, await week_of(session, after), after, drafts_of(before, after), now)


async def record(session: Writing, week: Week, party: Party, drafts: Sequence[Draft], now: datetime) -> None:
    """Record a party's errands: a message once in its life, what is drawn again once for each run.

    Lanes are the party's own, so that nothing of the week holds up a track, and drawing again holds up none either.
    """
    for draft in drafts:
        again = draft.kind is Kind.PARTY_REDRAW
        about = f"{draft.payload['panel']}:{party.run}" if again else ""
        await outbox_queries.add(
            session,
            replace(draft, not_before=now),
            club_id=party.club_id,
            week_id=party.week_id,
            lane=f"party:{party.id}{':again' if again else ''}",
            key=f"{party.id}:{draft.kind}:{draft.ordinal}:{about}",
            phase=str(week.phase),
            run=party.run,
            now=now,
        )
    await _present(session, week, party, [draft for draft in drafts if draft.kind is Kind.PARTY_TRACK], now)
    if drafts:
        session.info[RING] = True


async def _present(session: Writing, week: Week, party: Party, drafts: Sequence[Draft], now: datetime) -> None:
    """Every track that begins is a post of its week, whether the club has a listening guide or not."""
    turns = [party.turns[int(draft.payload["position"]) - 1] for draft in drafts]
    tracks = [Track(turn.track_id, turn.position, turn.title) for turn in turns if turn.track_id is not None]
    if week.winner_id is not None:
        keys = {"club_id": week.club_id, "week_id": week.id, "nomination_id": week.winner_id}
        await posts.add_to_guide(session, **keys, tracks=tracks, now=now)


async def week_of(session: Reading, party: Party) -> Week:
    """The week whose album it is."""
    week = await weeks.week(session, party.week_id)
    assert week is not None, "weeks are never deleted"
    return week


async def view_of(session: Reading, party: Party) -> PartyView:
    """The party with everything its messages show."""
    by_track = await parties.links_of_tracks(session, [turn.track_id for turn in party.turns if turn.track_id])
    week = await week_of(session, party)
    presented = () if week.winner_id is None else await posts.posts_of_guide(session, week.id, week.winner_id)
    by_post = {post.track.id: post for post in presented if post.track is not None}
    own = [(turn.position, turn.track_id) for turn in party.turns if turn.track_id is not None]
    return PartyView(
        party,
        await parties.members_of(session, party),
        links={position: by_track[track] for position, track in own if track in by_track},
        posts={position: by_post[track] for position, track in own if track in by_post},
    )
