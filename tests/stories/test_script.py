"""The three weeks that `longplay rehearse` plays, with everything they are there to show."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.rehearsal.clock import RehearsalClock
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers import Elsewhere, LoopbackProviders, shops_with
from bot.rehearsal.report import Stopwatch, check
from bot.rehearsal.script import Story, first_evening
from bot.rehearsal.stage import Stage
from bot.rehearsal.transcript import Transcript
from tests.stories.conftest import monday_noon


@pytest.fixture
def clock() -> RehearsalClock:
    return RehearsalClock(first_evening(monday_noon()))


@pytest.fixture
def elsewhere(clock: RehearsalClock) -> Elsewhere:
    return Elsewhere(clock.now)


@pytest.fixture
async def stage(
    database_url: str, schemas: Schemas | None, mishaps: list[str], clock: RehearsalClock, elsewhere: Elsewhere
) -> AsyncGenerator[Stage]:
    """The stage of `longplay rehearse`: a bot that asks the rehearsal's own services."""
    providers = LoopbackProviders(shops_with(elsewhere))
    async with Stage(database_url, schemas=schemas, clock=clock, providers=providers) as stage:
        yield stage
        assert stage.double.violations == []
    assert mishaps == []


async def test_a_club_of_eight_lives_through_three_weeks(stage: Stage, elsewhere: Elsewhere) -> None:
    lines: list[str] = []
    transcript = Transcript(stage.double, stage.guild, lines.append)
    story = Story(stage, transcript, elsewhere=elsewhere)
    weeks = await story.play()
    assert [sentence for sentence, holds in story.facts if not holds] == []
    assert [week.deciding_step for week in weeks] == ["head_to_head", "unopposed", "method"]
    assert [week.ratings.count for week in weeks] == [6, 3, 6]
    assert (await check(stage, story.refusals, Stopwatch()))[1] == []

    shown = "\n".join(lines)
    for words in (
        "Head-to-head decides: Paper Lanterns",
        "no ballot was changed",
        "Recap · WEEK 003",
        "wins unopposed",
    ):
        assert words in shown
    assert {ping.via for ping in stage.double.state.pings} == set()
    page = transcript.page("Three weeks")
    assert "Paper Lanterns" in page
    assert "<script" not in page
    assert page.count('<img src="data:image/') >= 3, "the covers are in the page itself"
