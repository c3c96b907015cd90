"""Seasons in which everything goes wrong end as the one that nobody disturbed; the auditor finds what does not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.rehearsal.chaos import auditor
from bot.rehearsal.chaos.command import NotSeeds, conclude, read_seeds, rehearse
from bot.rehearsal.chaos.plan import ANSWERS, COMMITS, EFFECTS, EVENTS, REQUESTS, WRITTEN, Plan, plan_of
from bot.rehearsal.chaos.season import Season, play
from bot.rehearsal.chaos.services import ANYWHERE, SERVICES, failure_words
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.loopback.schemas import Schemas
from db.server.copies import drop_database
from db.server.troubles import BROKEN
from tests.postgres import TestServer

STARTS_AT = first_monday(datetime.now(UTC))
SEEDS = (7, 13)
"""Together nearly every trouble of one bot: kills, a database that restarts, is full or breaks statements off."""


async def test_disturbed_seasons_end_as_the_undisturbed_one(
    test_server: TestServer, migrated_template: str, schemas: Schemas | None
) -> None:
    plans = [Plan(0), *map(plan_of, SEEDS)]
    urls = [test_server.url_of(await test_server.create(migrated_template)) for _ in plans]
    undisturbed, *disturbed = await asyncio.gather(
        *(play(url, plan, starts_at=STARTS_AT, schemas=schemas) for url, plan in zip(urls, plans, strict=True))
    )
    for url in urls:
        await drop_database(url)
    assert undisturbed.troubles == ()
    assert undisturbed.deaths == 0
    assert len(undisturbed.lines) > 200
    for season in disturbed:
        assert season.against(undisturbed) == (), season.plan.words
        assert season.unmet < len(season.plan.words) / 2, "hardly anything went wrong"


def test_the_same_seed_brings_the_same_troubles() -> None:
    assert plan_of(7) == plan_of(7)
    assert len({plan_of(seed).words for seed in range(200)}) == 200


def test_two_hundred_seeds_have_every_trouble_at_every_place() -> None:
    plans = [plan_of(seed) for seed in range(1, 201)]
    faults = [fault for plan in plans for fault in plan.faults]
    assert {(fault.method, fault.pattern) for fault in faults} == {*REQUESTS, *ANSWERS}
    kinds = {"429", "status", "status_after", "reset_before", "reset_after", "no_via"}
    assert {fault.kind for fault in faults} == kinds
    assert {fault.status for fault in faults} == {500, 502, 504}
    limits = [fault for fault in faults if fault.kind == "429"]
    assert {fault.scope for fault in limits} == {"user", "shared", "global"}
    assert {fault.says_when for fault in limits} == {True, False}
    weather = [each for plan in plans for each in plan.weather]
    assert {each.trouble for each in weather} == {"lost", "late", "twice", "cut", "reconnect", "invalid"}
    assert {each.event for each in weather} == set(EVENTS)
    assert {point.step for plan in plans for point in plan.kills} == {*COMMITS, *EFFECTS}
    assert {stroke.what for plan in plans for stroke in plan.strokes} == {
        "database", "clock", "away", "full", "mute", "worker"
    }  # fmt: skip
    failures = [failure for plan in plans for failure in plan.failures]
    assert {failure.match for failure in failures} == set(SERVICES)
    own = {words for _, _, ways in SERVICES.values() for words in ways}
    told = " | ".join(failure_words(failure) for failure in failures)
    assert [words for words in (*own, *ANYWHERE) if words not in told] == []
    breaks = [each for plan in plans for each in plan.breaks]
    assert {each.table for each in breaks} == set(WRITTEN)
    assert {each.error for each in breaks} == set(BROKEN)
    assert {(plan.bots, plan.workers) for plan in plans} == {(1, 0), (1, 1), (2, 0), (2, 1)}


def test_a_season_that_ended_otherwise_is_found_out() -> None:
    usual = Season(Plan(0), ("a card", "a thread"), (), 0, 0, 1.0)
    doubled = Season(Plan(3), ("a card", "a card", "a thread"), (), 2, 0, 1.0)
    assert usual.against(usual) == ()
    assert "+a card" in doubled.against(usual)
    assert Season(Plan(4), usual.lines, ("an error",), 0, 0, 1.0).against(usual) == ("an error",)


def test_the_loss_of_a_connection_is_expected_where_it_was_cut_alone() -> None:
    lost = "cogs.delivery.loop: …\nasyncpg.exceptions.ConnectionDoesNotExistError: connection was closed"
    bug = "cogs.delivery.loop: …\nKeyError: 'panel'"
    assert auditor.unexpected([lost, bug], cut=True) == [bug]
    assert auditor.unexpected([lost, bug], cut=False) == [lost, bug]
    queue = "asyncio: Task exception was never retrieved\nprocrastinate.exceptions.ConnectorException: Database error."
    assert auditor.unexpected([queue], cut=True) == []


async def test_the_command_says_what_it_takes_and_how_to_play_a_failure_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert read_seeds("7") == range(7, 8)
    assert read_seeds("1-200") == range(1, 201)
    for text in ("", "x", "9-1", "-3", "1-2-3"):
        with pytest.raises(NotSeeds):
            read_seeds(text)
    assert await rehearse("some") == 2
    usual = Season(Plan(0), ("a card",), (), 0, 0, 1.0)
    console = Console(stderr=True)
    assert conclude(console, [usual], usual) == 0
    assert conclude(console, [usual, Season(Plan(31), (), (), 1, 0, 1.0)], usual) == 1
    assert "Again: longplay rehearse --chaos 31" in capsys.readouterr().err
