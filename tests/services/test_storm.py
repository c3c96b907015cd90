"""Everybody at once: members, hosts, deadlines and deliveries of two processes get answers, never a fault."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from bot.domain.calendar import Schedule
from bot.domain.club.entries import Blurb
from bot.domain.club.views import PanelRef
from bot.domain.club.week import CHOOSING, Phase
from bot.domain.errors import Refusal
from bot.services import outbox, people
from bot.services.catalog import Resolved
from bot.services.club import nominating, planning, rating, setup, voting
from bot.services.club.phases import advance_due, advance_week, cancel_week, extend, reopen_week, resync_week
from bot.services.club.views import view_of
from db.session import Database
from tests.factories import NOW, a_caller, make_tools
from tests.factories.running import HOST, weeks_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OTHER_HOST = a_caller(51, name="Other host", manages=True)


@pytest.fixture
async def processes(database, database_url):
    """Two processes on one database."""
    other = Database.connect(database_url)
    yield [make_tools(database), make_tools(other)]
    await other.close()


async def a_member(tools, chance, number, now, phases):
    """Nominates, votes, rates, comes and goes; mostly what there is to do."""
    caller = a_caller(number)
    album = Resolved(None, f"Album {chance.randrange(20)}", "An Artist", None)
    fitting = [use for use, phase in enumerate((Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING)) if phase in phases]
    use = chance.choice([*fitting * 4, *range(5)])
    if use == 0:
        await nominating.nominate(tools, caller=caller, now=now, album=album, blurb=Blurb(pitch="x"))
    elif use == 1:
        form = await voting.ballot_form(tools, caller=caller, now=now)
        await voting.cast_ballot(tools, caller=caller, now=now, choices=[one.id for one in form.options[:2]])
    elif use == 2:
        await rating.rate(tools, caller=caller, now=now, score="4")
    elif use == 3:
        await rating.mark_heard(tools, caller=caller, now=now)
    else:
        await people.leave(tools, caller=caller, now=now)


async def a_host(tools, chance, caller, now):
    """Does one thing of all a host can do."""
    uses = [
        lambda: planning.open_week(tools, caller=caller, now=now),
        lambda: planning.plan_week(tools, caller=caller, now=now, opens_at=now + chance.randrange(1, 9) * DAY),
        lambda: planning.set_theme(tools, caller=caller, now=now, theme=f"Theme {chance.random()}"),
        lambda: advance_week(tools, caller=caller, now=now),
        lambda: extend(tools, caller=caller, now=now, by=chance.choice((-1, 1, 5)) * HOUR),
        lambda: cancel_week(tools, caller=caller, now=now),
        lambda: reopen_week(tools, caller=caller, now=now, until=now + DAY),
        lambda: resync_week(tools, caller=caller, now=now),
        lambda: setup.change_setting(tools, caller=caller, now=now, name="ranks", value=str(chance.randrange(1, 6))),
        lambda: setup.change_setting(
            tools, caller=caller, now=now, name="schedule", value=chance.choice(("on", "off"))
        ),
        lambda: setup.skip_date(tools, caller=caller, now=now, on=(now + 7 * DAY).date()),
        lambda: setup.pause(tools, caller=caller, now=now, until=now + 2 * HOUR),
        lambda: setup.resume(tools, caller=caller, now=now),
    ]
    await chance.choice(uses)()


async def a_delivery(tools, now):
    """Performs what is due, with ids as Discord would give them."""
    for errand in await outbox.claim(tools, now=now, limit=4):
        if errand.week_id is not None:
            await view_of(tools, week=errand.week_id, now=now)
        await outbox.settle(tools, errand, now=now, discord_id=1, panel=PanelRef(1, 2), event_id=3)


async def _answered(use):
    try:
        await use
    except Refusal:
        return


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_meets_gets_an_answer_and_the_club_stays_whole(processes, database, seed):
    chance = random.Random(seed)
    made = await setup.set_up(
        processes[0], caller=HOST, now=NOW - HOUR, channel_id=1, zone="Europe/Berlin", schedule=Schedule()
    )
    now = NOW
    for _ in range(12):
        phases = {week.phase for week in await weeks_of(database, made.club)}
        members = [a_member(chance.choice(processes), chance, number, now, phases) for number in range(1, 9)]
        uses = [_answered(use) for use in members]
        uses += [_answered(a_host(tools, chance, host, now)) for tools in processes for host in (HOST, OTHER_HOST)]
        uses += [advance_due(tools, now=now) for tools in processes]
        uses += [a_delivery(tools, now) for tools in processes]
        chance.shuffle(uses)
        async with asyncio.timeout(30):
            await asyncio.gather(*uses)
        weeks = await weeks_of(database, made.club)
        assert len([week for week in weeks if week.phase in CHOOSING]) <= 1
        assert len([week for week in weeks if week.from_template and week.phase is Phase.SCHEDULED]) <= 1
        assert all(week.winner_id for week in weeks if week.phase in (Phase.LISTENING, Phase.RATINGS, Phase.CLOSED))
        now += timedelta(hours=chance.randrange(4, 40))
    assert (await advance_due(processes[0], now=now)).failed == 0
