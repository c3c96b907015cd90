"""How many steps people need: opening a club, nominating, voting, rating."""

from __future__ import annotations

from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, MOTH, Scene, told


async def test_a_club_opens_in_three_clicks(stage: Stage) -> None:
    scene = Scene(stage)
    await scene.host.press(await scene.host.command("club setup"), "Save")
    told(await scene.host.command("week open"), "Opened", "Nominations close")
    assert len(scene.acts) <= 3, scene.acts
    await stage.settle()
    assert "Nominations are open" in scene.reads(scene.channel)


async def test_a_club_opens_by_buttons_after_one_command(stage: Stage) -> None:
    scene = Scene(stage)
    proposal = await scene.host.command("club setup")
    ready = await scene.host.press(proposal, "Save", hope="ready")
    told(await scene.host.press(ready, "Open a week now"), "Opened")
    assert len(scene.acts) <= 3, scene.acts


async def test_nominating_voting_and_rating_take_few_steps(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")

    await ben.nominate(Album(LOW))
    assert len(scene.acts) <= 2, scene.acts
    scene.acts.clear()
    await chidi.nominate(Album(ASH, pitch="Slower than it sounds."))
    assert len(scene.acts) <= 3, scene.acts
    scene.acts.clear()
    await dana.nominate_by_button(await dana.find(scene.channel, "Nominate an album"), Album(MOTH))
    assert len(scene.acts) <= 3, scene.acts
    await scene.advance()
    scene.acts.clear()

    panel = await ben.find(scene.thread, "Vote")
    await ben.vote(panel, "2. ", "3. ")
    assert len(scene.acts) <= 2, scene.acts
    scene.acts.clear()
    first = await chidi.pick("vote", "first", "Lamp")
    told(await chidi.command("vote", first=first), "First choice: Lamp — Moth")
    assert len(scene.acts) == 1
    told(await dana.command("vote", first="Slow", second="Glass Harbour"), "First choice: Slow — Ash")
    await scene.advance()
    scene.acts.clear()

    await ben.rate(await ben.find(scene.thread, "Rate the album"), "3.5", favourite="Rain", review="It rains.")
    assert len(scene.acts) <= 2, scene.acts
    scene.acts.clear()
    told(await chidi.command("rate", score="4,5"), "Rated", "4.5")
    assert len(scene.acts) == 1


async def test_the_private_card_tells_what_is_left_for_me(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.polling(stage)
    part = await ben.press(scene.card(), "Your part")
    told(part, "Nominated Glass Harbour", "Left", "Vote until")
    form = await ben.press(part, "Vote")
    told(await ben.submit(form, {"First choice": "2. Slow — Ash"}), "First choice: Slow")
    told(await ben.press(scene.card(), "Your part"), "Voted for 1 album", "Nothing is left for you to do")
    told(await chidi.press(scene.card(), "Your part"), "Nominated Slow", "Vote until")
