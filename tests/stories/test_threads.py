"""Where a week's talk happens: four thread ids in every layout, commands inside a thread, locking, the event."""

from __future__ import annotations

import pytest

from bot.domain.club.week import ThreadRole
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, Scene, told

SAME = {
    "two": ({"nominations", "poll"}, {"listening", "ratings"}),
    "one": ({"nominations", "poll", "listening", "ratings"},),
    "per_phase": ({"nominations"}, {"poll"}, {"listening"}, {"ratings"}),
}
"""Which phases share a thread."""


@pytest.mark.parametrize("layout", SAME)
async def test_four_thread_ids_are_known_and_commands_mean_their_threads_week(stage: Stage, layout: str) -> None:
    scene = await Scene.opened(stage, theme="Rain", layout=layout)
    ben, chidi = scene.arrive("Ben", "Chidi")
    choosing = scene.thread
    assert choosing["name"].startswith("Rain")
    for member, words in ((ben, LOW), (chidi, ASH)):
        understood = await member.command("nominate", album=words, where=choosing, hope="Is this the album?")
        await member.press(understood, "Nominate now", hope="Nominated")
    await scene.advance()
    told(await ben.command("vote", first="Slow", where=scene.thread), "Slow")
    await scene.advance()
    album = scene.thread
    await scene.host.command("week open", hope="Opened", theme="Snow")
    await stage.settle()
    told(await ben.command("rate", score="4", where=album), "WEEK 001", "Slow — Ash")
    told(await ben.command("week show", where=album), "WEEK 001")
    told(await scene.host.command("week advance", where=album), "WEEK 001", "Discussion and ratings")
    await stage.settle()
    threads = (await scene.view(1)).week.threads
    assert len(threads) == 4
    shared = {frozenset(role for role, key in threads.items() if key == each) for each in threads.values()}
    assert shared == {frozenset(group) for group in SAME[layout]}
    names = {each.id: each["name"] for each in scene.threads()}
    assert names[str(threads[ThreadRole.LISTENING])].startswith("Slow — Ash")


async def test_locked_threads_take_no_more_words_and_the_event_can_be_off(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.listening(stage, lock_threads="on", event="off")
    assert stage.double.events(stage.guild) == []
    told(await ben.command("rate", score="4"), "Rated")
    await scene.advance()
    await scene.advance()
    for thread in scene.threads():
        assert thread["thread_metadata"]["locked"], thread["name"]
        assert thread["thread_metadata"]["archived"]
    assert "Recap" in scene.reads(scene.thread)


async def test_the_event_stands_where_the_discussion_is_and_ends_with_its_week(stage: Stage) -> None:
    scene, _ = await Scene.listening(stage)
    (event,) = stage.double.events(stage.guild)
    view = await scene.view()
    assert event["name"] == "Slow — Ash · week 1"
    assert str(view.week.threads[ThreadRole.RATINGS]) in event["entity_metadata"]["location"]
    await scene.host.command("week cancel", reason="Rain.", hope="Cancelled")
    await stage.settle()
    assert stage.double.events(stage.guild) == []
