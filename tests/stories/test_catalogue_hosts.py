"""`/catalogue merge` and `/catalogue split`: hosts keep one record of each album."""

from __future__ import annotations

from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import LOW, Scene, told


async def test_a_host_makes_one_album_of_two_and_takes_it_back(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    await ben.nominate(Album(LOW))
    await chidi.command("shelf add", album="Low Tide - Glass Harbor", hope="Glass Harbor")
    await stage.settle()
    names = {"album": "Low Tides Glass Harbour", "into": "Low Tide Glass Harbor"}
    told(await ben.command("catalogue merge", **names), "Only the club's hosts")
    done = told(await scene.host.command("catalogue merge", **names), "from now on", "1 nomination went over")
    assert "Glass Harbor" in done
    await stage.settle()
    assert "Glass Harbor —" in scene.reads(scene.thread), "the card in the thread is drawn again"
    card = told(await ben.command("album", album="glass harbour"), "nominated by Ben")
    assert "Glass Harbor " in card, "the name that was given up still finds it"
    told(await scene.host.command("catalogue split", album="Low Tide Glass Harbor"), "two albums again")
    await stage.settle()
    assert "Glass Harbour —" in scene.reads(scene.thread)
    told(await scene.host.command("catalogue split", album="Low Tide Glass Harbor"), "nothing to take apart")


async def test_two_of_one_week_are_refused_with_what_to_do(stage: Stage) -> None:
    scene, _ = await Scene.polling(stage)
    refused = await scene.host.command("catalogue merge", album="Slow", into="Lamp")
    told(refused, "Both are nominated in", "/nomination withdraw")
    told(await scene.host.command("catalogue merge", album="Slow", into="Slow"), "Name two different albums")
    told(await scene.host.command("catalogue merge", album="Slow", into="Unheard Of"), "no album of the catalogue")
