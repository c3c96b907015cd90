"""`/album`: what is known of an album and what the club made of it, to each person what they may see."""

from __future__ import annotations

from bot.rehearsal.stage import Stage
from tests.stories.scene import Scene, told


async def test_an_albums_card_tells_what_the_club_made_of_it(stage: Stage) -> None:
    _, (ben, chidi, dana) = await Scene.listening(stage)
    await ben.command("rate", score="4.5", hope="4.5")
    seen = told(await ben.command("album", album="sloow ash"), "Slow", "Ash", "nominated by Chidi, won")
    assert "4.5 on average from 1 rating" in seen, "who has rated sees the ratings, slip of the finger or not"
    unseen = told(await chidi.command("album", album="ash slow"), "show to those who have rated")
    assert "4.5" not in unseen
    lost = told(await dana.command("album", album="moth"), "Lamp", "did not win")
    assert "rating" not in lost
    told(await dana.command("album", album="Nothing Anybody Knows"), "no album of the catalogue")


async def test_the_public_card_shows_what_everybody_may_see(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.listening(stage)
    await ben.command("rate", score="1.5", hope="1.5")
    told(await ben.command("album", album="slow", public=True), "Everyone here sees it")
    await stage.settle()
    shown = scene.reads(scene.channel)
    assert "nominated by Chidi" in shown
    assert "show to those who have rated" in shown
    assert "1.5" not in shown
    await scene.advance()
    await scene.advance()
    closed = told(await scene.host.command("album", album="slow"), "1.5 on average", "median 1.5")
    assert "show to those who have rated" not in closed


async def test_nominators_stay_hidden_while_the_week_hides_them(stage: Stage) -> None:
    _, (ben, *_others) = await Scene.polling(stage, anonymous="on")
    hidden = told(await ben.command("album", album="Slow"), "nominated by a member", "in the race")
    assert "Chidi" not in hidden
