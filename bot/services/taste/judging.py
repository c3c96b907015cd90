"""The pairs of a club are judged: how close each two of its members are, kept until one of them hears something new."""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from bot.domain.tasks import MATCH_CLUB
from bot.domain.taste.calibration import Calibration, calibrated, score
from bot.domain.taste.matching import Crowd, Genres, Listener, Matches
from bot.domain.taste.pairs import Pair, Reason, Speaks
from bot.services.tools import Tools
from db.queries import matching as queries
from db.queries import queue
from db.queries.matching import JudgedPair, Standing
from db.session import Reading

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Clubs that one look finds."""
SMALL = 40
"""A club with no more members is judged while whoever asks waits; a larger one by the queue."""
CLOSE = 10
"""Of each member's closest, so many are kept with what speaks for them."""
GENRES = 32
"""The club's most heard; the rest stand for too little."""
NAMED = 3


async def wake(tools: Tools, *, now: datetime) -> int:
    """Put clubs whose pairs have changed into the queue; how many. One that waits there already waits once."""
    async with tools.database.writing() as session:
        found = await queries.stale_clubs(session, now, AT_ONCE)
        for club_id in found:
            await queue.defer(
                session,
                MATCH_CLUB,
                {"club_id": str(club_id)},
                lock=f"match:{club_id}",
                queueing_lock=f"match:{club_id}",
            )
    return len(found)


async def is_fresh(session: Reading, *, club_id: UUID, now: datetime) -> bool:
    """Whether a club's pairs stand as they would be judged now."""
    standing = await queries.standing(session, club_id, now)
    return standing.fresh or standing.members < 2


async def made_fresh(tools: Tools, *, club_id: UUID, now: datetime) -> Standing:
    """How a club's pairs stand; those of a small club, or of one that was never judged, are judged first."""
    async with tools.database.reading() as session:
        standing = await queries.standing(session, club_id, now)
    if standing.fresh or standing.members < 2:
        return standing
    if standing.members <= SMALL:
        await judge_club(tools, club_id=str(club_id))
    else:
        async with tools.database.writing() as session:
            key = f"match:{club_id}"
            await queue.defer(session, MATCH_CLUB, {"club_id": str(club_id)}, lock=key, queueing_lock=key)
    return standing


async def judge_club(tools: Tools, *, club_id: str) -> bool:
    """Judge every pair of a club by what is known now; False where somebody else did so in the meantime.

    What it reads may be newer than the states it notes, never older: then the club is found stale again.
    """
    club, now = UUID(club_id), tools.clock.now()
    async with tools.database.reading() as session:
        standing = await queries.standing(session, club, now)
        versions = await queries.states_of(session, club)
        listeners, genres = await _crowd(session, club, list(versions))
        names = await queries.names_of(session, list(versions)) if versions else {}
    # Sums over thousands of artists: nobody else waits for them.
    pairs, calibration = await asyncio.to_thread(judged, listeners, genres, names)
    async with tools.database.writing() as session:
        if await queries.hold(session, club, now) != standing.epoch:
            return False
        await queries.keep(
            session,
            club,
            pairs,
            versions=versions,
            epoch=standing.epoch + 1,
            basis=standing.basis,
            calibration=calibration,
            now=now,
        )
    log.info("club %s: %d pairs judged", club, len(pairs))
    return True


async def _crowd(session: Reading, club_id: UUID, users: list[UUID]) -> tuple[list[Listener], Genres | None]:
    import numpy as np

    await queries.take_part(session)
    plays = await queries.plays_of(session, users)
    ratings = await queries.ratings_of(session, club_id, users)
    listeners: list[Listener] = []
    for user_id in users:
        artists, counts = plays.get(user_id, (b"", b""))
        listeners.append(
            Listener(
                user_id,
                np.frombuffer(artists, dtype=">u8").astype(np.uint64),
                np.frombuffer(counts, dtype=">i4").astype(np.float64),
                ratings.get(user_id, {}),
            )
        )
    return listeners, _genres(await queries.genres_of(session, users))


def _genres(told: list[tuple[int, str, int]]) -> Genres | None:
    """The genres of artists as vectors over those that are most of the club's artists'."""
    import numpy as np

    if not told:
        return None
    mass: dict[str, int] = {}
    for _, genre, share in told:
        mass[genre] = mass.get(genre, 0) + share
    kept = {genre: place for place, genre in enumerate(sorted(mass, key=lambda one: (-mass[one], one))[:GENRES])}
    numbers = np.unique(np.fromiter((number for number, _, _ in told), dtype=np.uint64, count=len(told)))
    weights = np.zeros((len(numbers), len(kept)))
    for number, genre, share in told:
        if genre in kept:
            weights[np.searchsorted(numbers, np.uint64(number)), kept[genre]] += share / 1000
    return Genres(numbers, weights)


def judged(
    listeners: list[Listener], genres: Genres | None, names: Mapping[int, str]
) -> tuple[list[JudgedPair], Calibration]:
    """Every pair of which something can be said, and the calibration by which it got its score."""
    import numpy as np

    crowd = Crowd(listeners, genres)
    found = crowd.matches()
    ones, others = np.nonzero(np.triu(found.tellable, 1))
    calibration = calibrated(found.closeness[ones, others])
    near = _nearest(found)
    # A hundred thousand pairs: numbers are taken out of the tables all at once, not one by one.
    columns = [
        ones.tolist(),
        others.tolist(),
        found.closeness[ones, others].tolist(),
        np.round(found.shared[ones, others], 6).tolist(),
        np.round(found.genres[ones, others], 4).tolist(),
        np.round(found.agreement[ones, others], 4).tolist(),
        found.rated[ones, others].tolist(),
    ]
    pairs: list[JudgedPair] = []
    for one, other, closeness, shared, alike, agreed, rated in zip(*columns, strict=True):
        whole = found.whole[one] and found.whole[other]
        pair = Pair(score(closeness, calibration), shared, alike, agreed, int(rated), whole)
        reasons: tuple[Reason, ...] = ()
        if (one, other) in near:
            speaking, count = crowd.speaking(one, other, NAMED)
            called = tuple(names[number] for number in speaking if number in names)
            reasons = (Reason(Speaks.ARTISTS, called, count),) if called else ()
        pairs.append(JudgedPair(found.keys[one], found.keys[other], closeness, pair, reasons))
    return pairs, calibration


def _nearest(found: Matches) -> set[tuple[int, int]]:
    """Each member's closest, as places, the smaller one first."""
    import numpy as np

    kept: set[tuple[int, int]] = set()
    order = np.argsort(-np.where(found.tellable, found.closeness, -np.inf), axis=1)[:, :CLOSE]
    for one, line in enumerate(order.tolist()):
        kept |= {(min(one, other), max(one, other)) for other in line if found.tellable[one, other]}
    return kept
