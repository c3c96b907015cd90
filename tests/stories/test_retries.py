"""The client library tries some errors again by itself, in the same breath: that must make nothing twice either."""

from __future__ import annotations

import pytest

from bot.domain.club.week import Phase
from bot.rehearsal.loopback import Fault
from bot.rehearsal.loopback.faults import Kind
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import LOW, Scene

MESSAGES = "/channels/*/messages"
THREADS = "/channels/*/messages/*/threads"
EVENTS = "/guilds/*/scheduled-events"


async def announced_despite(stage: Stage, *faults: Fault) -> Scene:
    """A week of one album whose winner is announced while Discord misbehaves."""
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    for fault in faults:
        stage.double.faults.add(fault)
    await scene.advance()
    await scene.wait(minutes=10)
    assert stage.double.faults.unread == [], "a fault that met nothing"
    assert (await scene.view()).week.phase is Phase.LISTENING
    return scene


def announced_once(scene: Scene) -> None:
    assert scene.reads(scene.channel).count("Winner ·") == 1
    assert len(scene.threads()) == 2
    # Its own first line, the album's panel, the listening guide, and who has heard it.
    assert len(scene.stage.double.channel_messages(scene.thread)) == 4
    assert len(scene.stage.double.events(scene.stage.guild)) == 1


@pytest.mark.parametrize("pattern", [MESSAGES, THREADS, EVENTS], ids=["message", "thread", "event"])
@pytest.mark.parametrize("status", [500, 502, 504])
async def test_what_happened_before_a_server_error_is_not_done_again(stage: Stage, pattern: str, status: int) -> None:
    announced_once(await announced_despite(stage, Fault("POST", pattern, kind="status_after", status=status)))


async def test_an_ordinary_rate_limit_is_waited_out(stage: Stage) -> None:
    faults = [Fault("POST", MESSAGES, kind="429", retry_after=0.2, scope=scope) for scope in ("user", "shared")]
    announced_once(await announced_despite(stage, *faults))


async def test_an_answer_that_says_unavailable_is_looked_into(stage: Stage) -> None:
    announced_once(await announced_despite(stage, Fault("POST", EVENTS, kind="status_after", status=503)))


@pytest.mark.parametrize("pattern", [MESSAGES, THREADS, EVENTS], ids=["message", "thread", "event"])
@pytest.mark.parametrize("then", ["no_via", "429"])
async def test_what_happened_before_a_server_error_is_looked_for_though_the_next_answer_says_stop(
    stage: Stage, pattern: str, then: Kind
) -> None:
    """The library tells the last answer alone, and Discord tells repeated messages by their nonces for minutes only."""
    stop = Fault("POST", pattern, kind=then, retry_after=900.0)
    scene = await announced_despite(stage, Fault("POST", pattern, kind="status_after", status=504), stop)
    await scene.wait(minutes=30)
    announced_once(scene)
