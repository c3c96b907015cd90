"""Panels and forms outlive the process that drew them, and large weeks stay at ease."""

from __future__ import annotations

from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import LOW, Scene, told


async def test_buttons_and_forms_of_before_a_restart_still_work(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    opened = await ben.press(scene.card(), "Nominate an album")
    understood = await ben.command("nominate", album=LOW)
    pitching = await ben.press(understood, "Pitch it")
    await stage.restart_bot()
    late = await ben.person.submit(opened, {"album": "Ash - Slow"})
    told(late, "Is this the album?", "Slow — Ash")
    done = await ben.person.submit(pitching, {"pitch": "Still here."})
    told(done, "Nominated", "Glass Harbour")
    told(await ben.press(scene.card(), "Your part"), "Nominated", "Glass Harbour")
    await stage.settle()
    assert "Still here." in scene.reads(scene.thread)


async def test_more_albums_than_a_form_holds_are_voted_on_page_by_page(stage: Stage) -> None:
    scene = await Scene.opened(stage, ranks=3, nominations_per_member=25)
    await scene.host.command("week theme", theme="Everything at once", hope="Theme set")
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    for number in range(25):
        await ben.nominate(Album(f"Band {number} - Record {number}"))
    await chidi.nominate(Album("Ash - Slow"))
    await chidi.nominate(Album("Moth - Lamp"))
    await scene.advance()
    panel = await dana.press(scene.card(), "Vote")
    told(panel, "Page 1 of 2", "First choice: –")
    panel = await dana.person.choose(panel.message, "First choice", ["3. Record 2 — Band 2"])
    told(panel, "First choice: Record 2 — Band 2")
    panel = await dana.press(panel, "Later albums")
    told(panel, "Page 2 of 2", "First choice: Record 2 — Band 2")
    panel = await dana.person.choose(panel.message, "Second choice", ["27. Lamp — Moth"])
    saved = await dana.press(panel, "Save")
    told(saved, "Your ballot", "First choice: Record 2 — Band 2", "Second choice: Lamp — Moth")
    again = await dana.press(saved, "Change")
    told(again, "First choice: Record 2 — Band 2", "Second choice: Lamp — Moth")
    assert (await scene.view()).ballots == 1


async def test_a_long_track_list_turns_pages_on_the_private_card(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    understood = await ben.command("nominate", album="The Clash - Sandinista! (1980)")
    form = await ben.press(understood, "Not it?")
    listed = "\n".join(f"{place}. Song {place}" for place in range(1, 37))
    understood = await ben.person.submit(
        form, {"artist": "The Clash", "title": "Sandinista!", "year": "1980", "tracks": listed}
    )
    told(understood, "36 tracks known", "1–25 of 36")
    later = await ben.press(understood, "Later tracks")
    told(later, "26–36 of 36")
    chosen = await ben.person.choose(later.message, "The track to start with (26–36 of 36)", ["30. Song 30"])
    told(chosen, "Start with: Song 30")
    told(await ben.press(chosen, "Nominate now"), "Nominated")
    await stage.settle()
    assert "Song 30" in scene.reads(scene.thread)
    await scene.advance()
    assert "36 tracks" in scene.reads(scene.thread)
