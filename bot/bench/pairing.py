"""How long all pairs of a large club take, and one member's neighbours."""

# asyncpg ships no types, numpy's are partly unknown.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from bot.bench.audience import FIRST_MEMBER, GUILD, NOW, Size, fill_audience
from bot.bench.catalogue import Spread
from bot.bench.refreshing import KNOWN
from bot.domain.clock import SystemClock
from bot.domain.people import Caller
from bot.services.taste import comparing, judging
from bot.services.tools import Tools
from db.session import Database

SEED = 20_261_120
WEEKS = 60
"""That the club rated, three members in ten each time."""
JUDGED = 3
"""How often all pairs are judged."""
WARM_UP = 20
PAIRS_GOAL, NEAR_GOAL_MS = 10.0, 20.0

RATED = """
INSERT INTO ratings (club_id, week_id, user_id, album_id, score, official, rated_at)
SELECT $1, md5('week ' || n)::uuid, users.id, md5('rated ' || n)::uuid, 1 + floor(random() * 9) / 2, true, $3
FROM generate_series(1, $2::int) AS n CROSS JOIN users WHERE random() < 0.3
"""
LISTENERS = """
INSERT INTO club_listeners (club_id, user_id, since) SELECT club_id, user_id, joined_at FROM memberships
ON CONFLICT DO NOTHING
"""
HEARD = "SELECT user_id, artist_id, plays FROM artist_plays"
NEAR = """
SELECT user_a, user_b, score FROM compatibilities WHERE club_id = $1 AND user_a = $2 ORDER BY closeness DESC LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Club:
    """How large the club is, and how often its neighbours are asked for."""

    listens: int = 5_000_000
    members: int = 500
    rounds: int = 500


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the pairs of a club took."""

    listens: int
    members: int
    pairs: int
    rounds: int
    fill_seconds: float
    floor_seconds: float
    """The same rows read plainly, and one product of matrices of members and artists; the median."""
    judged_seconds: tuple[float, ...]
    """All pairs, from the first row read to the last one written, each time."""
    near_floor: Spread
    """One indexed query for a member's closest, in milliseconds."""
    near: Spread
    """All that `/neighbours` asks for."""

    @property
    def pairs_reached(self) -> bool:
        """Whether all pairs come in time, every time."""
        return max(self.judged_seconds) < PAIRS_GOAL

    @property
    def near_reached(self) -> bool:
        """Whether a member's neighbours do."""
        return self.near.p99 < NEAR_GOAL_MS

    @property
    def reached(self) -> bool:
        """Whether both goals are reached."""
        return self.pairs_reached and self.near_reached


async def measure_pairing(
    plain: asyncpg.Connection, database: Database, asked: Club, told: Callable[[int], None]
) -> Pairing:
    """Fill a club and measure; `told` hears how many plays are in."""
    began = time.perf_counter()
    listens = await fill_audience(plain, Size(asked.listens, asked.members), told)
    (club,) = await plain.fetchrow("SELECT id FROM clubs") or (UUID(int=0),)
    await plain.execute(LISTENERS)
    await plain.execute("SET session_replication_role = replica")
    for statement in KNOWN:
        await plain.execute(statement)
    await plain.execute(RATED, club, WEEKS, NOW)
    await plain.execute("VACUUM ANALYZE")
    filled = time.perf_counter() - began
    tools = Tools(database, SystemClock())
    floors: list[float] = []
    judged: list[float] = []
    for _ in range(JUDGED):
        floors.append(await _floor(plain))
        began = time.perf_counter()
        await judging.judge_club(tools, club_id=str(club))
        judged.append(round(time.perf_counter() - began, 2))
    floor, near = await _ask(plain, tools, club, asked)
    return Pairing(
        listens,
        asked.members,
        int(await plain.fetchval("SELECT count(*) FROM compatibilities") or 0),
        asked.rounds,
        round(filled, 1),
        round(sorted(floors)[len(floors) // 2], 2),
        tuple(judged),
        Spread.of(floor),
        Spread.of(near),
    )


async def _floor(plain: asyncpg.Connection) -> float:
    """Read who heard what how often, and multiply once."""
    import numpy as np

    began = time.perf_counter()
    rows: list[Any] = await plain.fetch(HEARD)
    people = {key: place for place, key in enumerate({row[0] for row in rows})}
    artists = {key: place for place, key in enumerate({row[1] for row in rows})}
    plays = np.zeros((len(people), len(artists)))
    for user_id, artist_id, count in rows:
        plays[people[user_id], artists[artist_id]] = count
    plays = np.log1p(plays)
    _ = plays @ plays.T
    return time.perf_counter() - began


async def _ask(plain: asyncpg.Connection, tools: Tools, club: UUID, asked: Club) -> tuple[list[float], list[float]]:
    """Members ask for their neighbours, each beside the floor."""
    choose = random.Random(SEED)
    users: dict[int, UUID] = {
        int(row[0]): row[1] for row in await plain.fetch("SELECT external_id, user_id FROM linked_accounts")
    }
    floor: list[float] = []
    near: list[float] = []
    for number in range(WARM_UP + asked.rounds):
        caller = Caller(GUILD, FIRST_MEMBER + choose.randrange(asked.members), "A member")
        began = time.perf_counter()
        await plain.fetch(NEAR, club, users[caller.discord_id])
        between = time.perf_counter()
        found = await comparing.neighbours(tools, caller=caller, now=NOW)
        ended = time.perf_counter()
        if not found.listed:
            raise RuntimeError("a member of the bench has no neighbours")
        if number >= WARM_UP:
            floor.append(between - began)
            near.append(ended - between)
    return floor, near
