"""Counting a week: from stored ballots to the winner, and again whenever somebody asks why."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from bot.domain.club.entries import CastBallot, Nomination, Standing
from bot.domain.club.rules import Pick
from bot.domain.club.week import Club, Week
from bot.domain.tally import Ballot, Method, Step, Tally, draw_seed, tally
from db.queries.club import ballots as ballot_queries
from db.queries.club import nominations as nomination_queries
from db.session import Reading


def count(
    club: Club,
    week: Week,
    nominations: Sequence[Nomination],
    ballots: Sequence[CastBallot],
    standing: Collection[UUID],
    *,
    seed: str | None = None,
) -> Tally:
    """Count the ballots over the nominations that stand; a void one is dropped and ranks do not move up.

    In the draw a nomination goes by its number in the week, so that a repeated run draws alike. A count that is
    repeated keeps its `seed`: a voter may have become nameless since.
    """
    numbers = {nomination.id: str(nomination.ordinal) for nomination in nominations}
    owned: dict[UUID, list[str]] = {}
    if not week.rules.own_vote:
        for nomination in nominations:
            owned.setdefault(nomination.user_id, []).append(str(nomination.id))
    return tally(
        week.rules.method,
        [str(nomination.id) for nomination in nominations if nomination.id in standing],
        [Ballot.ranked(*map(str, ballot.choices), barred=owned.get(ballot.user_id, ())) for ballot in ballots],
        ranks=week.rules.ranks,
        seed=seed
        or draw_seed(
            guild_id=club.guild_id,
            week_number=week.number,
            ballots=[(ballot.discord_id, [numbers[choice] for choice in ballot.choices]) for ballot in ballots],
        ),
        keys={str(nomination.id): numbers[nomination.id] for nomination in nominations},
    )


async def decide(session: Reading, club: Club, week: Week, *, unopposed: bool) -> Week:
    """The week with its winner, the step that decided, and what is needed to count it again."""
    nominations = await nomination_queries.nominations_of_week(session, week.id)
    standing = [nomination for nomination in nominations if nomination.standing is Standing.STANDING]
    if week.rules.pick is Pick.HOST:
        return replace(week, winner_id=standing[-1].id, deciding_step=str(Step.HOST), result=None)
    if unopposed or len(standing) == 1:
        return replace(week, winner_id=standing[0].id, deciding_step=str(Step.UNOPPOSED), result=None)
    ballots = await ballot_queries.ballots_of_week(session, week.id)
    # Counting is pure but may take tens of milliseconds: never on the event loop.
    counted = await asyncio.to_thread(count, club, week, nominations, ballots, {one.id for one in standing})
    assert counted.winner is not None, "the ladder ends with one"
    return replace(
        week,
        winner_id=UUID(counted.winner),
        deciding_step=str(counted.deciding_step),
        result=_stored(counted),
    )


def _stored(counted: Tally) -> Mapping[str, Any]:
    """What is kept of a count: enough to repeat it, and the figures a later look needs at once."""
    return {
        "method": str(counted.method),
        "ranks": counted.ranks,
        "seed": counted.seed,
        "drawn": counted.drawn,
        "choices": list(counted.choices),
        "ballots": counted.ballots,
        "points": counted.points,
        "firsts": counted.firsts,
    }


async def counted_again(session: Reading, club: Club, week: Week, nominations: Sequence[Nomination]) -> Tally | None:
    """The tally of an announced week, from its stored ballots; None where nothing was counted."""
    if week.result is None:
        return None
    ballots = await ballot_queries.ballots_of_week(session, week.id)
    standing = {UUID(choice) for choice in week.result["choices"]}
    rules = replace(week.rules, method=Method(week.result["method"]), ranks=week.result["ranks"])
    again = partial(count, seed=week.result["seed"])
    return await asyncio.to_thread(again, club, replace(week, rules=rules), nominations, ballots, standing)
