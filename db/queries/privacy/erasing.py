"""A person is forgotten: what goes goes, what stays becomes a nameless member's, and their key is nobody's."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Text, and_, delete, exists, insert, literal, or_, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.club.entries import Standing
from bot.domain.club.week import Phase
from bot.domain.ids import new_id
from bot.domain.people import FORMER_MEMBER
from bot.domain.privacy import Fate, Group, Person
from db.queries.people import user_by_discord
from db.queries.privacy.registry import JOBS, PLACES, Place
from db.tables.club import Ballot, Nomination, Rating, Second, Vote, Week
from db.tables.imports import ListenImport
from db.tables.parties import Party, PartyMember
from db.tables.people import LinkedAccount, Membership, User
from db.tables.posts import Comment, Post, PostLike

LONG = text("SET LOCAL statement_timeout = '5min'")
"""Somebody may have half a million plays."""
PATIENT = text("SET LOCAL lock_timeout = '30s'")
"""Whoever reads one of their accounts at this moment comes to an end first."""

Rows = Counter[Group]


async def person_behind(session: AsyncSession, discord_id: int) -> Person | None:
    """The person of a Discord account; None where nothing is kept of them."""
    user_id = await user_by_discord(session, discord_id)
    return None if user_id is None else Person(user_id, discord_id)


async def hold(session: AsyncSession, person: Person) -> bool:
    """Hold everything by which others write about a person, in the order in which they do; False when it is gone.

    Whoever comes later finds no account to read, no import to go on with, and no person to write to.
    """
    await session.execute(LONG)
    await session.execute(PATIENT)
    mine = Membership.user_id == person.user_id
    await session.execute(select(Membership.club_id).where(mine).order_by(Membership.club_id).with_for_update())
    own = LinkedAccount.user_id == person.user_id
    await session.execute(select(LinkedAccount.id).where(own).order_by(LinkedAccount.id).with_for_update())
    held = await session.scalar(select(User.id).where(User.id == person.user_id).with_for_update())
    return held is not None


async def imports_of(session: AsyncSession, person: Person) -> list[UUID]:
    """The keys of a person's imports, under which their files may lie."""
    return list(await session.scalars(select(ListenImport.id).where(ListenImport.user_id == person.user_id)))


async def weeks_showing(session: AsyncSession, person: Person) -> list[UUID]:
    """The weeks whose messages may name a person, or show what they said."""
    key = person.user_id
    nomination = and_(Nomination.club_id == Second.club_id, Nomination.id == Second.nomination_id)
    commented = and_(Comment.club_id == Post.club_id, Comment.post_id == Post.id)
    liked = and_(PostLike.club_id == Post.club_id, PostLike.post_id == Post.id)
    voted = and_(Week.club_id == Ballot.club_id, Week.id == Ballot.week_id)
    at_party = and_(PartyMember.club_id == Party.club_id, PartyMember.party_id == Party.id)
    asked = (
        select(Nomination.week_id).where(Nomination.user_id == key),
        select(Nomination.week_id).join(Second, nomination).where(Second.user_id == key),
        select(Rating.week_id).where(Rating.user_id == key),
        select(Ballot.week_id).join(Week, voted).where(Ballot.user_id == key, Week.winner_id.is_(None)),
        select(Post.week_id).join(Comment, commented).where(Comment.user_id == key),
        select(Post.week_id).join(PostLike, liked).where(PostLike.user_id == key),
        select(Party.week_id).join(PartyMember, at_party).where(PartyMember.user_id == key),
    )
    found = {week_id for query in asked for week_id in await session.scalars(query)}
    return sorted(week_id for week_id in found if week_id is not None)


async def run(session: AsyncSession, statement: Any) -> int:
    """How many rows a statement changed."""
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount


# --- what was given -------------------------------------------------------------------------------------------------


