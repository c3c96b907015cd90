"""A bot that is killed in the middle of a week ends it as if nothing had happened."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from bot.rehearsal.kills.command import conclude, sweep
from bot.rehearsal.kills.points import NotAPoint, Point, effect_name, points_of
from bot.rehearsal.kills.sweep import Played, Verdict, judge, one_of_each, play
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.loopback.schemas import Schemas
from tests.postgres import TestServer

POINTS = (
    "commit:after:claim:3",
    "commit:before:advance_due:3",
    "commit:before:settle.event:1",
    "effect:after:post-channels-messages-threads:2",
)
"""Single deaths whose traces no later one can cover; `longplay rehearse --kills all` has one for every step."""

STARTS_AT = first_monday(datetime.now(UTC))


@pytest.fixture(scope="module")
async def undisturbed(
    test_server: TestServer, migrated_template: str, schemas: Schemas | None
) -> AsyncGenerator[Played]:
    """The week that nobody disturbs."""
    name = await test_server.create(migrated_template)
    yield await play(test_server.url_of(name), starts_at=STARTS_AT, schemas=schemas)
    await test_server.drop(name)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_bot_that_dies_at_every_kind_of_step_ends_the_week_as_an_undisturbed_one(
    moment: str, undisturbed: Played, database_url: str, schemas: Schemas | None
) -> None:
    points = [point for point in undisturbed.points() if point.moment == moment and point.nth == 1]
    killed = await play(database_url, starts_at=STARTS_AT, kills=points, schemas=schemas)
    assert killed.missed == ()
    assert killed.deaths == len(points) > 40
    assert judge(killed, undisturbed) == ()


@pytest.mark.parametrize("text", POINTS)
async def test_a_bot_that_dies_once_ends_the_week_as_an_undisturbed_one(
    text: str, undisturbed: Played, database_url: str, schemas: Schemas | None
) -> None:
    killed = await play(database_url, starts_at=STARTS_AT, kills=[Point.read(text)], schemas=schemas)
    assert killed.missed == ()
    assert killed.deaths == 1
    assert judge(killed, undisturbed) == ()


def test_the_undisturbed_week_has_one_of_everything(undisturbed: Played) -> None:
    text = "\n".join(undisturbed.lines)
    assert undisturbed.troubles == ()
    assert undisturbed.deaths == 0
    for words in (
        "Winner · WEEK 001",
        "stays open for a day more",
        "Recap",
        "was withdrawn",
        "private to Dan",
        "archived",
    ):
        assert words in text
    assert "state=dead" not in text
    assert len([line for line in undisturbed.lines if line.startswith("ballots:")]) == 4


def test_a_point_is_read_as_it_is_written() -> None:
    point = Point("effect", "after", "post-channels-messages", 12)
    assert Point.read(str(point)) == point
    for text in ("commit", "commit:between:claim:1", "commit:before:claim:0", "effect:before:a b:1"):
        with pytest.raises(NotAPoint):
            Point.read(text)


def test_every_step_is_killed_on_both_sides() -> None:
    points = points_of("commit", ["claim", "settle.card", "claim", "advance_due", "advance_due"])
    assert [str(point) for point in points[:4]] == [
        "commit:before:claim:1",
        "commit:after:claim:1",
        "commit:before:settle.card:1",
        "commit:after:settle.card:1",
    ]
    assert len(points) == 10
    # Every transition is a step of its own kind.
    assert len(one_of_each(points)) == 8


def test_an_effect_is_named_by_its_route_and_an_answer_by_its_kind() -> None:
    assert effect_name("POST", "/channels/{channel_id}/messages", {}) == "post-channels-messages"
    callback = "/interactions/{interaction_id}/{interaction_token}/callback"
    assert effect_name("POST", callback, {"type": 9}) == "post-interactions-callback-form"


def test_a_week_that_ended_otherwise_is_found_out() -> None:
    usual = Played(("a card", "a thread"), (), (), 0, (), ())
    doubled = Played(("a card", "a card", "a thread"), (), (), 1, (), ())
    assert judge(usual, usual) == ()
    assert "+a card" in judge(doubled, usual)
    assert judge(Played(usual.lines, (), (), 1, (), ("an error",)), usual) == ("an error",)


def test_the_week_begins_on_a_monday_evening_ahead() -> None:
    for days in range(8):
        instant = datetime(2026, 11, 20, 23, 30, tzinfo=UTC) + timedelta(days=days)
        monday = first_monday(instant)
        assert monday.weekday() == 0
        assert timedelta(0) < monday - instant < timedelta(days=9)


async def test_the_command_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert await sweep("everything") == 2
    assert "commit:before:settle.card:1" in capsys.readouterr().err


def test_the_command_says_how_to_play_a_failure_again(capsys: pytest.CaptureFixture[str]) -> None:
    well = Verdict(Point("commit", "after", "claim", 2), True, ())
    doubled = Verdict(Point("effect", "after", "post-channels-messages", 3), True, ("+a card",))
    assert conclude(Console(stderr=True), [well]) == 0
    assert conclude(Console(stderr=True), [well, doubled]) == 1
    told = capsys.readouterr().err
    assert "1 weeks, 1 of them ended" in told
    assert "Again: longplay rehearse --kills effect:after:post-channels-messages:3" in told
    assert "claim:2" not in told
