"""Two bot processes on one database and one Discord do everything once, whoever is quicker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from bot.rehearsal.kills.points import Point
from bot.rehearsal.kills.snapshot import snapshot
from bot.rehearsal.kills.stage import ProcessStage
from bot.rehearsal.kills.sweep import judge, play
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Album, Member
from bot.services import records
from db.server.copies import drop_database
from tests.postgres import TestServer

STARTS_AT = first_monday(datetime.now(UTC))
TEN = 10
DEATHS = (
    "commit:after:claim:1",
    "commit:before:settle.thread:1",
    "commit:after:settle.nomination:1",
    "commit:after:advance_due:1",
    "commit:before:settle.winner:1",
)
"""The first of each in a bot's life: which bot does a second one, and whether any does, is theirs to race for."""


@pytest.fixture
async def pair(database_url: str, schemas: Schemas | None) -> AsyncGenerator[ProcessStage]:
    """A stage with two bots; in the end neither may have stumbled over the other."""
    async with ProcessStage(database_url, schemas=schemas, starts_at=STARTS_AT, bots=2) as stage:
        yield stage
        assert len(stage.living) == 2
        assert stage.errors == []
        assert stage.double.violations == []


async def open_week(stage: ProcessStage) -> list[Member]:
    """A club with an open week; gives its host and two members."""
    host = Member(stage.owner(), stage.channel)
    proposed = await host.command("club setup", hope="Set up")
    await host.press(proposed, "Save", hope="The club is ready")
    await host.command("week open", hope="Opened")
    await stage.settle()
    return [host, *(Member(stage.arrives(name.lower(), name), stage.channel) for name in ("Ada", "Ben"))]


async def open_poll(stage: ProcessStage) -> list[Member]:
    """A club whose poll is open for two albums."""
    people = await open_week(stage)
    for member, album in zip(people[1:], ("Grouper - Ruins", "Burial - Untrue"), strict=True):
        await member.nominate(Album(album))
    await stage.settle()
    await people[0].command("week advance", hope="Done")
    await stage.settle()
    return people


async def rows(stage: ProcessStage, table: str) -> list[dict[str, object]]:
    """The rows of a table."""
    return (await records.everything(stage.tools))[table]


async def test_two_processes_live_through_a_week_as_one(
    test_server: TestServer, migrated_template: str, database_url: str
) -> None:
    """Also when now one dies and now the other, in the middle of an errand, and the living one goes on."""
    urls = [test_server.url_of(await test_server.create(migrated_template)) for _ in range(2)]
    alone, together = [await play(url, starts_at=STARTS_AT, bots=bots) for url, bots in zip(urls, (1, 2), strict=True)]
    deadly = [Point.read(text) for text in DEATHS]
    dying = await play(database_url, starts_at=STARTS_AT, bots=2, kills=deadly)
    for url in urls:
        await drop_database(url)
    assert alone.troubles == ()
    assert judge(together, alone) == ()
    assert dying.missed == ()
    assert judge(dying, alone) == ()


async def test_one_deadline_is_met_once(pair: ProcessStage) -> None:
    _, ada, ben = await open_week(pair)
    await ada.nominate(Album("Grouper - Ruins"))
    await ben.nominate(Album("Burial - Untrue"))
    await pair.pass_deadline()
    await pair.pass_deadline()
    moves = [entry["action"] for entry in await rows(pair, "audit_log") if entry["action"] != "club_set_up"]
    assert sorted(map(str, moves)) == ["opened", "poll_extended", "poll_opened"]
    assert len(pair.double.threads(pair.guild)) == 1
    lines = await snapshot(pair)
    assert len([line for line in lines if "stays open for a day more" in line]) == 1
    # Both took part: each has committed something.
    assert all(bot.commits for bot in pair.living)


async def test_ten_clicks_at_once_leave_one_ballot(pair: ProcessStage) -> None:
    host, _, _ = await open_poll(pair)
    form = await host.press(await host.find(pair.channel, "Vote"), "Vote", hope="Your ballot")
    options = [option["label"] for option in form.modal["components"][0]["component"]["options"]]  # type: ignore[index]
    answers = await asyncio.gather(
        *(host.person.submit(form, {"First choice": [options[number % 2]]}) for number in range(TEN))
    )
    await pair.settle()
    assert all("Your ballot" in answer.text for answer in answers)
    assert len(await rows(pair, "ballots")) == 1
    assert len(await rows(pair, "votes")) == 1


async def test_one_interaction_that_reaches_both_is_answered_once(pair: ProcessStage) -> None:
    _, ada, _ = await open_week(pair)
    step = await ada.command("nominate", album="Grouper - Ruins", hope="Is this the album?")
    await ada.press(step, "Nominate now", hope="Nominated")
    await pair.settle()
    assert len(await rows(pair, "nominations")) == 1
    answered = [call for call in pair.double.calls if call.route.endswith("/callback")]
    # The second process hears that it is too late, and says nothing more.
    assert {call.status for call in answered} <= {200, 204, 400}
    late = [call.answer["code"] for call in answered if call.status == 400]
    assert late
    assert set(late) <= {40060}


async def test_a_dispatch_that_comes_twice_changes_nothing(pair: ProcessStage) -> None:
    host, _, _ = await open_poll(pair)
    await host.vote(await host.find(pair.channel, "Vote"), "1. ")
    await pair.settle()
    before = await snapshot(pair)
    await pair.double.replay_last()
    await asyncio.sleep(0.2)
    await pair.settle()
    assert await snapshot(pair) == before