async def take_back(session: AsyncSession, person: Person, now: datetime) -> Rows:
    """What a person gave their clubs goes, as far as results stay right; how many rows went or lost their words.

    A ballot goes where no result stands on it. A nomination stays, without its words: others voted on it, and it may
    have won. Where nominations are still taken it is withdrawn.
    """
    gone: Rows = Counter()
    user_id = person.user_id
    await _hold_weeks(session, user_id)
    undecided = select(Week.id).where(Week.club_id == Ballot.club_id, Week.winner_id.is_(None))
    mine = and_(Ballot.user_id == user_id, Ballot.week_id.in_(undecided))
    own_votes = and_(Vote.user_id == user_id, Vote.week_id.in_(select(Ballot.week_id).where(mine)))
    gone[Group.BALLOTS] += await run(session, delete(Vote).where(own_votes))
    gone[Group.BALLOTS] += await run(session, delete(Ballot).where(mine))
    for row, group in ((Rating, Group.RATINGS), (Second, Group.NOMINATIONS), (PostLike, Group.TALK)):
        gone[group] += await run(session, delete(row).where(row.user_id == user_id))
    gone[Group.PARTIES] += await run(session, delete(PartyMember).where(PartyMember.user_id == user_id))
    open_box = exists().where(
        Week.club_id == Nomination.club_id, Week.id == Nomination.week_id, Week.phase == str(Phase.NOMINATIONS)
    )
    own = Nomination.user_id == user_id
    await run(session, update(Nomination).where(own).values(pitch="", pitch_track=""))
    withdrawn = update(Nomination).where(own, open_box, Nomination.standing == str(Standing.STANDING))
    await run(session, withdrawn.values(standing=str(Standing.WITHDRAWN)))
    gone[Group.TALK] += await _silence(session, user_id, now)
    await run(session, update(Post).where(Post.user_id == user_id).values(content="", updated_at=now))
    return gone


async def _hold_weeks(session: AsyncSession, user_id: UUID) -> None:
    """No week counts the person's ballot, or takes their album to the poll, while those are taken back."""
    mine = or_(
        Week.id.in_(select(Ballot.week_id).where(Ballot.user_id == user_id)),
        Week.id.in_(select(Nomination.week_id).where(Nomination.user_id == user_id)),
    )
    open_weeks = select(Week.id).where(mine, Week.winner_id.is_(None)).order_by(Week.id)
    await session.execute(open_weeks.with_for_update(read=True))


async def _silence(session: AsyncSession, user_id: UUID, now: datetime) -> int:
    """A person's comments lose their words, and go where nobody answered; how many went."""
    mine = and_(Comment.user_id == user_id, Comment.deleted_at.is_(None))
    await run(session, update(Comment).where(mine).values(content="", deleted_at=now))
    answer = aliased(Comment)
    answered = exists().where(
        answer.club_id == Comment.club_id, answer.post_id == Comment.post_id, answer.parent_id == Comment.id
    )
    gone = 0
    while went := await run(session, delete(Comment).where(Comment.user_id == user_id, ~answered)):
        gone += went  # an answer of their own may have stood below another one
    return gone


async def make_nameless(session: AsyncSession, person: Person, now: datetime) -> Rows:
    """What stays goes over to a person who is nobody, made for it; how many rows."""
    kept: Rows = Counter()
    places = [place for place in PLACES if place.fate is not Fate.GONE]
    if not [place for place in places if await _any(session, place, person)]:
        return kept
    nobody = new_id(now)
    await session.execute(insert(User).values(id=nobody, display_name=FORMER_MEMBER, created_at=now, visibility="me"))
    for place in places:
        if place.table is Ballot.__table__:
            # Votes hang on their ballot by its whole key: they go over to a copy.
            own = Ballot.user_id == person.user_id
            copied = select(Ballot.club_id, Ballot.week_id, literal(nobody), Ballot.cast_at, Ballot.changes).where(own)
            columns = ["club_id", "week_id", "user_id", "cast_at", "changes"]
            kept[place.group] += await run(session, insert(Ballot).from_select(columns, copied))
            kept[place.group] += await run(
                session, update(Vote).where(Vote.user_id == person.user_id).values(user_id=nobody)
            )
            await run(session, delete(Ballot).where(own))
        elif place.table is not Vote.__table__:
            changed = update(cast("Any", place.table)).where(place.where(person)).values({place.column: nobody})
            kept[place.group] += await run(session, changed)
    return kept


async def _any(session: AsyncSession, place: Place, person: Person) -> bool:
    found = await session.scalar(select(literal(1)).select_from(place.table).where(place.where(person)).limit(1))
    return found is not None


async def erase(session: AsyncSession, person: Person) -> Rows:
    """Everything else that is kept of a person goes, and the person last; how many rows of each kind."""
    gone: Rows = Counter()
    # A task that is under way ends by itself and finds nothing; what names the person is taken from it.
    busy = and_(PLACES[0].where(person), sql_cast(JOBS.c.status, Text()) == "doing")
    await run(session, update(JOBS).where(busy).values(lock=None, queueing_lock=None))
    for place in PLACES:
        if place.fate is Fate.GONE:
            gone[place.group] += await run(session, delete(cast("Any", place.table)).where(place.where(person)))
    return gone
