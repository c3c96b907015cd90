"""The club sees the listening: the week's card of who has heard the album, kept up with the plays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.club.entries import Rating
from bot.domain.club.week import HEARING, ThreadRole, Week
from bot.domain.listening import hearing as rules
from bot.domain.listening.hearing import Hearer, Hearing, Turnout
from bot.domain.outbox import Draft, Kind
from bot.services import outbox
from bot.services.tools import Tools
from db.queries.club import nominations, parties, weeks
from db.queries.listening import hearing as queries
from db.session import Reading, Writing

PLAYS_AFTER = timedelta(seconds=60)
"""The card follows the plays at most so often."""
WORDS_AFTER = timedelta(seconds=5)
"""What a member does themselves shows sooner."""


@dataclass(frozen=True, slots=True)
class Listened:
    """Whether a rater has listened to the album that week, and whether the club may be told so by name."""

    heard: bool
    shows: bool


# --- what changes the card ------------------------------------------------------------------------------------------


async def plays_changed(session: Writing, *, works: Mapping[UUID, Collection[UUID]], now: datetime) -> None:
    """Plays of these works came to members, or went: the cards that count them are drawn again in a while.

    To be called last in the transaction that writes the plays. It asks one question, which finds nothing for whoever
    shows their listening nowhere.
    """
    changed = {member: frozenset(each) for member, each in works.items() if each}
    if not changed:
        return
    shown = await queries.tracks_shown_of(session, changed)
    hit = {week for (member, week), tracks in shown.items() if not changed[member].isdisjoint(rules.works_of(tracks))}
    await _draw_again(session, hit, now + PLAYS_AFTER, now)


async def member_changed(
    session: Writing, *, user_id: UUID, now: datetime, club: UUID | None = None, after: timedelta = timedelta()
) -> None:
    """Who may see a member's listening has changed, or what is known of it: every card that names them, now.

    `club` when it is one club's affair. To be called while the member still shows their listening, or again does.
    """
    await _draw_again(session, await queries.weeks_naming(session, user_id, club), now + after, now)


async def album_changed(session: Writing, album_id: UUID, now: datetime) -> None:
    """An album's track list is another one: so is what was heard of it."""
    await _draw_again(session, await queries.weeks_hearing_album(session, album_id), now + WORDS_AFTER, now)


async def said_so(session: Writing, week: Week, now: datetime) -> None:
    """A member said that they have heard a week's album."""
    if week.phase in HEARING:
        await outbox.record(session, week, [Draft(Kind.HEARING_REFRESH, not_before=now + WORDS_AFTER)], now)


async def _draw_again(session: Writing, found: Iterable[UUID], at: datetime, now: datetime) -> None:
    for week_id in sorted(found):  # in one order, so that two who change two cards never wait for each other
        week = await weeks.week(session, week_id)
        assert week is not None, "weeks are never deleted once they are heard"
        await outbox.record(session, week, [Draft(Kind.HEARING_REFRESH, not_before=at)], now)


# --- what the card shows --------------------------------------------------------------------------------------------


async def card_of(tools: Tools, *, week: UUID, now: datetime) -> Hearing:
    """The card of a week, to be drawn now; where the club is through with the album it is told, once."""
    async with tools.database.writing() as session:
        found = await weeks.week(session, week)
        if found is None or not found.announced:
            return Hearing(0)
        tracks, members = await members_of(session, found, now)
        card = rules.card_of(members, tracks)
        if found.phase in HEARING and rules.club_is_through(card):
            # Of this album: another one, after a week was reopened, is finished for itself.
            payload = {"words": "finished", "role": ThreadRole.LISTENING}
            notice = Draft(Kind.NOTICE, await _ordinal(session, found), payload=payload)
            await outbox.record(session, found, [notice], now)
        return card


async def is_being_posted(tools: Tools, week: UUID) -> bool:
    """Whether the card of a week is still on its way."""
    async with tools.database.reading() as session:
        return await parties.is_being_posted(session, week, Kind.HEARING, 0)


async def _ordinal(session: Reading, week: Week) -> int:
    assert week.winner_id is not None, "announced"
    winner = await nominations.nomination(session, week.club_id, week.winner_id)
    assert winner is not None, "nominations are never deleted"
    return winner.ordinal


async def members_of(
    session: Reading, week: Week, now: datetime, users: Sequence[UUID] | None = None
) -> tuple[int, list[Hearer]]:
    """How many different tracks the album has, and what the members, or those of them, have heard."""
    works = rules.works_of(await queries.tracks_of_winner(session, week))
    return len(works), await queries.hearers(session, week, works, now, users=users)


async def turnout_of(session: Reading, week: Week, now: datetime) -> Turnout | None:
    """How many of the active members have heard how much, for hosts; None before there is an album."""
    if not week.announced:
        return None
    tracks, members = await members_of(session, week, now)
    return rules.turnout_of(members, tracks)


async def listened_of(session: Reading, week: Week, given: Sequence[Rating], now: datetime) -> Mapping[UUID, Listened]:
    """Which raters have listened to the album that week; those of whom nobody knows are left out."""
    if not given or not week.announced:
        return {}
    tracks, members = await members_of(session, week, now, [rating.user_id for rating in given])
    known = [(one, rules.listened(one, tracks)) for one in members]
    return {one.user_id: Listened(heard, one.shows) for one, heard in known if heard is not None}
