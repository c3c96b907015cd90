"""What a member is recommended, and what they say to it; the next list is made from what they said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.people import Caller
from bot.domain.taste.recommended import (
    Letters,
    NothingToRecommend,
    Recommendation,
    RecommendationGone,
    Recommended,
    Said,
    Spoken,
    Word,
)
from bot.domain.taste.recommending import Shelf, Suggestion, Why
from bot.services import people
from bot.services.taste.gathering import Gathered, gathered_for
from bot.services.taste.judging import made_fresh
from bot.services.tools import Tools
from db.queries.taste import recommending as queries
from db.session import Reading

LISTED, PAGE = 10, 5
CLOSE_FROM = 50
"""Who is named as close is at least an ordinary pair with whoever asks."""
NAMED, REASONS = 2, 3
RATED_WELL = 3.5
"""The club's mean from which it is told as a reason."""


async def recommend(
    tools: Tools, *, caller: Caller, now: datetime, page: int = 0, said: Said | None = None
) -> Recommended:
    """What the caller is recommended in this club. Raises `NothingToRecommend`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
    return await recommended_to(tools, club_id=club.id, user_id=member.user_id, now=now, page=page, said=said)


async def recommended_to(
    tools: Tools, *, club_id: UUID, user_id: UUID, now: datetime, page: int = 0, said: Said | None = None
) -> Recommended:
    """What a member is recommended, made anew from what is known now. Raises `NothingToRecommend`."""
    standing = await made_fresh(tools, club_id=club_id, now=now)
    async with tools.database.reading() as session:
        gathered = await gathered_for(session, club_id, user_id, now)
    # Sums over thousands of albums: nobody else waits for them.
    found = await asyncio.to_thread(listed, gathered)
    async with tools.database.writing() as session:
        rows = [
            (one.key, one.title, one.artist, score, json.dumps([str(each.why) for each in one.spoken]))
            for one, score in found
        ]
        await queries.keep(session, club_id, user_id, rows, basis=str(standing.epoch), now=now)
        on, closed = await queries.letter(session, club_id, user_id)
        if closed and found:
            await queries.told_of_close(session, club_id, user_id)
    if not found and said is None:
        raise NothingToRecommend
    begin = page * PAGE if page * PAGE < len(found) else 0
    return Recommended(
        club_id,
        tuple(one for one, _ in found[begin : begin + PAGE]),
        begin // PAGE,
        begin + PAGE < len(found),
        Letters.CLOSED if closed else Letters.ON if on else Letters.OFF,
        gathered.cold,
        said,
    )


def listed(gathered: Gathered) -> list[tuple[Recommendation, float]]:
    """The list, with reasons: the best first."""
    asked = gathered.asked
    assert asked is not None, "for one member"
    shelf = Shelf(gathered.tastes)
    found: list[tuple[Recommendation, float]] = []
    for one in shelf.suggest(asked, LISTED):
        names = gathered.names[one.album.key]
        spoken = _spoken(gathered, shelf, one)
        if spoken:
            found.append((Recommendation(one.album.key, names.title, names.artist, spoken), one.score))
    return found


def _spoken(gathered: Gathered, shelf: Shelf, one: Suggestion) -> tuple[Spoken, ...]:
    """What speaks for an album, in the order of its weight; what would name somebody who hides is left out."""
    key = one.album.key
    told: list[Spoken] = []
    for why, _ in one.why:
        match why:
            case Why.CLUB:
                scores = gathered.tastes.ratings.get(key, ())
                mean = sum(scores) / len(scores) if scores else 0.0
                if mean >= RATED_WELL:
                    told.append(Spoken(why, count=len(scores), score=round(mean, 1)))
            case Why.CLOSE:
                lovers = [
                    person for person in (gathered.people[user] for user in one.lovers) if _is_close(person.score)
                ]
                if lovers:
                    told.append(Spoken(why, tuple(each.name for each in lovers[:NAMED]), len(lovers)))
            case Why.NEAR:
                near = [gathered.names[album].title for album in one.near_to if album in gathered.names]
                if near:
                    told.append(Spoken(why, tuple(near[:NAMED])))
            case Why.ARTIST:
                plays = round(gathered.own_plays.get(one.album.artist, 0.0))
                told.append(Spoken(why, (gathered.names[key].artist,), plays))
            case Why.PICKED:
                put = gathered.put_forward.get(key)
                if put is not None and put.named:
                    told.append(Spoken(why, (put.name,)))
            case Why.HEARD:
                pass
    if not told:
        hearers = shelf.hearers(key)
        return (Spoken(Why.HEARD, count=hearers),) if hearers else ()
    return tuple(told[:REASONS])


def _is_close(score: int | None) -> bool:
    return score is not None and score >= CLOSE_FROM


# --- words ----------------------------------------------------------------------------------------------------------


async def member_here(session: Reading, club_id: UUID, discord_id: int) -> UUID:
    """The member of a club who presses, in private messages too; raises `RecommendationGone` for who has left."""
    user_id = await queries.present(session, club_id, discord_id)
    if user_id is None:
        raise RecommendationGone
    return user_id


async def say(tools: Tools, *, club_id: UUID, discord_id: int, now: datetime, album: UUID, word: Word) -> Recommended:
    """A member says something to an album, wherever they were shown it; their next list heeds it.

    Raises `RecommendationGone` where the album, or the member, is not known there any more.
    """
    async with tools.database.writing() as session:
        user_id = await member_here(session, club_id, discord_id)
        names = await queries.named(session, user_id, album)
        if names is None:
            raise RecommendationGone
        title, artist = names
        await queries.say(session, user_id, album, str(word), title=title, artist=artist, now=now)
    said = Said(album, title, artist, word)
    return await recommended_to(tools, club_id=club_id, user_id=user_id, now=now, said=said)


async def take_back(tools: Tools, *, club_id: UUID, discord_id: int, now: datetime, album: UUID) -> Recommended:
    """A member takes back what they said to an album. Raises `RecommendationGone` where there was nothing."""
    async with tools.database.writing() as session:
        user_id = await member_here(session, club_id, discord_id)
        gone = await queries.unsay(session, user_id, album)
        if gone is None:
            raise RecommendationGone
    word, title, artist = gone
    said = Said(album, title, artist, Word(word), taken_back=True)
    return await recommended_to(tools, club_id=club_id, user_id=user_id, now=now, said=said)


async def page_of(tools: Tools, *, club_id: UUID, discord_id: int, now: datetime, page: int) -> Recommended:
    """Another page of a member's list."""
    async with tools.database.reading() as session:
        user_id = await member_here(session, club_id, discord_id)
    return await recommended_to(tools, club_id=club_id, user_id=user_id, now=now, page=page)


def keys_of(told: Sequence[Recommendation]) -> list[UUID]:
    """The keys of a list, in order."""
    return [one.key for one in told]
