"""Two members beside each other, and who is close to whom, as somebody in the club may see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.listening.refusals import NothingHeard
from bot.domain.listening.seen import Shown
from bot.domain.people import Caller
from bot.domain.taste.pairs import (
    Compared,
    Neighbour,
    Neighbours,
    NobodyToCompare,
    OneselfCompared,
    OwnListeningHidden,
    Pair,
    Reason,
    SharedArtist,
    Speaks,
    TooLittleKnown,
)
from bot.services.listening.watching import CLUB, Whose, shown_of
from bot.services.taste.judging import is_fresh, made_fresh
from bot.services.tools import Tools
from db.queries import matching as queries
from db.session import Reading

PAGE = 10
LOVED_PLAYS, LOVED_LISTED = 10, 5
AGREED = 0.15
"""Agreement beyond chance, drawn to chance, from which it is told as a reason."""


async def _asker(session: Reading, caller: Caller) -> Shown:
    """Whoever asks, where the club sees what they hear: whoever hides that is matched with nobody."""
    try:
        asker = await shown_of(session, caller)
    except NothingHeard:
        raise TooLittleKnown from None
    if not asker.person.here:
        raise TooLittleKnown
    if not asker.everyone:
        raise OwnListeningHidden
    return asker


async def compare(tools: Tools, *, caller: Caller, now: datetime, whose: Whose, page: int = 0) -> Compared:
    """The caller and another member of the club beside each other.

    Raises `OneselfCompared`, `OwnListeningHidden`, `HearingHidden`, `TooLittleKnown`.
    """
    if whose.discord_id == caller.discord_id:
        raise OneselfCompared
    async with tools.database.reading() as session:
        asker = await _asker(session, caller)
        other = await _other(session, caller, whose)
    await made_fresh(tools, club_id=asker.club_id, now=now)
    mine, theirs = asker.person.user_id, other.person.user_id
    async with tools.database.reading() as session:
        await queries.take_part(session)
        pair = await queries.pair(session, asker.club_id, mine, theirs)
        if pair is None:
            known = await queries.known(session, asker.club_id, mine)
            raise TooLittleKnown(other.person.name if known else "")
        standing = await queries.standing(session, asker.club_id, now)
        shared, in_all = await queries.shared_artists(
            session, asker.club_id, mine, theirs, offset=page * PAGE, limit=PAGE
        )
        first = shared if not page else (await _first(session, asker, other))
        they_love = await queries.missed(session, theirs, mine, least=LOVED_PLAYS, limit=LOVED_LISTED)
        you_love = await queries.missed(session, mine, theirs, least=LOVED_PLAYS, limit=LOVED_LISTED)
        reasons = await _reasons(session, asker, other, pair, tuple(one.name for one in first[:3]), in_all)
    return Compared(
        asker.person.name,
        other.person.name,
        whose.discord_id,
        pair,
        standing.members,
        reasons,
        tuple(shared),
        in_all,
        page,
        tuple(they_love),
        tuple(you_love),
    )


async def _other(session: Reading, caller: Caller, whose: Whose) -> Shown:
    try:
        other = await shown_of(session, caller, whose)
    except NothingHeard:
        raise TooLittleKnown(whose.name) from None
    if other.person.visibility != CLUB:
        # Followers read their lists; a score made of what all members hear would tell others of it.
        raise TooLittleKnown(whose.name)
    return other


async def both_of(session: Reading, caller: Caller, whose: Whose) -> tuple[Shown, Shown]:
    """The caller and another member of the club, where both let it see what they hear.

    Raises `OneselfCompared`, `OwnListeningHidden`, `HearingHidden`, `TooLittleKnown`.
    """
    if whose.discord_id == caller.discord_id:
        raise OneselfCompared
    return await _asker(session, caller), await _other(session, caller, whose)


async def _first(session: Reading, asker: Shown, other: Shown) -> list[SharedArtist]:
    found, _ = await queries.shared_artists(
        session, asker.club_id, asker.person.user_id, other.person.user_id, offset=0, limit=3
    )
    return found


async def _reasons(
    session: Reading, asker: Shown, other: Shown, pair: Pair, shared: tuple[str, ...], in_all: int
) -> tuple[Reason, ...]:
    """What speaks for the two, the strongest first, and what speaks against them."""
    mine, theirs = asker.person.user_id, other.person.user_id
    found: list[Reason] = [Reason(Speaks.ARTISTS, shared, in_all)] if shared else []
    genres = await queries.common_genres(session, mine, theirs)
    if genres:
        found.append(Reason(Speaks.GENRES, genres))
    if pair.rated >= 2 and abs(pair.agreement) >= AGREED:
        apart = await queries.apart(session, asker.club_id, mine, theirs) or 0.0
        agree = pair.agreement > 0
        reason = Reason(Speaks.AGREE if agree else Speaks.DISAGREE, count=pair.rated, apart=apart)
        found.insert(0 if agree and pair.agreement > 0.4 else len(found), reason)
    return tuple(found[:3])


async def neighbours(
    tools: Tools, *, caller: Caller, now: datetime, whose: Whose | None = None, page: int = 0
) -> Neighbours:
    """Who in the club is close to the caller, or to another member; on another's list the caller's line always shows.

    Raises `OwnListeningHidden`, `HearingHidden`, `TooLittleKnown`, `NobodyToCompare`.
    """
    async with tools.database.reading() as session:
        asker = await _asker(session, caller)
        own = whose is None or whose.discord_id == caller.discord_id
        of = asker if own or whose is None else await _other(session, caller, whose)
        also = None if own else asker.person.user_id
        # Mostly nothing has changed since: then it is all one look.
        fresh = await is_fresh(session, club_id=asker.club_id, now=now)
        found, members = await _near(session, of, own=own, page=page, also=also) if fresh else ([], 0)
    if not fresh:
        await made_fresh(tools, club_id=asker.club_id, now=now)
        async with tools.database.reading() as session:
            await queries.take_part(session)
            found, members = await _near(session, of, own=own, page=page, also=also)
    lines = [Neighbour(one.place, one.user_id, one.name, one.score, one.whole, one.reasons) for one in found]
    listed = tuple(one for one in lines if page * PAGE < one.place <= (page + 1) * PAGE)
    return Neighbours(
        of.person.name, own, listed, next((one for one in lines if one.user_id == also), None), members, page
    )


async def _near(
    session: Reading, of: Shown, *, own: bool, page: int, also: UUID | None
) -> tuple[list[queries.Near], int]:
    """A page of who is close to somebody, and how many there are; raises `TooLittleKnown`, `NobodyToCompare`."""
    found, members = await queries.near(
        session, of.club_id, of.person.user_id, offset=page * PAGE, limit=PAGE, also=also
    )
    if not members and not page:
        enough = await queries.enough_heard(session, of.person.user_id)
        raise NobodyToCompare if enough else TooLittleKnown("" if own else of.person.name)
    return found, members
