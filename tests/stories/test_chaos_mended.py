"""What seasons of troubles have stumbled over once, each in the few minutes of a club that it takes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import text

from bot.domain.clock import SystemClock
from bot.rehearsal.chaos.plan import ANSWER, MESSAGES, Plan, Stroke
from bot.rehearsal.chaos.stage import ChaosStage
from bot.rehearsal.kills.child import FAILED_NAP, _settle
from bot.rehearsal.kills.snapshot import database_lines
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.loopback.faults import Fault
from bot.rehearsal.pilot import Member
from bot.services import outbox
from bot.services.tools import Tools
from db.session import Database

STARTS_AT = first_monday(datetime.now(UTC))


async def opened(stage: ChaosStage) -> Member:
    """A club whose first week was opened by its host."""
    host = Member(stage.owner(), stage.channel)
    await host.press(await host.command("club setup", hope="Set up"), "Save", hope="The club is ready")
    await host.command("week open", hope="Opened")
    return host


async def test_what_stands_behind_a_ban_is_not_waited_for_and_comes_when_it_is_over(database_url: str) -> None:
    """The door keeper bans the week's first card for ten minutes; its thread and panel stand behind it."""
    plan = Plan(0, faults=(Fault("POST", MESSAGES, kind="no_via"), Fault("PATCH", ANSWER, kind="reset_after")))
    async with ChaosStage(database_url, plan, starts_at=STARTS_AT) as stage:
        # The answer to the host arrives and is sent again, since its connection was lost: they have read it by then.
        await opened(stage)
        began, then = time.monotonic(), stage.clock.now()
        await stage.settle()
        assert time.monotonic() - began < 30
        assert stage.clock.now() - then > timedelta(minutes=9)
        assert len(stage.double.threads(stage.guild)) == 1
        assert stage.errors == []
        assert await stage.unmet() == 0


async def test_a_bot_starts_though_discord_wants_to_be_told_of_changed_commands_later(database_url: str) -> None:
    async with ChaosStage(database_url, Plan(0), starts_at=STARTS_AT) as stage:
        async with stage.tools.database.writing() as session:
            await session.execute(text("UPDATE command_syncs SET digest = 'of an older release'"))
        limit = Fault("PUT", "/applications/{application_id}/commands", kind="429", retry_after=45.0)
        stage.double.faults.add(limit)
        await stage.bots[0].kill()
        began = time.monotonic()
        await stage.start_bot()
        assert time.monotonic() - began < 30
        assert limit.met == 1
        assert len(stage.bots) == 2, "the new one has not died of it"
        assert stage.errors == []


async def test_a_database_that_is_away_while_a_card_is_posted_is_waited_for(database_url: str) -> None:
    plan = Plan(0, strokes=(Stroke("away", "post-channels-messages", 1, 1.5),), bots=2)
    async with ChaosStage(database_url, plan, starts_at=STARTS_AT) as stage:
        await opened(stage)
        await stage.settle()
        left = await outbox.unsettled(stage.tools, now=stage.clock.now())
        assert (left.due, left.dead) == (0, 0)
        cards = [each for each in stage.double.channel_messages(stage.channel) if each["components"]]
        assert len(cards) == 1
        assert len(stage.double.threads(stage.guild)) == 1


async def test_a_bot_that_could_not_settle_waits_a_moment_before_it_says_so() -> None:
    told: list[object] = []
    database = Database.connect("postgresql://nobody@/nothing?host=/nowhere", pool_size=1)
    app = SimpleNamespace(tools=Tools(database, SystemClock()))
    began = time.monotonic()
    await _settle(cast("Any", app), cast("Any", SimpleNamespace(send=told.append)))
    await database.close()
    assert told == [("settled", "")]
    assert time.monotonic() - began >= FAILED_NAP


def test_a_warning_that_nobody_saw_is_no_difference() -> None:
    names = cast("Any", SimpleNamespace(of=str))
    stuck = {"kind": "host_note", "payload": {"words": "stuck"}}
    skipped, shown = {**stuck, "state": "skipped"}, {**stuck, "state": "done"}
    assert database_lines({"outbox": [skipped]}, names) == []
    assert len(database_lines({"outbox": [shown, {"kind": "card", "payload": {}, "state": "done"}]}, names)) == 2
