"""The database that goes away in the very moment in which an errand is over: what was shown stays shown once."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.outbox import LEASE
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from bot.services import outbox
from tests.stories.scene import LOW, Scene


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
async def test_an_errand_whose_end_was_cut_off_is_noted_again_and_not_left_to_its_lease(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await stage.settle()
    settle, cut = outbox.settle, list[str]()

    async def cut_off(tools: Any, errand: Any, **more: Any) -> bool:
        if errand.kind not in cut:
            cut.append(errand.kind)
            if written:
                await settle(tools, errand, **more)
            raise ConnectionResetError("the connection is lost")
        return await settle(tools, errand, **more)

    monkeypatch.setattr(outbox, "settle", cut_off)
    began = stage.clock.now()
    await ben.nominate(Album(LOW))
    await stage.settle()
    assert "nomination" in cut
    assert scene.reads(scene.thread).count("Nominated by Ben") == 1
    assert stage.clock.now() - began < LEASE
    assert (await outbox.unsettled(stage.tools, now=stage.clock.now())).due == 0
