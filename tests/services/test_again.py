"""Saying the same twice changes nothing: whoever got no answer does it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.club.entries import Blurb
from bot.domain.club.week import Phase
from bot.services import records
from bot.services.club import nominating, phases, setup, voting
from tests.factories import NOW, a_caller, make_club, make_nomination, make_tools, make_week


@pytest.fixture
def tools(database):
    return make_tools(database)


async def rows(tools, table):
    return (await records.everything(tools))[table]


async def test_the_same_ballot_again_is_no_change(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.POLL)
    first, second = [
        (await make_nomination(database, week, caller=a_caller(number), title=f"Album {number}")).id
        for number in (1, 2)
    ]
    for choices, changes in (((first, second), 0), ((first, second), 0), ((second, first), 1), ((second, first), 1)):
        await voting.cast_ballot(tools, caller=a_caller(9), now=NOW, choices=choices, week=week.id)
        (ballot,) = await rows(tools, "ballots")
        assert ballot["changes"] == changes
        votes = sorted(await rows(tools, "votes"), key=lambda vote: vote["rank"])
        assert [vote["nomination_id"] for vote in votes] == list(choices)


async def test_the_same_words_again_are_no_edit(tools, database):
    week = await make_week(database, await make_club(database))
    nomination = await make_nomination(database, week, caller=a_caller(1), title="Ruins")
    for pitch, edits in (("Frogs and rain.", 1), ("Frogs and rain.", 1), ("Rain.", 2)):
        changed = await nominating.edit_nomination(
            tools, caller=a_caller(1), now=NOW, nomination=nomination.id, blurb=Blurb(pitch)
        )
        assert changed.nomination.pitch == pitch
        assert changed.nomination.edits == edits
        assert len([row for row in await rows(tools, "outbox") if row["kind"] == "nomination_edit"]) == edits


async def test_the_same_set_up_again_is_logged_once(tools):
    host = a_caller(1, manages=True)
    for zone, entries in (("UTC", 1), ("UTC", 1), ("Europe/Berlin", 2)):
        await setup.set_up(tools, caller=host, now=NOW, channel_id=5, zone=zone)
        assert len(await rows(tools, "audit_log")) == entries


async def test_a_deadline_that_is_there_already_is_not_moved_again(tools, database):
    week = await make_week(database, await make_club(database))
    host = a_caller(1, manages=True)
    for hours, run in ((2, week.run + 1), (2, week.run + 1), (3, week.run + 2)):
        to = week.deadlines.nominations_close_at + timedelta(hours=hours)
        moved = await phases.extend(tools, caller=host, now=NOW, to=to)
        assert moved.deadlines.nominations_close_at == to
        assert moved.run == run
