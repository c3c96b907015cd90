"""Where PostgreSQL breaks a person's transaction off for another one, nobody hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.club.entries import Blurb
from bot.domain.club.week import Phase
from bot.domain.errors import Collided, DatabaseAway, NotAHost
from bot.services import people, records
from bot.services.catalog import Resolved
from bot.services.club import nominating, phases, planning, rating, setup, voting
from bot.services.collisions import once_more
from db.server.troubles import BROKEN, Break, break_statements, unbroken
from tests.factories import NOW, a_caller, make_club, make_nomination, make_tools, make_week
from tests.factories.running import HOST

LATER = NOW + timedelta(hours=1)
ADA = a_caller(1, name="Ada")
BEN = a_caller(2, name="Ben")


@pytest.fixture
def tools(database):
    return make_tools(database)


async def nominate(tools):
    album = Resolved(None, "Untrue", "Burial", None)
    await nominating.nominate(tools, caller=BEN, now=NOW, album=album, blurb=Blurb(pitch="x"))


async def vote(tools):
    form = await voting.ballot_form(tools, caller=BEN, now=NOW)
    await voting.cast_ballot(tools, caller=BEN, now=NOW, choices=[form.options[0].id], week=form.view.week.id)


async def rate(tools):
    await rating.rate(tools, caller=BEN, now=LATER, score="4")


async def hear(tools):
    await rating.mark_heard(tools, caller=BEN, now=LATER)


async def advance(tools):
    await phases.advance_week(tools, caller=HOST, now=NOW)


async def theme(tools):
    await planning.set_theme(tools, caller=HOST, now=NOW, theme="Night")


async def change(tools):
    await setup.change_setting(tools, caller=HOST, now=NOW, name="ranks", value="3")


async def go(tools):
    await people.leave(tools, caller=BEN, now=NOW)


USES = {
    nominate: (Phase.NOMINATIONS, "nominations"),
    vote: (Phase.POLL, "ballots"),
    rate: (Phase.LISTENING, "ratings"),
    hear: (Phase.LISTENING, "hearings"),
    advance: (Phase.NOMINATIONS, "weeks"),
    theme: (Phase.NOMINATIONS, "weeks"),
    change: (Phase.NOMINATIONS, "clubs"),
    go: (Phase.NOMINATIONS, "memberships"),
}


@pytest.fixture
async def prepared(tools, database):
    async def prepare(phase):
        week = await make_week(database, await make_club(database), phase=phase)
        if phase in (Phase.NOMINATIONS, Phase.POLL):
            await make_nomination(database, week, caller=ADA, title="Ruins")

    return prepare


@pytest.mark.parametrize("error", ["40P01", "40001"])
@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
async def test_what_is_broken_off_for_another_is_done_once_more_and_leaves_the_same(
    tools, prepared, database_url, use, error
):
    phase, table = USES[use]
    await prepared(phase)
    breaks = [Break(table, 1, error)]
    await break_statements(database_url, breaks)
    await use(tools)
    assert await unbroken(database_url, breaks) == 0, "it met nothing"
    assert len((await records.everything(tools))[table]) >= 1


async def test_who_collides_twice_is_told(tools, prepared, database_url):
    await prepared(Phase.LISTENING)
    await break_statements(database_url, [Break("ratings", 1, "40P01"), Break("ratings", 2, "40P01")])
    with pytest.raises(Collided):
        await rate(tools)
    assert (await records.everything(tools))["ratings"] == []
    await rate(tools)


@pytest.mark.parametrize("error", sorted(set(BROKEN) - {"40P01", "40001"}))
async def test_what_took_too_long_is_not_begun_again(tools, prepared, database_url, error):
    """Whoever waits for an answer has waited long enough."""
    await prepared(Phase.LISTENING)
    await break_statements(database_url, [Break("ratings", 1, error)])
    with pytest.raises(DatabaseAway) as told:
        await rate(tools)
    assert not isinstance(told.value, Collided)


async def test_a_refusal_the_second_time_is_a_refusal():
    times = 0

    @once_more
    async def refused() -> None:
        """Refuses."""
        nonlocal times
        times += 1
        raise Collided("database") if times == 1 else NotAHost

    with pytest.raises(NotAHost):
        await refused()
    assert (times, refused.__doc__) == (2, "Refuses.")
