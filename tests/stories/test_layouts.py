"""Weeks with one thread, two, or one for each phase; and weeks that are taken back keep the threads they have."""

from __future__ import annotations

import pytest

from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from bot.services import outbox
from tests.stories.scene import ASH, LOW, Scene, buttons, told

THREADS = {
    "one": ["Slow — Ash · week 1"],
    "two": ["Choosing · week 1", "Slow — Ash · week 1"],
    "per_phase": [
        "Nominations · week 1",
        "Poll · week 1",
        "Slow — Ash · discussion · week 1",
        "Slow — Ash · week 1",
    ],
}


async def all_shown(stage: Stage) -> None:
    """Nothing that Discord should show was given up."""
    await stage.settle()
    unsettled = await outbox.unsettled(stage.tools, now=stage.clock.now())
    assert (unsettled.due, unsettled.dead) == (0, 0)


@pytest.mark.parametrize("layout", THREADS)
async def test_a_week_is_shown_whole_in_every_layout(stage: Stage, layout: str) -> None:
    scene, (ben, *_) = await Scene.listening(stage, layout=layout)
    told(await ben.command("rate", score="4"), "Rated")
    await scene.advance()
    await scene.advance()
    await all_shown(stage)
    assert sorted(thread["name"] for thread in scene.threads()) == THREADS[layout]
    everything = "\n".join(scene.reads(place) for place in (scene.channel, *scene.threads()))
    for words in (
        "Nominations · WEEK 001",
        "Poll · WEEK 001",
        "Winner · WEEK 001",
        "Discussion · ",
        "Recap · WEEK 001",
    ):
        assert everything.count(words) == 1, words
    messages = [one for place in (scene.channel, *scene.threads()) for one in stage.double.channel_messages(place)]
    left = {label for message in messages for label in buttons(message)}
    assert left <= {"Pairwise table", "Spotify", "Listen", "Go to the album", "Go to the poll", "Go to the nominations"}


async def test_a_result_that_is_taken_back_is_announced_anew_in_the_same_threads(stage: Stage) -> None:
    scene, (_, chidi, dana) = await Scene.listening(stage)
    before = [thread.id for thread in scene.threads()]
    told(await scene.host.command("week reopen", until="+24h"), "Reopened", "The poll is open")
    await stage.settle()
    assert "The result was taken back" in scene.reads(scene.channel)
    for member in (chidi, dana):
        told(await member.command("vote", first="Glass Harbour"), "Glass Harbour")
    await scene.advance()
    await all_shown(stage)
    assert [thread.id for thread in scene.threads()] == before
    assert scene.threads()[-1]["name"] == "Glass Harbour — Low Tides · week 1"


async def test_hidden_nominators_are_named_when_the_poll_closes(stage: Stage) -> None:
    scene = await Scene.opened(stage, anonymous="on")
    ben, chidi = scene.arrive("Ben", "Chidi")
    await ben.nominate(Album(LOW))
    await chidi.nominate(Album(ASH))
    await scene.advance()
    public = scene.reads(scene.channel) + scene.reads(scene.thread)
    assert "Ben" not in public
    assert "Chidi" not in public
    choosing = scene.thread
    await scene.advance()
    assert "Glass Harbour — Low Tides: Ben" in scene.reads(choosing)


async def test_the_hosts_pick_is_announced_when_the_week_opens(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    told(await scene.host.command("week plan", when="in 2 days", pick="host", theme="Ours"), "Planned")
    told(await scene.host.command("week pick", album=LOW, pitch="Trust us.", week=1), "Picked", "Glass Harbour")
    await scene.wait(days=2, hours=1)
    await all_shown(stage)
    assert "Picked by a host" in scene.reads(scene.channel)
    assert [thread["name"] for thread in scene.threads()] == ["Glass Harbour — Low Tides · week 1"]
    assert "Trust us." in scene.reads(scene.thread)


async def test_a_cancelled_week_says_so_and_loses_its_buttons(stage: Stage) -> None:
    scene, _ = await Scene.polling(stage)
    told(await scene.host.command("week cancel", reason="Holidays *for all*"), "Cancelled")
    await all_shown(stage)
    assert "Holidays *for all*" in scene.reads(scene.channel)
    messages = [one for place in (scene.channel, *scene.threads()) for one in stage.double.channel_messages(place)]
    assert [label for message in messages for label in buttons(message)] == []
